import { type KeptSchedule as KeptFile, readSchedules, type ScheduleHistory } from "#records";
import type { Transaction } from "#runtime";
import { keepSigned, type SignedKept } from "./keep-signed.ts";

/** A version of the retention schedule as it is kept. */
export interface KeptSchedule extends KeptFile {
  /** SHA-256 of the schedule file. */
  readonly digest: Uint8Array;
}

/** Every version that was taken, the oldest first. */
export async function keptSchedules(tx: Transaction): Promise<KeptSchedule[]> {
  return await tx.all<{ version: number; digest: Uint8Array; schedule: Uint8Array }>(
    "SELECT version, digest, schedule FROM schedules ORDER BY version",
  );
}

/** One version; null when it was never taken. */
export async function loadScheduleVersion(
  tx: Transaction,
  args: { readonly version: number },
): Promise<KeptSchedule | null> {
  const row = await tx.get<{ version: number; digest: Uint8Array; schedule: Uint8Array }>(
    "SELECT version, digest, schedule FROM schedules WHERE version = ?",
    args.version,
  );
  return row ?? null;
}

/** Every version of the schedule, for reckoning beside the data. */
export async function scheduleHistoryOf(tx: Transaction): Promise<ScheduleHistory> {
  return readSchedules(await keptSchedules(tx));
}

/**
 * Keeps a version and enters it in the log, in one transaction (TP-RET-8): entries after it were
 * taken in under it.
 */
export async function keepSchedule(
  tx: Transaction,
  args: KeptSchedule & { readonly nowMs: number; readonly registerVersion: number },
): Promise<SignedKept> {
  return await keepSigned(tx, "schedule", { ...args, bytes: args.schedule });
}
