import { describe, expect, it } from "vitest";
import { ledgerFigures, safeLedgerFigures } from "#outputs";
import { IndicatorLedger } from "#proto";
import { LEDGERS, ledgerLine } from "../../support/ledgers.ts";

const find = (figures: ReturnType<typeof safeLedgerFigures>, measure: string, by: object) =>
  figures.find(
    (one) =>
      one.measure === measure &&
      JSON.stringify(Object.entries(one.by).sort()) === JSON.stringify(Object.entries(by).sort()),
  );

describe("figures of ledgers that are published", () => {
  const safe = safeLedgerFigures(LEDGERS);

  it("are those that anybody computes from the ledgers, where they are shown (TP-OUT-15)", () => {
    const exact = ledgerFigures(LEDGERS);
    expect(safe).toHaveLength(exact.length);
    const shown = safe.filter(({ value }) => value !== null);
    expect(shown.length).toBeGreaterThan(10);
    for (const figure of shown) expect(exact).toContainEqual(figure);
    const ledger = LEDGERS[1];
    const sum = (lines = ledger?.lines ?? []) =>
      lines.reduce((total, { arms }) => total + Number(arms), 0);
    expect(find(safe, "ARMS_RECOVERED", { STATE: "NE" })?.value).toBe(sum());
    const established = ledger?.lines.reduce(
      (total, line) => total + Number(line.establishedByTrace + line.establishedByAuthority),
      0,
    );
    expect(find(safe, "VC_ARM_SZTRACE", { STATE: "NE" })?.value).toBe(
      (100 * (established ?? 0)) / sum(),
    );
  });

  it("withhold small counts, and tell no small one by its neighbours (TP-OUT-15)", () => {
    const small = safe.filter(({ confidentiality, unit }) => {
      return unit !== "PERCENT" && confidentiality === "F";
    });
    for (const { value } of small) expect([1, 2, 3, 4]).not.toContain(value);
    const byAuthority = { STATE: "NE", ESTABLISHED_BY: "COMPETENT_AUTHORITY" };
    expect(find(safe, "ARMS_ORIGIN_ESTABLISHED", byAuthority)).toMatchObject({
      ...{ value: null, confidentiality: "C" },
    });
    const byTrace = { STATE: "NE", ESTABLISHED_BY: "TRACE" };
    expect(find(safe, "ARMS_ORIGIN_ESTABLISHED", byTrace)).toMatchObject({
      ...{ value: null, confidentiality: "D" },
    });
  });

  it("withhold the indicator where it would tell a small numerator (TP-OUT-15)", () => {
    const few = IndicatorLedger.create({
      ...{ state: "TG", year: 2026, vintage: 1, asOf: "2027-02-01", monthsReported: [1] },
      lines: [ledgerLine(["SEIZED", "RIFLE", "UNMARKED"], [40, 2, 0])],
    });
    const figures = safeLedgerFigures([few]);
    expect(find(figures, "ARMS_RECOVERED", { STATE: "TG" })?.value).toBe(40);
    expect(find(figures, "VC_ARM_SZTRACE", { STATE: "TG" })).toMatchObject({
      ...{ value: null, confidentiality: "C", status: "A" },
    });
  });

  it("do not tell a small revision by two vintages (TP-OUT-15, TP-STAT-12)", () => {
    const vintage = (number: number, arms: number) =>
      IndicatorLedger.create({
        ...{ state: "TG", year: 2026, vintage: number, asOf: `2027-0${number}-01` },
        lines: [
          ledgerLine(["SEIZED", "RIFLE", "UNMARKED"], [arms, 10, 10]),
          ledgerLine(["FOUND", "RIFLE", "UNMARKED"], [20, 6, 6]),
        ],
      });
    const arms = (...all: IndicatorLedger[]) => {
      const figures = safeLedgerFigures(all);
      const indicator = find(figures, "VC_ARM_SZTRACE", { STATE: "TG" });
      return [find(figures, "ARMS_RECOVERED", { STATE: "TG" })?.value, indicator?.value];
    };
    const [first, small, large] = [vintage(1, 60), vintage(2, 62), vintage(3, 70)];
    expect(arms(first)).toEqual([80, 40]);
    expect(arms(first, small)).toEqual([80, 40]);
    expect(arms(small)).toEqual([82, 3200 / 82]);
    expect(arms(large, first, small)).toEqual([90, 3200 / 90]);
  });

  it("keep a State without arms apart from one that is withheld (TP-OUT-9, TP-OUT-15)", () => {
    expect(find(safe, "VC_ARM_SZTRACE", { STATE: "BJ" })).toMatchObject({
      ...{ value: null, status: "M", confidentiality: "F" },
    });
  });
});
