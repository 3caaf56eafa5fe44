import { IndicatorLedger, LedgerLine, RecoveryKind } from "#proto";

/** A line of a ledger, in pieces. */
export function ledgerLine(
  [recovery, type, marking]: readonly [keyof typeof RecoveryKind, string, string],
  [arms, byTrace, byAuthority]: readonly [number, number, number],
): LedgerLine {
  return LedgerLine.create({
    ...{ recovery: RecoveryKind[recovery], type, marking, arms: BigInt(arms) },
    establishedByTrace: BigInt(byTrace),
    establishedByAuthority: BigInt(byAuthority),
  });
}

/** Two years of Niger and one of Benin, made up; of 2026 there are two vintages. */
export const LEDGERS: readonly IndicatorLedger[] = [
  IndicatorLedger.create({
    ...{ state: "NE", year: 2026, vintage: 1, asOf: "2027-02-01", offExchangeTraces: 3n },
    monthsReported: [1, 2, 3],
    lines: [ledgerLine(["SEIZED", "RIFLE", "UNMARKED"], [50, 1, 1])],
  }),
  IndicatorLedger.create({
    ...{ state: "NE", year: 2026, vintage: 2, asOf: "2027-06-01", offExchangeTraces: 4n },
    monthsReported: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
    methodNote: "Arms | of the gendarmerie are counted <from> 2026 on.",
    lines: [
      ledgerLine(["SEIZED", "PISTOL_SELF_LOADING", "UNIQUELY_MARKED"], [20, 7, 2]),
      ledgerLine(["SEIZED", "PISTOL_SELF_LOADING", "REMOVED_ALTERED"], [6, 0, 0]),
      ledgerLine(["FOUND", "CRAFT_MADE", "UNMARKED"], [5, 0, 0]),
      ledgerLine(["SURRENDERED", "UNSPECIFIED", "NOT_RECORDED"], [9, 0, 1]),
    ],
  }),
  IndicatorLedger.create({
    ...{ state: "BJ", year: 2026, vintage: 1, asOf: "2027-03-01", monthsReported: [1, 2] },
  }),
];
