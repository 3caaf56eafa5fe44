import { Type } from "typebox";
import { nextMark, pageAfter, pageLimit } from "#http";
import { DISPOSAL_LIMITS, HOLD_LIMITS } from "#runtime";
import { RUN_REASONS, RUN_STATES } from "../disposal-runs.ts";

/** What routes of disposal take and answer. */

const closed = { additionalProperties: false } as const;
const instant = Type.String({ format: "date-time" });
const userId = Type.String({ description: "User id" });
const count = Type.Integer({ minimum: 0 });

/** Query of a list. */
export const DisposalPage = Type.Object({ after: pageAfter, limit: pageLimit }, closed);

/** Path of a run. */
export const RunParams = Type.Object(
  { id: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }) },
  closed,
);

/** Body of `POST /v1/disposals`. */
export const NewRun = Type.Object(
  {
    authority: Type.String({
      pattern: "\\S",
      minLength: 1,
      maxLength: DISPOSAL_LIMITS.authorityCharsMax,
      description: "Order or rule it is done under; it stands in each certificate",
    }),
  },
  closed,
);

/** Body of a confirmation, and of declining. */
export const ReasonBody = Type.Object(
  { reason: Type.String({ pattern: "\\S", minLength: 1, maxLength: HOLD_LIMITS.reasonCharsMax }) },
  closed,
);

/** A run as it stands. */
export const RunView = Type.Object({
  id: Type.Integer({ minimum: 1 }),
  state: Type.Enum(RUN_STATES),
  why: Type.Optional(
    Type.Enum(RUN_REASONS, { description: "What a second person is to look at before it goes on" }),
  ),
  authority: Type.String(),
  askedBy: userId,
  askedAt: instant,
  confirmedBy: Type.Optional(userId),
  due: { ...count, description: "Records that were due when people looked last" },
  records: { ...count, description: "Records of which parts are gone" },
  parts: count,
  bytes: count,
  held: { ...count, description: "Records that a hold stopped" },
  declinedBy: Type.Optional(userId),
  declinedBecause: Type.Optional(Type.String()),
  endedAt: Type.Optional(instant),
});

/** The answer of `GET /v1/disposals`. */
export const RunList = Type.Object({ disposals: Type.Array(RunView), next: nextMark });

/** The answer of `GET /v1/disposals/due`. */
export const DueList = Type.Object({
  due: count,
  held: { ...count, description: "Records that are due and held" },
  records: Type.Array(
    Type.Object({
      sender: Type.Optional(Type.String()),
      messageId: Type.Optional(Type.String()),
      logIndex: Type.Optional(count),
      subject: Type.Optional(
        Type.String({ description: "What it is where it is no message, such as `case ID`" }),
      ),
      class: Type.String(),
      parts: Type.Array(
        Type.Object({
          name: Type.String(),
          onlyFor: Type.Optional(Type.String()),
          class: Type.String(),
          dueAt: instant,
          scheduleVersion: count,
          basis: Type.String(),
        }),
      ),
    }),
  ),
  next: nextMark,
});

/** The answer of `GET /v1/disposals/:id/certificates`. */
export const CertificateList = Type.Object({
  certificates: Type.Array(
    Type.Object({
      certificate: Type.Integer({ minimum: 1 }),
      logIndex: Type.Optional({ ...count, description: "Of its entry, where a log is kept" }),
      records: { ...count, description: "How many it names" },
      isSigned: Type.Boolean({ description: "It is signed right after it is written" }),
      signed: Type.String({ description: "A tracepost.v1.SignedDisposalCertificate, base64" }),
    }),
  ),
  next: nextMark,
});
