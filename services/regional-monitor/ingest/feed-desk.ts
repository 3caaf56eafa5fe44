import type { Refusal } from "#errors";
import type { FeedTaker } from "#post";
import { type Clock, type Database, type Logger, MONITOR_LIMITS, type Timers } from "#runtime";
import { type FeedOffer, sha256 } from "#wire";
import type { MonitorProcedures } from "../store.ts";
import { FeedQueue } from "./feed-queue.ts";
import type { MissingNumbers } from "./take-feed.ts";

/** Where messages of the feed are had again, by a signed request. */
export interface FeedSource {
  /**
   * Messages by their numbers, as they were sent, in order; fewer than asked for where an answer
   * would be too large, none where there are none. Rejects while it cannot be reached.
   */
  fetch(numbers: MissingNumbers): Promise<readonly Uint8Array[]>;
}

/** What the desk works with. */
export interface FeedDeskDeps {
  readonly participant: string;
  readonly store: Pick<Database<MonitorProcedures>, "call">;
  /** Undefined: nothing is fetched, and the gateway's push is waited for. */
  readonly source: FeedSource | undefined;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
}

/**
 * Takes the feed in the order of its chain, whether it was pushed or fetched (TP-MON-3). What
 * misses numbers before it is not kept: they are asked for, and it comes again.
 */
export class FeedDesk implements FeedTaker {
  readonly #deps: FeedDeskDeps;
  readonly #queue: FeedQueue;
  #fetching: Promise<void> | undefined;
  #callOff: () => void = () => {};
  #isStopped = false;

  constructor(deps: FeedDeskDeps) {
    this.#deps = deps;
    this.#queue = new FeedQueue(deps);
  }

  /** Asks for what was told while this was not running. */
  start(): void {
    this.#ask();
  }

  /** Ends after the messages that are being taken. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#callOff();
    await this.#fetching;
  }

  /** Takes a message that was pushed; "gap": it is to be brought again. */
  async take({ bytes }: Pick<FeedOffer, "bytes">): Promise<"taken" | "known" | "gap" | Refusal> {
    const taken = await this.#queue.take(bytes);
    if (taken.type === "gap") this.#ask();
    if (taken.type === "refused") return taken.refusal;
    return taken.type === "early" ? "gap" : taken.type;
  }

  #ask(): void {
    if (this.#deps.source === undefined || this.#isStopped) return;
    this.#callOff();
    this.#fetching ??= this.#fetchAll()
      .catch((caught: unknown) => {
        this.#deps.logger.warn({ err: caught }, "the feed was not fetched; it is asked for again");
        this.#callOff = this.#deps.timers.after(MONITOR_LIMITS.fetchRetryMs, () => this.#ask());
      })
      .finally(() => {
        this.#fetching = undefined;
      });
  }

  /** Fetches until nothing more is there. */
  async #fetchAll(): Promise<void> {
    for (;;) {
      const { number } = await this.#deps.store.call("chainEnd", undefined);
      const numbers = { first: number + 1, last: number + MONITOR_LIMITS.fetchNumbersMax };
      const found = (await this.#deps.source?.fetch(numbers)) ?? [];
      if (found.length === 0 || this.#isStopped) return;
      const all = await Promise.all(found.map((bytes) => this.#queue.take(bytes)));
      for (const [place, bytes] of found.entries()) {
        const taken = all[place];
        if (taken?.type === "refused") return await this.#note(bytes, taken.refusal);
        if (taken?.type === "early" || taken?.type === "gap") return;
      }
    }
  }

  async #note(bytes: Uint8Array, { code, detail, field }: Refusal): Promise<void> {
    const { clock, store } = this.#deps;
    const said = { sender: "GATEWAY", detail: `${code} ${field} ${detail}` };
    const incident = { kind: "FEED_REFUSED", digest: sha256(bytes), ...said } as const;
    await store.call("postRecordIncident", { incident, nowMs: clock.now() });
  }
}
