import { inclusionPath, loadLogEntry, rootAt } from "#message-log";
import type { RefusalCode } from "#proto";
import type { SqlRow, Transaction } from "#runtime";
import type { MessageRow } from "./message-row.ts";
import { partsOf } from "./part-bodies.ts";
import { findBinding } from "./quarantine-item.ts";
import { DELIVERY, DELIVERY_STRIDE, PART_STRIDE } from "./tables.ts";

/** A message as the subject vouches for it. */
export interface MessageKey {
  readonly sender: string;
  readonly messageId: string;
  readonly headerDigest: Uint8Array;
}

/** What is known of a message. */
export type Recalled =
  /** Its id stands for a recorded message. */
  | { readonly type: "recorded"; readonly id: number; readonly headerDigest: Uint8Array }
  /** Its header was refused unverified, for good or until a release (TP-OPS-3). */
  | { readonly type: "unverified"; readonly code: RefusalCode; readonly field: string };

/** Where an entry stands, and how a tree of `size` proves it. */
export interface StoredEvidence {
  readonly entry: Uint8Array;
  readonly index: number;
  readonly size: number;
  readonly rootHash: Uint8Array;
  readonly path: readonly Uint8Array[];
}

/** What was decided about a message, enough to receipt it again, byte for byte. */
export interface StoredDecision {
  /** Participant of the subject token. */
  readonly sender: string;
  readonly messageId: string;
  readonly headerDigest: Uint8Array;
  readonly lane: number;
  readonly header: Uint8Array;
  readonly code: number;
  readonly field: string;
  readonly receiptId: string;
  readonly recordedAtMs: number;
  readonly registerVersion: number;
  readonly evidence: StoredEvidence;
}

/** A recorded message, enough to dispatch or receipt it again, byte for byte. */
export interface StoredMessage extends StoredDecision {
  readonly id: number;
  readonly kind: number;
  readonly signatures: Uint8Array;
}

/** A part as stored. */
export interface StoredPart {
  readonly name: string;
  readonly onlyFor: string;
  readonly content: Uint8Array;
}

/** An end that the gateway itself gave to a delivery, as stored; its log entry says which. */
export interface StoredEnding {
  readonly recipient: string;
  readonly receiptId: string;
  readonly endedAtMs: number;
  readonly evidence: StoredEvidence;
}

/** Everything that was ever said about a message. */
export interface StoredOutcome {
  readonly message: StoredMessage;
  /** Parts for every recipient; of a receipt, its body. */
  readonly parts: readonly StoredPart[];
  /** Receipts of recipients, to be handed to the sender again. */
  readonly receipts: readonly { message: StoredMessage; parts: readonly StoredPart[] }[];
  readonly endings: readonly StoredEnding[];
}

/** Looks messages up; an unknown one gives null in its place. */
export async function recall(
  tx: Transaction,
  args: { keys: readonly MessageKey[] },
): Promise<(Recalled | null)[]> {
  const found: (Recalled | null)[] = [];
  // Most of the time nothing binds, and no message pays for the question.
  const mayBind = (await tx.get("SELECT 1 FROM quarantine WHERE binds = 1 LIMIT 1")) !== undefined;
  for (const { sender, messageId, headerDigest } of args.keys) {
    const row = await findMessage(tx, sender, messageId);
    if (row !== undefined) {
      found.push({ type: "recorded", id: row.id, headerDigest: row.header_digest });
      continue;
    }
    const item = mayBind ? await findBinding(tx, sender, headerDigest) : undefined;
    found.push(item ? { type: "unverified", code: item.code, field: item.field } : null);
  }
  return found;
}

/** A recorded message by its sender and id. */
export async function findMessage(
  tx: Transaction,
  sender: string,
  messageId: string,
): Promise<{ id: number; header_digest: Uint8Array } | undefined> {
  return await tx.get<{ id: number; header_digest: Uint8Array }>(
    "SELECT id, header_digest FROM messages WHERE sender = ? AND message_id = ?",
    sender,
    messageId,
  );
}

/** The stored outcome of a recorded message, or null. */
export async function loadOutcome(
  tx: Transaction,
  args: { id: number },
): Promise<StoredOutcome | null> {
  const message = await loadMessage(tx, args.id);
  if (message === undefined) return null;
  const rows = await tx.all<DeliveryRow>(
    "SELECT * FROM deliveries WHERE id >= ? AND id < ? ORDER BY id",
    args.id * DELIVERY_STRIDE,
    (args.id + 1) * DELIVERY_STRIDE,
  );
  const receipts: { message: StoredMessage; parts: readonly StoredPart[] }[] = [];
  const endings: StoredEnding[] = [];
  for (const row of rows) {
    if (row.receipt !== null) {
      const receipt = await loadMessage(tx, row.receipt);
      if (receipt !== undefined) {
        receipts.push({ message: receipt, parts: await loadParts(tx, receipt.id, "") });
      }
    }
    if (row.state >= DELIVERY.expired) endings.push(await loadEnding(tx, row));
  }
  const parts = await loadParts(tx, args.id, "");
  return { message, parts, receipts, endings };
}

interface DeliveryRow extends SqlRow {
  recipient: string;
  state: number;
  receipt: number | null;
  expiry_index: number;
  expiry_size: number;
  expiry_receipt_id: string;
  expiry_at: number;
}

async function loadEnding(tx: Transaction, row: DeliveryRow): Promise<StoredEnding> {
  return {
    recipient: row.recipient,
    receiptId: row.expiry_receipt_id,
    endedAtMs: row.expiry_at,
    evidence: await loadEvidence(tx, row.expiry_index, row.expiry_size),
  };
}

/** A recorded message with its evidence at the tree size its first receipt named. */
export async function loadMessage(tx: Transaction, id: number): Promise<StoredMessage | undefined> {
  const row = await tx.get<MessageRow>("SELECT * FROM messages WHERE id = ?", id);
  if (row === undefined) return undefined;
  return {
    id: row.id,
    sender: row.sender,
    messageId: row.message_id,
    headerDigest: row.header_digest,
    kind: row.kind,
    lane: row.lane,
    header: row.header,
    signatures: row.signatures,
    code: row.code,
    field: row.field,
    receiptId: row.receipt_id,
    recordedAtMs: row.recorded_at,
    registerVersion: row.register_version,
    evidence: await loadEvidence(tx, row.log_index, row.tree_size),
  };
}

/** Parts of a message for one recipient; "" gives the common ones alone. */
export async function loadParts(
  tx: Transaction,
  id: number,
  recipient: string,
): Promise<StoredPart[]> {
  return await partsOf(
    tx,
    "SELECT * FROM parts WHERE id >= ? AND id < ? AND only_for IN ('', ?) ORDER BY id",
    id * PART_STRIDE,
    (id + 1) * PART_STRIDE,
    recipient,
  );
}

/** An entry with its proof in the tree of `size`. */
export async function loadEvidence(
  tx: Transaction,
  index: number,
  size: number,
): Promise<StoredEvidence> {
  return {
    entry: (await loadLogEntry(tx, index)) ?? new Uint8Array(),
    index,
    size,
    rootHash: await rootAt(tx, size),
    path: await inclusionPath(tx, index, size),
  };
}
