import { type HoldQuery, HoldScope, type Kind } from "#proto";
import type { SqlRow, Transaction } from "#runtime";
import { belongsTo, stateOfParticipant, timestampMs } from "#wire";

/** What a hold is held against: facts of a record that never change. */
export interface HeldFacts {
  /** Of the record; its place in the log and one. */
  readonly id: number;
  readonly sender: string;
  readonly messageId: string;
  readonly recipients: readonly string[];
  readonly conversationId: string;
  readonly kind: Kind;
  readonly recordedAtMs: number;
}

interface AskedQuery {
  readonly hold: number;
  readonly query: HoldQuery;
}

/**
 * The holds that cover in one transaction. A hold is a condition, not a list of records: it covers
 * a hundred thousand records the moment it is kept, and whoever disposes of a record asks here, in
 * the transaction that would erase it (TP-HOLD-2).
 */
export class HoldBook {
  readonly #tx: Transaction;
  readonly #queries: readonly AskedQuery[];

  private constructor(tx: Transaction, queries: readonly AskedQuery[]) {
    this.#tx = tx;
    this.#queries = queries;
  }

  static async open(tx: Transaction): Promise<HoldBook> {
    const rows = await tx.all<SqlRow & { id: number; scope: Uint8Array }>(
      "SELECT id, scope FROM hold WHERE covers = 1 AND is_query = 1 ORDER BY id",
    );
    const queries = rows.flatMap(({ id: hold, scope }) => {
      const { query } = HoldScope.decode(scope);
      return query === undefined ? [] : [{ hold, query }];
    });
    return new HoldBook(tx, queries);
  }

  /** Ids of the holds on a record, in their order; empty: it is not held. */
  async holdsOn(facts: HeldFacts): Promise<number[]> {
    const { conversationId, messageId, recipients, sender } = facts;
    const rows = await this.#tx.all<{ hold: number }>(
      `SELECT m.hold FROM hold_message m JOIN hold h ON h.id = m.hold
         WHERE m.sender = ? AND m.message_id = ? AND h.covers = 1
       UNION SELECT id FROM hold WHERE covers = 1 AND conversation_id = ?
       UNION SELECT id FROM hold WHERE covers = 1
         AND party IN (SELECT value FROM json_each(?))`,
      sender,
      messageId,
      conversationId,
      JSON.stringify([sender, ...recipients].flatMap((id) => [id, stateOfParticipant(id) ?? id])),
    );
    const queried = this.#queries.filter(({ query }) => fulfils(facts, query));
    const holds = new Set([...rows, ...queried].map(({ hold }) => hold));
    return [...holds].toSorted((one, other) => one - other);
  }
}

/** Whether a record was there when the query was asked, and fulfils all that it gives. */
export function fulfils(facts: HeldFacts, query: HoldQuery): boolean {
  const { conversationId, id, kind, recipients, recordedAtMs, sender } = facts;
  const from = timestampMs(query.from);
  const to = timestampMs(query.to);
  return (
    BigInt(id) <= query.logSize &&
    (query.party === "" || isBetween(facts, query.party)) &&
    (query.sender === "" || belongsTo(sender, query.sender)) &&
    (query.recipient === "" || recipients.some((id) => belongsTo(id, query.recipient))) &&
    (query.conversationId === "" || query.conversationId === conversationId) &&
    (query.kinds.length === 0 || query.kinds.includes(kind)) &&
    (from === undefined || recordedAtMs >= from) &&
    (to === undefined || recordedAtMs < to)
  );
}

/** Whether a party, or an agency of the State that it is, has sent or was sent a record. */
export function isBetween(
  { recipients, sender }: Pick<HeldFacts, "sender" | "recipients">,
  party: string,
): boolean {
  return [sender, ...recipients].some((id) => belongsTo(id, party));
}
