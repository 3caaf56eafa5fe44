import { LogEntry } from "#proto";
import { newMessageId } from "#runtime";
import { type AssembledEnvelope, resign } from "#wire";
import type { DecisionKind } from "../../gateway/store/quarantine-decision.ts";
import type { QuarantineItem } from "../../gateway/store/quarantine-list.ts";
import type { GatewayBench, Settled } from "./gateway-bench.ts";
import { traceRequest } from "./messages.ts";
import type { Parties } from "./parties.ts";

/** Hands what is not proven to a gateway, and looks at what it leaves. */
export class QuarantineHands {
  readonly #parties: Parties;
  readonly #bench: GatewayBench;

  constructor(parties: Parties, bench: GatewayBench) {
    this.#parties = parties;
    this.#bench = bench;
  }

  /** A request of NE, and the same with a signature that does not verify: one bit is turned. */
  forgedRequest(messageId = newMessageId()): {
    readonly genuine: AssembledEnvelope;
    readonly forged: Uint8Array;
  } {
    const { party } = this.#parties;
    const genuine = traceRequest(party("NE"), ["BR"], { messageId });
    const { sign, keyId } = party("NE").signer;
    const wrong = { keyId, sign: (bytes: Uint8Array) => turned(sign(bytes)) };
    return { genuine, forged: resign(genuine.bytes, wrong) };
  }

  hand(data: Uint8Array, sender = "NE"): Promise<Settled> {
    return this.#bench.hand(`tp.out.${sender}.normal.trace-request`, data);
  }

  /** The newest first. */
  async items(state: QuarantineItem["state"] | null = null): Promise<QuarantineItem[]> {
    const all = { before: null, state, participant: null, code: null, limit: 5_000 };
    return await this.#bench.store.call("listItems", all);
  }

  async onlyItem(): Promise<QuarantineItem> {
    const [item, ...others] = await this.items();
    if (item === undefined || others.length > 0) throw new TypeError("not one item");
    return item;
  }

  decide(id: number, decision: DecisionKind, actor = "amina", reason = "looked into it") {
    const { nowMs, store } = this.#bench;
    const receiptId = newMessageId(nowMs);
    const act = { id, decision, actor, reason, receiptId, registerVersion: 1, nowMs };
    return store.call("decideItem", act);
  }

  /** Rows of a table of the store, by a connection of its own. */
  async countOf(table: "messages" | "parts" | "log_entries"): Promise<number> {
    const row = await this.#read<{ count: number }>(`SELECT count(*) AS count FROM ${table}`);
    return row?.count ?? -1;
  }

  async newestEntry(): Promise<LogEntry> {
    const sql = "SELECT entry FROM log_entries ORDER BY entry_index DESC LIMIT 1";
    const row = await this.#read<{ entry: Uint8Array }>(sql);
    return LogEntry.decode(row?.entry ?? new Uint8Array());
  }

  async #read<R extends Record<string, number | Uint8Array>>(sql: string): Promise<R | undefined> {
    return await this.#bench.read((tx) => tx.get<R>(sql));
  }
}

function turned(bytes: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[0] = (copy[0] ?? 0) ^ 1;
  return copy;
}
