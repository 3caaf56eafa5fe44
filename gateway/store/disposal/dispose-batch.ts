import {
  type BatchDisposed,
  type BatchWish,
  type DisposalRun,
  dueIds,
  encodeItem,
  type Gone,
  HoldBook,
  keepCertificate,
  NOTHING_KEPT,
  nextCertificate,
  noteGone,
  noteReckoned,
  partGone,
  runForBatch,
  writeCertificate,
} from "#disposal";
import { EntryKind } from "#proto";
import { DISPOSAL_LIMITS, type Transaction } from "#runtime";
import { GATEWAY_SENDER, sha256 } from "#wire";
import { logDigest, recordTime } from "../log-statements.ts";
import type { MessageRow } from "../message-row.ts";
import { erasePart } from "../part-bodies.ts";
import { scheduleHistoryOf } from "../schedules.ts";
import { PART_STRIDE } from "../tables.ts";
import { eraseBatch, isBatchId, reckonBatch } from "./audit-batches.ts";
import { ConversationTimes } from "./conversation-times.ts";
import { DueNotes } from "./due-notes.ts";
import { type Reckoning, type RecordReckoned, reckonDue } from "./reckon-due.ts";

/** What one transaction of a run has done at the gateway. */
type Disposed = Exclude<BatchDisposed, { type: "disposed" }> | Certified;

/** With the log after it, to be signed. */
type Certified = Extract<BatchDisposed, { type: "disposed" }> & {
  readonly head: { readonly size: number; readonly rootHash: Uint8Array };
};

/**
 * Disposes of the next records that are due (TP-DISP-3): reckoned again and held against the holds
 * in this very transaction, parts erased, certificate and log entry written. All of it, or none.
 */
export async function disposeBatch(
  tx: Transaction,
  args: BatchWish & { readonly registerVersion: number },
): Promise<Disposed> {
  const { limit, nowMs } = args;
  const run = await runForBatch(tx, args.run);
  if (run === undefined) return { type: "halted" };
  const ids = await dueIds(tx, 0, limit);
  if (ids.length === 0) return { type: "finished" };
  const history = await scheduleHistoryOf(tx);
  const reckoning = { history, nowMs, times: new ConversationTimes(tx) };
  const holds = await HoldBook.open(tx);
  const notes = await DueNotes.open(tx);
  const id = await nextCertificate(tx);
  const gone: Gone = { items: [], parts: 0, bytes: 0, held: 0 };
  for (const due of ids) {
    if (gone.parts >= DISPOSAL_LIMITS.batchParts) break;
    const by = { ...reckoning, holds, notes, certificate: id, gone };
    if (isBatchId(due)) await disposeActs(tx, due, by);
    else await disposeMessage(tx, due, by);
  }
  await noteGone(tx, run.id, gone);
  if (gone.items.length === 0) return { type: "nothing" };
  const scheduleVersion = history.current.version;
  return await certify(tx, run, { ...args, id, items: gone.items, scheduleVersion });
}

/** With what one record is disposed of. */
interface Disposing extends Reckoning {
  readonly holds: HoldBook;
  readonly notes: DueNotes;
  readonly certificate: number;
  readonly gone: Gone;
}

async function disposeMessage(tx: Transaction, id: number, by: Disposing): Promise<void> {
  const row = await tx.get<MessageRow>("SELECT * FROM messages WHERE id = ?", id);
  if (row === undefined) return;
  const reckoned = await reckonDue(tx, row, by);
  const isHeld = reckoned.due.length > 0 && (await by.holds.holdsOn(reckoned.facts)).length > 0;
  if (isHeld || reckoned.due.length === 0) {
    if (isHeld) by.gone.held += 1;
    return await by.notes.note(id, reckoned, isHeld);
  }
  await eraseParts(tx, row, reckoned, by.certificate, by.gone);
  const kept = reckoned.kept - reckoned.due.length;
  const { lookAtMs, laterAtMs: dueAtMs } = reckoned;
  await by.notes.note(id, { due: [], kept, lookAtMs, dueAtMs }, false);
}

/** The acts of a batch of the audit trail (TP-DISP-11). */
async function disposeActs(tx: Transaction, id: number, by: Disposing): Promise<void> {
  const { certificate, gone } = by;
  const reckoned = await reckonBatch(tx, id, by);
  if (reckoned === undefined || reckoned.isHeld || reckoned.due.length === 0) {
    if (reckoned?.isHeld === true) gone.held += 1;
    return await noteReckoned(tx, id, reckoned ?? NOTHING_KEPT, reckoned?.isHeld ?? false);
  }
  const { bytes, item } = await eraseBatch(tx, reckoned, certificate);
  gone.items.push(item);
  gone.bytes += bytes;
  gone.parts += 1;
  await noteReckoned(tx, id, NOTHING_KEPT, false);
}

async function eraseParts(
  tx: Transaction,
  row: MessageRow,
  { class: retentionClass, due }: RecordReckoned,
  certificate: number,
  gone: Gone,
): Promise<void> {
  for (const { position } of due) {
    const part = row.id * PART_STRIDE + position;
    gone.bytes += await erasePart(tx, part);
    await tx.run("INSERT INTO disposed_part VALUES (?, ?)", part, certificate);
  }
  gone.parts += due.length;
  gone.items.push(
    encodeItem({
      logIndex: BigInt(row.log_index),
      sender: row.sender,
      messageId: row.message_id,
      headerDigest: row.header_digest,
      retentionClass,
      parts: due.map((part) => partGone(part, part)),
    }),
  );
}

interface ToCertify {
  readonly id: number;
  readonly items: Uint8Array[];
  readonly scheduleVersion: number;
  readonly nowMs: number;
  readonly registerVersion: number;
}

async function certify(
  tx: Transaction,
  run: DisposalRun,
  { id, items, nowMs, registerVersion, scheduleVersion }: ToCertify,
): Promise<Certified> {
  const disposedAtMs = await recordTime(tx, nowMs);
  const bytes = writeCertificate(run, { id, disposedAtMs, scheduleVersion, items });
  const about = { kind: EntryKind.DISPOSAL, sender: GATEWAY_SENDER, digest: sha256(bytes) };
  const log = await logDigest(tx, { ...about, nowMs, registerVersion });
  const logIndex = log.firstIndex;
  await keepCertificate(tx, { id, run: run.id, bytes, logIndex, items });
  const { rootHash, size } = log;
  return { type: "disposed", certificate: { id, bytes }, head: { rootHash, size } };
}
