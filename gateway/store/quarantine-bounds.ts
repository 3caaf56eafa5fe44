import { GATEWAY_LIMITS, type SqlRow, type Transaction } from "#runtime";
import { noteOccurrences } from "./operator-events.ts";

/** What one participant's items take up. */
export interface QuarantineUsage extends SqlRow {
  items: number;
  held: number;
  rejected: number;
  bytes: number;
  /** New items it may leave now, as of `allowance_at`; null before the first. */
  allowance: number | null;
  allowance_at: number | null;
}

const MINUTE_MS = 60_000;

/** Usage of a participant; undefined when it never left an item. */
export async function loadUsage(
  tx: Transaction,
  participant: string,
): Promise<QuarantineUsage | undefined> {
  return await tx.get<QuarantineUsage>(
    "SELECT * FROM quarantine_usage WHERE participant = ?",
    participant,
  );
}

/**
 * How many new items a participant may leave now (TP-OPS-5). Time that runs backwards gives
 * nothing.
 */
export async function allowanceOf(
  tx: Transaction,
  participant: string,
  nowMs: number,
): Promise<number> {
  const usage = await loadUsage(tx, participant);
  const { unverifiedBurst, unverifiedPerMinute } = GATEWAY_LIMITS;
  const left = usage?.allowance ?? unverifiedBurst;
  const sinceMs = Math.max(0, nowMs - (usage?.allowance_at ?? nowMs));
  return Math.min(unverifiedBurst, left + (sinceMs / MINUTE_MS) * unverifiedPerMinute);
}

/** Notes what is left of it, in the transaction that used it. */
export async function keepAllowance(
  tx: Transaction,
  participant: string,
  left: number,
  nowMs: number,
): Promise<void> {
  await tx.run(
    `INSERT INTO quarantine_usage
       (participant, items, held, rejected, bytes, allowance, allowance_at)
     VALUES (?, 0, 0, 0, 0, ?, ?)
     ON CONFLICT (participant) DO UPDATE SET allowance = excluded.allowance,
       allowance_at = max(excluded.allowance_at, coalesce(quarantine_usage.allowance_at, 0))`,
    participant,
    left,
    nowMs,
  );
}

/**
 * Brings a participant's items back within their bounds (TP-OPS-4): first the oldest closed ones
 * go, then the oldest rejected ones, which stay, lose their header bytes, then the oldest held ones
 * go, and the operator is told.
 */
export async function keepWithinBounds(
  tx: Transaction,
  participant: string,
  nowMs: number,
): Promise<void> {
  const count = await removeBeyond(tx, participant);
  if (count === 0) return;
  await noteOccurrences(tx, [{ kind: "QUARANTINE_FULL", participant, subject: "", count }], nowMs);
}

/** Returns how many held items had to go. */
async function removeBeyond(tx: Transaction, participant: string): Promise<number> {
  let held = 0;
  for (;;) {
    const usage = await loadUsage(tx, participant);
    if (usage === undefined) return held;
    const isTooMany = usage.items - usage.rejected > GATEWAY_LIMITS.quarantineItemsMax;
    const isTooLarge = usage.bytes > GATEWAY_LIMITS.quarantineBytesMax;
    if (!isTooMany && !isTooLarge) return held;
    if (await removeOldest(tx, participant, "state IN ('settled', 'released')")) continue;
    if (isTooLarge && (await emptyOldestRejected(tx, participant))) continue;
    if (!(await removeOldest(tx, participant, "state = 'held'"))) return held;
    held += 1;
  }
}

async function removeOldest(
  tx: Transaction,
  participant: string,
  which: "state IN ('settled', 'released')" | "state = 'held'",
): Promise<boolean> {
  const sql = `DELETE FROM quarantine WHERE id =
    (SELECT min(id) FROM quarantine WHERE participant = ? AND ${which})`;
  return (await tx.run(sql, participant)) > 0;
}

async function emptyOldestRejected(tx: Transaction, participant: string): Promise<boolean> {
  const sql = `UPDATE quarantine SET header = x'' WHERE id = (SELECT min(id) FROM quarantine
    WHERE participant = ? AND state = 'rejected' AND length(header) > 0)`;
  return (await tx.run(sql, participant)) > 0;
}
