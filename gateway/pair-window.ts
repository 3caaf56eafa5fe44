import { GATEWAY_LIMITS } from "#runtime";
import type { PairLoad } from "./store/deliveries.ts";

/** One direction between two participants on one lane. */
export interface Pair {
  readonly sender: string;
  readonly recipient: string;
  readonly lane: number;
}

/**
 * How many messages of each pair lie in the recipient's inbox without a receipt. Beyond the window
 * they wait in the delivery table, so that nobody fills another's inbox (TP-GW-7). It counts; the
 * store knows.
 */
export class PairWindow {
  readonly #inFlight = new Map<string, number>();
  readonly #waiting = new Map<string, { pair: Pair; count: number }>();
  readonly #max: number;
  /** Called when a pair with waiting messages gets room; the courier listens. */
  onRoom: () => void = () => undefined;

  constructor(max: number = GATEWAY_LIMITS.pairWindowMessages) {
    this.#max = max;
  }

  /** Takes over what the store says at start. */
  load(loads: { dispatched: readonly PairLoad[]; waiting: readonly PairLoad[] }): void {
    for (const load of loads.dispatched) this.#inFlight.set(keyOf(load), load.count);
    for (const load of loads.waiting) {
      this.#waiting.set(keyOf(load), { pair: load, count: load.count });
    }
  }

  /** Takes a place if there is one and nobody waits before. */
  reserve(pair: Pair): boolean {
    const key = keyOf(pair);
    const count = this.#inFlight.get(key) ?? 0;
    if (count >= this.#max || this.#waiting.has(key)) return false;
    this.#inFlight.set(key, count + 1);
    return true;
  }

  /** Gives a place back. */
  release(pair: Pair): void {
    const key = keyOf(pair);
    const count = this.#inFlight.get(key) ?? 0;
    if (count <= 1) this.#inFlight.delete(key);
    else this.#inFlight.set(key, count - 1);
    if (this.#waiting.has(key)) this.onRoom();
  }

  /** Notes one more message that waits in the delivery table. */
  wait(pair: Pair): void {
    const key = keyOf(pair);
    const waiting = this.#waiting.get(key);
    if (waiting === undefined) this.#waiting.set(key, { pair, count: 1 });
    else waiting.count += 1;
  }

  /** Pairs with waiting messages and how many of them have room now. */
  roomForWaiting(): { pair: Pair; room: number }[] {
    const room: { pair: Pair; room: number }[] = [];
    for (const [key, { pair, count }] of this.#waiting) {
      const free = this.#max - (this.#inFlight.get(key) ?? 0);
      if (free > 0) room.push({ pair, room: Math.min(free, count) });
    }
    return room;
  }

  /** Moves waiting messages of a pair into its window; `taken` below `asked` empties the queue. */
  advance(pair: Pair, asked: number, taken: number): void {
    const key = keyOf(pair);
    const waiting = this.#waiting.get(key);
    if (waiting !== undefined) {
      waiting.count -= taken;
      if (waiting.count <= 0 || taken < asked) this.#waiting.delete(key);
    }
    if (taken > 0) this.#inFlight.set(key, (this.#inFlight.get(key) ?? 0) + taken);
  }
}

function keyOf(pair: Pair): string {
  return `${pair.sender}>${pair.recipient}>${pair.lane}`;
}
