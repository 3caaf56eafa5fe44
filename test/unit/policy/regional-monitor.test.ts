import { describe, expect, it } from "vitest";
import {
  checkExpectations,
  checkPolicyText,
  defaultPolicy,
  reachOf,
  tryExpectations,
} from "#policy";
import { Role } from "#proto";
import { makeParties } from "../../support/parties.ts";

const NOW_MS = Date.UTC(2026, 5, 1);
const policy = defaultPolicy();
const { register } = makeParties([
  { id: "NE" },
  { id: "BR" },
  { id: "NE-CUSTOMS", role: Role.BORDER_AGENCY },
  { id: "ORG-ECOWAS", role: Role.REGIONAL_MONITOR },
  { id: "ORG-OAS", role: Role.REGIONAL_MONITOR },
]);

/** Kinds that go from one to another in any circumstance, in order. */
function kindsBetween(from: string, to: string): readonly string[] {
  const open = reachOf(policy, { register, atMs: NOW_MS }).filter(({ pairs }) =>
    pairs.some(([sender, recipient]) => sender === from && recipient === to),
  );
  return [...new Set(open.map(({ kind }) => kind))].toSorted();
}

const OF_THE_POST = ["GAP_NOTICE", "RECEIPT", "VOID"];

describe("a regional monitor and the default policy (TP-DISC-10)", () => {
  it("is sent the ledger of a State, what the post needs, and nothing else", () => {
    expect(kindsBetween("NE", "ORG-ECOWAS")).toEqual([
      "GAP_NOTICE",
      "INDICATOR_LEDGER",
      ...OF_THE_POST.slice(1),
    ]);
    expect(kindsBetween("NE-CUSTOMS", "ORG-ECOWAS")).toEqual(OF_THE_POST);
    expect(kindsBetween("ORG-OAS", "ORG-ECOWAS")).toEqual(OF_THE_POST);
  });

  it("sends what the post needs, to anybody, and nothing else", () => {
    for (const to of ["NE", "NE-CUSTOMS", "ORG-OAS"]) {
      expect(kindsBetween("ORG-ECOWAS", to), to).toEqual(OF_THE_POST);
    }
  });

  it("leaves the ledger of a State from everybody who is no monitor", () => {
    for (const to of ["BR", "NE-CUSTOMS"]) {
      expect(kindsBetween("NE", to), to).not.toContain("INDICATOR_LEDGER");
    }
  });

  it("meets what is expected of it, by the rule that says so", () => {
    const expectations = checkExpectations({
      given: {
        participants: [
          { id: "NE", applies: ["ITI"] },
          { id: "BR", applies: ["ITI"] },
          { id: "ORG-ECOWAS", role: "REGIONAL_MONITOR", applies: ["ITI"] },
        ],
      },
      expect: [
        {
          when: { kind: "INDICATOR_LEDGER", from: "NE", to: ["ORG-ECOWAS"] },
          outcome: "routed",
          rule: "MONITOR-1",
        },
        { when: { kind: "INDICATOR_LEDGER", from: "NE", to: ["BR"] }, outcome: "NOT_PERMITTED" },
        {
          when: { kind: "TRACE_REQUEST", from: "NE", to: ["ORG-ECOWAS"], instruments: ["ITI"] },
          outcome: "NOT_PERMITTED",
        },
        { when: { kind: "NOTICE", from: "NE", to: ["ORG-ECOWAS"] }, outcome: "NOT_PERMITTED" },
      ],
    });
    if (!expectations.ok) throw new TypeError(JSON.stringify(expectations.problems));
    const results = tryExpectations(expectations.value, policy, NOW_MS);
    expect(results.filter(({ isMet }) => !isMet)).toEqual([]);
  });

  it("cannot be fed by a participant: no policy has a word for the gateway's feed", () => {
    const { findings } = checkPolicyText(
      '@id("A-1")\n@title("A feed")\npermit (principal, action == Action::"MONITOR_FEED", resource);\n',
    );
    expect(findings[0]).toMatchObject({ severity: "error", name: "SCHEMA", rule: "A-1" });
    expect(findings[0]?.message).toContain("MONITOR_FEED");
  });
});
