/** What a post does when another log succeeds the one it has followed (TP-SUCC-6, TP-SUCC-7). */
import { TracepostError } from "#errors";
import type { SqlRow, Transaction } from "#runtime";

/**
 * - `post_followed_log`: the logs this post has followed, the first one at position 0, each but the
 *   last with the size at which it has ended.
 * - `post_recorded_again`: what is to be recorded in the log that is followed now; recipient '' is
 *   the message itself. A row goes with the receipt that says it is there.
 * - `post_receipt_before`, `post_inbox_again`: receipts of a log before, beside those of this one.
 */
export const POST_SUCCESSION_MIGRATION_SQL = `
CREATE TABLE post_followed_log (
  position INTEGER PRIMARY KEY,
  origin TEXT NOT NULL UNIQUE,
  ended_size INTEGER,
  ended_at INTEGER
) STRICT;
CREATE TABLE post_recorded_again (
  message_id TEXT NOT NULL,
  recipient TEXT NOT NULL,
  PRIMARY KEY (message_id, recipient)
) STRICT, WITHOUT ROWID;
CREATE TABLE post_receipt_before (
  message_id TEXT NOT NULL,
  recipient TEXT NOT NULL,
  type INTEGER NOT NULL,
  code TEXT,
  field TEXT NOT NULL,
  log_index INTEGER,
  receipt_sender TEXT NOT NULL,
  receipt_id TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  log INTEGER NOT NULL,
  PRIMARY KEY (message_id, log, recipient, type)
) STRICT, WITHOUT ROWID;
CREATE INDEX post_receipt_before_envelopes ON post_receipt_before (receipt_sender, receipt_id);
CREATE TABLE post_inbox_again (
  sender TEXT NOT NULL,
  message_id TEXT NOT NULL,
  evidence BLOB NOT NULL,
  PRIMARY KEY (sender, message_id)
) STRICT;
CREATE TRIGGER post_receipt_put_aside AFTER DELETE ON post_receipt BEGIN
  UPDATE post_count SET count = count - 1 WHERE what = 'receipt ' || OLD.type
    AND kind = (SELECT kind FROM post_outbox WHERE message_id = OLD.message_id);
END;
`;

/** The log that a post follows. */
export interface FollowedLog extends SqlRow {
  readonly position: number;
  readonly origin: string;
}

/** The log followed now; null before the first. */
export async function postFollowedLog(tx: Transaction): Promise<FollowedLog | null> {
  const row = await tx.get<FollowedLog>(
    "SELECT position, origin FROM post_followed_log ORDER BY position DESC LIMIT 1",
  );
  return row ?? null;
}

/** Notes the first log that is followed; nothing once there is one. */
export async function postFollowFirstLog(
  tx: Transaction,
  args: { readonly origin: string },
): Promise<void> {
  await tx.run(
    `INSERT INTO post_followed_log (position, origin)
     SELECT 0, ? WHERE NOT EXISTS (SELECT 1 FROM post_followed_log)`,
    args.origin,
  );
}

/** A succession that was judged and holds. */
export interface FollowedSuccession {
  readonly oldOrigin: string;
  readonly newOrigin: string;
  /** Entries of the old log that are proven. */
  readonly size: number;
  readonly nowMs: number;
}

/**
 * Follows another log, once: all that has no end, and all that the old log accepted beyond its end,
 * is sent again as it is, under its own id; its receipts are put aside. What was seen of the old
 * log says nothing of the new one. Returns how many messages are sent again.
 */
export async function postFollowNextLog(
  tx: Transaction,
  { newOrigin, nowMs, oldOrigin, size }: FollowedSuccession,
): Promise<number> {
  const followed = await postFollowedLog(tx);
  if (followed?.origin === newOrigin) return 0;
  if (followed === null || followed.origin !== oldOrigin) {
    throw new TracepostError("INTERNAL", `the post follows ${followed?.origin}, not ${oldOrigin}`);
  }
  const { position } = followed;
  const ended = "UPDATE post_followed_log SET ended_size = ?, ended_at = ? WHERE position = ?";
  await tx.run(ended, size, nowMs, position);
  const next = "INSERT INTO post_followed_log (position, origin) VALUES (?, ?)";
  await tx.run(next, position + 1, newOrigin);
  await tx.run("DELETE FROM post_seen_checkpoint");
  await planAgain(tx, size);
  await tx.run(
    `INSERT INTO post_receipt_before
       SELECT message_id, recipient, type, code, field, log_index, receipt_sender, receipt_id,
         received_at, ? FROM post_receipt
       WHERE message_id IN (SELECT message_id FROM post_recorded_again WHERE recipient = '')`,
    position,
  );
  await tx.run(
    `DELETE FROM post_receipt
     WHERE message_id IN (SELECT message_id FROM post_recorded_again WHERE recipient = '')`,
  );
  return await tx.run(
    `UPDATE post_outbox SET next_attempt_at = ? WHERE envelope IS NOT NULL AND (
       (state = 'sealed' AND next_attempt_at IS NOT NULL)
       OR message_id IN (SELECT message_id FROM post_recorded_again WHERE recipient = ''))`,
    nowMs,
  );
}

/** What was disposed of has no bytes that could be sent again. */
async function planAgain(tx: Transaction, size: number): Promise<void> {
  await tx.run("DELETE FROM post_recorded_again");
  await tx.run(
    `INSERT INTO post_recorded_again SELECT message_id, '' FROM post_outbox
     WHERE envelope IS NOT NULL AND (state = 'accepted'
       OR (state IN ('delivered', 'rejected', 'expired') AND log_index >= ?))`,
    size,
  );
  await tx.run(
    `INSERT INTO post_recorded_again SELECT r.message_id, r.recipient
     FROM post_recorded_again a JOIN post_outbox_recipient r ON r.message_id = a.message_id
     WHERE a.recipient = '' AND r.state IN ('delivered', 'rejected')`,
  );
}

/** What is planned of a message that is recorded again. */
export interface PlannedAgain {
  /** The message itself; its acceptance is awaited. */
  readonly message: boolean;
  /** Its end for this recipient. */
  readonly end: boolean;
}

/** Whether a message, or its end for a recipient, is to be recorded again. */
export async function plannedAgain(
  tx: Transaction,
  messageId: string,
  recipient: string,
): Promise<PlannedAgain> {
  const rows = await tx.all<{ recipient: string }>(
    "SELECT recipient FROM post_recorded_again WHERE message_id = ? AND recipient IN ('', ?)",
    messageId,
    recipient,
  );
  const has = (name: string): boolean => rows.some((row) => row.recipient === name);
  return { message: has(""), end: recipient !== "" && has(recipient) };
}

/**
 * Notes that it is recorded, for a recipient or, without one, altogether: with the last of it, a
 * message that had ended before is sent no more.
 */
export async function recordedAgain(
  tx: Transaction,
  messageId: string,
  recipient?: string,
): Promise<void> {
  const one = "DELETE FROM post_recorded_again WHERE message_id = ? AND recipient = ?";
  if (recipient !== undefined) await tx.run(one, messageId, recipient);
  else await tx.run("DELETE FROM post_recorded_again WHERE message_id = ?", messageId);
  await tx.run(
    `UPDATE post_outbox SET next_attempt_at = NULL WHERE message_id = ?
       AND NOT EXISTS (SELECT 1 FROM post_recorded_again WHERE message_id = ?)
       AND NOT EXISTS (SELECT 1 FROM post_outbox_recipient WHERE message_id = ? AND state = 'open')`,
    messageId,
    messageId,
    messageId,
  );
}

/**
 * Keeps the proof that a message received before is in the log that is followed now; of one that
 * was disposed of, nothing is kept again (TP-PREC-4).
 */
export async function noteInboxAgain(
  tx: Transaction,
  message: { readonly sender: string; readonly messageId: string },
  evidence: Uint8Array | null,
): Promise<void> {
  if (evidence === null) return;
  await tx.run(
    `INSERT INTO post_inbox_again SELECT ?, ?, ?
       WHERE EXISTS (SELECT 1 FROM post_followed_log WHERE position > 0)
         AND EXISTS (SELECT 1 FROM post_inbox
           WHERE sender = ? AND message_id = ? AND length(envelope) > 0)
     ON CONFLICT (sender, message_id) DO UPDATE SET evidence = excluded.evidence`,
    message.sender,
    message.messageId,
    evidence,
    message.sender,
    message.messageId,
  );
}
