import type { SqlValue, Transaction } from "#runtime";
import { stateOfParticipant } from "#wire";
import type { RecordFacts } from "./record-facts.ts";
import { PARTY_TERM, TERM } from "./search-tables.ts";

/** A record as it is to be found. */
export interface FoundBy {
  readonly id: number;
  readonly sender: string;
  readonly messageId: string;
  readonly kind: number;
  /** 0: accepted. */
  readonly code: number;
  readonly recordedAtMs: number;
  readonly facts: RecordFacts;
}

/** Makes records found by what they are, in the transaction that records them (TP-FIND-1). */
export class RecordNotes {
  readonly #tx: Transaction;
  readonly #numbers = new Map<string, number>();
  /** The last time noted, and the first record of it so far. */
  #noted = { atMs: -1, id: 0 };

  constructor(tx: Transaction) {
    this.#tx = tx;
  }

  /** Notes one record, which must not have been noted before. */
  async note(record: FoundBy): Promise<void> {
    const { facts, id, messageId } = record;
    const terms = await this.#termsOf(record);
    const rows = terms.map(() => "(?, ?)").join(", ");
    const values = terms.flatMap((term): SqlValue[] => [term, id]);
    const tx = this.#tx;
    await tx.write(`INSERT INTO record_term (term, id) VALUES ${rows}`, ...values);
    await tx.write("INSERT INTO record_message VALUES (?, ?)", uuidBytes(messageId), id);
    if (facts.conversationId !== "") {
      const conversation = uuidBytes(facts.conversationId);
      await tx.write("INSERT INTO record_conversation VALUES (?, ?)", conversation, id);
    }
    await this.#noteTime(record);
  }

  /** Messages of a batch share a time; the first of them stands for it. */
  async #noteTime({ id, recordedAtMs }: FoundBy): Promise<void> {
    if (this.#noted.atMs === recordedAtMs && this.#noted.id < id) return;
    this.#noted = { atMs: recordedAtMs, id };
    await this.#tx.write(
      `INSERT INTO record_time VALUES (?, ?)
       ON CONFLICT (recorded_at) DO UPDATE
         SET first_id = min(record_time.first_id, excluded.first_id)`,
      recordedAtMs,
      id,
    );
  }

  async #termsOf({ code, facts, kind, sender }: FoundBy): Promise<number[]> {
    const terms = new Set([TERM.kind + kind, TERM.tlp + facts.tlp]);
    for (const use of facts.use) terms.add(TERM.use + use);
    if (code !== 0) terms.add(TERM.refused).add(TERM.refused + code);
    for (const party of [sender, ...facts.recipients]) {
      terms.add(await this.#termOf(party));
      // What an agency writes is found under its State too.
      terms.add(await this.#termOf(stateOfParticipant(party) ?? party));
    }
    return [...terms];
  }

  async #termOf(participant: string): Promise<number> {
    const known = this.#numbers.get(participant);
    if (known !== undefined) return PARTY_TERM + known;
    const number =
      (await partyNumber(this.#tx, participant)) ?? (await this.#newNumber(participant));
    this.#numbers.set(participant, number);
    return PARTY_TERM + number;
  }

  async #newNumber(participant: string): Promise<number> {
    const row = await this.#tx.get<{ number: number }>(
      "INSERT INTO record_party (participant) VALUES (?) RETURNING number",
      participant,
    );
    return row?.number ?? 0;
  }
}

/** The number of a party of any record; undefined when it is in none. */
export async function partyNumber(
  tx: Transaction,
  participant: string,
): Promise<number | undefined> {
  const row = await tx.get<{ number: number }>(
    "SELECT number FROM record_party WHERE participant = ?",
    participant,
  );
  return row?.number;
}

/** The sixteen bytes of a UUID. */
export function uuidBytes(text: string): Uint8Array {
  return Buffer.from(text.replaceAll("-", ""), "hex");
}
