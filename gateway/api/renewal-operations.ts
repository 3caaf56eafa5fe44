import { Type } from "typebox";
import { RENEWAL_DIGESTS } from "#message-log";

/** Contracts of the routes about renewals of the log (TP-RENEW-5). */

const closed = { additionalProperties: false } as const;
const instant = Type.String({ format: "date-time" });
const count = Type.Integer({ minimum: 0 });
const digest = Type.Enum([...RENEWAL_DIGESTS], { description: "Algorithm of the second tree" });

const RenewalView = Type.Object({
  number: Type.Integer({ minimum: 1 }),
  digest,
  size: { ...count, description: "Entries that it holds" },
  renewedAt: instant,
  logIndex: { ...count, description: "Its own place in the log" },
  signed: Type.String({ description: "A tracepost.v1.SignedLogRenewal, base64" }),
});

const Standing = Type.Object({
  renewals: Type.Array(RenewalView),
  digest,
  rehashed: { ...count, description: "Entries that are hashed again by it" },
  size: { ...count, description: "Entries under the newest kept checkpoint" },
  dueAt: Type.Optional(instant),
});

const RENEWAL = {
  number: 1,
  digest: "SHA-512",
  size: 118,
  renewedAt: "2028-02-02T10:02:00.000Z",
  logIndex: 118,
  signed: "CgA=",
} as const;

/** `GET /v1/log/renewals`. */
export const LIST_RENEWALS = {
  schema: {
    operationId: "listRenewals",
    summary: "Renewals of the log, and when the next one is due",
    description:
      "Entries are hashed again by a second algorithm beside the work, while the bytes that they " +
      "name are still kept; a renewal signs that tree with the keys of its time.",
    tags: ["log"],
    querystring: Type.Object({ digest: Type.Optional(digest) }, closed),
    response: { 200: Standing },
  },
  config: {
    permission: "overview:read",
    examples: {
      none: {
        summary: "Nothing was renewed yet",
        status: 200,
        answer: { renewals: [], digest: "SHA-512", rehashed: 100, size: 118 },
      },
    },
  },
} as const;

/** `POST /v1/log/renewals`. */
export const RENEW_LOG = {
  schema: {
    operationId: "renewLog",
    summary: "Signs everything under the newest checkpoint anew",
    description:
      "It waits some seconds for entries that are not hashed again yet. A new algorithm begins a " +
      "tree of its own, for which all entries are hashed first: ask again until they are.",
    tags: ["log"],
    body: Type.Object({ digest: Type.Optional(digest) }, closed),
    response: { 200: { ...RenewalView, description: "It is signed and logged" } },
  },
  config: {
    permission: "log:renew",
    problems: ["LOG_NOT_RENEWED"],
    examples: {
      first: {
        summary: "With the algorithm of the one before",
        body: {},
        status: 200,
        answer: RENEWAL,
      },
    },
  },
} as const;
