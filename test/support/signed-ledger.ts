import { IndicatorLedger, LedgerLine, RecoveryKind } from "#proto";
import { toTimestamp } from "#wire";

/** When {@link signedLedger} is sent. */
export const LEDGER_SENT_MS = Date.UTC(2027, 1, 1, 12);

/** A line of a ledger; arms alone unless more is said. */
export function ledgerLine(changes: Partial<LedgerLine> = {}): LedgerLine {
  return LedgerLine.create({
    recovery: RecoveryKind.SEIZED,
    type: "PISTOL_SELF_LOADING",
    marking: "UNIQUELY_MARKED",
    arms: 10n,
    establishedByTrace: 3n,
    establishedByAuthority: 2n,
    ...changes,
  });
}

/** A ledger of Niger that two officers have signed off. */
export function signedLedger(changes: Partial<IndicatorLedger> = {}): IndicatorLedger {
  return IndicatorLedger.create({
    state: "NE",
    year: 2026,
    vintage: 1,
    asOf: "2027-01-31",
    lines: [ledgerLine(), ledgerLine({ recovery: RecoveryKind.FOUND, type: "UNSPECIFIED" })],
    signOffs: [
      { officerRef: "desk-1", at: toTimestamp(LEDGER_SENT_MS - 7_200_000) },
      { officerRef: "head-1", at: toTimestamp(LEDGER_SENT_MS - 3_600_000) },
    ],
    offExchangeTraces: 4n,
    methodNote: "Converted arms are counted under what they fire now.",
    national: [{ code: "NE-1", title: "Arms marked in State depots", unit: "PERCENT" }],
    monthsReported: [1, 2, 3, 12],
    ...changes,
  });
}
