import type { PartPlan } from "#records";
import { DISPOSAL_LIMITS, type SqlRow, type Transaction } from "#runtime";

/** A part that is due. */
export interface DuePart {
  readonly name: string;
  /** Empty: for everybody. */
  readonly onlyFor: string;
  readonly plan: PartPlan & { readonly dueAtMs: number };
}

/** A record that is due. */
export interface DueRecord {
  readonly id: number;
  /** A message by its sender and id; both empty for what is none. */
  readonly sender: string;
  readonly messageId: string;
  /** Place in the log; null where there is none. */
  readonly logIndex: number | null;
  /** What else it is, such as `case ID`; empty for a message. */
  readonly subject: string;
  readonly class: string;
  readonly parts: readonly DuePart[];
}

/** A page of what is due, with how much there is of it. */
export interface DuePage {
  readonly count: number;
  readonly held: number;
  readonly records: readonly DueRecord[];
}

/** What a look, or a batch, has come to for one record. */
export interface Reckoned {
  /** Parts that are due now. */
  readonly due: readonly unknown[];
  /** How many parts are here. */
  readonly kept: number;
  /** When to reckon again, unless something is due now; null: nothing will be due by itself. */
  readonly lookAtMs: number | null;
}

/** Of a record of which no part is here any more. */
export const NOTHING_KEPT: Reckoned = { due: [], kept: 0, lookAtMs: null };

/** What one look has come to. */
export interface DueLooked {
  readonly looked: number;
  /** Whether every record is looked at that is to be by now. */
  readonly isDone: boolean;
}

/** A new schedule may list what none listed before: that is looked at once more. Tells of one. */
export async function followSchedule(tx: Transaction, version: number): Promise<boolean> {
  const sql = "UPDATE disposal_state SET schedule_version = ? WHERE schedule_version <> ?";
  if ((await tx.run(sql, version, version)) === 0) return false;
  await tx.run("UPDATE record_due SET look_at = 0 WHERE look_at IS NULL AND is_due = 0");
  return true;
}

/** Keeps what was reckoned; a record without parts has no row. */
export async function noteReckoned(
  tx: Transaction,
  id: number,
  { due, kept, lookAtMs }: Reckoned,
  isHeld: boolean,
): Promise<void> {
  if (kept === 0) {
    await tx.write("DELETE FROM record_due WHERE id = ?", id);
    return;
  }
  const isDue = due.length > 0 && !isHeld;
  await tx.write(
    `INSERT INTO record_due (id, look_at, is_due, is_held) VALUES (?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET
       look_at = excluded.look_at, is_due = excluded.is_due, is_held = excluded.is_held`,
    id,
    due.length > 0 ? null : lookAtMs,
    isDue ? 1 : 0,
    isHeld ? 1 : 0,
  );
}

/** What a hold stopped is reckoned again at the next look: one has ended. */
export async function lookAtHeldAgain(tx: Transaction): Promise<void> {
  await tx.run("UPDATE record_due SET look_at = 0, is_held = 0 WHERE is_held = 1");
}

/** Records that are due, by their number. */
export async function dueIds(tx: Transaction, after: number, limit: number): Promise<number[]> {
  const rows = await tx.all<{ id: number }>(
    "SELECT id FROM record_due WHERE is_due = 1 AND id > ? ORDER BY id LIMIT ?",
    after,
    limit,
  );
  return rows.map(({ id }) => id);
}

/** How many records are due. */
export async function countDue(tx: Transaction): Promise<number> {
  const sql = "SELECT count(*) AS n FROM record_due WHERE is_due = 1";
  return (await tx.get<SqlRow & { n: number }>(sql))?.n ?? 0;
}

/** How many records would be due, and are held. */
export async function countHeld(tx: Transaction): Promise<number> {
  const sql = "SELECT count(*) AS n FROM record_due WHERE is_held = 1";
  return (await tx.get<SqlRow & { n: number }>(sql))?.n ?? 0;
}

/** Whether so many records due at once are more than one person lets go (TP-DISP-5). */
export async function isLargeShare(tx: Transaction, due: number): Promise<boolean> {
  if (due <= DISPOSAL_LIMITS.shareRecordsMin) return false;
  // Counted no further than it takes to know.
  const enough = Math.ceil(due / DISPOSAL_LIMITS.shareMax);
  const sql = "SELECT count(*) AS n FROM (SELECT 1 FROM record_due LIMIT ?) AS counted";
  const all = (await tx.get<{ n: number }>(sql, enough))?.n ?? 0;
  return due > all * DISPOSAL_LIMITS.shareMax;
}
