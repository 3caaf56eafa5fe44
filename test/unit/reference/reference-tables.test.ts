import { describe, expect, it } from "vitest";
import {
  alpha2Of,
  alpha3Of,
  BRAND_ALIASES,
  BRAND_TIES,
  brandOf,
  brandTie,
  CALIBRES,
  calibreOf,
  FORMER_STATES,
  formerState,
  isIsoAlpha2,
  isPlaceholder,
  isSameCalibre,
  isStateCode,
  MAKERS,
  makerOf,
  PLACEHOLDERS,
  stateName,
} from "#reference";

describe("the maker table (TP-SCR-4)", () => {
  it("is the table of docs/spec/screening.md, with brands made in several States marked", () => {
    const told = MAKERS.rows.map((row) => `${row.brand} ${row.state}${row.ambiguous ? "*" : ""}`);
    const us = [
      ...["SMITH & WESSON", "RUGER", "SCCY", "HI-POINT", "COBRA", "LORCIN", "MOSSBERG"],
      ...["REMINGTON", "KEL-TEC", "DAVIS", "COLT", "BRYCO", "PALMETTO", "JIMENEZ"],
      ...["POLYMER80", "DPMS", "KIMBER", "BUSHMASTER", "NAA"],
    ];
    const expected = [
      ...["GLOCK AT", "TAURUS BR*", "ROSSI BR", "BERETTA IT*", "FN BE*", "CANIK TR"],
      ...["WALTHER DE", "SIG SAUER DE*", "SPRINGFIELD HR*", "CENTURY US*"],
      ...us.map((brand) => `${brand} US`),
    ];
    expect(told.toSorted()).toEqual(expected.toSorted());
  });

  it("names only current States, and each brand once", () => {
    for (const maker of MAKERS.rows) expect(isIsoAlpha2(maker.state)).toBe(true);
    expect(new Set(MAKERS.rows.map((row) => row.brand)).size).toBe(MAKERS.rows.length);
  });

  it("knows no brand that is not in it, nor one written otherwise", () => {
    expect(makerOf("GLOCK")?.state).toBe("AT");
    expect(makerOf("Glock")).toBeUndefined();
    expect(makerOf("NORINCO")).toBeUndefined();
    expect(makerOf("")).toBeUndefined();
    expect(makerOf("__proto__")).toBeUndefined();
  });
});

describe("brands (TP-FIRE-5)", () => {
  it("are one however they are written, and two where they are two", () => {
    for (const text of ["S&W", "s & w", "Smith and Wesson", "SMITH&WESSON"]) {
      expect(brandOf(text)).toBe("SMITH & WESSON");
    }
    expect(brandOf("Česká zbrojovka")).toBe("CZ");
    expect(brandOf("Unheard-of Works")).toBe("UNHEARDOFWORKS");
  });

  it("give each spelling to one brand only, and name current States", () => {
    for (const { alias, brand } of BRAND_ALIASES.rows) expect(brandOf(alias), alias).toBe(brand);
    for (const tie of BRAND_TIES.rows) {
      expect(isIsoAlpha2(tie.state)).toBe(true);
      expect(brandTie(tie.maker, tie.brand)).toBe(tie);
    }
    expect(brandTie("GLOCK", "TAURUS")).toBeUndefined();
  });
});

describe("State codes", () => {
  it("turns alpha-3 into alpha-2 and back for every current State", () => {
    for (const alpha2 of ["US", "AT", "FR", "KE", "SS", "TL", "ME"]) {
      const alpha3 = alpha3Of(alpha2);
      expect(alpha3).toMatch(/^[A-Z]{3}$/u);
      expect(alpha2Of(alpha3 ?? "")).toBe(alpha2);
    }
    expect(alpha2Of("USA")).toBe("US");
  });

  it("refuses withdrawn, lower-case, unassigned and alpha-2 codes where alpha-3 is asked", () => {
    for (const text of ["YUG", "SUN", "ANT", "usa", "US", "ZZZ", "XKK", "", "UK", "EUR"]) {
      expect(alpha2Of(text), text).toBeUndefined();
    }
    expect(isStateCode("SU")).toBe(false);
    expect(isStateCode("EU")).toBe(false);
  });

  it("knows XK as assigned by users and not by ISO 3166-1", () => {
    expect(isStateCode("XK")).toBe(true);
    expect(isIsoAlpha2("XK")).toBe(false);
    expect(alpha2Of("XKX")).toBe("XK");
  });

  it("names States in English, and gives back what names none", () => {
    expect(stateName("AT")).toBe("Austria");
    expect(stateName("HR")).toBe("Croatia");
    expect(stateName("QQ")).toBe("QQ");
    expect(stateName("not a code")).toBe("not a code");
  });

  it("leads former States to successors that exist", () => {
    expect(formerState("CSHH")?.successors).toEqual(["CZ", "SK"]);
    expect(formerState("CZ")).toBeUndefined();
    for (const former of FORMER_STATES.rows) {
      expect(former.successors.length).toBeGreaterThan(0);
      for (const successor of former.successors) expect(isIsoAlpha2(successor)).toBe(true);
    }
  });
});

describe("calibres", () => {
  it("reads one designation however it is spaced or cased", () => {
    for (const text of ["9mm", "9 mm", "9 MM", "９mm"]) expect(calibreOf(text)?.id).toBe("9mm");
    expect(calibreOf("12 Gauge")?.id).toBe("12-gauge");
    expect(calibreOf("7.62×39mm")?.id).toBe("7-62x39");
  });

  it("never takes a short form for one of its rounds, nor two rounds for one", () => {
    expect(isSameCalibre("9mm", "9 mm Luger")).toBe(false);
    expect(isSameCalibre("7.62x51mm", ".308 Win")).toBe(false);
    expect(isSameCalibre("5.56x45mm", ".223")).toBe(false);
    expect(isSameCalibre(".380", ".38")).toBe(false);
  });

  it("compares what it does not know as written", () => {
    expect(isSameCalibre("6.5 Grendel", "6.5GRENDEL")).toBe(true);
    expect(isSameCalibre("6.5 Grendel", "6.5 Creedmoor")).toBe(false);
  });

  it("gives each spelling to one designation only", () => {
    const names = CALIBRES.rows.flatMap((row) => [row.canonical, ...row.aliases]);
    for (const row of CALIBRES.rows) {
      for (const name of [row.canonical, ...row.aliases]) expect(calibreOf(name)).toBe(row);
    }
    expect(new Set(CALIBRES.rows.map((row) => row.id)).size).toBe(CALIBRES.rows.length);
    expect(names.length).toBeGreaterThan(CALIBRES.rows.length);
  });
});

describe("placeholders", () => {
  it("are the closed list of entries that say nothing", () => {
    expect(PLACEHOLDERS.rows).toEqual(["N/A", "NONE", "UNKNOWN"]);
    expect(isPlaceholder("NONE")).toBe(true);
    expect(isPlaceholder("NONE1")).toBe(false);
  });
});

it("every reference table says its version and its source", () => {
  for (const table of [MAKERS, CALIBRES, PLACEHOLDERS, FORMER_STATES]) {
    expect(table.version).toMatch(/^\d{4}-\d{2}-\d{2}$/u);
    expect(table.source.length).toBeGreaterThan(20);
  }
});
