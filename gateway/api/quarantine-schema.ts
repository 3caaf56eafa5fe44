import { type Static, Type } from "typebox";
import { REFUSALS, type RefusalCodeName } from "#errors";
import { GATEWAY_LIMITS, HTTP_LIMITS } from "#runtime";
import { ITEM_STATES } from "../store/quarantine-item.ts";

const closed = { additionalProperties: false } as const;

/** Query of the list of items. */
export const ItemPage = Type.Object(
  {
    participant: Type.Optional(Type.String({ minLength: 2, maxLength: HTTP_LIMITS.nameCharsMax })),
    state: Type.Optional(Type.Enum(ITEM_STATES)),
    /** What the item was refused for last. */
    code: Type.Optional(Type.Enum(Object.keys(REFUSALS) as RefusalCodeName[])),
    /** `next` of the page before. */
    after: Type.Optional(Type.String({ maxLength: HTTP_LIMITS.nameCharsMax })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: HTTP_LIMITS.pageRowsMax })),
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
