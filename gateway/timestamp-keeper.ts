import { Gauge, type Registry } from "prom-client";
import { type Clock, type Database, type Logger, Rounds, TIMESTAMP_LIMITS } from "#runtime";
import { type AskedAuthority, askTimestampAuthority } from "#timestamps";
import type { CurrentRegister } from "#trust";
import type { CheckpointKeeper, SignedHead } from "./checkpoint-keeper.ts";
import type { Duty } from "./instances/duty.ts";
import type { KeptTimestamp } from "./store/timestamps/timestamps.ts";
import type { GatewayProcedures } from "./store.ts";
import type { WitnessCollector } from "./witness-collector.ts";

/** What time-stamps are asked for with. */
export interface TimestampKeeperDeps {
  /** Those of the configuration; with none nothing is ever asked. */
  readonly authorities: readonly AskedAuthority[];
  /** How often each is asked, in milliseconds; default: `everyMs`. */
  readonly everyMs?: number | undefined;
  readonly store: Pick<Database<GatewayProcedures>, "call">;
  readonly checkpoints: Pick<CheckpointKeeper, "note" | "published">;
  readonly witnesses: Pick<WitnessCollector, "cosigned">;
  readonly register: Pick<CurrentRegister, "view">;
  readonly duty: Pick<Duty, "isMine">;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What came of asking an authority. */
export type AskedOutcome =
  | { readonly url: string; readonly type: "stamped"; readonly size: number; readonly atMs: number }
  /** Every entry is under one of its tokens already. */
  | { readonly url: string; readonly type: "nothing-new" }
  | { readonly url: string; readonly type: "refused"; readonly why: string };

interface Patience {
  waitMs: number;
  againAtMs: number;
}

/**
 * Has authorities outside time-stamp the newest checkpoint that a quorum has cosigned (TP-STAMP-4),
 * each once an interval, beside everything else: no message waits for one. What fails is told to
 * the operator, and tried again after growing waits.
 */
export class TimestampKeeper {
  readonly #deps: TimestampKeeperDeps;
  readonly #everyMs: number;
  readonly #patience = new Map<string, Patience>();
  readonly #rounds = new Rounds(TIMESTAMP_LIMITS.lookMs, () => this.look());
  /** Since when nobody was late: the start, or when that was told last. */
  #sinceMs: number;

  constructor(deps: TimestampKeeperDeps) {
    this.#deps = deps;
    this.#everyMs = deps.everyMs ?? TIMESTAMP_LIMITS.everyMs;
    this.#sinceMs = deps.clock.now();
  }

  /** Addresses that are asked. */
  get urls(): readonly string[] {
    return this.#deps.authorities.map(({ url }) => url);
  }

  /** Begins; the first look is when its period has passed. */
  start(): void {
    if (this.#deps.authorities.length > 0) this.#rounds.start();
  }

  /** Ends after the round that is under way. */
  async stop(): Promise<void> {
    await this.#rounds.stop();
  }

  /** Asks those that are due. Never throws: what goes wrong is tried again. */
  async look(): Promise<void> {
    const { authorities, clock, duty, logger, store } = this.#deps;
    if (!duty.isMine) return;
    try {
      const newest = await store.call("newestTimestamps", undefined);
      const nowMs = clock.now();
      const due = authorities.filter(({ url }) => {
        const last = newest.find((one) => one.url === url)?.stampedAtMs ?? -Infinity;
        const { againAtMs } = this.#patience.get(url) ?? { againAtMs: 0 };
        return nowMs - last >= this.#everyMs && nowMs >= againAtMs;
      });
      await Promise.all(due.map((authority) => this.#askPatiently(authority, newest)));
      await this.#tellIfOverdue();
    } catch (caught) {
      logger.error({ err: caught }, "time-stamps could not be asked for; it is tried again");
    }
  }

  /** Asks every authority now, whether or not one is due (TP-STAMP-6). */
  async askAll(): Promise<AskedOutcome[]> {
    const { authorities, store } = this.#deps;
    const newest = await store.call("newestTimestamps", undefined);
    return await Promise.all(authorities.map((authority) => this.#askPatiently(authority, newest)));
  }

  async #askPatiently(
    authority: AskedAuthority,
    newest: readonly KeptTimestamp[],
  ): Promise<AskedOutcome> {
    const { clock, logger, store } = this.#deps;
    const { url } = authority;
    const last = newest.find((one) => one.url === url)?.size ?? 0;
    const outcome = await this.#ask(authority, last);
    if (outcome.type !== "refused") {
      this.#patience.delete(url);
      return outcome;
    }
    const { retryFirstMs, retryMaxMs } = TIMESTAMP_LIMITS;
    const before = this.#patience.get(url)?.waitMs ?? retryFirstMs / 2;
    const waitMs = Math.min(before * 2, retryMaxMs);
    const nowMs = clock.now();
    this.#patience.set(url, { waitMs, againAtMs: nowMs + waitMs });
    logger.warn({ url, why: outcome.why, waitMs }, "an authority gave no time-stamp that counts");
    const about = { kind: "TIME_STAMP_FAILED", participant: "", subject: url } as const;
    await store.call("noteEvents", { occurrences: [{ ...about, detail: outcome.why }], nowMs });
    return outcome;
  }

  async #ask(authority: AskedAuthority, lastSize: number): Promise<AskedOutcome> {
    const { checkpoints, clock, register, store } = this.#deps;
    const { url } = authority;
    const head = this.#headAfter(lastSize);
    if (head === undefined) return { url, type: "nothing-new" };
    const { note: checkpoint, size } = head;
    const taken = await askTimestampAuthority(authority, Buffer.from(checkpoint), clock);
    if (!taken.ok) return { url, type: "refused", why: taken.why };
    const { atMs, root, token } = taken.value;
    const registerVersion = Number(register.view().version);
    const kept = { url, size, checkpoint, token, root, stampedAtMs: atMs };
    const under = { nowMs: clock.now(), registerVersion };
    const logged = await store.call("keepTimestamp", { ...kept, ...under });
    // Another instance was first: its token says the same of the same checkpoint.
    if (logged === null) return { url, type: "nothing-new" };
    checkpoints.note(logged);
    return { url, type: "stamped", size, atMs };
  }

  /** The newest cosigned checkpoint with more entries, or else the newest that is kept. */
  #headAfter(lastSize: number): SignedHead | undefined {
    const { checkpoints, witnesses } = this.#deps;
    const heads = [witnesses.cosigned, checkpoints.published];
    return heads.find((head) => head !== undefined && head.size > lastSize);
  }

  async #tellIfOverdue(): Promise<void> {
    const { clock, logger, store } = this.#deps;
    const nowMs = clock.now();
    const newest = await store.call("newestTimestamps", undefined);
    const mine = newest.filter(({ url }) => this.urls.includes(url));
    const lastMs = Math.max(this.#sinceMs, ...mine.map(({ stampedAtMs }) => stampedAtMs));
    const { overdueIntervals } = TIMESTAMP_LIMITS;
    const isLate = nowMs - lastMs >= overdueIntervals * this.#everyMs;
    // A log in which nothing happens needs no token.
    if (!isLate || this.#headAfter(Math.max(0, ...mine.map(({ size }) => size))) === undefined)
      return;
    this.#sinceMs = nowMs;
    logger.error({ urls: this.urls }, "no authority has time-stamped a checkpoint for long");
    const about = { kind: "TIME_STAMP_OVERDUE", participant: "", subject: "" } as const;
    await store.call("noteEvents", { occurrences: [about], nowMs });
  }
}

/** When each authority has given its newest token (TP-STAMP-4). */
export function addTimestampGauge(
  registry: Registry,
  { store, urls }: { store: TimestampKeeperDeps["store"]; urls: readonly string[] },
): void {
  if (urls.length === 0) return;
  const labelNames = ["authority"] as const;
  new Gauge({
    name: "tracepost_gateway_timestamp_newest_seconds",
    help: "Time in the newest token of a time-stamping authority, Unix time; 0: none yet",
    ...{ labelNames, registers: [registry] },
    async collect() {
      const newest = await store.call("newestTimestamps", undefined);
      for (const authority of urls) {
        const last = newest.find(({ url }) => url === authority)?.stampedAtMs ?? 0;
        this.set({ authority }, last / 1_000);
      }
    },
  });
}
