import { Type } from "typebox";
import { pageAfter } from "#http";
import { TIMESTAMP_LIMITS } from "#runtime";

/** Contracts of the routes about time-stamps on checkpoints (TP-STAMP-6). */

const closed = { additionalProperties: false } as const;
const instant = Type.String({ format: "date-time" });
const count = Type.Integer({ minimum: 0 });
const url = Type.String({ description: "Address of the authority" });

const TimestampView = Type.Object({
  logIndex: { ...count, description: "Its own place in the log" },
  url,
  stampedAt: { ...instant, description: "By the clock of the authority" },
  size: { ...count, description: "Entries under the checkpoint: all of them existed by then" },
  checkpoint: Type.String({ description: "The note that was stamped, to the byte" }),
  token: Type.String({ description: "A TimeStampToken (RFC 3161), DER in base64" }),
  root: Type.String({ description: "The root certificate it was verified under, DER in base64" }),
});

const TIMESTAMP = {
  logIndex: 118,
  url: "https://tsa.example/",
  stampedAt: "2026-02-02T09:20:00.000Z",
  size: 118,
  checkpoint: "exchange.example/log\n118\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n— …\n",
  token: "MIIG…",
  root: "MIIB…",
} as const;

/** `GET /v1/log/timestamps`. */
export const LIST_TIMESTAMPS = {
  schema: {
    operationId: "listTimestamps",
    summary: "Time-stamps of authorities outside on checkpoints, the newest first",
    description:
      "Each was verified whole before it was kept. `openssl ts -verify` verifies it too: the " +
      "checkpoint is the data, the token the signature, the root the authority.",
    tags: ["log"],
    querystring: Type.Object(
      {
        after: pageAfter,
        limit: Type.Optional(Type.Integer({ minimum: 1, maximum: TIMESTAMP_LIMITS.pageMax })),
      },
      closed,
    ),
    response: {
      200: Type.Object({
        authorities: Type.Array(url, { description: "Those that are asked" }),
        timestamps: Type.Array(TimestampView),
        next: Type.Optional(Type.String({ description: "Mark of the next page" })),
      }),
    },
  },
  config: {
    permission: "overview:read",
    examples: {
      one: {
        summary: "A day after an authority was configured",
        parameters: { limit: 20 },
        status: 200,
        answer: { authorities: ["https://tsa.example/"], timestamps: [TIMESTAMP] },
      },
    },
  },
} as const;

const Asked = Type.Object({
  url,
  type: Type.Enum(["stamped", "nothing-new", "refused"]),
  size: Type.Optional(count),
  stampedAt: Type.Optional(instant),
  why: Type.Optional(Type.String({ description: "Why there is none that counts" })),
});

/** `POST /v1/log/timestamps`. */
export const ASK_TIMESTAMPS = {
  schema: {
    operationId: "askTimestamps",
    summary: "Asks every authority that is configured for a time-stamp, now",
    description: "They see a digest, and nothing else. It waits for their answers.",
    tags: ["log"],
    body: Type.Object({}, closed),
    response: { 200: Type.Object({ asked: Type.Array(Asked) }) },
  },
  config: {
    permission: "log:renew",
    examples: {
      stamped: {
        summary: "The newest cosigned checkpoint is stamped",
        body: {},
        status: 200,
        answer: {
          asked: [
            {
              url: "https://tsa.example/",
              type: "stamped",
              size: 118,
              stampedAt: "2026-02-02T09:20:00.000Z",
            },
          ],
        },
      },
    },
  },
} as const;
