import {
  type DuePart,
  encodeItem,
  type HoldBook,
  NOTHING_KEPT,
  noteReckoned,
  partGone,
  type Reckoned,
} from "#disposal";
import { Header } from "#proto";
import { planRetention, type ScheduleHistory } from "#records";
import type { SqlRow, Transaction } from "#runtime";
import { actsBetween, type BatchRow } from "../audit/seal-acts.ts";
import type { MessageRow } from "../message-row.ts";
import { factsOf } from "./reckon-due.ts";

/** Batches of the audit trail are told from messages by their number in `record_due`. */
export const BATCH_BASE = 2 ** 52;

/** Whether a number in `record_due` is that of a batch. */
export function isBatchId(id: number): boolean {
  return id > BATCH_BASE;
}

/** What is reckoned of a batch. */
export interface BatchReckoned extends Reckoned {
  readonly batch: BatchRow;
  readonly due: readonly DuePart[];
  readonly isHeld: boolean;
}

/** Reckons a batch by its last act (TP-DISP-11); undefined when its acts are gone. */
export async function reckonBatch(
  tx: Transaction,
  id: number,
  by: { readonly history: ScheduleHistory; readonly holds: HoldBook; readonly nowMs: number },
): Promise<BatchReckoned | undefined> {
  const batch = await tx.get<BatchRow>(
    "SELECT * FROM record_act_batch WHERE id = ? AND certificate IS NULL",
    id - BATCH_BASE,
  );
  if (batch === undefined) return undefined;
  const last = await tx.get<{ at: number | null }>(
    "SELECT max(at) AS at FROM record_act WHERE id >= ? AND id <= ?",
    batch.first_act,
    batch.last_act,
  );
  // Acts that are gone in another way are found by the comparison with the log.
  if (last === undefined || last.at === null) return undefined;
  const item = { class: "audit", triggers: { RECORDED: last.at }, holds: [] };
  const parts = [{ name: "acts", class: "audit" }];
  const takenUnder = batch.schedule_version;
  const [plan] = planRetention({ ...item, takenUnder, parts }, by.history).parts;
  const dueAtMs = plan?.dueAtMs;
  if (plan === undefined || dueAtMs === undefined || dueAtMs > by.nowMs) {
    return { batch, due: [], kept: 1, lookAtMs: dueAtMs ?? null, isHeld: false };
  }
  const due = [{ name: "acts", onlyFor: "", plan: { ...plan, dueAtMs } }];
  return { batch, due, kept: 1, lookAtMs: null, isHeld: await isHeld(tx, batch, by.holds) };
}

/** With what batches are looked at. */
interface BatchLook {
  readonly history: ScheduleHistory;
  readonly holds: HoldBook;
  readonly nowMs: number;
  readonly limit: number;
}

/** Looks at the next batches that are to be looked at; gives how many. */
export async function lookAtBatches(tx: Transaction, by: BatchLook): Promise<number> {
  const { limit, nowMs } = by;
  const again = await tx.all<{ id: number }>(
    `SELECT id FROM record_due WHERE look_at <= ? AND id > ${BATCH_BASE} ORDER BY look_at LIMIT ?`,
    nowMs,
    limit,
  );
  const state = await tx.get<{ looked_batch: number }>("SELECT looked_batch FROM disposal_state");
  const fresh = await tx.all<{ id: number }>(
    "SELECT id FROM record_act_batch WHERE id > ? ORDER BY id LIMIT ?",
    state?.looked_batch ?? 0,
    limit - again.length,
  );
  const newest = fresh.at(-1)?.id;
  if (newest !== undefined) await tx.run("UPDATE disposal_state SET looked_batch = ?", newest);
  const ids = [...again.map(({ id }) => id), ...fresh.map(({ id }) => BATCH_BASE + id)];
  for (const id of ids) {
    const batch = await reckonBatch(tx, id, by);
    await noteReckoned(tx, id, batch ?? NOTHING_KEPT, batch?.isHeld ?? false);
  }
  return ids.length;
}

/** A hold that covers, or what it covers, is told of in one of the acts. */
async function isHeld(
  tx: Transaction,
  { first_act: first, last_act: last }: BatchRow,
  holds: HoldBook,
): Promise<boolean> {
  for (const { subject } of await actsBetween(tx, first, last)) {
    const [what, number] = subject.split(" ");
    if (what === "hold") {
      const sql = "SELECT 1 FROM hold WHERE id = ? AND covers = 1";
      if ((await tx.get(sql, Number(number))) !== undefined) return true;
    }
    const sql = "SELECT * FROM messages WHERE id = ?";
    const row = what === "record" ? await tx.get<MessageRow>(sql, Number(number) + 1) : undefined;
    if (row === undefined) continue;
    if ((await holds.holdsOn(factsOf(row, Header.decode(row.header)))).length > 0) return true;
  }
  return false;
}

/** How the acts of a batch are called. */
export function batchName({ first_act: first, last_act: last }: BatchRow): string {
  return `acts ${first} to ${last} of the audit trail`;
}

/** Erases the acts of a batch; the batch stays, with the digest that the log has. */
export async function eraseBatch(
  tx: Transaction,
  { batch, due }: BatchReckoned,
  certificate: number,
): Promise<{ readonly item: Uint8Array; readonly bytes: number }> {
  const { digest, first_act: first, last_act: last, log_index: logIndex } = batch;
  const size = await tx.get<SqlRow & { bytes: number }>(
    `SELECT sum(length(actor) + length(subject) + length(detail) + length(reason)) AS bytes
     FROM record_act WHERE id >= ? AND id <= ?`,
    first,
    last,
  );
  await tx.run("DELETE FROM record_act WHERE id >= ? AND id <= ?", first, last);
  await tx.run("UPDATE record_act_batch SET certificate = ? WHERE id = ?", certificate, batch.id);
  const parts = due.map((part) => partGone(part, { position: 0, sha256: digest }));
  const about = { headerDigest: digest, retentionClass: "audit", subject: batchName(batch) };
  const item = encodeItem({ ...about, logIndex: BigInt(logIndex), parts });
  return { item, bytes: size?.bytes ?? 0 };
}
