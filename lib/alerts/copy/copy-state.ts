import type { Transaction } from "#runtime";
import { sweepExpired } from "./note-alert.ts";

/** How much there is, and as of when it is what the exchange has. */
export interface AlertCopyState {
  /** Alerts, updates and exercises that can match. */
  readonly inForce: number;
  /** When the line to the exchange was last up, with nothing waiting on it; 0: never. */
  readonly currentAtMs: number;
  /** Grows with every change. */
  readonly version: number;
}

/** State of the local copy. */
export async function alertCopyState(tx: Transaction, _args: unknown): Promise<AlertCopyState> {
  const row = await tx.get<{ in_force: number; current_at: number; version: number }>(
    `SELECT (SELECT count(*) FROM alert_message WHERE ended IS NULL) AS in_force,
       current_at, version FROM alert_copy`,
  );
  return {
    inForce: row?.in_force ?? 0,
    currentAtMs: row?.current_at ?? 0,
    version: row?.version ?? 0,
  };
}

/** Notes that the copy is what the exchange has: never earlier than was noted before. */
export async function noteCopyCurrent(
  tx: Transaction,
  { nowMs }: { readonly nowMs: number },
): Promise<void> {
  await tx.run("UPDATE alert_copy SET current_at = max(current_at, ?)", nowMs);
  await sweepExpired(tx, { nowMs });
}
