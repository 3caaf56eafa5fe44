import {
  countDue,
  countHeld,
  type DueLooked,
  type DuePage,
  type DueRecord,
  dueIds,
  followSchedule,
  NOTHING_KEPT,
  noteReckoned,
} from "#disposal";
import type { Transaction } from "#runtime";
import { Items } from "./items.ts";
import type { RecordKinds } from "./record-kind.ts";

/**
 * Looks at the next items that are to be looked at, and notes which are due (TP-PREC-2). Bounded;
 * called until it is done.
 */
export async function lookForDue(
  tx: Transaction,
  kinds: RecordKinds,
  { limit, nowMs }: { readonly limit: number; readonly nowMs: number },
): Promise<DueLooked> {
  const items = new Items(tx, kinds, nowMs);
  await followSchedule(tx, (await items.history()).current.version);
  const rows = await tx.all<{ id: number }>(
    "SELECT id FROM record_due WHERE look_at <= ? ORDER BY look_at LIMIT ?",
    nowMs,
    limit,
  );
  for (const { id } of rows) {
    const judged = await items.judge(id);
    await noteReckoned(tx, id, judged?.reckoned ?? NOTHING_KEPT, judged?.isHeld ?? false);
  }
  return { looked: rows.length, isDone: rows.length < limit };
}

/** Items that are due, by their number, with why; and how many there are. */
export async function listDue(
  tx: Transaction,
  kinds: RecordKinds,
  args: { readonly after: number; readonly limit: number; readonly nowMs: number },
): Promise<DuePage> {
  const items = new Items(tx, kinds, args.nowMs);
  const records: DueRecord[] = [];
  for (const id of await dueIds(tx, args.after, args.limit)) {
    const judged = await items.judge(id);
    if (judged === undefined) continue;
    const { class: name, subject } = judged.item.facts;
    const about = { id, sender: "", messageId: "", logIndex: null, subject };
    records.push({ ...about, class: name, parts: judged.reckoned.due });
  }
  return { count: await countDue(tx), held: await countHeld(tx), records };
}
