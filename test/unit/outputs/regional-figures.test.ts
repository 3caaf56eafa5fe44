import { expect, test } from "vitest";
import { regionalFigures, safeLedgerFigures } from "#outputs";
import { IndicatorLedger } from "#proto";
import { regionalIndicator } from "#statistics";
import { ledgerLine } from "../../support/ledgers.ts";

const ledger = (state: string, arms: number, byTrace: number) =>
  IndicatorLedger.create({
    ...{ state, year: 2026, vintage: 1, asOf: "2027-02-01", monthsReported: [1, 2, 3] },
    lines: arms === 0 ? [] : [ledgerLine(["SEIZED", "RIFLE", "UNMARKED"], [arms, byTrace, 0])],
  });
const of = { members: ["BJ", "NE", "NG", "TG"], period: "2026", vintage: "2027-03-01" };

test("the indicator of a region is that of its sums, not the mean (TP-STAT-17)", () => {
  const counts = [
    { numerator: 10, denominator: 20 },
    { numerator: 10, denominator: 180 },
    { numerator: null, denominator: 50 },
  ];
  expect(regionalIndicator(counts)).toEqual({
    ...{ numerator: 20, denominator: 200, value: 10, states: 2 },
  });
  const none = [{ numerator: 0, denominator: 0 }];
  expect(regionalIndicator(none)).toMatchObject({ value: null, states: 1 });
});

test("it is of members that are shown, with how many, and tells no other (TP-OUT-19)", () => {
  const ledgers = [
    ledger("BJ", 20, 10),
    ledger("NE", 180, 10),
    ledger("NG", 50, 2),
    ledger("CO", 99, 99),
  ];
  const figures = regionalFigures(safeLedgerFigures(ledgers), of);
  // Two arms of Nigeria are withheld: with them in the sum they could be subtracted.
  expect(figures.map(({ by, measure, value }) => [measure, by, value])).toEqual([
    ["ARMS_RECOVERED", {}, 200],
    ["ARMS_ORIGIN_ESTABLISHED", {}, 20],
    ["VC_ARM_SZTRACE", {}, 10],
  ]);
  const coverage = {
    statesExpected: 4,
    statesReporting: 2,
    monthsExpected: 12,
    monthsReporting: 3,
  };
  for (const one of figures) expect(one).toMatchObject({ coverage, vintage: "2027-02-01" });
});

test("without any State that is shown it is missing, not zero", () => {
  const figures = regionalFigures(safeLedgerFigures([ledger("NG", 50, 2)]), of);
  for (const one of figures) {
    expect(one).toMatchObject({ value: null, status: "M", vintage: "2027-03-01" });
  }
});
