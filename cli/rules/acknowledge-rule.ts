import { Type } from "typebox";
import {
  ACKNOWLEDGE_TLPS,
  acknowledgeBy,
  DEFAULT_RELEASE_POLICY,
  PRIORITIES,
  RESTRICTED_FROM,
  RESTRICTED_USES,
} from "#casework";
import { OutcomeClass, Tlp, TraceMove, UseRestriction } from "#proto";
import { ARRIVAL_LIMITS } from "#runtime";
import { createRule } from "./rule.ts";

const closed = { additionalProperties: false } as const;
const StateCode = Type.String({ pattern: "^[A-Z]{2}$" });
const Priority = Type.Enum([...PRIORITIES]);
const TlpName = Type.Enum([...ACKNOWLEDGE_TLPS]);
const Percent = Type.Integer({ minimum: 0, maximum: 100 });

/** Which rule of a State acknowledges a request by itself. */
export const acknowledgeRule = createRule({
  name: "acknowledge",
  about: "which rule acknowledges a request that has arrived, or why an officer has to",
  input: Type.Object(
    {
      /** Default: switched on. */
      active: Type.Optional(Type.Boolean()),
      rules: Type.Array(
        Type.Object(
          {
            name: Type.String({ minLength: 1, maxLength: ARRIVAL_LIMITS.ruleNameCharsMax }),
            priorities: Type.Optional(Type.Array(Priority, { minItems: 1 })),
            requestingStates: Type.Optional(
              Type.Array(StateCode, { minItems: 1, maxItems: ARRIVAL_LIMITS.ruleStatesMax }),
            ),
            tlpMax: Type.Optional(TlpName),
            completenessMin: Type.Optional(Percent),
          },
          closed,
        ),
        { maxItems: ARRIVAL_LIMITS.rulesMax },
      ),
      request: Type.Object(
        {
          priority: Priority,
          requestingState: StateCode,
          tlp: TlpName,
          use: Type.Optional(
            Type.Array(Type.Enum(["ANY_LAWFUL", ...RESTRICTED_USES]), { maxItems: 8 }),
          ),
          hasPersons: Type.Optional(Type.Boolean()),
          completeness: Percent,
        },
        closed,
      ),
      /** What is restricted handling in the State that is asked; default: that of the product. */
      policy: Type.Optional(
        Type.Object(
          {
            restrictedFrom: Type.Optional(Type.Enum([...RESTRICTED_FROM])),
            restrictedUses: Type.Optional(Type.Array(Type.Enum([...RESTRICTED_USES]))),
          },
          closed,
        ),
      ),
    },
    closed,
  ),
  decide: ({ active = true, policy, request, rules }) => {
    const { hasPersons = false, tlp, use = [], ...rest } = request;
    const what = {
      hasPersons,
      move: TraceMove.REQUEST,
      outcomeClass: OutcomeClass.UNSPECIFIED,
      tlp: Tlp[tlp],
      use: use.map((name) => UseRestriction[name]),
      grantsOnward: false,
      isLedger: false,
    };
    const inForce = { ...DEFAULT_RELEASE_POLICY, ...policy };
    return { ok: true, value: acknowledgeBy({ ...rest, what }, { active, rules }, inForce) };
  },
});
