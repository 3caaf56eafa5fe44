import {
  type BatchDisposed,
  type BatchWish,
  type DisposalRun,
  encodeItem,
  HoldBook,
  keepCertificate,
  nextCertificate,
  noteGone,
  partGone,
  runForBatch,
  writeCertificate,
} from "#disposal";
import { EntryKind } from "#proto";
import { DISPOSAL_LIMITS, type Transaction } from "#runtime";
import { GATEWAY_SENDER, sha256 } from "#wire";
import { logDigest, recordTime } from "../log-statements.ts";
import type { MessageRow } from "../message-row.ts";
import { scheduleHistoryOf } from "../schedules.ts";
import { PART_STRIDE } from "../tables.ts";
import { ConversationTimes } from "./conversation-times.ts";
import { DueNotes } from "./due-notes.ts";
import { type RecordReckoned, reckonDue } from "./reckon-due.ts";

/** What is gone in one transaction. */
interface Gone {
  /** Encoded DisposedItems. */
  readonly items: Uint8Array[];
  parts: number;
  bytes: number;
  held: number;
}

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
  const rows = await tx.all<MessageRow>(
    `SELECT m.* FROM record_due d JOIN messages m ON m.id = d.id
     WHERE d.is_due = 1 ORDER BY d.id LIMIT ?`,
    limit,
  );
  if (rows.length === 0) return { type: "finished" };
  const history = await scheduleHistoryOf(tx);
  const reckoning = { history, nowMs, times: new ConversationTimes(tx) };
  const holds = await HoldBook.open(tx);
  const notes = await DueNotes.open(tx);
  const id = await nextCertificate(tx);
  const gone: Gone = { items: [], parts: 0, bytes: 0, held: 0 };
  for (const row of rows) {
    if (gone.parts >= DISPOSAL_LIMITS.batchParts) break;
    const reckoned = await reckonDue(tx, row, reckoning);
    const isHeld = reckoned.due.length > 0 && (await holds.holdsOn(reckoned.facts)).length > 0;
    if (isHeld || reckoned.due.length === 0) {
      if (isHeld) gone.held += 1;
      await notes.note(row.id, reckoned, isHeld);
      continue;
    }
    await eraseParts(tx, row, reckoned, id, gone);
    const kept = reckoned.kept - reckoned.due.length;
    const { lookAtMs, laterAtMs: dueAtMs } = reckoned;
    await notes.note(row.id, { due: [], kept, lookAtMs, dueAtMs }, false);
  }
  await noteGone(tx, run.id, { ...gone, records: gone.items.length });
  if (gone.items.length === 0) return { type: "nothing" };
  const scheduleVersion = history.current.version;
  return await certify(tx, run, { ...args, id, items: gone.items, scheduleVersion });
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
    const sql = "SELECT length(content) AS size FROM parts WHERE id = ?";
    gone.bytes += (await tx.get<{ size: number }>(sql, part))?.size ?? 0;
    await tx.run("DELETE FROM parts WHERE id = ?", part);
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
