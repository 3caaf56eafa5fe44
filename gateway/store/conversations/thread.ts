import type { Side, TakenMove } from "#casework";
import { type Handling, Header, Kind, type OutcomeClass, type TraceMove } from "#proto";
import type { SqlRow, Transaction } from "#runtime";
import { timestampMs } from "#wire";
import { encodeHandling } from "./conversation-facts.ts";
import { STANDING } from "./conversation-tables.ts";

/** A trace request and the moves made on it. */
export interface Thread {
  /** Id of the message that opened it; undefined while that is in the batch at hand. */
  id: number | undefined;
  readonly conversationId: string;
  readonly opener: string;
  readonly other: string;
  readonly messageId: string;
  readonly headerDigest: Uint8Array;
  /** Encoded {@link Handling}. */
  readonly handling: Uint8Array;
  readonly sentAtMs: number;
  standing: number;
  readonly moves: TakenMove[];
}

interface ThreadRow extends SqlRow {
  id: number;
  conversation_id: string;
  opener: string;
  other: string;
  message_id: string;
  header_digest: Uint8Array;
  handling: Uint8Array;
  sent_at: number;
  standing: number;
}

interface MoveRow extends SqlRow {
  message_id: string;
  side: Side;
  move: TraceMove;
  outcome_class: OutcomeClass;
  sent_at: number;
  receipted_at: number | null;
}

/** All threads of a conversation, the oldest first, with their moves. */
export async function loadThreads(tx: Transaction, conversationId: string): Promise<Thread[]> {
  const rows = await tx.all<ThreadRow>(
    "SELECT * FROM conversation WHERE conversation_id = ? ORDER BY id",
    conversationId,
  );
  return await Promise.all(rows.map((row) => threadOf(tx, row)));
}

/** The thread that a message opened; undefined when it opened none. */
export async function loadThread(tx: Transaction, id: number): Promise<Thread | undefined> {
  const row = await tx.get<ThreadRow>("SELECT * FROM conversation WHERE id = ?", id);
  return row === undefined ? undefined : await threadOf(tx, row);
}

async function threadOf(tx: Transaction, row: ThreadRow): Promise<Thread> {
  const moves = await tx.all<MoveRow>(
    `SELECT message_id, side, move, outcome_class, sent_at, receipted_at FROM conversation_move
     WHERE conversation = ? AND taken_back = 0 ORDER BY id`,
    row.id,
  );
  return {
    id: row.id,
    conversationId: row.conversation_id,
    opener: row.opener,
    other: row.other,
    messageId: row.message_id,
    headerDigest: row.header_digest,
    handling: row.handling,
    sentAtMs: row.sent_at,
    standing: row.standing,
    moves: moves.map((move) => ({
      messageId: move.message_id,
      by: move.side,
      move: move.move,
      outcomeClass: move.outcome_class,
      sentAtMs: move.sent_at,
      receiptedAtMs: move.receipted_at ?? undefined,
    })),
  };
}

/** A recorded message as a reference names it, if it is of a kind and was accepted. */
export async function findOpener(
  tx: Transaction,
  reference: { readonly originalSender: string; readonly messageId: string },
  kind: Kind,
): Promise<{ id: number; header: Header; headerDigest: Uint8Array } | undefined> {
  const row = await tx.get<{ id: number; header: Uint8Array; header_digest: Uint8Array }>(
    `SELECT id, header, header_digest FROM messages
     WHERE sender = ? AND message_id = ? AND kind = ? AND code = 0`,
    reference.originalSender,
    reference.messageId,
    kind,
  );
  if (row === undefined) return undefined;
  return { id: row.id, header: Header.decode(row.header), headerDigest: row.header_digest };
}

/**
 * The thread of a request that was recorded before conversations were kept; undefined when there
 * is no such request, or it is kept already, in another conversation.
 */
export async function adoptThread(
  tx: Transaction,
  reference: { readonly originalSender: string; readonly messageId: string },
): Promise<Thread | undefined> {
  const found = await findOpener(tx, reference, Kind.TRACE_REQUEST);
  if (found === undefined) return undefined;
  const { header, headerDigest, id } = found;
  const isKept = (await tx.get("SELECT 1 FROM conversation WHERE id = ?", id)) !== undefined;
  if (isKept) return undefined;
  const thread: Thread = {
    id,
    conversationId: header.conversationId,
    opener: header.sender,
    other: header.recipients[0] ?? "",
    messageId: header.messageId,
    headerDigest,
    handling: encodeHandling(header.handling),
    sentAtMs: timestampMs(header.sentAt) ?? 0,
    standing: STANDING.open,
    moves: [],
  };
  await insertThread(tx, thread, id);
  return thread;
}

/** Keeps a thread under the id of the message that opened it. */
export async function insertThread(tx: Transaction, thread: Thread, id: number): Promise<void> {
  thread.id = id;
  await tx.write(
    `INSERT INTO conversation (id, conversation_id, opener, other, message_id, header_digest,
       handling, sent_at, standing) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    id,
    thread.conversationId,
    thread.opener,
    thread.other,
    thread.messageId,
    thread.headerDigest,
    thread.handling,
    thread.sentAtMs,
    thread.standing,
  );
}
