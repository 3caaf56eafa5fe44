import { type HeldFacts, HoldBook } from "#disposal";
import type { Transaction } from "#runtime";
import { keeperOf } from "./keeper-name.ts";

/** The holds of a participant that cover in one transaction (TP-PREC-6). */
export class OwnHolds {
  readonly #book: HoldBook;
  readonly #self: string;

  private constructor(book: HoldBook, self: string) {
    this.#book = book;
    this.#self = self;
  }

  static async open(tx: Transaction): Promise<OwnHolds> {
    return new OwnHolds(await HoldBook.open(tx), await keeperOf(tx));
  }

  /** Whether one covers any of this. */
  async coverAny(facts: readonly HeldFacts[]): Promise<boolean> {
    for (const one of facts) {
      if ((await this.#book.holdsOn(this.#named(one))).length > 0) return true;
    }
    return false;
  }

  /** Where nobody is named, such as on pieces of documents and letters, it is this participant. */
  #named({ recipients, sender, ...facts }: HeldFacts): HeldFacts {
    const self = this.#self;
    if (sender === "" || sender === self) return { ...facts, sender: self, recipients };
    return { ...facts, sender, recipients: [...recipients, self] };
  }
}

/** Whether any hold covers at all. */
export async function holdsCover(tx: Transaction): Promise<boolean> {
  return (await tx.get("SELECT 1 FROM hold WHERE covers = 1 LIMIT 1")) !== undefined;
}

/** Whether a hold covers any of what belongs together, which is read only where there is one. */
export async function isAnyHeld(
  tx: Transaction,
  read: () => Promise<readonly HeldFacts[]>,
): Promise<boolean> {
  return (await holdsCover(tx)) && (await (await OwnHolds.open(tx)).coverAny(await read()));
}
