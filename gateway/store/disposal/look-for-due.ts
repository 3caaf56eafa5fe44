import {
  countDue,
  countHeld,
  type DueLooked,
  type DuePage,
  type DueRecord,
  dueIds,
  followSchedule,
  HoldBook,
} from "#disposal";
import type { Transaction } from "#runtime";
import { isSealedKind } from "#wire";
import type { MessageRow } from "../message-row.ts";
import { scheduleHistoryOf } from "../schedules.ts";
import { isStillFilling } from "../search/find-records.ts";
import { BATCH_BASE, batchName, isBatchId, lookAtBatches, reckonBatch } from "./audit-batches.ts";
import { ConversationTimes } from "./conversation-times.ts";
import { DueNotes } from "./due-notes.ts";
import { lookAgainBefore } from "./look-again.ts";
import { reckonDue } from "./reckon-due.ts";

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
  if (await followSchedule(tx, history.current.version)) await reckonAllAgain(tx);
  const times = new ConversationTimes(tx);
  const holds = await HoldBook.open(tx);
  const notes = await DueNotes.open(tx);
  const { isDone, rows } = await nextRows(tx, nowMs, limit);
  for (const row of rows) {
    const reckoned = await reckonDue(tx, row, { history, times, nowMs });
    const isHeld = reckoned.due.length > 0 && (await holds.holdsOn(reckoned.facts)).length > 0;
    await notes.note(row.id, reckoned, isHeld);
  }
  const batches = await lookAtBatches(tx, { history, holds, nowMs, limit });
  return { looked: rows.length + batches, isDone: isDone && batches < limit };
}

/** A version may keep longer what was reckoned before it. */
async function reckonAllAgain(tx: Transaction): Promise<void> {
  await tx.run(
    `UPDATE disposal_state SET again_below =
       (SELECT coalesce(max(id) + 1, 0) FROM record_due WHERE id < ${BATCH_BASE})`,
  );
}

interface NextRows {
  readonly rows: MessageRow[];
  readonly isDone: boolean;
}

/** What is to be looked at by now, then what was recorded since, then all again where due. */
async function nextRows(tx: Transaction, nowMs: number, limit: number): Promise<NextRows> {
  const again = await tx.all<MessageRow>(
    `SELECT m.* FROM (SELECT id FROM record_due WHERE look_at <= ? AND id < ${BATCH_BASE}
       ORDER BY look_at LIMIT ?) d JOIN messages m ON m.id = d.id`,
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
  const touched = await lookAgainBefore(tx, fresh);
  const older = await nextAgain(tx, limit - again.length - fresh.length);
  // What is said about messages holds no content of a State, and stays with them.
  const sealed = fresh.filter(({ code, kind }) => code === 0 && isSealedKind(kind));
  const rows = [...again, ...sealed, ...older];
  const found = again.length + fresh.length + older.length;
  return { rows, isDone: found < limit && touched === 0 };
}

async function nextAgain(tx: Transaction, limit: number): Promise<MessageRow[]> {
  const state = await tx.get<{ again_below: number }>("SELECT again_below FROM disposal_state");
  const below = state?.again_below ?? 0;
  if (below === 0 || limit === 0) return [];
  const rows = await tx.all<MessageRow>(
    `SELECT m.* FROM (SELECT id FROM record_due WHERE id < ? ORDER BY id DESC LIMIT ?) d
     JOIN messages m ON m.id = d.id ORDER BY m.id DESC`,
    below,
    limit,
  );
  const next = rows.length < limit ? 0 : (rows.at(-1)?.id ?? 0);
  await tx.run("UPDATE disposal_state SET again_below = ?", next);
  return rows;
}

/** Records that are due, by their place in the log, with why; and how many there are. */
export async function listDue(
  tx: Transaction,
  args: { readonly after: number; readonly limit: number; readonly nowMs: number },
): Promise<DuePage> {
  const history = await scheduleHistoryOf(tx);
  const times = new ConversationTimes(tx);
  const holds = await HoldBook.open(tx);
  const records: DueRecord[] = [];
  for (const id of await dueIds(tx, args.after, args.limit)) {
    if (isBatchId(id)) {
      const reckoned = await reckonBatch(tx, id, { history, holds, nowMs: args.nowMs });
      if (reckoned === undefined) continue;
      const { batch, due: parts } = reckoned;
      const about = { sender: "", messageId: "", logIndex: batch.log_index };
      records.push({ id, ...about, subject: batchName(batch), class: "audit", parts });
      continue;
    }
    const row = await tx.get<MessageRow>("SELECT * FROM messages WHERE id = ?", id);
    if (row === undefined) continue;
    const { class: name, due } = await reckonDue(tx, row, { history, times, nowMs: args.nowMs });
    const { message_id: messageId, sender } = row;
    const about = { id, sender, messageId, logIndex: id - 1, subject: "" };
    records.push({ ...about, class: name, parts: due });
  }
  return { count: await countDue(tx), held: await countHeld(tx), records };
}
