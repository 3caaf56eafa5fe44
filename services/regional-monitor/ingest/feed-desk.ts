import { type Refusal, TracepostError } from "#errors";
import type { FeedTaker, IncidentKind } from "#post";
import { type Clock, type Database, type Logger, MONITOR_LIMITS, type Timers } from "#runtime";
import { type FeedOffer, sha256 } from "#wire";
import type { MonitorProcedures } from "../store.ts";
import { FeedQueue } from "./feed-queue.ts";
import type { FeedSource } from "./feed-source.ts";

/** What the desk works with. */
export interface FeedDeskDeps {
  readonly participant: string;
  readonly store: Pick<Database<MonitorProcedures>, "call">;
  /** Undefined: nothing is fetched; where numbers are missing that is an incident. */
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
  /** The last number that was seen to be missing; 0: none was. */
  #missing = 0;
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
    if (taken.type === "gap") {
      this.#missing = Math.max(this.#missing, taken.missing.last);
      this.#ask();
    }
    if (taken.type === "refused") return taken.refusal;
    return taken.type === "early" ? "gap" : taken.type;
  }

  #ask(): void {
    if (this.#isStopped) return;
    this.#callOff();
    this.#fetching ??= this.#fetchAll()
      .catch((caught: unknown) => this.#failed(TracepostError.from(caught)))
      .finally(() => {
        this.#fetching = undefined;
      });
  }

  /** Fetches until nothing more is there. */
  async #fetchAll(): Promise<void> {
    const { source, store } = this.#deps;
    if (source === undefined && this.#missing > 0) throw NOT_CONFIGURED;
    for (;;) {
      const { number } = await store.call("chainEnd", undefined);
      const numbers = { first: number + 1, last: number + MONITOR_LIMITS.fetchNumbersMax };
      const found = (await source?.fetch(numbers)) ?? [];
      if (this.#isStopped) return;
      const all = await Promise.all(found.map((bytes) => this.#queue.take(bytes)));
      for (const [place, bytes] of found.entries()) {
        const taken = all[place];
        if (taken?.type === "refused") return await this.#refused(bytes, taken.refusal);
        if (taken?.type === "early") return;
      }
      // Whoever answers might send for ever what was not asked for.
      const isFurther = all.some(({ type }) => type === "taken");
      if (isFurther) continue;
      if (found.length > 0 || number < this.#missing) throw withheld(number + 1);
      this.#missing = 0;
      return;
    }
  }

  /** A door that is away for a while is no incident, unless something waits for what it has. */
  async #failed(fault: TracepostError): Promise<void> {
    const { logger, timers } = this.#deps;
    const { code, message, remedy } = fault;
    logger.warn({ err: fault }, "the feed was not fetched; it is asked for again");
    if (!this.#isStopped) {
      this.#callOff = timers.after(MONITOR_LIMITS.fetchRetryMs, () => this.#ask());
    }
    if (code === "UNAVAILABLE" && this.#missing === 0) return;
    const detail = `${message} ${remedy}`;
    await this.#note("FEED_NOT_FETCHED", sha256(Buffer.from(detail)), detail);
  }

  async #refused(bytes: Uint8Array, { code, detail, field }: Refusal): Promise<void> {
    await this.#note("FEED_REFUSED", sha256(bytes), `${code} ${field} ${detail}`);
  }

  async #note(kind: IncidentKind, digest: Uint8Array, detail: string): Promise<void> {
    const { clock, logger, store } = this.#deps;
    const incident = { kind, digest, sender: "GATEWAY", detail };
    await store
      .call("postRecordIncident", { incident, nowMs: clock.now() })
      .catch((caught: unknown) => logger.error({ err: caught }, "an incident was not noted"));
  }
}

const NOT_CONFIGURED = new TracepostError("CONFIG_INVALID", "exchangeUrl is not configured", {
  remedy: "Put the address of the exchange's door into the configuration, and start again.",
});

function withheld(number: number): TracepostError {
  return new TracepostError("VERIFICATION", `the exchange does not give number ${number}`, {
    remedy: "Ask its operator for it, and whether its store was restored from a copy.",
  });
}
