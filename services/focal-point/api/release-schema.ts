import { type Static, Type } from "typebox";
import {
  PRIORITIES,
  RELEASE_REASONS,
  RESTRICTED_FROM,
  RESTRICTED_USES,
  type ReleaseReason,
} from "#casework";
import { Instant, nextMark, pageLimit } from "#http";
import { RELEASE_LIMITS } from "#runtime";
import { RELEASE_STATES, type ReleaseState } from "../releases/release-record.ts";

/** What routes about releases, deputies and the policy take and answer. */

const closed = { additionalProperties: false } as const;
const instant = Type.String({ format: "date-time" });
const userId = Type.String({ description: "User id" });
const reason = Type.String({
  minLength: RELEASE_LIMITS.reasonCharsMin,
  maxLength: RELEASE_LIMITS.reasonCharsMax,
});
const note = Type.Optional(Type.String({ maxLength: RELEASE_LIMITS.reasonCharsMax }));
const Reasons = Type.Array(Type.Enum(Object.keys(RELEASE_REASONS) as ReleaseReason[]), {
  description: "Why it needs a second person",
});
const StateName = Type.Enum(Object.keys(RELEASE_STATES) as ReleaseState[]);

/** The answer to something that needs a second person: nothing has left. */
export const HeldView = Type.Object({
  releaseId: Type.String(),
  state: StateName,
  reasons: Reasons,
});

const line = {
  releaseId: Type.String(),
  state: StateName,
  action: Type.String({ description: "What sends it, such as move, request or policy" }),
  caseId: Type.Optional(Type.String()),
  peer: Type.Optional(Type.String({ description: "Participant it goes to" })),
  priority: Type.Enum([...PRIORITIES]),
  reasons: Reasons,
  messageId: Type.Optional(Type.String({ description: "Of what was sent" })),
  preparedBy: userId,
  preparedAt: instant,
  decidedBy: Type.Optional(userId),
  decidedAt: Type.Optional(instant),
  asDeputy: Type.Optional(Type.Boolean({ description: "Decided by a deputy" })),
  note: Type.Optional(Type.String()),
  breakGlass: Type.Optional(Type.String({ description: "Why one person sent it alone" })),
  reviewDueAt: Type.Optional(instant),
  overdue: Type.Optional(Type.Boolean({ description: "Nobody has reviewed it in time" })),
  verdict: Type.Optional(Type.Enum(["APPROVED", "OBJECTED"])),
};

/** A release without its content. */
export const ReleaseLine = Type.Object(line);

/** One release with what would leave. */
export const ReleaseView = Type.Object({
  ...line,
  content: Type.Optional(
    Type.Unknown({ description: "What would leave, or has; gone once it was decided" }),
  ),
});

/** The answer of `GET /v1/releases`. */
export const ReleaseList = Type.Object({ releases: Type.Array(ReleaseLine), next: nextMark });

/** Query of `GET /v1/releases`. */
export const ReleaseQuery = Type.Object(
  {
    state: Type.Optional(StateName),
    caseId: Type.Optional(Type.String({ maxLength: 64 })),
    overdue: Type.Optional(Type.Boolean({ description: "Only reviews that are overdue" })),
    after: Type.Optional(Type.String({ maxLength: 128 })),
    limit: pageLimit,
  },
  closed,
);

/** Path of a release. */
export const ReleaseParams = Type.Object({ releaseId: Type.String({ maxLength: 64 }) }, closed);
/** Body of a confirmation. */
export const ConfirmFacts = Type.Object({ note }, closed);
/** Body of sending back. */
export const ReturnFacts = Type.Object({ reason }, closed);
/** Body of a review. */
export const ReviewFacts = Type.Object(
  { verdict: Type.Enum(["APPROVED", "OBJECTED"]), note: reason },
  closed,
);

/** The answer to a confirmation: what was sent. */
export const ConfirmedView = Type.Object({
  release: ReleaseLine,
  messageId: Type.Optional(Type.String()),
  state: Type.String({ description: "State of the case, or IN_FORCE of a policy" }),
});

/** Body of `POST /v1/deputies`. */
export const NewDeputyFacts = Type.Object(
  {
    userId: Type.String({ pattern: "^[a-z0-9][a-z0-9.-]{1,31}$" }),
    validFrom: Type.Optional(Instant),
    validUntil: Instant,
    reason,
  },
  closed,
);

/** The type of {@link NewDeputyFacts}. */
export type NewDeputyFacts = Static<typeof NewDeputyFacts>;

/** A deputy. */
export const DeputyView = Type.Object({
  deputyId: Type.Integer(),
  userId,
  validFrom: instant,
  validUntil: instant,
  reason: Type.String(),
  namedBy: userId,
  namedAt: instant,
  endedBy: Type.Optional(userId),
  endedAt: Type.Optional(instant),
  valid: Type.Boolean({ description: "May confirm now" }),
});

/** What needs a second person (TP-ANS-2). */
export const PolicyFacts = Type.Object(
  {
    refusals: Type.Boolean({ description: "Refusals need a second person" }),
    restrictedFrom: Type.Enum([...RESTRICTED_FROM], {
      description: "TLP from which on handling is restricted",
    }),
    restrictedUses: Type.Array(Type.Enum([...RESTRICTED_USES]), { uniqueItems: true }),
    breakGlass: Type.Boolean({ description: "One person may send what is URGENT, for review" }),
    registerMaySend: Type.Array(Type.Enum(["REFUSAL", "RESTRICTED_HANDLING"]), {
      uniqueItems: true,
      description: "What the register may send by itself where it answers",
    }),
  },
  closed,
);

/** The policy in force. */
export const PolicyView = Type.Object({
  ...PolicyFacts.properties,
  version: Type.Integer({ minimum: 0, description: "Zero: that of the product" }),
  setBy: Type.Optional(userId),
  confirmedBy: Type.Optional(userId),
  setAt: Type.Optional(instant),
});
