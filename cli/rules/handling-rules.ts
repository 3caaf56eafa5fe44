import { Type } from "typebox";
import { Handling, IntendedUse, Tlp, UseRestriction } from "#proto";
import { WIRE_LIMITS } from "#runtime";
import { checkReplyHandling, mayRelease } from "#trust";
import { camelPath } from "./camel-path.ts";
import { createRule, type RuleResult } from "./rule.ts";

const closed = { additionalProperties: false } as const;
const StateCode = Type.String({ pattern: "^[A-Z]{2}$" });
const Participant = Type.String({ maxLength: 64 });

const HandlingFacts = Type.Object(
  {
    tlp: Type.Enum(["CLEAR", "GREEN", "AMBER", "AMBER_STRICT", "AMBER+STRICT", "RED"]),
    use: Type.Optional(
      Type.Array(
        Type.Enum(["ANY_LAWFUL", "INTELLIGENCE_ONLY", "NO_JUDICIAL_USE", "NO_ONWARD", "OTHER"]),
        { maxItems: 8 },
      ),
    ),
    /** Participants, States or bodies besides the recipients. */
    releasableTo: Type.Optional(
      Type.Array(Type.String({ maxLength: 64 }), { maxItems: WIRE_LIMITS.recipientsMax }),
    ),
    originatorState: Type.Optional(StateCode),
  },
  closed,
);

/** Whether an answer is handled as strictly as what it answers. */
export const handlingRule = createRule({
  name: "handling",
  about: "whether a reply is handled at least as strictly as its request",
  input: Type.Object({ request: HandlingFacts, reply: HandlingFacts }, closed),
  decide: ({ request, reply }): RuleResult => {
    const refusal = checkReplyHandling(handlingOf(request), handlingOf(reply));
    if (refusal === undefined) return { ok: true, value: { allowed: true } };
    const field = camelPath(refusal.field.replace("header.handling", "reply"));
    return { ok: true, value: { allowed: false, code: refusal.code, field } };
  },
});

function handlingOf(facts: Type.Static<typeof HandlingFacts>): Handling {
  const tlp = facts.tlp === "AMBER+STRICT" ? Tlp.AMBER_STRICT : Tlp[facts.tlp];
  const use = (facts.use ?? []).map((name) => UseRestriction[name]);
  const { releasableTo = [], originatorState = "" } = facts;
  return Handling.create({ tlp, use, releasableTo, originatorState });
}

const USES = [
  "INTELLIGENCE",
  "CRIMINAL_INVESTIGATION",
  "JUDICIAL_PROCEEDINGS",
  "SANCTIONS_MONITORING",
  "STOCK_SECURITY",
  "STATISTICS_ONLY",
] as const;
const Use = Type.Enum([...USES]);

/** Whether something may be passed on. */
export const releaseRule = createRule({
  name: "release",
  about: "whether information may be passed on: to whom, for which use, with which leave",
  input: Type.Object(
    {
      handling: HandlingFacts,
      /** Participants that have it already. */
      holders: Type.Optional(Type.Array(Participant, { maxItems: WIRE_LIMITS.recipientsMax })),
      to: Type.Object({ participant: Participant, state: Type.Optional(StateCode) }, closed),
      /** Default CRIMINAL_INVESTIGATION. */
      use: Type.Optional(Use),
      /** What the originator has allowed; without uses: every use the handling allows. */
      grants: Type.Optional(
        Type.Array(Type.Object({ to: Participant, uses: Type.Optional(Type.Array(Use)) }, closed), {
          maxItems: WIRE_LIMITS.recipientsMax,
        }),
      ),
    },
    closed,
  ),
  decide: ({ handling, holders = [], to, use = "CRIMINAL_INVESTIGATION", grants = [] }) => {
    const asked = mayRelease({
      handling: handlingOf(handling),
      holders,
      to: { participant: to.participant, state: to.state ?? "" },
      use: IntendedUse[use],
      grants: grants.map((grant) => ({
        to: grant.to,
        uses: (grant.uses ?? []).map((name) => IntendedUse[name]),
      })),
    });
    if (asked.ok) return { ok: true, value: { allowed: true, ground: asked.value } };
    const { code, field } = asked.refusal;
    return { ok: true, value: { allowed: false, code, field: camelPath(field.slice(7)) } };
  },
});
