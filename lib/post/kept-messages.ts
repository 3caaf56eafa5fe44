import { Envelope, Header, Kind } from "#proto";
import type { SqlRow, Transaction } from "#runtime";

/** A message whose bytes are kept here, one of ours or of another. */
export interface KeptPostMessage {
  readonly sender: string;
  readonly messageId: string;
  readonly recipients: readonly string[];
  readonly kind: Kind;
  readonly conversationId: string;
  /** Whether it is one of ours, in the outbox. */
  readonly isOwn: boolean;
  /** When it was drafted, or taken in. */
  readonly atMs: number;
  /** Empty on a draft that was never sealed. */
  readonly headerDigest: Uint8Array;
  /** Absent on a piece of a document, which says nothing that its manifest does not. */
  readonly header?: Header | undefined;
  /** It is still on its way, also to be recorded again, or its receipt is still owed. */
  readonly isOpen: boolean;
  readonly bytes: number;
}

/** Which messages: of a conversation, or those of none, by when they came or were drafted. */
export type KeptWhere =
  | { readonly conversationId: string }
  | { readonly fromMs: number; readonly toMs: number };

interface KeptRow extends SqlRow {
  sender: string;
  message_id: string;
  header_digest: Uint8Array | null;
  kind: Kind;
  conversation_id: string;
  at: number;
  is_open: number;
  envelope: Uint8Array | null;
  bytes: number;
}

/** Messages whose bytes are kept, received ones first, each in the order they came. */
export async function keptMessages(tx: Transaction, where: KeptWhere): Promise<KeptPostMessage[]> {
  const isOne = "conversationId" in where;
  const values = isOne ? [where.conversationId] : [where.fromMs, where.toMs];
  const of = (column: string): string =>
    isOne ? "conversation_id = ?" : `conversation_id = '' AND ${column} >= ? AND ${column} < ?`;
  const received = await tx.all<KeptRow>(
    `SELECT sender, message_id, header_digest, kind, conversation_id, received_at AS at,
       receipt_due > receipts_sent AS is_open, ${contentOf("envelope")} AS envelope,
       length(envelope) AS bytes
     FROM post_inbox WHERE ${of("received_at")} AND length(envelope) > 0 ORDER BY position`,
    ...values,
  );
  const sent = await tx.all<KeptRow>(
    `SELECT '' AS sender, message_id, header_digest, kind, conversation_id, drafted_at AS at,
       (state IN ('draft', 'sealed', 'accepted') OR EXISTS (SELECT 1 FROM post_recorded_again a
         WHERE a.message_id = post_outbox.message_id)) AS is_open,
       ${contentOf("coalesce(envelope, draft)")} AS envelope,
       length(coalesce(envelope, draft)) AS bytes
     FROM post_outbox WHERE ${of("drafted_at")} AND (envelope IS NOT NULL OR draft IS NOT NULL)
     ORDER BY position`,
    ...values,
  );
  return [...received.map((row) => keptOf(row, false)), ...sent.map((row) => keptOf(row, true))];
}

function contentOf(column: string): string {
  return `CASE kind WHEN ${Kind.ATTACHMENT_CHUNK} THEN NULL ELSE ${column} END`;
}

function keptOf(row: KeptRow, isOwn: boolean): KeptPostMessage {
  const { envelope, kind } = row;
  const header = envelope === null ? undefined : Header.decode(Envelope.decode(envelope).header);
  return {
    sender: header?.sender ?? row.sender,
    messageId: row.message_id,
    recipients: header?.recipients ?? [],
    kind,
    conversationId: row.conversation_id,
    isOwn,
    atMs: row.at,
    headerDigest: row.header_digest ?? new Uint8Array(),
    header,
    isOpen: row.is_open === 1,
    bytes: row.bytes,
  };
}

/**
 * Erases the bytes of messages for good: envelopes, drafts, proofs, keys for the recovery key, and
 * receipts that are about nothing else. Ids and digests stay, so that what comes again is known.
 */
export async function eraseMessages(
  tx: Transaction,
  messages: readonly KeptPostMessage[],
): Promise<void> {
  for (const { isOwn, messageId, sender } of messages) {
    await tx.run(
      "DELETE FROM post_recovery WHERE sender = ? AND message_id = ?",
      isOwn ? "" : sender,
      messageId,
    );
    if (isOwn) {
      const sql = "UPDATE post_outbox SET draft = NULL, envelope = NULL WHERE message_id = ?";
      await tx.run(sql, messageId);
      await eraseReceipts(tx, messageId);
      continue;
    }
    await tx.run(
      "UPDATE post_inbox SET envelope = x'', evidence = NULL WHERE sender = ? AND message_id = ?",
      sender,
      messageId,
    );
    const again = "DELETE FROM post_inbox_again WHERE sender = ? AND message_id = ?";
    await tx.run(again, sender, messageId);
  }
}

/**
 * One receipt may be about several messages: it goes with the last of them. Receipts of a log that
 * has ended are named apart from those of the one after it.
 */
async function eraseReceipts(tx: Transaction, messageId: string): Promise<void> {
  await tx.run(
    `DELETE FROM post_receipt_envelope WHERE (sender, receipt_id) IN
       (SELECT receipt_sender, receipt_id FROM post_receipt WHERE message_id = ?
        UNION ALL
        SELECT receipt_sender, receipt_id FROM post_receipt_before WHERE message_id = ?)
     AND NOT ${isNamedIn("post_receipt")} AND NOT ${isNamedIn("post_receipt_before")}`,
    messageId,
    messageId,
  );
}

/** Whether a table of receipts names an envelope for a message whose bytes are kept. */
function isNamedIn(table: "post_receipt" | "post_receipt_before"): string {
  return `EXISTS (SELECT 1 FROM ${table} r JOIN post_outbox o ON o.message_id = r.message_id
     WHERE r.receipt_sender = post_receipt_envelope.sender
       AND r.receipt_id = post_receipt_envelope.receipt_id AND o.envelope IS NOT NULL)`;
}
