import { type Clock, type Database, MONITOR_LIMITS } from "#runtime";
import type { MonitorProcedures } from "../store.ts";
import type { FeedTaken } from "./take-feed.ts";

/** What the queue works with. */
export interface FeedQueueDeps {
  readonly participant: string;
  readonly store: Pick<Database<MonitorProcedures>, "call">;
  readonly clock: Clock;
}

interface Waiting {
  readonly feed: Uint8Array;
  readonly resolve: (taken: FeedTaken) => void;
  readonly reject: (caught: unknown) => void;
}

/**
 * Messages of the feed that wait for the store, in the order in which they were offered: what comes
 * while others are written goes together in the next transaction (TP-MON-4).
 */
export class FeedQueue {
  readonly #deps: FeedQueueDeps;
  readonly #waiting: Waiting[] = [];
  #isWriting = false;

  constructor(deps: FeedQueueDeps) {
    this.#deps = deps;
  }

  /** Settles once the message is durable, or was not taken. Throws TracepostError STORE. */
  take(feed: Uint8Array): Promise<FeedTaken> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ feed, resolve, reject });
      if (!this.#isWriting) void this.#write();
    });
  }

  async #write(): Promise<void> {
    this.#isWriting = true;
    // What is offered in one turn goes together.
    await Promise.resolve();
    while (this.#waiting.length > 0) await this.#writeSome(this.#next());
    this.#isWriting = false;
  }

  /** From the front, as many as may go together; one in any case. */
  #next(): Waiting[] {
    const { togetherBytesMax, togetherMax } = MONITOR_LIMITS;
    let [bytes, count] = [0, 0];
    for (const { feed } of this.#waiting) {
      bytes += feed.length;
      if (count === togetherMax || (count > 0 && bytes > togetherBytesMax)) break;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }

  async #writeSome(some: readonly Waiting[]): Promise<void> {
    const { clock, participant: monitor, store } = this.#deps;
    const feeds = some.map(({ feed }) => feed);
    try {
      const taken = await store.call("takeFeeds", { feeds, monitor, nowMs: clock.now() });
      for (const [place, { resolve }] of some.entries()) resolve(taken[place] as FeedTaken);
    } catch (caught) {
      if (some.length === 1) some[0]?.reject(caught);
      // Nothing of them was kept; whose fault it was shows when each goes by itself.
      else for (const one of some) await this.#writeSome([one]);
    }
  }
}
