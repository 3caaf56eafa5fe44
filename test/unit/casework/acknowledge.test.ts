import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  ACKNOWLEDGE_TLPS,
  type AcknowledgeRule,
  type AcknowledgeRules,
  acknowledgeBy,
  DEFAULT_RELEASE_POLICY,
  isLooserRules,
  PRIORITIES,
} from "#casework";
import { OutcomeClass, Tlp, TraceMove } from "#proto";

const STATES = ["KE", "NE", "BR"];
const anyRule: fc.Arbitrary<AcknowledgeRule> = fc.record(
  {
    name: fc.constantFrom("a", "b", "c"),
    priorities: fc.subarray([...PRIORITIES], { minLength: 1 }),
    requestingStates: fc.subarray(STATES, { minLength: 1 }),
    tlpMax: fc.constantFrom(...ACKNOWLEDGE_TLPS),
    completenessMin: fc.integer({ min: 0, max: 4 }),
  },
  { requiredKeys: ["name"] },
);
const anyRules: fc.Arbitrary<AcknowledgeRules> = fc.record({
  active: fc.boolean(),
  rules: fc.array(anyRule, { maxLength: 3 }),
});
const anyRequest = fc.record({
  priority: fc.constantFrom(...PRIORITIES),
  requestingState: fc.constantFrom(...STATES),
  completeness: fc.integer({ min: 0, max: 4 }),
  what: fc.record({
    hasPersons: fc.boolean(),
    move: fc.constant(TraceMove.REQUEST),
    outcomeClass: fc.constant(OutcomeClass.UNSPECIFIED),
    tlp: fc.constantFrom(...ACKNOWLEDGE_TLPS).map((name) => Tlp[name]),
    use: fc.constant([]),
    grantsOnward: fc.constant(false),
    isLedger: fc.constant(false),
  }),
});
const decide = (request: Parameters<typeof acknowledgeBy>[0], rules: AcknowledgeRules) =>
  acknowledgeBy(request, rules, DEFAULT_RELEASE_POLICY);

describe("rules that acknowledge", () => {
  test("that one person may set take nothing that those before did not (TP-ANS-13)", () => {
    fc.assert(
      fc.property(anyRules, anyRules, anyRequest, (now, next, request) => {
        fc.pre(!isLooserRules(next, now));
        const takesMore = decide(request, next).acknowledge && !decide(request, now).acknowledge;
        expect(takesMore).toBe(false);
      }),
    );
  });

  test("are no looser than themselves, and none is looser than being switched off", () => {
    fc.assert(
      fc.property(anyRules, anyRules, (now, next) => {
        expect(isLooserRules(now, now)).toBe(false);
        expect(isLooserRules({ ...next, active: false }, now)).toBe(false);
      }),
    );
  });

  test("never take personal data or restricted handling (TP-ANS-12)", () => {
    fc.assert(
      fc.property(anyRules, anyRequest, (rules, request) => {
        const { hasPersons, tlp } = request.what;
        const isBarred = hasPersons || tlp >= Tlp.AMBER_STRICT;
        expect(isBarred && decide(request, rules).acknowledge).toBe(false);
      }),
    );
  });
});
