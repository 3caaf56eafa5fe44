import type { SqlRow, Transaction } from "#runtime";
import type { RecoveryPart } from "#trust";

/**
 * Keys of the parts of own copies, sealed to the State recovery key (TP-RECOVER-2). The sender of a
 * message of ours is the empty text.
 */
export const RECOVERY_MIGRATION_SQL = `
CREATE TABLE post_recovery (
  sender TEXT NOT NULL,
  message_id TEXT NOT NULL,
  part TEXT NOT NULL,
  key BLOB NOT NULL,
  PRIMARY KEY (sender, message_id, part)
) STRICT;
`;

/** Which message keys are of; `sender` is empty for one of ours. */
export interface RecoveredMessage {
  readonly sender: string;
  readonly messageId: string;
}

/**
 * Keeps them, in the transaction that keeps the message. What is there stays: an empty key says
 * that the part was erased before it was sealed.
 */
export async function keepRecovery(
  tx: Transaction,
  { sender, messageId }: RecoveredMessage,
  parts: readonly RecoveryPart[],
): Promise<void> {
  for (const { partName, key } of parts) {
    await tx.run(
      `INSERT INTO post_recovery (sender, message_id, part, key) VALUES (?, ?, ?, ?)
       ON CONFLICT DO NOTHING`,
      sender,
      messageId,
      partName,
      key,
    );
  }
}

/** A message as it is kept, by whom and with what it was kept. */
export interface RecoverableMessage extends SqlRow {
  sender: string;
  message_id: string;
  header_digest: Uint8Array | null;
}

/**
 * Kept messages that the recovery key opens, received ones first, in the order they came. Without
 * their envelopes, which are too many for the memory.
 */
export const RECOVERABLE_SQL = `
SELECT sender, message_id, header_digest FROM (
  SELECT sender, message_id, header_digest, 0 AS own, position FROM post_inbox
  UNION ALL
  SELECT '', message_id, header_digest, 1, position FROM post_outbox WHERE envelope IS NOT NULL
) AS kept
WHERE EXISTS (SELECT 1 FROM post_recovery AS key
  WHERE key.sender = kept.sender AND key.message_id = kept.message_id AND length(key.key) > 0)
ORDER BY own, position
`;

/** One of them: its envelope, and the keys of its parts. */
export async function readRecoverable(
  tx: Transaction,
  { message_id: messageId, sender }: RecoverableMessage,
): Promise<{ readonly envelope: Uint8Array; readonly keys: readonly RecoveryPart[] }> {
  const row = await tx.get<{ envelope: Uint8Array | null }>(
    `SELECT envelope FROM post_inbox WHERE sender = ? AND message_id = ?
     UNION ALL SELECT envelope FROM post_outbox WHERE '' = ? AND message_id = ?`,
    sender,
    messageId,
    sender,
    messageId,
  );
  const keys = await tx.all<{ partName: string; key: Uint8Array }>(
    `SELECT part AS partName, key FROM post_recovery
     WHERE sender = ? AND message_id = ? AND length(key) > 0`,
    sender,
    messageId,
  );
  return { envelope: row?.envelope ?? new Uint8Array(), keys };
}
