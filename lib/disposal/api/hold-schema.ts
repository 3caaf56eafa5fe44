import { type Static, Type } from "typebox";
import { Instant, nextMark, pageAfter, pageLimit } from "#http";
import { Kind } from "#proto";
import { HOLD_LIMITS } from "#runtime";
import { HOLD_STATES } from "../hold-standing.ts";

/** What routes of legal holds take and answer. */

const closed = { additionalProperties: false } as const;
const instant = Type.String({ format: "date-time" });
const userId = Type.String({ description: "User id" });
const logIndex = Type.Optional(
  Type.Integer({ minimum: 0, description: "Its place in the log, where one is kept" }),
);
const Participant = Type.String({
  pattern: "^[A-Z]{2,3}(-[A-Z0-9]{2,16})?$",
  description: "Participant id",
});
const KIND_NAMES = Object.keys(Kind).filter((name) => name !== "UNSPECIFIED");
/** As headers write them; written otherwise it would hold nothing. */
const Uuid = Type.String({ pattern: "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$" });

const Reason = Type.String({
  pattern: "\\S",
  minLength: 1,
  maxLength: HOLD_LIMITS.reasonCharsMax,
});

/** Criteria of a query, as they are taken and shown. */
const Query = Type.Object(
  {
    party: Type.Optional(Participant),
    sender: Type.Optional(Participant),
    recipient: Type.Optional(Participant),
    conversationId: Type.Optional(Uuid),
    kinds: Type.Optional(
      Type.Array(Type.Enum(KIND_NAMES), { minItems: 1, maxItems: HOLD_LIMITS.kindsMax }),
    ),
    from: Type.Optional({ ...Instant, description: "Recorded at or after" }),
    to: Type.Optional({ ...Instant, description: "Recorded before" }),
  },
  { ...closed, minProperties: 1, description: "All that is given; what is recorded by now" },
);

/** What is held: exactly one of the four. */
const scope = {
  messages: Type.Optional(
    Type.Array(Type.Object({ sender: Participant, messageId: Uuid }, closed), {
      minItems: 1,
      maxItems: HOLD_LIMITS.messagesMax,
    }),
  ),
  conversationId: Type.Optional({ ...Uuid, description: "All of it, later messages too" }),
  party: Type.Optional({ ...Participant, description: "From or to it, later messages too" }),
  query: Type.Optional(Query),
};

/** Body of `POST /v1/holds`. */
export const NewHold = Type.Object(
  {
    ...scope,
    reason: Reason,
    authority: Type.String({
      pattern: "\\S",
      minLength: 1,
      maxLength: HOLD_LIMITS.authorityCharsMax,
      description: "Court or office, with its reference",
    }),
    reviewAt: Type.Optional({ ...Instant, description: "When it is to be looked at again" }),
  },
  closed,
);

/** The type of {@link NewHold}. */
export type NewHold = Static<typeof NewHold>;

/** Query of the list of holds. */
export const HoldPage = Type.Object(
  {
    state: Type.Optional(Type.Enum(HOLD_STATES)),
    reviewDue: Type.Optional(Type.Boolean({ description: "Only those to be looked at again" })),
    after: pageAfter,
    limit: pageLimit,
  },
  closed,
);

/** Path of a hold. */
export const HoldParams = Type.Object(
  { id: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }) },
  closed,
);

/** Body of an act: why. */
export const ActBody = Type.Object({ reason: Reason }, closed);

/** Body of a review: why it is kept, and when to look again. */
export const ReviewBody = Type.Object(
  { reason: Reason, reviewAt: Type.Optional({ ...Instant, description: "Default: never" }) },
  closed,
);

const line = {
  id: Type.Integer({ minimum: 1 }),
  state: Type.Enum(HOLD_STATES),
  covers: Type.Boolean({ description: "Whether it stops disposal" }),
  messages: Type.Optional(Type.Array(Type.Object({ sender: Type.String(), messageId: Uuid }))),
  conversationId: Type.Optional(Type.String()),
  party: Type.Optional(Type.String()),
  query: Type.Optional(
    Type.Object({
      ...Query.properties,
      logSize: Type.Integer({ minimum: 0, description: "Entries of the log when it was asked" }),
    }),
  ),
  reason: Type.String(),
  authority: Type.String(),
  reviewAt: Type.Optional(instant),
  reviewDue: Type.Optional(Type.Boolean({ description: "It is to be looked at again" })),
  askedBy: userId,
  askedAt: instant,
  waitingFor: Type.Optional(
    Type.String({ description: "User id of who asked for what another one is to decide" }),
  ),
};

/** A hold as it stands. */
export const HoldView = Type.Object(line);

/** The answer of `GET /v1/holds`. */
export const HoldList = Type.Object({ holds: Type.Array(HoldView), next: nextMark });

/** The answer of `GET /v1/holds/:id`. */
export const HoldDetail = Type.Object({
  ...line,
  acts: Type.Array(
    Type.Object({
      act: Type.String(),
      actor: userId,
      at: instant,
      reason: Type.String(),
      logIndex,
      opening: Type.String({
        description: "What a log has the SHA-256 of: a tracepost.v1.HoldAct, base64",
      }),
    }),
  ),
});

/** The answer of an act. */
export const HoldActed = Type.Object({
  ...line,
  repeated: Type.Boolean({ description: "The same person had done it before" }),
});
