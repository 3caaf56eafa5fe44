/** What was held at a place of the log, by what people did about holds (TP-HOLD-6). */
import {
  allActs,
  fulfils,
  type HeldFacts,
  type HoldStanding,
  isBetween,
  type KeptAct,
  standingAfter,
} from "#disposal";
import type { Transaction } from "#runtime";
import { factsOf } from "../disposal/reckon-due.ts";
import type { MessageRow } from "../message-row.ts";
import { headerIn } from "./header-in.ts";

/**
 * The holds of one check, followed from act to act as the log goes on. What covers is reckoned
 * from the acts and not read from the table: who changes that for the length of a run is found.
 */
export class HoldsAt {
  readonly #tx: Transaction;
  #acts: readonly KeptAct[] | undefined;
  #next = 0;
  readonly #standing = new Map<number, HoldStanding>();

  constructor(tx: Transaction) {
    this.#tx = tx;
  }

  /** A hold that covered the record of an entry at another; asked with places that only grow. */
  async holdOn(entry: number, at: number): Promise<number | undefined> {
    await this.#follow(at);
    const sql = "SELECT * FROM messages WHERE id = ?";
    const row = this.#hasAny ? await this.#tx.get<MessageRow>(sql, entry + 1) : undefined;
    if (row === undefined) return undefined;
    const header = headerIn(row);
    if (header === undefined) return undefined;
    const facts = factsOf(row, header);
    for (const [hold, { covers, scope }] of this.#standing) {
      if (covers && isIn(facts, scope)) return hold;
    }
    return undefined;
  }

  get #hasAny(): boolean {
    return [...this.#standing.values()].some(({ covers }) => covers);
  }

  async #follow(at: number): Promise<void> {
    this.#acts ??= await allActs(this.#tx);
    for (; this.#next < this.#acts.length; this.#next += 1) {
      const kept = this.#acts[this.#next];
      if (kept === undefined || (kept.logIndex ?? Infinity) >= at) return;
      const hold = Number(kept.act.hold);
      const after = standingAfter(this.#standing.get(hold), kept.act);
      if (typeof after !== "string") this.#standing.set(hold, after);
    }
  }
}

function isIn(facts: HeldFacts, scope: HoldStanding["scope"]): boolean {
  const { conversationId, messages, party, query } = scope;
  return (
    messages.some((one) => one.sender === facts.sender && one.messageId === facts.messageId) ||
    (conversationId !== "" && conversationId === facts.conversationId) ||
    (party !== "" && isBetween(facts, party)) ||
    (query !== undefined && fulfils(facts, query))
  );
}
