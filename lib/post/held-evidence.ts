import { ReceiptType } from "#proto";
import type { SqlRow, Transaction } from "#runtime";

/** A receipt as it was signed. */
export interface HeldReceipt {
  readonly type: number;
  /** Whom it is about; empty for the exchange as a whole. */
  readonly recipient: string;
  readonly code: string | null;
  readonly field: string;
  readonly logIndex: number | null;
  /** A participant, or GATEWAY. */
  readonly sender: string;
  readonly receiptId: string;
  readonly receivedAtMs: number;
  /** Encoded Envelope: header, signature and body as they came. */
  readonly envelope: Uint8Array;
  /** Encoded LogEvidence that the receipt itself was logged; null for one of the gateway. */
  readonly evidence: Uint8Array | null;
}

/** A message of ours with the receipts that are held for it. */
export interface HeldReceipts {
  readonly state: string;
  /** Null: not sealed yet. */
  readonly headerDigest: Uint8Array | null;
  readonly receipts: readonly HeldReceipt[];
}

interface HeldRow extends SqlRow {
  type: number;
  recipient: string;
  code: string | null;
  field: string;
  log_index: number | null;
  receipt_sender: string;
  receipt_id: string;
  received_at: number;
  envelope: Uint8Array;
  evidence: Uint8Array | null;
}

/** Receipts of the log that is followed now stand behind those of the ones before. */
const NOW = Number.MAX_SAFE_INTEGER;

/** Receipts of a message of ours, those of one recipient if asked for; null: no such message. */
export async function postReceiptsHeld(
  tx: Transaction,
  args: { readonly messageId: string; readonly recipient: string | null; readonly limit: number },
): Promise<HeldReceipts | null> {
  const { messageId, recipient, limit } = args;
  const message = await tx.get<{ state: string; header_digest: Uint8Array | null }>(
    "SELECT state, header_digest FROM post_outbox WHERE message_id = ?",
    messageId,
  );
  if (message === undefined) return null;
  const rows = await tx.all<HeldRow>(
    `SELECT r.*, e.envelope, e.evidence FROM (
       SELECT *, ${NOW} AS log FROM post_receipt WHERE message_id = ?
       UNION ALL SELECT * FROM post_receipt_before WHERE message_id = ?
     ) r JOIN post_receipt_envelope e
       ON e.sender = r.receipt_sender AND e.receipt_id = r.receipt_id
     WHERE r.recipient = coalesce(?, r.recipient)
     ORDER BY r.recipient, r.type, r.log LIMIT ?`,
    messageId,
    messageId,
    recipient,
    limit,
  );
  return { state: message.state, headerDigest: message.header_digest, receipts: rows.map(heldOf) };
}

function heldOf(row: HeldRow): HeldReceipt {
  const { type, recipient, code, field, envelope, evidence } = row;
  return {
    type,
    recipient,
    code,
    field,
    logIndex: row.log_index,
    sender: row.receipt_sender,
    receiptId: row.receipt_id,
    receivedAtMs: row.received_at,
    envelope,
    evidence,
  };
}

/** Where the proof lies that a message was logged. */
export interface HeldProof {
  /** Null: a message of ours that is not sealed yet. */
  readonly headerDigest: Uint8Array | null;
  /** Encoded LogEvidence that came with a message received. */
  readonly evidence: Uint8Array | null;
  /** Encoded Envelope of the gateway's receipt for a message of ours; the proof is inside. */
  readonly receipt: Uint8Array | null;
}

/**
 * What proves that a message was logged: of ours, and with a sender of one that was received from
 * it. Null: no such message.
 */
export async function postProofHeld(
  tx: Transaction,
  args: { readonly messageId: string; readonly sender: string | null },
): Promise<HeldProof | null> {
  const { messageId, sender } = args;
  if (sender !== null) {
    const row = await tx.get<{ header_digest: Uint8Array; evidence: Uint8Array | null }>(
      `SELECT i.header_digest, coalesce(a.evidence, i.evidence) AS evidence FROM post_inbox i
       LEFT JOIN post_inbox_again a ON a.sender = i.sender AND a.message_id = i.message_id
       WHERE i.sender = ? AND i.message_id = ?`,
      sender,
      messageId,
    );
    if (row === undefined) return null;
    return { headerDigest: row.header_digest, evidence: row.evidence, receipt: null };
  }
  const row = await tx.get<{ header_digest: Uint8Array | null; envelope: Uint8Array | null }>(
    `SELECT o.header_digest, e.envelope FROM post_outbox o
     LEFT JOIN (
       SELECT message_id, type, receipt_sender, receipt_id, ${NOW} AS log FROM post_receipt
       UNION ALL
       SELECT message_id, type, receipt_sender, receipt_id, log FROM post_receipt_before
     ) r ON r.message_id = o.message_id AND r.type IN (?, ?)
     LEFT JOIN post_receipt_envelope e
       ON e.sender = r.receipt_sender AND e.receipt_id = r.receipt_id
     WHERE o.message_id = ? ORDER BY r.type, r.log DESC LIMIT 1`,
    ReceiptType.ACCEPTED,
    ReceiptType.REFUSED,
    messageId,
  );
  if (row === undefined) return null;
  return { headerDigest: row.header_digest, evidence: null, receipt: row.envelope };
}
