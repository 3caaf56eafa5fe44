import { EntryKind } from "#proto";
import { type KeptSchedule as KeptFile, readSchedules, type ScheduleHistory } from "#records";
import type { Transaction } from "#runtime";
import { equalBytes, sha256 } from "#wire";
import { logDigest } from "./log-statements.ts";

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

/** The history read last: what was read once is not read in each transaction. */
let read: { readonly of: string; readonly history: ScheduleHistory } | undefined;

/** Every version of the schedule, for reckoning beside the data. */
export async function scheduleHistoryOf(tx: Transaction): Promise<ScheduleHistory> {
  const kept = await keptSchedules(tx);
  const of = kept.map(({ schedule }) => Buffer.from(sha256(schedule)).toString("hex")).join();
  if (read?.of !== of) read = { of, history: readSchedules(kept) };
  return read.history;
}

/** What came of a version that was to be kept. */
export type ScheduleKept =
  | { readonly type: "kept"; readonly size: number; readonly rootHash: Uint8Array }
  | { readonly type: "known" }
  /** Not higher than what is kept, or another schedule of the same version. */
  | { readonly type: "lower" };

/**
 * Keeps a version and enters it in the log, in one transaction (TP-RET-8): entries after it were
 * taken in under it.
 */
export async function keepSchedule(
  tx: Transaction,
  args: KeptSchedule & { readonly nowMs: number; readonly registerVersion: number },
): Promise<ScheduleKept> {
  const { version, digest, schedule, nowMs, registerVersion } = args;
  const newest = (await keptSchedules(tx)).at(-1);
  if (newest !== undefined && version <= newest.version) {
    const isKnown = version === newest.version && equalBytes(digest, newest.digest);
    return { type: isKnown ? "known" : "lower" };
  }
  const place = { nowMs, registerVersion, scheduleVersion: version };
  const about = { kind: EntryKind.SCHEDULE_CHANGE, sender: "", digest };
  const log = await logDigest(tx, { ...about, ...place });
  await tx.run(
    "INSERT INTO schedules (version, digest, schedule, log_index, taken_at) VALUES (?, ?, ?, ?, ?)",
    version,
    digest,
    schedule,
    log.firstIndex,
    log.recordedAtMs,
  );
  return { type: "kept", size: log.size, rootHash: log.rootHash };
}
