import { noteReckoned } from "#disposal";
import type { Transaction } from "#runtime";
import { dueTerm } from "../search/due-list.ts";
import type { RecordReckoned } from "./reckon-due.ts";

/** What of a record's reckoning is kept. */
type Noted = Pick<RecordReckoned, "due" | "kept" | "lookAtMs" | "dueAtMs">;

/** Keeps what was reckoned in one transaction, and makes records found by it (TP-FIND-9). */
export class DueNotes {
  readonly #tx: Transaction;
  readonly #asOf: number;

  private constructor(tx: Transaction, asOf: number) {
    this.#tx = tx;
    this.#asOf = asOf;
  }

  static async open(tx: Transaction): Promise<DueNotes> {
    const newest = await tx.get<{ id: number | null }>("SELECT max(id) AS id FROM messages");
    return new DueNotes(tx, newest?.id ?? 0);
  }

  /** Keeps what was reckoned; a record without parts has no row. */
  async note(id: number, { due, dueAtMs, kept, lookAtMs }: Noted, isHeld: boolean): Promise<void> {
    const tx = this.#tx;
    const sql = "SELECT due_at FROM record_due WHERE id = ?";
    const before = (await tx.get<{ due_at: number | null }>(sql, id))?.due_at ?? null;
    await this.#move(id, before, kept === 0 ? null : dueAtMs);
    await noteReckoned(tx, id, { due, kept, lookAtMs }, isHeld);
    if (kept === 0) return;
    const asOf = this.#asOf;
    await tx.write("UPDATE record_due SET due_at = ?, as_of = ? WHERE id = ?", dueAtMs, asOf, id);
  }

  async #move(id: number, before: number | null, after: number | null): Promise<void> {
    const [from, to] = [before, after].map((atMs) => (atMs === null ? null : dueTerm(atMs)));
    if (from === to) return;
    if (typeof from === "number") {
      await this.#tx.write("DELETE FROM record_term WHERE term = ? AND id = ?", from, id);
    }
    if (typeof to === "number") {
      await this.#tx.write("INSERT INTO record_term (term, id) VALUES (?, ?)", to, id);
    }
  }
}
