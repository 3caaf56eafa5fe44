import type { RecoveredRow } from "./recovered-file.ts";

/** A row that another State is asked about. */
export interface PlannedRequest {
  readonly row: RecoveredRow;
  /** Requesting State, ISO 3166-1 alpha-2; its focal point has the same id. */
  readonly from: string;
  /** Requested State. */
  readonly to: string;
}
