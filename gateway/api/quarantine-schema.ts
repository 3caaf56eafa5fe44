import { type Static, Type } from "typebox";
import { REFUSALS, type RefusalCodeName } from "#errors";
import { nextMark, pageAfter, pageLimit } from "#http";
import { GATEWAY_LIMITS, HTTP_LIMITS } from "#runtime";
import { ITEM_STATES } from "../store/quarantine-item.ts";

const closed = { additionalProperties: false } as const;

/** Query of the list of items. */
export const ItemPage = Type.Object(
  {
    participant: Type.Optional(Type.String({ minLength: 2, maxLength: HTTP_LIMITS.nameCharsMax })),
    state: Type.Optional(Type.Enum(ITEM_STATES)),
    code: Type.Optional(
      Type.Enum(Object.keys(REFUSALS) as RefusalCodeName[], {
        description: "What the item was refused for last",
      }),
    ),
    after: pageAfter,
    limit: pageLimit,
  },
  closed,
);

/** The type of {@link ItemPage}. */
export type ItemPage = Static<typeof ItemPage>;

/** Path of an item. */
export const ItemParams = Type.Object(
  { id: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }) },
  closed,
);

/** Body of a decision: why. It is kept with who decided and when, and never leaves the gateway. */
export const DecisionBody = Type.Object(
  {
    reason: Type.String({
      pattern: "\\S",
      minLength: 1,
      maxLength: GATEWAY_LIMITS.decisionReasonCharsMax,
    }),
  },
  closed,
);

const instant = Type.String({ format: "date-time" });
const logIndex = Type.Integer({ minimum: 0, description: "Its place in the log" });
const sha256 = Type.String({ description: "SHA-256 in hexadecimal" });
const code = Type.Optional(Type.Enum(Object.keys(REFUSALS)));

const Item = Type.Object({
  id: Type.Integer({ minimum: 1 }),
  state: Type.Enum(ITEM_STATES),
  participant: Type.String({ description: "Whose stream it came on" }),
  subject: Type.String(),
  messageId: Type.Optional(Type.String({ description: "As its header claims" })),
  sha256,
  sizeBytes: Type.Integer({ minimum: 0 }),
  code,
  field: Type.Optional(Type.String()),
  firstAt: instant,
  lastAt: instant,
  count: Type.Integer({ minimum: 1, description: "How often these bytes came" }),
  logIndex,
  settledLogIndex: Type.Optional(
    Type.Integer({ minimum: 0, description: "Settled: entry of the same header, proven later" }),
  ),
});

const DecisionView = Type.Object({
  decision: Type.Enum(["released", "rejected"]),
  actor: Type.String({ description: "User id of who decided" }),
  reason: Type.String(),
  decidedAt: instant,
  code,
  logIndex,
});

/** The answer of `GET /v1/quarantine`. */
export const ItemList = Type.Object({ items: Type.Array(Item), next: nextMark });

const Claims = Type.Object(
  {
    messageId: Type.Optional(Type.String()),
    kind: Type.String(),
    sender: Type.Optional(Type.String()),
    recipients: Type.Array(Type.String()),
    conversationId: Type.Optional(Type.String()),
    sentAt: Type.Optional(instant),
    expiresAt: Type.Optional(instant),
    status: Type.String(),
    priority: Type.String(),
    lane: Type.String(),
    registerVersion: Type.String(),
    parts: Type.Array(
      Type.Object({
        name: Type.String(),
        sizeBytes: Type.Integer({ minimum: 0 }),
        sealed: Type.Boolean(),
      }),
    ),
  },
  { description: "What the header says, as far as it can be read" },
);

/** The answer of `GET /v1/quarantine/:id`. */
export const ItemDetail = Type.Object({
  ...Item.properties,
  header: Type.Optional(
    Type.Object({
      proven: Type.Literal(false, { description: "Nobody was proven to have written it" }),
      sha256: Type.Optional(sha256),
      claims: Type.Optional(Claims),
      bytes: Type.String({ description: "The bytes as they came, base64" }),
    }),
  ),
  decisions: Type.Array(DecisionView),
});

/** The answer of a decision. */
export const Decided = Type.Object({
  id: Type.Integer({ minimum: 1 }),
  ...DecisionView.properties,
  repeated: Type.Boolean({ description: "It was decided so before" }),
});
