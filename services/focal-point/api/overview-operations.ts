import { Type } from "typebox";
import { ALERT_COUNTS, NO_ALERTS } from "#alerts-api";
import { EXAMPLE_GLANCE } from "#http";
import { SERVICE_SUMMARY } from "#participant";

/** Contract of the summary. */

const instant = Type.String({ format: "date-time" });
const count = Type.Integer({ minimum: 0 });
const counts = (description: string) => Type.Record(Type.String(), count, { description });

/** `GET /v1/summary`. */
export const SUMMARIZE = {
  schema: {
    operationId: "summarize",
    summary: "The focal point at a glance, with what needs a person; no content",
    tags: ["overview"],
    response: {
      200: Type.Object({
        ...SERVICE_SUMMARY,
        cases: Type.Object({
          requesting: counts("Cases of this State's requests, by state"),
          requested: counts("Cases of requests to this State, by state"),
          offExchange: counts("Of this State's requests, those asked by letter"),
        }),
        receipts: Type.Object({
          accepted: count,
          refused: count,
          delivered: count,
          rejected: count,
          expired: count,
        }),
        replies: Type.Object({
          received: count,
          byOutcome: counts("Outcome → count"),
          sent: count,
        }),
        effects: Type.Object({ messages: count, duplicates: count }),
        unanswered: Type.Object({ count, since: Type.Optional(instant) }),
        askedSince: Type.Optional(instant),
        overdue: Type.Object(
          { requesting: count, requested: count },
          { description: "Cases of which something is overdue: owed to this State, and by it" },
        ),
        releases: Type.Object(
          {
            pending: count,
            since: Type.Optional(instant),
            reviewsDue: count,
            reviewsOverdue: count,
          },
          { description: "What waits for a second person, and what one sent alone (TP-ANS-9)" },
        ),
        notTaken: Type.Array(
          Type.Object({
            what: Type.Enum(["request", "answer"]),
            code: Type.String(),
            count,
            lastAt: instant,
            remedy: Type.String(),
          }),
          { description: "Requests and answers of this State that were not taken, by code" },
        ),
        firearms: Type.Object({ records: count }),
        alerts: ALERT_COUNTS,
      }),
    },
  },
  config: {
    permission: "overview:read",
    examples: {
      quiet: {
        summary: "Nothing is stuck",
        status: 200,
        answer: {
          participant: "KE",
          at: "2026-02-02T09:20:00.000Z",
          attention: [],
          connection: { connected: true, consuming: true },
          register: EXAMPLE_GLANCE,
          cases: { requesting: { ANSWERED: 1 }, requested: { DELIVERED: 2 }, offExchange: {} },
          receipts: { accepted: 1, refused: 0, delivered: 1, rejected: 0, expired: 0 },
          replies: { received: 1, byOutcome: { LAST_LEGAL_HOLDER_IDENTIFIED: 1 }, sent: 0 },
          effects: { messages: 3, duplicates: 0 },
          outbox: { pending: 0, byState: { delivered: 1 } },
          inbox: { byState: { delivered: 3 }, receiptsOwed: 0 },
          waiting: [],
          gaps: { missingNumbers: 0 },
          unanswered: { count: 2, since: "2026-02-01T16:40:00.000Z" },
          overdue: { requesting: 0, requested: 0 },
          releases: { pending: 0, reviewsDue: 0, reviewsOverdue: 0 },
          notTaken: [],
          incidents: {},
          log: { newestCheckpointSize: 44 },
          firearms: { records: 1 },
          alerts: NO_ALERTS,
          webhooks: [],
        },
      },
    },
  },
} as const;
