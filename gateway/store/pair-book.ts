import type { SqlRow, Transaction } from "#runtime";
import { DELIVERY } from "./tables.ts";

/** One direction between two participants on one lane. */
export interface Pair {
  readonly sender: string;
  readonly recipient: string;
  readonly lane: number;
}

/** A delivery that has ended, and where it stood before. */
export interface EndedDelivery extends Pair {
  readonly id: number;
  readonly state: number;
}

/** What a pair has under way: in the recipient's inbox without a receipt, and in the table. */
interface Load {
  readonly pair: Pair;
  dispatched: number;
  waiting: number;
  isChanged: boolean;
}

type LoadRow = SqlRow & Pair & { dispatched: number; waiting: number };

/**
 * How many messages of each pair lie in the recipient's inbox without a receipt, as one transaction
 * changes it. Beyond the window they wait in the delivery table, so that nobody fills another's
 * inbox (TP-GW-7). Counted beside the deliveries and under the same lock, so that it holds for all
 * instances of the gateway together (TP-INST-4).
 */
export class PairBook {
  readonly #tx: Transaction;
  readonly #max: number;
  readonly #loads = new Map<string, Load>();
  readonly #ended = new Set<number>();
  #hasRoom = false;

  /** `max`: messages of a pair that may be under way. */
  constructor(tx: Transaction, max: number) {
    this.#tx = tx;
    this.#max = max;
  }

  /** Whether a pair with waiting messages was given room. */
  get hasRoom(): boolean {
    return this.#hasRoom;
  }

  /** Takes a place for a new delivery: in the inbox if there is one and nobody waits before. */
  async place(pair: Pair): Promise<number> {
    const load = await this.#of(pair);
    load.isChanged = true;
    if (load.waiting === 0 && load.dispatched < this.#max) {
      load.dispatched += 1;
      return DELIVERY.dispatched;
    }
    load.waiting += 1;
    return DELIVERY.waiting;
  }

  /** Gives the place of a delivery back, once, however often it is said to have ended. */
  async end(delivery: EndedDelivery): Promise<void> {
    if (delivery.state >= DELIVERY.delivered || this.#ended.has(delivery.id)) return;
    this.#ended.add(delivery.id);
    const load = await this.#of(delivery);
    load.isChanged = true;
    if (delivery.state === DELIVERY.waiting) load.waiting -= 1;
    else load.dispatched -= 1;
    if (load.waiting > 0 && load.dispatched < this.#max) this.#hasRoom = true;
  }

  /** Moves waiting deliveries of a pair into its window. */
  async advance(pair: Pair, count: number): Promise<void> {
    const load = await this.#of(pair);
    load.isChanged = true;
    load.waiting -= count;
    load.dispatched += count;
  }

  /** Stores the counts beside what was counted, in the same transaction. */
  async store(): Promise<void> {
    for (const { dispatched, isChanged, pair, waiting } of this.#loads.values()) {
      if (!isChanged) continue;
      await this.#tx.write(
        `INSERT INTO pair_load (sender, recipient, lane, dispatched, waiting)
         VALUES (?, ?, ?, ?, ?) ON CONFLICT (sender, recipient, lane) DO UPDATE SET
           dispatched = excluded.dispatched, waiting = excluded.waiting`,
        pair.sender,
        pair.recipient,
        pair.lane,
        dispatched,
        waiting,
      );
    }
  }

  async #of({ lane, recipient, sender }: Pair): Promise<Load> {
    const key = `${sender}>${recipient}>${lane}`;
    const known = this.#loads.get(key);
    if (known !== undefined) return known;
    const row = await this.#tx.get<{ dispatched: number; waiting: number }>(
      `SELECT dispatched, waiting FROM pair_load
       WHERE sender = ? AND recipient = ? AND lane = ?`,
      sender,
      recipient,
      lane,
    );
    const { dispatched = 0, waiting = 0 } = row ?? {};
    const load = { pair: { sender, recipient, lane }, dispatched, waiting, isChanged: false };
    this.#loads.set(key, load);
    return load;
  }
}

/** Pairs with waiting messages that have room, but for recipients that are `paused`. */
export async function pairsWithRoom(
  tx: Transaction,
  args: { readonly max: number; readonly paused: readonly string[]; readonly limit: number },
): Promise<{ pair: Pair; room: number }[]> {
  const rows = await tx.all<LoadRow>(
    `SELECT sender, recipient, lane, dispatched, waiting FROM pair_load
     WHERE waiting > 0 AND dispatched < ? ORDER BY sender, recipient, lane`,
    args.max,
  );
  return rows
    .filter(({ recipient }) => !args.paused.includes(recipient))
    .slice(0, args.limit)
    .map(({ dispatched, lane, recipient, sender, waiting }) => {
      return {
        pair: { sender, recipient, lane },
        room: Math.min(waiting, args.max - dispatched),
      };
    });
}
