import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Handling, IntendedUse, Tlp, UseRestriction } from "#proto";
import { mayRelease } from "#trust";

/** TP-REQ-20 */

const STATES = ["AT", "BR", "KE", "NE", "US"] as const;
const anyHandling = fc.record({
  tlp: fc.constantFrom(...Object.values(Tlp)),
  use: fc.uniqueArray(fc.constantFrom(...Object.values(UseRestriction))),
  releasableTo: fc.subarray([...STATES]),
  originatorState: fc.constantFrom(...STATES),
});
const anyUse = fc.constantFrom(...Object.values(IntendedUse));
const anyState = fc.constantFrom(...STATES);
const anyGrants = fc.array(fc.record({ to: anyState, uses: fc.uniqueArray(anyUse) }));

describe("passing information on", () => {
  test("is never allowed by an empty name", () => {
    const handling = Handling.create({ tlp: Tlp.AMBER, releasableTo: [""] });
    const to = { participant: "ORG-MONITOR", state: "" };
    const use = IntendedUse.INTELLIGENCE;
    const asked = mayRelease({ handling, holders: [], to, use, grants: [{ to: "", uses: [] }] });
    expect(asked).toMatchObject({ ok: false, refusal: { code: "HANDLING_VIOLATION" } });
  });

  test("needs leave, a name in the handling, or the data already, where NO_ONWARD stands", () => {
    fc.assert(
      fc.property(anyHandling, anyState, anyUse, anyGrants, (given, state, use, grants) => {
        const handling = { ...given, use: [...given.use, UseRestriction.NO_ONWARD] };
        const to = { participant: state, state };
        const asked = mayRelease({ handling, holders: ["KE"], to, use, grants });
        const isKnown =
          state === "KE" ||
          state === handling.originatorState ||
          handling.releasableTo.includes(state) ||
          grants.some((grant) => grant.to === state);
        if (!isKnown) expect(asked.ok).toBe(false);
      }),
    );
  });

  test("is no easier under a restriction more, or without a grant", () => {
    fc.assert(
      fc.property(
        anyHandling,
        anyState,
        anyUse,
        anyGrants,
        fc.constantFrom(...Object.values(UseRestriction)),
        (handling, state, use, grants, restriction) => {
          const to = { participant: state, state };
          const question = { handling, holders: [], to, use, grants };
          const strict = { ...handling, use: [...handling.use, restriction] };
          const before = mayRelease(question);
          if (!before.ok) expect(mayRelease({ ...question, handling: strict }).ok).toBe(false);
          if (!before.ok) expect(mayRelease({ ...question, grants: [] }).ok).toBe(false);
        },
      ),
    );
  });
});
