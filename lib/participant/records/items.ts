import type { HeldFacts } from "#disposal";
import type { ScheduleHistory } from "#records";
import type { SqlRow, Transaction } from "#runtime";
import { OwnHolds } from "./own-holds.ts";
import { type ItemReckoned, reckonItem } from "./reckon-item.ts";
import type { ItemFacts, RecordKind, RecordKinds } from "./record-kind.ts";
import { scheduleHistory } from "./schedules.ts";

interface ItemRow extends SqlRow {
  id: number;
  kind: "conversation" | "day";
  key: string;
  schedule_version: number;
  facts: string | null;
}

/** An item that is here, with what keeping it depends on. */
export interface KeptItem {
  readonly id: number;
  readonly key: string;
  readonly isConversation: boolean;
  readonly takenUnder: number;
  readonly facts: ItemFacts;
  /** What erases its parts. */
  readonly kind: RecordKind;
}

/** An item reckoned and held against the holds, in one transaction. */
export interface JudgedItem {
  readonly item: KeptItem;
  readonly reckoned: ItemReckoned;
  /** It is due, and a hold covers it. */
  readonly isHeld: boolean;
}

/** A conversation as holds are held against it. */
export interface HeldConversation {
  /** Of its item; 0: there is none. */
  readonly id: number;
  readonly messages: readonly HeldFacts[];
}

/** Items of a store, for the length of a transaction. */
export class Items {
  readonly #tx: Transaction;
  readonly #kinds: RecordKinds;
  readonly #nowMs: number;
  #history: ScheduleHistory | undefined;
  #holds: OwnHolds | undefined;

  constructor(tx: Transaction, kinds: RecordKinds, nowMs: number) {
    this.#tx = tx;
    this.#kinds = kinds;
    this.#nowMs = nowMs;
  }

  /** The schedule that they are reckoned by. */
  async history(): Promise<ScheduleHistory> {
    this.#history ??= await scheduleHistory(this.#tx);
    return this.#history;
  }

  /** Reckons one of them; undefined when nothing of it is here any more. */
  async judge(id: number): Promise<JudgedItem | undefined> {
    const row = await this.#tx.get<ItemRow>("SELECT * FROM record_item WHERE id = ?", id);
    const item = row && (await this.#load(row));
    if (item === undefined) return undefined;
    const { facts, takenUnder } = item;
    const history = await this.history();
    const reckoned = reckonItem(facts, { history, takenUnder, nowMs: this.#nowMs });
    const isHeld = reckoned.due.length > 0 && (await this.#isHeld(item));
    return { item, reckoned, isHeld };
  }

  async #load(row: ItemRow): Promise<KeptItem | undefined> {
    const { facts: kept, id, key, kind: group, schedule_version: takenUnder } = row;
    const isConversation = group === "conversation";
    const about = { id, key, isConversation, takenUnder };
    for (const kind of this.#kindsOf(row)) {
      // Of what is gone in part the rest is known from before.
      const facts = kept === null ? await kind.load(this.#tx, key) : parseFacts(kept);
      if (facts !== undefined) return { ...about, kind, facts };
    }
    return undefined;
  }

  #kindsOf({ key, kind }: ItemRow): readonly RecordKind[] {
    if (kind === "conversation") return this.#kinds.conversation;
    const [table = ""] = key.split(" ");
    const day = this.#kinds.days.get(table);
    return day === undefined ? [] : [day];
  }

  async #isHeld({ facts, id }: KeptItem): Promise<boolean> {
    if (facts.isHeld === true) return true;
    this.#holds ??= await OwnHolds.open(this.#tx);
    return await this.#holds.coverAny(facts.messages.map((message) => ({ id, ...message })));
  }
}

/** What holds are held against, of a conversation of a kind: of all that it is made of. */
export async function conversationFacts(
  tx: Transaction,
  kind: RecordKind,
  key: string,
): Promise<HeldConversation> {
  const row = await tx.get<Pick<ItemRow, "id" | "facts">>(
    "SELECT id, facts FROM record_item WHERE kind = 'conversation' AND key = ?",
    key,
  );
  const id = row?.id ?? 0;
  const kept = row?.facts ?? null;
  const facts = kept === null ? await kind.load(tx, key) : parseFacts(kept);
  return { id, messages: (facts?.messages ?? []).map((message) => ({ ...message, id })) };
}

function parseFacts(text: string): ItemFacts {
  return JSON.parse(text) as ItemFacts;
}
