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

type Question = Parameters<typeof mayRelease>[0];
const { AMBER, CLEAR, GREEN, RED } = Tlp;
const { ANY_LAWFUL, INTELLIGENCE_ONLY, NO_JUDICIAL_USE, NO_ONWARD, OTHER } = UseRestriction;
const { INTELLIGENCE, JUDICIAL_PROCEEDINGS } = IntendedUse;

/** What NE wrote, asked for by BR's customs, where the case does not say otherwise. */
function asked(handling: Partial<Handling>, changes: Partial<Question> = {}): string {
  const outcome = mayRelease({
    handling: Handling.create({ tlp: AMBER, originatorState: "NE", ...handling }),
    holders: ["KE"],
    to: { participant: "BR-CUSTOMS", state: "BR" },
    use: INTELLIGENCE,
    grants: [],
    ...changes,
  });
  if (outcome.ok) return outcome.value;
  const { code, detail, field } = outcome.refusal;
  return `${code} ${field} ${detail}`;
}

const USE = "HANDLING_VIOLATION header.handling.use";
const NO_LEAVE = `${USE} is not passed on without the originator's leave`;
const FOR_RECIPIENTS = "HANDLING_VIOLATION header.handling.tlp keeps it with its recipients";
const NO_COURT = `${USE} is not for judicial proceedings without the originator's leave`;
const grant = (to: string, ...uses: IntendedUse[]) => ({ grants: [{ to, uses }] });
const court = { use: JUDICIAL_PROCEEDINGS } as const;

describe("passing information on", () => {
  test.each<[what: string, says: string, handling: Partial<Handling>, Partial<Question>?]>([
    ["to the State that owns it", "ORIGINATOR", { tlp: RED, originatorState: "BR" }],
    ["to who has it", "HOLDER", { tlp: RED }, { holders: ["BR-CUSTOMS"] }],
    ["to the State of who has it", FOR_RECIPIENTS, {}, { holders: ["BR"] }],
    ["with leave for its State", "GRANTED", { tlp: RED, use: [NO_ONWARD] }, grant("BR")],
    ["with leave for itself", "GRANTED", { use: [NO_ONWARD] }, grant("BR-CUSTOMS")],
    ["with leave for another", NO_LEAVE, { use: [NO_ONWARD] }, grant("KE")],
    ["with leave for nobody", FOR_RECIPIENTS, {}, grant("")],
    [
      "with leave for this use",
      "GRANTED",
      { use: [NO_JUDICIAL_USE] },
      { ...grant("BR", JUDICIAL_PROCEEDINGS), ...court },
    ],
    [
      "with leave for another use",
      NO_COURT,
      { use: [NO_JUDICIAL_USE] },
      { ...grant("BR", INTELLIGENCE), ...court },
    ],
    [
      "with leave for one use, and none said",
      FOR_RECIPIENTS,
      {},
      { ...grant("BR", INTELLIGENCE), use: undefined },
    ],
    [
      "with leave that names no use",
      NO_COURT,
      { use: [NO_JUDICIAL_USE] },
      { ...grant("BR"), ...court },
    ],
    ["when its State is named", "RELEASABLE_TO", { use: [NO_ONWARD], releasableTo: ["KE", "BR"] }],
    ["when it is named itself", "RELEASABLE_TO", { releasableTo: ["BR-CUSTOMS"] }],
    ["when another is named", FOR_RECIPIENTS, { releasableTo: ["KE"] }],
    ["that is green", "COMMUNITY", { tlp: GREEN }],
    ["that is clear", "COMMUNITY", { tlp: CLEAR, use: [ANY_LAWFUL] }],
    ["that is amber", FOR_RECIPIENTS, { tlp: AMBER }],
    ["that is red", FOR_RECIPIENTS, { tlp: RED }],
    ["that is clear, but not onward", NO_LEAVE, { tlp: CLEAR, use: [NO_ONWARD] }],
    ["for intelligence, for that only", "COMMUNITY", { tlp: GREEN, use: [INTELLIGENCE_ONLY] }],
    [
      "for a court, for intelligence only",
      `${USE} is for intelligence only`,
      { tlp: GREEN, use: [INTELLIGENCE_ONLY] },
      court,
    ],
    [
      "for a use not said, for intelligence only",
      "COMMUNITY",
      { tlp: GREEN, use: [INTELLIGENCE_ONLY] },
      { use: undefined },
    ],
    ["for a court", "COMMUNITY", { tlp: GREEN }, court],
    ["for a court, where that is barred", NO_COURT, { tlp: GREEN, use: [NO_JUDICIAL_USE] }, court],
    [
      "for intelligence, where courts are barred",
      "COMMUNITY",
      { tlp: GREEN, use: [NO_JUDICIAL_USE] },
    ],
    [
      "under a condition in words",
      `${USE} has a condition in words: ask the originator`,
      { tlp: GREEN, use: [OTHER] },
    ],
    [
      "to an organization that is no State's",
      FOR_RECIPIENTS,
      { originatorState: "" },
      { to: { participant: "ORG-X", state: "" } },
    ],
  ])("%s: %s", (_what, says, handling, changes) => {
    expect(asked(handling, changes)).toBe(says);
  });

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
