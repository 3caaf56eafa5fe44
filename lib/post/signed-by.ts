import { Envelope, LogEntry, LogEvidence } from "#proto";
import { POST_LIMITS, type SqlRow, type Transaction } from "#runtime";
import { sha256, timestampMs } from "#wire";
import type { PostHooks } from "./hooks.ts";
import { recordIncident } from "./incidents.ts";

/**
 * Which key signed what was taken in, and when it was recorded, so that what came under a key that
 * turns out to be compromised is found (TP-KEY-8). `flagged` follows `post_compromised_key`, which
 * follows the register; `post_unread` says which rows of before are still to be read.
 */
export const SIGNED_BY_MIGRATION_SQL = `
CREATE TABLE post_signed_by (
  sender TEXT NOT NULL,
  message_id TEXT NOT NULL,
  conversation_id TEXT NOT NULL,
  key_id TEXT NOT NULL,
  recorded_at INTEGER NOT NULL,
  flagged INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (sender, message_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX post_signed_by_key ON post_signed_by (key_id, flagged, recorded_at);
CREATE INDEX post_signed_by_flagged ON post_signed_by (conversation_id) WHERE flagged = 1;
CREATE TRIGGER post_signed_by_gone AFTER DELETE ON post_inbox BEGIN
  DELETE FROM post_signed_by WHERE sender = OLD.sender AND message_id = OLD.message_id;
END;

CREATE TABLE post_compromised_key (
  key_id TEXT PRIMARY KEY,
  since INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE post_unread (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  messages_below INTEGER NOT NULL,
  receipts_below INTEGER NOT NULL
) STRICT;
INSERT INTO post_unread VALUES (1,
  (SELECT coalesce(max(position), 0) + 1 FROM post_inbox),
  (SELECT count(*) + 1 FROM post_receipt_envelope));
`;

/** A signed message that was taken in: of the inbox, a receipt, or one that another carried. */
export interface SignedMessage {
  readonly sender: string;
  readonly messageId: string;
  /** Empty: of none in particular, such as a receipt. */
  readonly conversationId: string;
  readonly keyId: string;
  /** When the gateway recorded it, or the one that carried it; milliseconds since 1970. */
  readonly recordedAtMs: number;
}

/** A key that others may have had, and since when. */
export interface CompromisedSince {
  readonly keyId: string;
  readonly sinceMs: number;
}

/** Keeps who signed a message, flagged at once where its key was compromised by then. */
export async function noteSignedBy(
  tx: Transaction,
  hooks: Pick<PostHooks, "onFlag">,
  message: SignedMessage,
  nowMs: number,
): Promise<void> {
  const { conversationId, keyId, messageId, recordedAtMs, sender } = message;
  const key = await tx.get<{ since: number | null }>(
    "SELECT since FROM post_compromised_key WHERE key_id = ?",
    keyId,
  );
  const since = key?.since ?? Number.POSITIVE_INFINITY;
  const isFlagged = recordedAtMs >= since;
  const added = await insert(tx, message, isFlagged);
  if (added === 0 || !isFlagged) return;
  await raise(tx, { sender, keyId, sinceMs: since, count: 1, messageId }, nowMs);
  await hooks.onFlag(tx, { sender, conversationId, isFlagged, nowMs });
}

async function insert(tx: Transaction, message: SignedMessage, flagged: boolean): Promise<number> {
  const { conversationId, keyId, messageId, recordedAtMs, sender } = message;
  return await tx.run(
    `INSERT INTO post_signed_by
       (sender, message_id, conversation_id, key_id, recorded_at, flagged)
     VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    sender,
    messageId,
    conversationId,
    keyId,
    recordedAtMs,
    flagged ? 1 : 0,
  );
}

/**
 * Builds the procedure that makes the flags follow the register (TP-KEY-8), a portion at a time:
 * again until `more` is false. A stop between two portions costs nothing: the next run goes on.
 */
export function createFollowKeys(hooks: Pick<PostHooks, "onFlag">) {
  return async (
    tx: Transaction,
    args: { readonly keys: readonly CompromisedSince[]; readonly nowMs: number },
  ): Promise<{ more: boolean }> => {
    await keepKeys(tx, args.keys);
    if (args.keys.length > 0 && (await readPortion(tx))) return { more: true };
    const keys = await tx.all<KeyRow>("SELECT key_id, since FROM post_compromised_key");
    for (const key of keys) {
      for (const isFlagged of [true, false]) {
        if (await changePortion(tx, hooks, { key, isFlagged, nowMs: args.nowMs })) {
          return { more: true };
        }
      }
    }
    await tx.run("DELETE FROM post_compromised_key WHERE since IS NULL");
    return { more: false };
  };
}

interface KeyRow extends SqlRow {
  key_id: string;
  /** Null: it is compromised no more, and its flags are being taken away. */
  since: number | null;
}

async function keepKeys(tx: Transaction, keys: readonly CompromisedSince[]): Promise<void> {
  const ids = JSON.stringify(keys.map(({ keyId }) => keyId));
  await tx.run(
    `UPDATE post_compromised_key SET since = NULL
     WHERE since IS NOT NULL AND key_id NOT IN (SELECT value FROM json_each(?))`,
    ids,
  );
  for (const { keyId, sinceMs } of keys) {
    await tx.run(
      `INSERT INTO post_compromised_key (key_id, since) VALUES (?, ?)
       ON CONFLICT (key_id) DO UPDATE SET since = excluded.since
         WHERE post_compromised_key.since IS NOT excluded.since`,
      keyId,
      sinceMs,
    );
  }
}

interface SignedRow extends SqlRow {
  sender: string;
  message_id: string;
  conversation_id: string;
}

/** Sets or takes away one portion of the flags of a key; whether there was anything to do. */
async function changePortion(
  tx: Transaction,
  hooks: Pick<PostHooks, "onFlag">,
  change: { readonly key: KeyRow; readonly isFlagged: boolean; readonly nowMs: number },
): Promise<boolean> {
  const { isFlagged, nowMs } = change;
  const { key_id: keyId, since } = change.key;
  const sinceMs = since ?? Number.MAX_SAFE_INTEGER;
  const rows = await tx.all<SignedRow>(
    `SELECT sender, message_id, conversation_id FROM post_signed_by
     WHERE key_id = ? AND flagged = ? AND recorded_at ${isFlagged ? ">=" : "<"} ? LIMIT ?`,
    keyId,
    isFlagged ? 0 : 1,
    sinceMs,
    POST_LIMITS.flagsInTransactionMax,
  );
  for (const { message_id: messageId, sender } of rows) {
    await tx.run(
      "UPDATE post_signed_by SET flagged = ? WHERE sender = ? AND message_id = ?",
      isFlagged ? 1 : 0,
      sender,
      messageId,
    );
  }
  const [first] = rows;
  if (first === undefined) return false;
  const { sender } = first;
  if (isFlagged) await raise(tx, { sender, keyId, sinceMs, count: rows.length }, nowMs);
  const conversations = new Set(rows.map((row) => row.conversation_id));
  for (const conversationId of conversations) {
    await hooks.onFlag(tx, { sender, conversationId, isFlagged, nowMs });
  }
  return true;
}

/** One incident for a participant, key and date, which counts its messages. */
async function raise(
  tx: Transaction,
  found: CompromisedSince & {
    readonly sender: string;
    readonly count: number;
    readonly messageId?: string;
  },
  nowMs: number,
): Promise<void> {
  const { count, keyId, messageId = "", sender, sinceMs } = found;
  const detail = `key ${keyId}, compromised since ${new Date(sinceMs).toISOString()}`;
  const digest = sha256(Buffer.from(`KEY_COMPROMISED ${sender} ${detail}`));
  const incident = { kind: "KEY_COMPROMISED", digest, sender, messageId, detail, count } as const;
  await recordIncident(tx, incident, nowMs);
}

/** Reads who signed what was taken in before this was kept, the newest first; whether any was. */
async function readPortion(tx: Transaction): Promise<boolean> {
  const due = await tx.get<{ messages_below: number; receipts_below: number }>(
    "SELECT messages_below, receipts_below FROM post_unread",
  );
  if (due === undefined) return false;
  const messages = await tx.all<OldRow>(
    `SELECT position, sender, message_id, conversation_id, envelope, evidence FROM post_inbox
     WHERE position < ? ORDER BY position DESC LIMIT ?`,
    due.messages_below,
    POST_LIMITS.flagsInTransactionMax,
  );
  const receipts = await oldReceipts(tx, due.receipts_below);
  for (const row of [...messages, ...receipts]) await keepOld(tx, row);
  await tx.run(
    "UPDATE post_unread SET messages_below = ?, receipts_below = ?",
    messages.at(-1)?.position ?? 0,
    receipts.at(-1)?.position ?? 0,
  );
  return messages.length + receipts.length > 0;
}

/** Those of a store that was there before; a store on PostgreSQL never was, and knows no rowid. */
async function oldReceipts(tx: Transaction, below: number): Promise<OldRow[]> {
  if (below <= 1) return [];
  return await tx.all<OldRow>(
    `SELECT rowid AS position, sender, receipt_id AS message_id, '' AS conversation_id, envelope,
       evidence FROM post_receipt_envelope WHERE rowid < ? ORDER BY rowid DESC LIMIT ?`,
    below,
    POST_LIMITS.flagsInTransactionMax,
  );
}

interface OldRow extends SignedRow {
  position: number;
  envelope: Uint8Array;
  evidence: Uint8Array | null;
}

async function keepOld(tx: Transaction, row: OldRow): Promise<void> {
  const keyId = Envelope.decode(row.envelope).signatures[0]?.keyId;
  const evidence = LogEvidence.decode(row.evidence ?? new Uint8Array());
  const recordedAtMs = timestampMs(LogEntry.decode(evidence.entry).recordedAt);
  // Of what was not logged it is not known when; it was refused, and has done nothing.
  if (keyId === undefined || recordedAtMs === undefined) return;
  const { conversation_id: conversationId, message_id: messageId, sender } = row;
  await insert(tx, { sender, messageId, conversationId, keyId, recordedAtMs }, false);
}

/** A message that was signed by a key that others may have had by then. */
export interface FlaggedMessage {
  readonly sender: string;
  readonly messageId: string;
  readonly keyId: string;
  readonly recordedAtMs: number;
  /** Since when the key is compromised. */
  readonly sinceMs: number;
}

/** What is flagged in a conversation, in the order it was recorded. */
export async function postFlagged(
  tx: Transaction,
  args: { readonly conversationId: string; readonly limit: number },
): Promise<FlaggedMessage[]> {
  const rows = await tx.all<SignedRow & { key_id: string; recorded_at: number; since: number }>(
    `SELECT s.*, k.since FROM post_signed_by s JOIN post_compromised_key k USING (key_id)
     WHERE s.flagged = 1 AND s.conversation_id = ? ORDER BY s.recorded_at, s.message_id LIMIT ?`,
    args.conversationId,
    args.limit,
  );
  return rows.map((row) => ({
    sender: row.sender,
    messageId: row.message_id,
    keyId: row.key_id,
    recordedAtMs: row.recorded_at,
    sinceMs: row.since,
  }));
}
