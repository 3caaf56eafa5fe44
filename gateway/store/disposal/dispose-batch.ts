import { randomBytes } from "node:crypto";
import { DisposalCertificate, DisposedItem, DisposedItems, DisposedPart, EntryKind } from "#proto";
import { itemsRoot } from "#records";
import { DISPOSAL_LIMITS, type Transaction } from "#runtime";
import { encodeMessage, GATEWAY_SENDER, sha256, toTimestamp } from "#wire";
import { HoldBook } from "../holds/hold-coverage.ts";
import { logDigest, recordTime } from "../log-statements.ts";
import type { MessageRow } from "../message-row.ts";
import { scheduleHistoryOf } from "../schedules.ts";
import { PART_STRIDE } from "../tables.ts";
import { ConversationTimes } from "./conversation-times.ts";
import { type DisposalRun, hasOutgrown, loadRun, stopRun } from "./disposal-runs.ts";
import { noteReckoned } from "./look-for-due.ts";
import { type DuePart, type RecordReckoned, reckonDue } from "./reckon-due.ts";

/** What one transaction of a run has done. */
export type BatchDisposed =
  | {
      readonly type: "disposed";
      readonly certificate: { readonly id: number; readonly bytes: Uint8Array };
      readonly head: { readonly size: number; readonly rootHash: Uint8Array };
    }
  /** What was marked as due was held, or is not due any more; there may be more. */
  | { readonly type: "nothing" }
  /** Nothing is marked as due. */
  | { readonly type: "finished" }
  /** The run does not go on: a second person is waited for. */
  | { readonly type: "halted" };

/** What is gone in one transaction. */
interface Gone {
  /** Encoded DisposedItems. */
  readonly items: Uint8Array[];
  parts: number;
  bytes: number;
  held: number;
}

/**
 * Disposes of the next records that are due (TP-DISP-3): reckoned again and held against the holds
 * in this very transaction, parts erased, certificate and log entry written. All of it, or none.
 */
export async function disposeBatch(
  tx: Transaction,
  args: {
    readonly run: number;
    readonly limit: number;
    readonly nowMs: number;
    readonly registerVersion: number;
  },
): Promise<BatchDisposed> {
  const { limit, nowMs } = args;
  const run = await loadRun(tx, { id: args.run });
  if (run?.state !== "running") return { type: "halted" };
  if (await hasOutgrown(tx, run)) {
    await stopRun(tx, { id: run.id, why: "SHARE" });
    return { type: "halted" };
  }
  const rows = await tx.all<MessageRow>(
    `SELECT m.* FROM record_due d JOIN messages m ON m.id = d.id
     WHERE d.is_due = 1 ORDER BY d.id LIMIT ?`,
    limit,
  );
  if (rows.length === 0) return { type: "finished" };
  const history = await scheduleHistoryOf(tx);
  const reckoning = { history, nowMs, times: new ConversationTimes(tx) };
  const holds = await HoldBook.open(tx);
  const id = await nextCertificate(tx);
  const gone: Gone = { items: [], parts: 0, bytes: 0, held: 0 };
  for (const row of rows) {
    if (gone.parts >= DISPOSAL_LIMITS.batchParts) break;
    const reckoned = await reckonDue(tx, row, reckoning);
    const isHeld = reckoned.due.length > 0 && (await holds.holdsOn(reckoned.facts)).length > 0;
    if (isHeld || reckoned.due.length === 0) {
      if (isHeld) gone.held += 1;
      await noteReckoned(tx, row.id, reckoned, isHeld);
      continue;
    }
    await eraseParts(tx, row, reckoned, id, gone);
    const kept = reckoned.kept - reckoned.due.length;
    await noteReckoned(tx, row.id, { due: [], kept, lookAtMs: reckoned.lookAtMs }, false);
  }
  await tx.run(
    `UPDATE disposal_run SET records = records + ?, parts = parts + ?, bytes = bytes + ?,
       held = held + ? WHERE id = ?`,
    gone.items.length,
    gone.parts,
    gone.bytes,
    gone.held,
    run.id,
  );
  if (gone.items.length === 0) return { type: "nothing" };
  const scheduleVersion = history.current.version;
  return await certify(tx, run, { ...args, id, items: gone.items, scheduleVersion });
}

async function nextCertificate(tx: Transaction): Promise<number> {
  const row = await tx.get<{ id: number | null }>("SELECT max(id) AS id FROM disposal_certificate");
  return (row?.id ?? 0) + 1;
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
  const item = DisposedItem.create({
    logIndex: BigInt(row.log_index),
    sender: row.sender,
    messageId: row.message_id,
    headerDigest: row.header_digest,
    retentionClass,
    parts: due.map(disposedPart),
    salt: randomBytes(SALT_BYTES),
  });
  gone.items.push(encodeMessage(DisposedItem, item));
}

function disposedPart({ name, onlyFor, plan, position, sha256: digest }: DuePart): DisposedPart {
  const said = plan.why.at(-1);
  return DisposedPart.create({
    ...{ position, name, onlyFor, sha256: digest },
    retentionClass: plan.class,
    dueAt: toTimestamp(plan.dueAtMs),
    scheduleVersion: BigInt(said?.version ?? 0),
    basis: said?.basis ?? "",
  });
}

interface Certified {
  readonly id: number;
  readonly items: Uint8Array[];
  readonly scheduleVersion: number;
  readonly nowMs: number;
  readonly registerVersion: number;
}

async function certify(
  tx: Transaction,
  run: DisposalRun,
  { id, items, nowMs, registerVersion, scheduleVersion }: Certified,
): Promise<BatchDisposed> {
  const certificate = DisposalCertificate.create({
    salt: randomBytes(SALT_BYTES),
    certificate: BigInt(id),
    run: BigInt(run.id),
    disposedAt: toTimestamp(await recordTime(tx, nowMs)),
    authority: run.authority,
    askedBy: run.askedBy,
    confirmedBy: run.confirmedBy,
    scheduleVersion: BigInt(scheduleVersion),
    itemsRoot: itemsRoot(items),
    itemsCount: items.length,
  });
  const bytes = encodeMessage(DisposalCertificate, certificate);
  const about = { kind: EntryKind.DISPOSAL, sender: GATEWAY_SENDER, digest: sha256(bytes) };
  const log = await logDigest(tx, { ...about, nowMs, registerVersion });
  await tx.run(
    `INSERT INTO disposal_certificate (id, run, certificate, log_index, items, kept_items)
     VALUES (?, ?, ?, ?, ?, ?)`,
    id,
    run.id,
    bytes,
    log.firstIndex,
    items.length,
    encodeMessage(DisposedItems, { items }),
  );
  const { rootHash, size } = log;
  return { type: "disposed", certificate: { id, bytes }, head: { rootHash, size } };
}

const SALT_BYTES = 16;
