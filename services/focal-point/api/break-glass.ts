import { Type } from "typebox";
import { RELEASE_LIMITS } from "#runtime";

/** Why one person sends something alone that needs two (TP-ANS-6). */
export const BreakGlass = Type.Optional(
  Type.Object(
    {
      reason: Type.String({
        minLength: RELEASE_LIMITS.reasonCharsMin,
        maxLength: RELEASE_LIMITS.reasonCharsMax,
      }),
    },
    {
      additionalProperties: false,
      description:
        "Of what is URGENT: sent at once although it needs a second person, who reviews it then",
    },
  ),
);
