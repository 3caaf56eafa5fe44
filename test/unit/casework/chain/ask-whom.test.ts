import { describe, expect, test } from "vitest";
import { askWhom, type OriginFacts } from "../../../../lib/casework/chain/ask-whom.ts";

/** What is proposed, as `STATE REASON`. */
function proposalOf(facts: Omit<OriginFacts, "recoveryCountry">) {
  const asked = askWhom({ recoveryCountry: "NE", ...facts });
  if (!asked.ok) return asked.refusal;
  const shown = ({ reason, state }: { state: string; reason: string }) => `${state} ${reason}`;
  return { proposed: asked.value.proposed.map(shown), choose: asked.value.choose.map(shown) };
}

describe("who to ask (TP-CHAIN-1)", () => {
  test("is the State of the newest import mark first, then the State of manufacture", () => {
    const importMarks = [
      { country: "FR", year: 1991 },
      { country: "US", year: 2005 },
    ];
    expect(proposalOf({ countryOfManufacture: "AT", importMarks })).toEqual({
      proposed: ["US LAST_IMPORT", "AT MANUFACTURE"],
      choose: ["FR OTHER_IMPORT"],
    });
  });

  test.each([
    ["a year is missing", [{ country: "FR" }, { country: "US", year: 2005 }]],
    [
      "two are of one year",
      [
        { country: "FR", year: 2005 },
        { country: "US", year: 2005 },
      ],
    ],
  ])("is for an officer to choose among import marks when %s", (_why, importMarks) => {
    expect(proposalOf({ countryOfManufacture: "AT", importMarks })).toEqual({
      proposed: ["AT MANUFACTURE"],
      choose: ["FR OTHER_IMPORT", "US OTHER_IMPORT"],
    });
  });

  test("is the one successor of a State that is gone", () => {
    expect(proposalOf({ countryOfManufacture: "DD" })).toEqual({
      proposed: ["DE SUCCESSOR"],
      choose: [],
    });
  });

  test("is never all successors at once: an officer chooses", () => {
    const found = proposalOf({ countryOfManufacture: "SUHH" });
    expect(found).toMatchObject({ proposed: [] });
    expect(found).toHaveProperty("choose.length", 15);
  });

  test("depends on the year where two States bore one code", () => {
    const before = { countryOfManufacture: "CS", yearOfManufacture: 1980 };
    expect(proposalOf(before)).toMatchObject({ choose: ["CZ SUCCESSOR", "SK SUCCESSOR"] });
    const after = { countryOfManufacture: "CS", yearOfManufacture: 2004 };
    expect(proposalOf(after)).toMatchObject({ choose: ["ME SUCCESSOR", "RS SUCCESSOR"] });
    const unknown = { countryOfManufacture: "CS" };
    expect(proposalOf(unknown)).toHaveProperty("choose.length", 4);
  });

  test("tells which State is gone", () => {
    const asked = askWhom({ countryOfManufacture: "ZR", recoveryCountry: "NE" });
    expect(asked).toMatchObject({
      value: { proposed: [{ state: "CD", former: { code: "ZRCD", name: "Zaire" } }] },
    });
  });

  test("is the works of a brand only where no country is marked", () => {
    expect(proposalOf({ make: "Glock" })).toEqual({ proposed: ["AT BRAND"], choose: [] });
    expect(proposalOf({ make: "Beretta" })).toEqual({ proposed: [], choose: ["IT BRAND"] });
    expect(proposalOf({ make: "Glock", countryOfManufacture: "US" })).toEqual({
      proposed: ["US MANUFACTURE"],
      choose: [],
    });
    expect(proposalOf({ make: "Nobody's" })).toEqual({ proposed: [], choose: [] });
  });

  test("is never the State that asks, and no State twice", () => {
    const importMarks = [{ country: "NE", year: 2005 }];
    const own = { countryOfManufacture: "NE", importMarks };
    expect(proposalOf(own)).toEqual({ proposed: [], choose: [] });
    const twice = { countryOfManufacture: "AT", importMarks: [{ country: "AT", year: 1999 }] };
    expect(proposalOf(twice)).toEqual({ proposed: ["AT LAST_IMPORT"], choose: [] });
  });

  test.each([
    ["country_of_manufacture", { countryOfManufacture: "QQ" }],
    ["import_mark.country", { importMarks: [{ country: "SU" }] }],
    ["recovery_country", { recoveryCountry: "YU" }],
  ])("is refused with %s for a code that is none", (field, facts) => {
    const asked = askWhom({ recoveryCountry: "NE", ...facts });
    expect(asked).toMatchObject({ ok: false, refusal: { code: "BODY_INVALID", field } });
  });
});
