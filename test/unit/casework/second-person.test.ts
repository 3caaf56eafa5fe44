import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  DEFAULT_RELEASE_POLICY,
  isLooserPolicy,
  needsSecondPerson,
  type Outgoing,
  RESTRICTED_FROM,
  RESTRICTED_USES,
  type ReleasePolicy,
  registerMaySend,
} from "#casework";
import { OutcomeClass, Tlp, TraceMove, UseRestriction } from "#proto";

const usual: Outgoing = {
  hasPersons: false,
  move: TraceMove.FINAL,
  outcomeClass: OutcomeClass.NOT_ESTABLISHED,
  tlp: Tlp.AMBER,
  use: [UseRestriction.NO_ONWARD],
  grantsOnward: false,
  isLedger: false,
};
const needs = (changes: Partial<Outgoing>, policy: Partial<ReleasePolicy> = {}) =>
  needsSecondPerson({ ...usual, ...changes }, { ...DEFAULT_RELEASE_POLICY, ...policy });

const anyPolicy: fc.Arbitrary<ReleasePolicy> = fc.record({
  refusals: fc.boolean(),
  restrictedFrom: fc.constantFrom(...RESTRICTED_FROM),
  restrictedUses: fc.uniqueArray(fc.constantFrom(...RESTRICTED_USES)),
  breakGlass: fc.boolean(),
  registerMaySend: fc.uniqueArray(fc.constantFrom("REFUSAL", "RESTRICTED_HANDLING")),
});
const anyOutgoing: fc.Arbitrary<Outgoing> = fc.record({
  hasPersons: fc.boolean(),
  move: fc.constantFrom(...Object.values(TraceMove)),
  outcomeClass: fc.constantFrom(...Object.values(OutcomeClass)),
  tlp: fc.constantFrom(...Object.values(Tlp)),
  use: fc.uniqueArray(fc.constantFrom(...Object.values(UseRestriction))),
  grantsOnward: fc.boolean(),
  isLedger: fc.boolean(),
});

describe("what needs a second person (TP-ANS-1)", () => {
  it("is personal data, a refusal, restricted handling and an onward release", () => {
    expect(needs({})).toEqual([]);
    expect(needs({ hasPersons: true })).toEqual(["PERSONS"]);
    expect(needs({ move: TraceMove.REFUSAL })).toEqual(["REFUSAL"]);
    expect(needs({ tlp: Tlp.RED })).toEqual(["RESTRICTED_HANDLING"]);
    expect(needs({ use: [UseRestriction.INTELLIGENCE_ONLY] })).toEqual(["RESTRICTED_HANDLING"]);
    expect(needs({ grantsOnward: true })).toEqual(["ONWARD_RELEASE"]);
    expect(needs({ isLedger: true }, { refusals: false })).toEqual(["LEDGER"]);
  });

  it("is a correction that refuses, too", () => {
    const correction = { move: TraceMove.CORRECTION, outcomeClass: OutcomeClass.REFUSED };
    expect(needs(correction)).toEqual(["REFUSAL"]);
  });

  it("is no acknowledgement and no reminder of a restricted case, which tell nothing of it", () => {
    for (const move of [TraceMove.ACKNOWLEDGEMENT, TraceMove.REMINDER, TraceMove.CASE_CLOSED]) {
      expect(needs({ move, tlp: Tlp.RED })).toEqual([]);
      expect(needs({ move, tlp: Tlp.RED, hasPersons: true })).toEqual(["PERSONS"]);
    }
  });

  it("is personal data and an onward release whatever the policy says", () => {
    fc.assert(
      fc.property(anyOutgoing, anyPolicy, (what, policy) => {
        const reasons = needsSecondPerson(what, policy);
        expect(reasons.includes("PERSONS")).toBe(what.hasPersons);
        expect(reasons.includes("ONWARD_RELEASE")).toBe(what.grantsOnward);
        if (reasons.includes("PERSONS")) expect(registerMaySend(reasons, policy)).toBe(false);
      }),
    );
  });
});

describe("a policy (TP-ANS-2)", () => {
  it("that is not looser lets nothing leave that needed two persons before", () => {
    fc.assert(
      fc.property(anyOutgoing, anyPolicy, anyPolicy, (what, now, next) => {
        fc.pre(!isLooserPolicy(next, now));
        const reasons = needsSecondPerson(what, next);
        for (const reason of needsSecondPerson(what, now)) expect(reasons).toContain(reason);
        if (registerMaySend(needsSecondPerson(what, next), next)) {
          expect(registerMaySend(needsSecondPerson(what, now), now)).toBe(true);
        }
        expect(next.breakGlass && !now.breakGlass).toBe(false);
      }),
      { numRuns: 2_000 },
    );
  });

  it("is not looser than itself", () => {
    fc.assert(fc.property(anyPolicy, (policy) => !isLooserPolicy(policy, policy)));
  });
});
