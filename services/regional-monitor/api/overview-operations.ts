import { Type } from "typebox";
import { EXAMPLE_GLANCE } from "#http";
import { SERVICE_SUMMARY } from "#participant";

/** Contract of the summary. */

const count = Type.Integer({ minimum: 0 });

const FeedView = Type.Object({
  number: Type.Integer({ minimum: 0, description: "Newest message of the feed; 0: none yet" }),
  newestMadeAt: Type.Optional(Type.String({ format: "date-time" })),
  counted: Type.Integer({ minimum: 0, description: "Events that were counted" }),
  refused: Type.Record(Type.String(), count, { description: "Events that were not, by code" }),
  daysCompared: count,
  daysDiffering: count,
  releases: count,
  ledgers: count,
});

const WitnessView = Type.Object(
  {
    name: Type.String({ description: "Name of its key in signature lines" }),
    publicKey: Type.String({ description: "32 bytes, base64; what the register is to name" }),
    isRegistered: Type.Boolean({ description: "The register in force names it with this key" }),
    size: Type.Integer({ minimum: 0, description: "Entries cosigned last; 0: none yet" }),
    cosignedAt: Type.Optional(Type.String({ format: "date-time" })),
    conflicts: Type.Integer({ minimum: 0, description: "Proofs of a fork that are kept" }),
  },
  { description: "As a witness of the message log; absent where it is none" },
);

/** `GET /v1/summary`. */
export const SUMMARIZE = {
  schema: {
    operationId: "summarize",
    summary: "The monitor at a glance, with what needs a person; no figure of a State",
    tags: ["overview"],
    response: {
      200: Type.Object({ ...SERVICE_SUMMARY, feed: FeedView, witness: Type.Optional(WitnessView) }),
    },
  },
  config: {
    permission: "overview:read",
    examples: {
      quiet: {
        summary: "Nothing is stuck",
        status: 200,
        answer: {
          participant: "ORG-ECOWAS",
          at: "2026-02-02T09:20:00.000Z",
          attention: [],
          connection: { connected: true, consuming: true },
          register: EXAMPLE_GLANCE,
          outbox: { pending: 0, byState: {} },
          inbox: { byState: { delivered: 3 }, receiptsOwed: 0 },
          waiting: [],
          gaps: { missingNumbers: 0 },
          incidents: {},
          log: { newestCheckpointSize: 44 },
          webhooks: [],
          feed: {
            number: 12,
            newestMadeAt: "2026-02-02T09:19:00.000Z",
            counted: 4_711,
            refused: {},
            daysCompared: 31,
            daysDiffering: 0,
            releases: 2,
            ledgers: 1,
          },
        },
      },
    },
  },
} as const;
