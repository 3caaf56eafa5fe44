import { TraceMove } from "#proto";
import type { TriggerTimes } from "#records";
import { DISPOSAL_LIMITS, type SqlRow, type Transaction } from "#runtime";
import { STANDING } from "../conversations/conversation-tables.ts";
import { uuidBytes } from "../search/note-record.ts";

/**
 * When conversations were last written in and closed, by when the gateway recorded it: what periods
 * are counted from. Kept for the length of a transaction.
 */
export class ConversationTimes {
  readonly #tx: Transaction;
  readonly #known = new Map<string, TriggerTimes>();

  constructor(tx: Transaction) {
    this.#tx = tx;
  }

  /** Nothing for one that the gateway does not follow. */
  async of(conversationId: string): Promise<TriggerTimes> {
    const known = this.#known.get(conversationId);
    if (known !== undefined) return known;
    const times = await this.#read(conversationId);
    this.#known.set(conversationId, times);
    return times;
  }

  /** Of whatever kind: updates of an alert and notices are no moves, and count as well. */
  async #lastRecorded(conversationId: string): Promise<number | undefined> {
    const row = await this.#tx.get<{ accepted: number | null; newest: number | null }>(
      `SELECT max(m.recorded_at) FILTER (WHERE m.code = 0) AS accepted,
         max(m.recorded_at) AS newest
       FROM (SELECT id FROM record_conversation WHERE conversation = ? ORDER BY id DESC LIMIT ?) c
       JOIN messages m ON m.id = c.id`,
      uuidBytes(conversationId),
      DISPOSAL_LIMITS.lastMessages,
    );
    // Behind so many refused ones nobody looks on: then the newest of them counts.
    return row?.accepted ?? row?.newest ?? undefined;
  }

  /** It is closed when every pair of States that speaks in it has closed it. */
  async #read(conversationId: string): Promise<TriggerTimes> {
    if (conversationId === "") return {};
    const threads = await this.#tx.all<SqlRow & { id: number; recorded_at: number }>(
      `SELECT c.id, m.recorded_at FROM conversation c JOIN messages m ON m.id = c.id
       WHERE c.conversation_id = ? AND c.standing <> ?`,
      conversationId,
      STANDING.takenBack,
    );
    let last = await this.#lastRecorded(conversationId);
    const closings: (number | undefined)[] = [];
    for (const { id, recorded_at: openedAtMs } of threads) {
      const moves = await this.#tx.all<SqlRow & { move: TraceMove; recorded_at: number }>(
        `SELECT v.move, m.recorded_at FROM conversation_move v JOIN messages m ON m.id = v.id
         WHERE v.conversation = ? AND v.taken_back = 0 ORDER BY v.id`,
        id,
      );
      last = Math.max(last ?? 0, openedAtMs, ...moves.map(({ recorded_at: atMs }) => atMs));
      closings.push(closedAt(moves));
    }
    const closed = closings.filter((atMs) => atMs !== undefined);
    const isClosed = closings.length > 0 && closed.length === closings.length;
    return {
      ...(last === undefined ? {} : { LAST_MESSAGE: last }),
      ...(isClosed ? { CASE_CLOSED: Math.max(...closed) } : {}),
    };
  }
}

function closedAt(
  moves: readonly { readonly move: TraceMove; readonly recorded_at: number }[],
): number | undefined {
  const last = moves.findLast(({ move }) => ENDS.has(move));
  return last?.move === TraceMove.CASE_CLOSED ? last.recorded_at : undefined;
}

const ENDS: ReadonlySet<TraceMove> = new Set([TraceMove.CASE_CLOSED, TraceMove.CASE_REOPENED]);
