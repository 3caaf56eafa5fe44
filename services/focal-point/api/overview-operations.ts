import { Type } from "typebox";
import { attentionList, pageLimit } from "#http";
import { INCIDENT_KINDS } from "#post";

/** Contracts of the routes for whoever looks after the service. */

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
        participant: Type.String(),
        at: instant,
        attention: attentionList,
        connection: Type.Object({ connected: Type.Boolean(), consuming: Type.Boolean() }),
        cases: Type.Object({
          requesting: counts("Cases of this State's requests, by state"),
          requested: counts("Cases of requests to this State, by state"),
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
        outbox: Type.Object({ pending: count, byState: counts("Messages sent, by state") }),
        inbox: Type.Object({ byState: counts("Messages received, by state"), receiptsOwed: count }),
        waiting: Type.Array(
          Type.Object({
            participant: Type.String(),
            lane: Type.String(),
            messages: count,
            unconfirmed: Type.Integer({
              minimum: 0,
              description: "Without a receipt of the exchange",
            }),
            since: instant,
          }),
          { description: "Messages on their way, by recipient and lane" },
        ),
        gaps: Type.Object({ missingNumbers: count, since: Type.Optional(instant) }),
        unanswered: Type.Object({ count, since: Type.Optional(instant) }),
        askedSince: Type.Optional(instant),
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
        incidents: counts("Kind → count, since the store was made"),
        log: Type.Object({ newestCheckpointSize: count }),
        firearms: Type.Object({ records: count }),
        webhooks: Type.Array(
          Type.Object({
            webhookId: Type.String(),
            state: Type.String(),
            reason: Type.Optional(Type.String()),
            failure: Type.Optional(Type.String()),
            behind: Type.Integer({ minimum: 0, description: "Changes it has not been told" }),
          }),
        ),
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
          cases: { requesting: { ANSWERED: 1 }, requested: { DELIVERED: 2 } },
          receipts: { accepted: 1, refused: 0, delivered: 1, rejected: 0, expired: 0 },
          replies: { received: 1, byOutcome: { LAST_LEGAL_HOLDER_IDENTIFIED: 1 }, sent: 0 },
          effects: { messages: 3, duplicates: 0 },
          outbox: { pending: 0, byState: { delivered: 1 } },
          inbox: { byState: { delivered: 3 }, receiptsOwed: 0 },
          waiting: [],
          gaps: { missingNumbers: 0 },
          unanswered: { count: 2, since: "2026-02-01T16:40:00.000Z" },
          notTaken: [],
          incidents: {},
          log: { newestCheckpointSize: 44 },
          firearms: { records: 1 },
          webhooks: [],
        },
      },
    },
  },
} as const;

const Page = Type.Object({ limit: pageLimit }, { additionalProperties: false });

/** `GET /v1/incidents`. */
export const LIST_INCIDENTS = {
  schema: {
    operationId: "listIncidents",
    summary: "What the operator of the focal point should look at, the newest first",
    tags: ["overview"],
    querystring: Page,
    response: {
      200: Type.Object({
        incidents: Type.Array(
          Type.Object({
            kind: Type.Enum([...INCIDENT_KINDS]),
            subject: Type.String({ description: "NATS subject it came on" }),
            sender: Type.String(),
            messageId: Type.String(),
            digest: Type.String({ description: "SHA-256 of the bytes or of the header, base64" }),
            sizeBytes: count,
            detail: Type.String(),
            firstAt: instant,
            lastAt: instant,
            count,
          }),
        ),
      }),
    },
  },
  config: {
    permission: "overview:read",
    examples: {
      junk: {
        summary: "Bytes that are no message",
        parameters: { limit: 20 },
        status: 200,
        answer: {
          incidents: [
            {
              kind: "JUNK",
              subject: "tp.in.KE.routine.trace-request",
              sender: "",
              messageId: "",
              digest: "n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=",
              sizeBytes: 17,
              detail: "MALFORMED envelope",
              firstAt: "2026-02-02T09:20:00.000Z",
              lastAt: "2026-02-02T09:20:00.000Z",
              count: 1,
            },
          ],
        },
      },
    },
  },
} as const;
