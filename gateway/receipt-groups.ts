import type { Recorded } from "./steps/record.ts";

/** Recorded messages by who is to be told together: one sender, one lane, one exchange status. */
export class ReceiptGroups {
  readonly #groups = new Map<string, Recorded[]>();

  /** Puts a message with its like. */
  add(recorded: Recorded): void {
    const { item, passage } = recorded;
    const key = `${item.sender}>${item.lane}>${passage.message?.header.status ?? 0}`;
    const group = this.#groups.get(key);
    if (group === undefined) this.#groups.set(key, [recorded]);
    else group.push(recorded);
  }

  /** Every group, in the order of its first message. */
  all(): Iterable<readonly Recorded[]> {
    return this.#groups.values();
  }
}
