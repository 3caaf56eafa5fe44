import type { PlannedRequest } from "../../scenario/planned-request.ts";
import type { RecoveredRow } from "../../scenario/recovered-file.ts";

/** A row that would be sent from the United States to Austria. */
export function recoveredRow(change: Partial<RecoveredRow> = {}): RecoveredRow {
  return {
    ref: "T-1",
    manufacturer: "GLOCK",
    serialNumber: "MADE-123",
    calibre: "9mm",
    recoveryDate: "2024-02-29",
    recoveredIn: "US",
    ...change,
  };
}

/** The request such a row becomes. */
export function plannedRequest(change: Partial<RecoveredRow> = {}): PlannedRequest {
  return { row: recoveredRow(change), from: "US", to: "AT" };
}
