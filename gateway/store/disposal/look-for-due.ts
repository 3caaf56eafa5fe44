import { DISPOSAL_LIMITS, type SqlRow, type Transaction } from "#runtime";
import { isSealedKind } from "#wire";
import { HoldBook } from "../holds/hold-coverage.ts";
import type { MessageRow } from "../message-row.ts";
import { scheduleHistoryOf } from "../schedules.ts";
import { isStillFilling } from "../search/find-records.ts";
import { ConversationTimes } from "./conversation-times.ts";
import { type DuePart, type RecordReckoned, reckonDue } from "./reckon-due.ts";

/** What one look has come to. */
export interface DueLooked {
  readonly looked: number;
  /** Whether every record is looked at that is to be by now. */
  readonly isDone: boolean;
}

/**
 * Looks at the next records that were not looked at yet, or are to be looked at again, and notes
 * which are due (TP-DISP-2). Bounded; called until it is done.
 */
export async function lookForDue(
  tx: Transaction,
  { limit, nowMs }: { readonly limit: number; readonly nowMs: number },
): Promise<DueLooked> {
  // What was last written in a conversation is not known before.
  if (await isStillFilling(tx)) return { looked: 0, isDone: true };
  const history = await scheduleHistoryOf(tx);
  await followSchedule(tx, history.current.version);
  const times = new ConversationTimes(tx);
  const holds = await HoldBook.open(tx);
  const { isDone, rows } = await nextRows(tx, nowMs, limit);
  for (const row of rows) {
    const reckoned = await reckonDue(tx, row, { history, times, nowMs });
    const isHeld = reckoned.due.length > 0 && (await holds.holdsOn(reckoned.facts)).length > 0;
    await noteReckoned(tx, row.id, reckoned, isHeld);
  }
  return { looked: rows.length, isDone };
}

/** A new schedule may list what none listed before: that is looked at once more. */
async function followSchedule(tx: Transaction, version: number): Promise<void> {
  const sql = "UPDATE disposal_state SET schedule_version = ? WHERE schedule_version <> ?";
  if ((await tx.run(sql, version, version)) === 0) return;
  await tx.run("UPDATE record_due SET look_at = 0 WHERE look_at IS NULL AND is_due = 0");
}

async function nextRows(
  tx: Transaction,
  nowMs: number,
  limit: number,
): Promise<{ readonly rows: MessageRow[]; readonly isDone: boolean }> {
  const again = await tx.all<MessageRow>(
    `SELECT m.* FROM (SELECT id FROM record_due WHERE look_at <= ? ORDER BY look_at LIMIT ?) d
     JOIN messages m ON m.id = d.id`,
    nowMs,
    limit,
  );
  const state = await tx.get<{ looked_to: number }>("SELECT looked_to FROM disposal_state");
  const fresh = await tx.all<MessageRow>(
    "SELECT * FROM messages WHERE id > ? ORDER BY id LIMIT ?",
    state?.looked_to ?? 0,
    limit - again.length,
  );
  const last = fresh.at(-1)?.id;
  if (last !== undefined) await tx.run("UPDATE disposal_state SET looked_to = ?", last);
  // What is said about messages holds no content of a State, and stays with them.
  const sealed = fresh.filter(({ code, kind }) => code === 0 && isSealedKind(kind));
  return { rows: [...again, ...sealed], isDone: again.length + fresh.length < limit };
}

/** Keeps what was reckoned; a record without parts has no row. */
export async function noteReckoned(
  tx: Transaction,
  id: number,
  { due, kept, lookAtMs }: Pick<RecordReckoned, "due" | "kept" | "lookAtMs">,
  isHeld: boolean,
): Promise<void> {
  if (kept === 0) {
    await tx.run("DELETE FROM record_due WHERE id = ?", id);
    return;
  }
  const isDue = due.length > 0 && !isHeld;
  await tx.run(
    `INSERT INTO record_due VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET
       look_at = excluded.look_at, is_due = excluded.is_due, is_held = excluded.is_held`,
    id,
    due.length > 0 ? null : lookAtMs,
    isDue ? 1 : 0,
    isHeld ? 1 : 0,
  );
}

/** A record that is due. */
export interface DueRecord {
  readonly id: number;
  readonly sender: string;
  readonly messageId: string;
  readonly class: string;
  readonly parts: readonly DuePart[];
}

/** Records that are due, by their place in the log, with why; and how many there are. */
export async function listDue(
  tx: Transaction,
  args: { readonly after: number; readonly limit: number; readonly nowMs: number },
): Promise<{ readonly count: number; readonly held: number; readonly records: DueRecord[] }> {
  const history = await scheduleHistoryOf(tx);
  const times = new ConversationTimes(tx);
  const rows = await tx.all<MessageRow>(
    `SELECT m.* FROM record_due d JOIN messages m ON m.id = d.id
     WHERE d.is_due = 1 AND d.id > ? ORDER BY d.id LIMIT ?`,
    args.after,
    args.limit,
  );
  const records: DueRecord[] = [];
  for (const row of rows) {
    const { class: name, due } = await reckonDue(tx, row, { history, times, nowMs: args.nowMs });
    const { id, message_id: messageId, sender } = row;
    records.push({ ...{ id, sender, messageId }, class: name, parts: due });
  }
  const held = await tx.get<{ n: number }>(
    "SELECT count(*) AS n FROM record_due WHERE is_held = 1",
  );
  return { count: await countDue(tx), held: held?.n ?? 0, records };
}

/** How many records are due. */
export async function countDue(tx: Transaction): Promise<number> {
  const sql = "SELECT count(*) AS n FROM record_due WHERE is_due = 1";
  return (await tx.get<SqlRow & { n: number }>(sql))?.n ?? 0;
}

/** Whether so many records due at once are more than one person lets go (TP-DISP-5). */
export async function isLargeShare(tx: Transaction, due: number): Promise<boolean> {
  if (due <= DISPOSAL_LIMITS.shareRecordsMin) return false;
  // Counted no further than it takes to know.
  const enough = Math.ceil(due / DISPOSAL_LIMITS.shareMax);
  const sql = "SELECT count(*) AS n FROM (SELECT 1 FROM record_due LIMIT ?)";
  const all = (await tx.get<{ n: number }>(sql, enough))?.n ?? 0;
  return due > all * DISPOSAL_LIMITS.shareMax;
}
