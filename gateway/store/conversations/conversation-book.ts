import type { Refusal } from "#errors";
import { Kind } from "#proto";
import { idTimeMs, type Transaction } from "#runtime";
import { succeededAtMs } from "../succession-tables.ts";
import { refreshState } from "./conversation-state.ts";
import { STANDING } from "./conversation-tables.ts";
import { followAlert } from "./follow-alert.ts";
import { type Followed, followTrace, type TraceMessage } from "./follow-trace.ts";
import { insertThread, loadThreads, type Thread } from "./thread.ts";

/** What is to be kept of a message once it has its place in the record. */
export type Consequence = Exclude<Followed, { type: "refused" }> | CancelledAlert;

interface CancelledAlert {
  readonly type: "cancels";
  readonly thread: Thread;
}

/**
 * The conversations that the messages of one batch belong to. Judged in the order of the batch:
 * each message finds what those before it did, though none of them is stored yet.
 */
export class ConversationBook {
  readonly #tx: Transaction;
  readonly #threads = new Map<string, Thread[]>();
  #succeededAtMs: number | undefined;

  constructor(tx: Transaction) {
    this.#tx = tx;
  }

  /** Judges a message, and notes what it does (TP-CONV-1). */
  async follow(
    message: TraceMessage,
  ): Promise<{ refusal: Refusal } | { consequence: Consequence | undefined }> {
    if (await this.#isFromBefore(message)) return { consequence: undefined };
    const threads = await this.#threadsOf(message.facts.conversationId);
    const isAlert = message.kind === Kind.ALERT || message.kind === Kind.ALERT_RESPONSE;
    const followed = isAlert
      ? await followAlert(this.#tx, message, threads)
      : await followTrace(this.#tx, message, threads);
    switch (followed.type) {
      case "refused":
        return { refusal: followed.refusal };
      case "stands":
        return { consequence: undefined };
      case "opens":
        threads.push(followed.thread);
        return { consequence: followed };
      case "moves":
        followed.thread.moves.push(followed.move);
        return { consequence: followed };
      case "cancels":
        followed.thread.standing = STANDING.cancelled;
        return { consequence: followed };
      default:
        return followed satisfies never;
    }
  }

  /**
   * Whether the conversation began before this log did, which succeeds another (TP-SUCC-5): its
   * moves are not known here, so its parties alone judge what comes. By when ids were made.
   */
  async #isFromBefore({ facts, kind, messageId }: TraceMessage): Promise<boolean> {
    this.#succeededAtMs ??= (await succeededAtMs(this.#tx)) ?? 0;
    const { conversationId, inReplyTo } = facts;
    const isAlert = kind === Kind.ALERT || kind === Kind.ALERT_RESPONSE;
    const opener = isAlert ? conversationId : (inReplyTo?.messageId ?? messageId);
    return idTimeMs(opener) < this.#succeededAtMs;
  }

  async #threadsOf(conversationId: string): Promise<Thread[]> {
    const known = this.#threads.get(conversationId);
    if (known !== undefined) return known;
    const threads = await loadThreads(this.#tx, conversationId);
    this.#threads.set(conversationId, threads);
    return threads;
  }
}

/** Keeps what a message did, under its id in the record. */
export async function keepConsequence(
  tx: Transaction,
  consequence: Consequence,
  id: number,
): Promise<void> {
  const { thread } = consequence;
  switch (consequence.type) {
    case "opens":
      await insertThread(tx, thread, id);
      break;
    case "cancels": {
      const sql = "UPDATE conversation SET standing = ? WHERE id = ?";
      await tx.write(sql, STANDING.cancelled, thread.id ?? 0);
      break;
    }
    case "moves": {
      const { messageId, by, move, outcomeClass, sentAtMs } = consequence.move;
      await tx.write(
        `INSERT INTO conversation_move (id, conversation, message_id, side, move, outcome_class,
           sent_at, receipted_at, taken_back) VALUES (?, ?, ?, ?, ?, ?, ?, NULL, 0)`,
        id,
        thread.id ?? 0,
        messageId,
        by,
        move,
        outcomeClass,
        sentAtMs,
      );
      break;
    }
    default:
      consequence satisfies never;
  }
  await refreshState(tx, thread.id ?? 0);
}

/**
 * What the end of a delivery does to the conversation (TP-CONV-4). `receiptedAtMs` is the date of
 * the receipt. A rejected message is taken back; one that expired no longer stands in the way.
 */
export async function settleMessage(
  tx: Transaction,
  id: number,
  ended: { readonly by: "delivered" | "rejected"; readonly receiptedAtMs: number } | "expired",
): Promise<void> {
  if (ended !== "expired" && ended.by === "delivered") {
    const sql = "UPDATE conversation_move SET receipted_at = ? WHERE id = ?";
    await tx.write(sql, ended.receiptedAtMs, id);
    return;
  }
  await tx.write("UPDATE conversation_move SET taken_back = 1 WHERE id = ?", id);
  // An alert has many recipients: what one of them does not take stands for the others.
  await tx.write(
    "UPDATE conversation SET standing = ? WHERE id = ? AND other <> '' AND standing < ?",
    ended === "expired" ? STANDING.lapsed : STANDING.takenBack,
    id,
    STANDING.takenBack,
  );
  const move = await tx.get<{ conversation: number }>(
    "SELECT conversation FROM conversation_move WHERE id = ?",
    id,
  );
  await refreshState(tx, move?.conversation ?? id);
}
