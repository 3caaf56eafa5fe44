import { Type } from "typebox";
import { attentionList, EXAMPLE_GLANCE, REGISTER_GLANCE } from "#http";

/** Contract of the route for whoever looks after the gateway. */

const instant = Type.String({ format: "date-time" });
const count = Type.Integer({ minimum: 0 });

const ParticipantSchema = Type.Object({
  id: Type.String(),
  name: Type.String(),
  lastHeardAt: Type.Optional(instant),
  accepted: count,
  refused: count,
  undecided: Type.Integer({ minimum: 0, description: "Taken from it and not decided yet" }),
  waiting: Type.Object(
    { urgent: count, normal: count, bulk: count },
    { description: "Messages for it that it has not confirmed, by lane" },
  ),
  waitingSince: Type.Optional(instant),
  held: Type.Integer({ minimum: 0, description: "In quarantine, waiting for a decision" }),
  openEvents: count,
  storedBytes: Type.Integer({ minimum: 0, description: "Of its messages, held here" }),
  storedBytesMax: Type.Integer({ minimum: 0, description: "Its quota of them" }),
});

/** `GET /v1/summary`. */
export const SUMMARIZE = {
  schema: {
    operationId: "summarize",
    summary: "The exchange at a glance, with what needs a person; no content",
    tags: ["overview"],
    response: {
      200: Type.Object({
        at: instant,
        attention: attentionList,
        connected: Type.Boolean({ description: "Whether NATS can be reached" }),
        messages: Type.Object({
          accepted: count,
          refused: count,
          undecided: count,
          waiting: count,
          waitingSince: Type.Optional(instant),
        }),
        quarantined: count,
        openEvents: Type.Array(
          Type.Object({
            kind: Type.String(),
            participant: Type.String(),
            open: count,
            lastAt: instant,
          }),
        ),
        log: Type.Object({
          size: count,
          checkpointSize: count,
          checkpointAt: Type.Optional(instant),
          checkpointKept: Type.Integer({ minimum: 0, description: "Size of the one on disk" }),
          witnesses: count,
          quorum: Type.Integer({ minimum: 0, description: "0: nobody watches the log" }),
          cosignedSize: Type.Integer({
            minimum: 0,
            description: "Size of the newest checkpoint that a quorum has cosigned",
          }),
          cosignedAt: Type.Optional(instant),
          unwitnessedSince: Type.Optional(
            Type.String({
              format: "date-time",
              description: "Record time of the first entry that no quorum has cosigned",
            }),
          ),
          renewedAt: Type.Optional(instant),
          renewalDueAt: Type.Optional(instant),
        }),
        registerVersion: Type.String(),
        register: REGISTER_GLANCE,
        resources: Type.Object({
          startedAt: instant,
          memoryBytes: count,
          storeBytes: Type.Optional(count),
          diskFreeBytes: Type.Optional(count),
        }),
        participants: Type.Array(ParticipantSchema),
      }),
    },
  },
  config: {
    permission: "overview:read",
    examples: {
      away: {
        summary: "A participant is away",
        status: 200,
        answer: {
          at: "2026-02-02T12:20:00.000Z",
          attention: [
            {
              level: "look",
              what: "AT has not confirmed 3 messages, the oldest for 3 h; it was heard 3 h ago.",
              remedy:
                "Call it. Messages are kept, and dispatched again and again until they expire.",
            },
          ],
          connected: true,
          messages: {
            accepted: 118,
            refused: 0,
            undecided: 0,
            waiting: 3,
            waitingSince: "2026-02-02T09:21:00.000Z",
          },
          quarantined: 0,
          openEvents: [],
          log: {
            size: 118,
            checkpointSize: 118,
            checkpointAt: "2026-02-02T12:19:40.000Z",
            checkpointKept: 118,
            witnesses: 3,
            quorum: 2,
            cosignedSize: 118,
            cosignedAt: "2026-02-02T12:19:42.000Z",
          },
          registerVersion: "1",
          register: EXAMPLE_GLANCE,
          resources: {
            startedAt: "2026-02-01T06:00:00.000Z",
            memoryBytes: 182_452_224,
            storeBytes: 4_096_000,
            diskFreeBytes: 210_453_397_504,
          },
          participants: [
            {
              id: "AT",
              name: "Focal point AT",
              lastHeardAt: "2026-02-02T09:20:30.000Z",
              accepted: 59,
              refused: 0,
              undecided: 0,
              waiting: { urgent: 1, normal: 2, bulk: 0 },
              waitingSince: "2026-02-02T09:21:00.000Z",
              held: 0,
              openEvents: 0,
              storedBytes: 181_248,
              storedBytesMax: 1_099_511_627_776,
            },
          ],
        },
      },
    },
  },
} as const;
