import { type KeptSchedule, readSchedules, type ScheduleHistory } from "#records";
import type { Transaction } from "#runtime";

/** Versions of the retention schedule that this participant has taken (TP-RET-10). */
export const SCHEDULE_MIGRATION_SQL = `
CREATE TABLE retention_schedule (
  version INTEGER PRIMARY KEY,
  schedule BLOB NOT NULL,
  taken_at INTEGER NOT NULL
) STRICT;
`;

/** Every version of the schedule that was taken, the oldest first. */
export async function takenSchedules(tx: Transaction): Promise<KeptSchedule[]> {
  return await tx.all<{ version: number; schedule: Uint8Array }>(
    "SELECT version, schedule FROM retention_schedule ORDER BY version",
  );
}

/** Keeps a version that was verified; false for one that is not higher. */
export async function takeSchedule(
  tx: Transaction,
  { nowMs, schedule, version }: KeptSchedule & { readonly nowMs: number },
): Promise<boolean> {
  const newest = (await takenSchedules(tx)).at(-1);
  if (newest !== undefined && version <= newest.version) return false;
  const sql = "INSERT INTO retention_schedule (version, schedule, taken_at) VALUES (?, ?, ?)";
  await tx.run(sql, version, schedule, nowMs);
  return true;
}

/** Every version of the schedule, for reckoning beside the data. */
export async function scheduleHistory(tx: Transaction): Promise<ScheduleHistory> {
  return readSchedules(await takenSchedules(tx));
}

/** Procedures of a store about the schedule. */
export const SCHEDULE_PROCEDURES = { takenSchedules, takeSchedule };
