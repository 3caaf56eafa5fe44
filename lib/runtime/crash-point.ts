/**
 * Named places on the way of a message, or of other work, where a fault test may end a process.
 * Nothing is armed unless a composition root says so; an unarmed point costs one comparison.
 */

/** On the way of a message. The name says who runs there and what has just become true. */
export const MESSAGE_CRASH_POINTS = [
  "focal-point.drafted",
  "focal-point.sealed",
  "focal-point.published",
  "focal-point.receipt-received",
  "focal-point.inbox-received",
  "focal-point.inbox-opened",
  "focal-point.inbox-stored",
  "focal-point.delivered-published",
  "gateway.received",
  "gateway.authorized",
  "gateway.recorded",
  "gateway.dispatched",
  "gateway.receipted",
  "gateway.delivered-recorded",
  "gateway.acknowledged",
] as const;

/** In an import of a register. */
export const IMPORT_CRASH_POINTS = [
  "focal-point.portion-read",
  "focal-point.portion-taken",
  "focal-point.keys-added",
  "focal-point.pass-ended",
] as const;

/** While legal holds are placed and records disposed of. */
export const DISPOSAL_CRASH_POINTS = [
  "gateway.hold-kept",
  "gateway.disposal-committed",
  "gateway.disposal-signed",
  "gateway.disposal-scrubbed",
  "participant.hold-kept",
  "participant.disposal-committed",
  "participant.disposal-signed",
  "participant.disposal-files-removed",
  "participant.disposal-scrubbed",
] as const;

/** While what was recorded is counted, and regional monitors are fed. */
export const COUNT_CRASH_POINTS = [
  "gateway.tally-kept",
  "gateway.feed-published",
  "gateway.day-counted",
  "gateway.counts-kept",
] as const;

/** While NATS is made to follow the register. */
const RECONCILE_CRASH_POINTS = [
  "reconcile.account-issued",
  "reconcile.account-pushed",
  "reconcile.gateway-connected",
  "reconcile.streams-made",
  "reconcile.listed",
  "reconcile.disconnected",
] as const;

/** While a backup is made. */
export const BACKUP_CRASH_POINTS = [
  "backup.store-copied",
  "backup.files-copied",
  "backup.described",
  "backup.named",
] as const;

/** While one is restored. */
export const RESTORE_CRASH_POINTS = [
  "restore.laid",
  "restore.proven",
  "restore.put-aside",
  "restore.named",
] as const;

/** While a store is brought to a newer schema: after each step, and when all have lasted. */
export const SCHEMA_CRASH_POINTS = ["store.step-taken", "store.schema-committed"] as const;

/** While a store is copied: after each table, when all of it lasts, and under its name. */
export const COPY_CRASH_POINTS = ["copy.table-copied", "copy.committed", "copy.named"] as const;

/** Where a store keeps bodies in files, and erases them. */
const BODY_CRASH_POINTS = [
  "store.bodies-synced",
  "store.bodies-overwritten",
  "store.body-file-removed",
] as const;

/** Where a test may strike. */
export const CRASH_POINTS = [
  ...MESSAGE_CRASH_POINTS,
  ...IMPORT_CRASH_POINTS,
  ...DISPOSAL_CRASH_POINTS,
  ...COUNT_CRASH_POINTS,
  ...RECONCILE_CRASH_POINTS,
  ...BACKUP_CRASH_POINTS,
  ...RESTORE_CRASH_POINTS,
  ...SCHEMA_CRASH_POINTS,
  ...COPY_CRASH_POINTS,
  ...BODY_CRASH_POINTS,
] as const;

/** One of {@link CRASH_POINTS}. */
export type CrashPoint = (typeof CRASH_POINTS)[number];

/** What happens where. */
export interface CrashPlan {
  readonly point: CrashPoint;
  /** Strikes at the n-th passing, counted from 1. */
  readonly passing: number;
  /** Process to end with SIGKILL; default this one. */
  readonly pid?: number;
}

let armed: CrashPlan | undefined;
let passings = 0;

/** Arms one point; composition roots only. */
export function armCrashPoint(plan: CrashPlan): void {
  armed = plan;
  passings = 0;
}

/** Marks that the way has come to a named place. */
export function passCrashPoint(point: CrashPoint): void {
  if (armed === undefined || armed.point !== point) return;
  passings += 1;
  if (passings !== armed.passing) return;
  const pid = armed.pid ?? process.pid;
  armed = undefined;
  process.kill(pid, "SIGKILL");
}

/** Reads "point", "point:passing" or "point:passing:pid"; undefined when it is none of these. */
export function parseCrashPlan(text: string): CrashPlan | undefined {
  const [name = "", passing = "1", pid] = text.split(":");
  const point = CRASH_POINTS.find((candidate) => candidate === name);
  const count = Number(passing);
  if (point === undefined || !Number.isInteger(count) || count < 1) return undefined;
  if (pid === undefined) return { point, passing: count };
  const target = Number(pid);
  return Number.isInteger(target) && target > 0
    ? { point, passing: count, pid: target }
    : undefined;
}
