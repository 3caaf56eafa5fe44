import {
  type BatchDisposed,
  type BatchWish,
  type DuePart,
  dueIds,
  encodeItem,
  type Gone,
  keepCertificate,
  NOTHING_KEPT,
  nextCertificate,
  noteGone,
  noteReckoned,
  partGone,
  runForBatch,
  writeCertificate,
} from "#disposal";
import { DisposedMessage, type DisposedPart } from "#proto";
import { DISPOSAL_LIMITS, type Transaction } from "#runtime";
import { sha256 } from "#wire";
import { Items, type JudgedItem, type KeptItem } from "./items.ts";
import { keeperOf } from "./keeper-name.ts";
import type { ErasedMessage, RecordKinds } from "./record-kind.ts";

/**
 * Disposes of the next items that are due (TP-PREC-4): reckoned again and held against the holds in
 * this very transaction, erased part by part, certificate written (TP-PREC-8). All, or none.
 */
export async function disposeBatch(
  tx: Transaction,
  kinds: RecordKinds,
  args: BatchWish,
): Promise<BatchDisposed> {
  const { nowMs } = args;
  const run = await runForBatch(tx, args.run);
  if (run === undefined) return { type: "halted" };
  const ids = await dueIds(tx, 0, Math.min(args.limit, DISPOSAL_LIMITS.batchItems));
  if (ids.length === 0) return { type: "finished" };
  const items = new Items(tx, kinds, nowMs);
  const id = await nextCertificate(tx);
  const gone: Gone = { items: [], parts: 0, bytes: 0, held: 0 };
  for (const due of ids) {
    if (gone.bytes >= DISPOSAL_LIMITS.batchBytes) break;
    const judged = await items.judge(due);
    const isHeld = judged?.isHeld ?? false;
    if (judged === undefined || isHeld || judged.reckoned.due.length === 0) {
      if (isHeld) gone.held += 1;
      await noteReckoned(tx, due, judged?.reckoned ?? NOTHING_KEPT, isHeld);
      continue;
    }
    await eraseItem(tx, judged, { certificate: id, nowMs, gone });
  }
  await noteGone(tx, run.id, gone);
  if (gone.items.length === 0) return { type: "nothing" };
  const scheduleVersion = (await items.history()).current.version;
  const by = { participant: await keeperOf(tx), previous: await previousDigest(tx, id) };
  const said = { ...by, id, disposedAtMs: nowMs, scheduleVersion, items: gone.items };
  const bytes = writeCertificate(run, said);
  await keepCertificate(tx, { id, run: run.id, bytes, logIndex: null, items: gone.items });
  return { type: "disposed", certificate: { id, bytes } };
}

/** Erases the parts of an item that are due; what is left is known by its facts from then on. */
async function eraseItem(
  tx: Transaction,
  { item, reckoned }: JudgedItem,
  at: { readonly certificate: number; readonly nowMs: number; readonly gone: Gone },
): Promise<void> {
  const { facts, key, kind } = item;
  const { certificate, gone, nowMs } = at;
  const parts: DisposedPart[] = [];
  const messages: ErasedMessage[] = [];
  for (const part of reckoned.due) {
    const erased = await kind.erase(tx, key, part.name, nowMs);
    messages.push(...erased.messages);
    for (const one of erased.parts) {
      gone.bytes += one.bytes;
      parts.push(nameGone(part, one, parts.length));
    }
  }
  gone.parts += parts.length;
  await noteErased(tx, item, reckoned.due, certificate);
  const left = reckoned.kept - reckoned.due.length;
  await noteReckoned(tx, item.id, { due: [], kept: left, lookAtMs: reckoned.lookAtMs }, false);
  const named = messages.map((message) => DisposedMessage.create(message));
  const { class: retentionClass, subject } = facts;
  gone.items.push(encodeItem({ subject, retentionClass, parts, messages: named }));
}

function nameGone(
  part: DuePart,
  { name = part.name, sha256: digest }: { readonly name?: string; readonly sha256: Uint8Array },
  position: number,
): DisposedPart {
  return partGone({ ...part, name }, { position, sha256: digest });
}

/** What stays in the place of an item, or of its parts. */
async function noteErased(
  tx: Transaction,
  { facts, id, isConversation, key }: KeptItem,
  due: readonly DuePart[],
  certificate: number,
): Promise<void> {
  const erased = new Set(due.map(({ name }) => name));
  const left = facts.parts.filter(({ name }) => !erased.has(name));
  await tx.run(
    "UPDATE record_item SET facts = ?, certificate = ? WHERE id = ?",
    left.length === 0 ? null : JSON.stringify({ ...facts, parts: left }),
    left.length === 0 ? certificate : null,
    id,
  );
  if (!isConversation) return;
  await tx.run(
    "INSERT INTO disposed_conversation VALUES (?, ?) ON CONFLICT DO NOTHING",
    key,
    certificate,
  );
}

async function previousDigest(tx: Transaction, id: number): Promise<Uint8Array> {
  const row = await tx.get<{ certificate: Uint8Array }>(
    "SELECT certificate FROM disposal_certificate WHERE id < ? ORDER BY id DESC LIMIT 1",
    id,
  );
  return row === undefined ? new Uint8Array() : sha256(row.certificate);
}
