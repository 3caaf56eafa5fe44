import { FEED_LIMITS, type Logger, type Timers } from "#runtime";
import type { FeedRead, FeedStore } from "./feed-procedures.ts";

/** What a feed is built from. */
export interface ChangeFeedOptions {
  readonly store: FeedStore;
  readonly timers: Timers;
  readonly logger: Logger;
}

/** A request for changes. */
export interface FeedRequest {
  /** `next` of the answer before; null begins with the oldest kept. */
  readonly after: number | null;
  readonly limit: number;
  /** How long to wait for a change when there is none. */
  readonly waitMs: number;
  /** User id of who waits. */
  readonly userId: string;
  /** Aborts when the caller has gone. */
  readonly signal: AbortSignal;
}

interface Waiter {
  readonly after: number;
  readonly wake: () => void;
}

/**
 * Reads the feed, and waits where nothing has changed yet (TP-API-45). Nobody polls: whoever writes
 * to the store says so, and the newest number is looked up once for all who wait.
 */
export class ChangeFeed {
  readonly #options: ChangeFeedOptions;
  readonly #waiters = new Set<Waiter>();
  readonly #waitingByUser = new Map<string, number>();
  #looking = false;
  #lookAgain = false;
  #stopped = false;

  constructor(options: ChangeFeedOptions) {
    this.#options = options;
  }

  /** Something was written; there may be a change. */
  noteWrite(): void {
    if (this.#waiters.size > 0) this.#look();
  }

  /** Reads a page, at once or as soon as there is a change; "busy" when too many wait already. */
  async read(request: FeedRequest): Promise<FeedRead | { readonly type: "busy" }> {
    const { after, limit, userId, waitMs, signal } = request;
    const page = await this.#options.store.call("feedRead", { after, limit });
    if (page.type === "gone" || page.changes.length > 0 || waitMs <= 0) return page;
    const waiting = this.#waitingByUser.get(userId) ?? 0;
    const isFull = this.#waiters.size >= FEED_LIMITS.waitersMax;
    if (isFull || waiting >= FEED_LIMITS.waitersPerUserMax) return { type: "busy" };
    this.#waitingByUser.set(userId, waiting + 1);
    try {
      await this.waitBeyond(page.next, signal, waitMs);
    } finally {
      const left = (this.#waitingByUser.get(userId) ?? 1) - 1;
      if (left === 0) this.#waitingByUser.delete(userId);
      else this.#waitingByUser.set(userId, left);
    }
    return await this.#options.store.call("feedRead", { after: page.next, limit });
  }

  /** Waits for a change after a number, at most so long; the caller may go, the feed may stop. */
  async waitBeyond(after: number, signal: AbortSignal, waitMs?: number): Promise<void> {
    if (this.#stopped || signal.aborted) return;
    await new Promise<void>((resolve) => {
      let callOff = (): void => {};
      const wake = (): void => {
        callOff();
        signal.removeEventListener("abort", wake);
        this.#waiters.delete(waiter);
        resolve();
      };
      const waiter = { after, wake };
      if (waitMs !== undefined) callOff = this.#options.timers.after(waitMs, wake);
      signal.addEventListener("abort", wake);
      this.#waiters.add(waiter);
      // A change may have come between the caller's look and this one.
      this.#look();
    });
  }

  /** Lets everybody go who waits; nobody waits from here on. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#wakeAll();
  }

  #wakeAll(): void {
    for (const waiter of [...this.#waiters]) waiter.wake();
  }

  #look(): void {
    this.#lookAgain = true;
    if (this.#looking) return;
    this.#looking = true;
    this.#lookUntilQuiet().catch((caught: unknown) => {
      this.#options.logger.warn({ err: caught }, "the feed could not be looked at");
      // Whoever waits reads for himself, and is told what is wrong.
      this.#wakeAll();
    });
  }

  async #lookUntilQuiet(): Promise<void> {
    try {
      while (this.#lookAgain && this.#waiters.size > 0) {
        this.#lookAgain = false;
        const newest = await this.#options.store.call("feedNewest", undefined);
        for (const waiter of [...this.#waiters]) if (waiter.after < newest) waiter.wake();
      }
    } finally {
      // In the same turn as the last look at `lookAgain`, or a write between them would be missed.
      this.#looking = false;
    }
  }
}
