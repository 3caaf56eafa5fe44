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

/** Keeps them, in the transaction that keeps the message. */
export async function keepRecovery(
  tx: Transaction,
  { sender, messageId }: RecoveredMessage,
  parts: readonly RecoveryPart[],
): Promise<void> {
  for (const { partName, key } of parts) {
    await tx.run(
      `INSERT INTO post_recovery (sender, message_id, part, key) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET key = excluded.key`,
      sender,
      messageId,
      partName,
      key,
    );
  }
}

/** A kept message with what opens it, as `recovery open` reads it from the copy of a store. */
export interface RecoverableMessage extends SqlRow {
  sender: string;
  message_id: string;
  kind: number;
  envelope: Uint8Array;
}

/** Kept messages that the recovery key opens, received ones first, in the order they came. */
export const RECOVERABLE_SQL = `
SELECT sender, message_id, kind, envelope FROM (
  SELECT inbox.sender, inbox.message_id, kind, envelope, 0 AS own, position FROM post_inbox AS inbox
  UNION ALL
  SELECT '', message_id, kind, envelope, 1, position FROM post_outbox WHERE envelope IS NOT NULL
) AS kept
WHERE EXISTS (SELECT 1 FROM post_recovery AS key
  WHERE key.sender = kept.sender AND key.message_id = kept.message_id)
ORDER BY own, position
`;
