import { randomBytes } from "node:crypto";
import { type Database, INSTANCE_LIMITS, type Logger } from "#runtime";
import type { Beat, StoreStand, Surroundings } from "../store/instances/beat.ts";
import type { GatewayProcedures } from "../store.ts";
import type { Duty } from "./duty.ts";

/** What an instance knows of the others by. */
export interface InstancesDeps {
  readonly store: Pick<Database<GatewayProcedures>, "call">;
  readonly logger: Logger;
  /** Milliseconds that count on whatever a clock is set to; default: of the process. */
  readonly elapsedMs?: () => number;
}

/** When an instance gave its last sign of life, by the time of this process. */
interface Heard extends Beat {
  readonly atMs: number;
}

/**
 * This instance among those that work on one store (TP-INST-3). Each says every `beatMs` that it
 * lives; whose count has stood still for `silentMs`, as others measure it, is taken out, and
 * another has its duty. Who cannot say so for `holdMs` stops counting on the duty before that.
 */
export class Instances implements Duty {
  readonly #deps: InstancesDeps;
  readonly #run = randomBytes(8).toString("hex");
  readonly #elapsedMs: () => number;
  readonly #listeners: (() => void)[] = [];
  #heard = new Map<string, Heard>();
  /** When the last sign of life was begun that found the duty here. */
  #heldAtMs = Number.NEGATIVE_INFINITY;
  #isHolder = false;
  #follow: (stand: StoreStand) => void = () => undefined;
  #timer: NodeJS.Timeout | undefined;
  #beating: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(deps: InstancesDeps) {
    this.#deps = deps;
    this.#elapsedMs = deps.elapsedMs ?? (() => performance.now());
  }

  get isMine(): boolean {
    return this.#isHolder && this.#elapsedMs() - this.#heldAtMs < INSTANCE_LIMITS.holdMs;
  }

  /** How many instances there are, this one included. */
  get count(): number {
    return Math.max(1, this.#heard.size);
  }

  onTaken(begin: () => void): void {
    this.#listeners.push(begin);
  }

  /** Has `follow` told after each sign of life where the store stands. */
  onStand(follow: (stand: StoreStand) => void): void {
    this.#follow = follow;
  }

  /** Joins the others. Throws TracepostError STORE. */
  async start(): Promise<void> {
    await this.#say();
    this.#later();
  }

  /** Leaves them: the duty is free at once. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#beating;
    await this.#deps.store.call("leave", { run: this.#run });
  }

  #later(): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#beating = this.beat().finally(() => this.#later());
    }, INSTANCE_LIMITS.beatMs);
    this.#timer.unref();
  }

  /** One sign of life. Never throws: a store that does not answer is asked again. */
  async beat(): Promise<void> {
    try {
      this.#follow(await this.#say());
    } catch (caught) {
      this.#deps.logger.error({ err: caught }, "the other instances could not be looked at");
    }
  }

  async #say(): Promise<Surroundings> {
    const { logger, store } = this.#deps;
    const begunAtMs = this.#elapsedMs();
    const seen = await store.call("beat", { run: this.#run, silent: this.#silent(begunAtMs) });
    this.#hear(seen.instances);
    const hadIt = this.#isHolder;
    this.#isHolder = seen.holder === this.#run;
    if (this.#isHolder) this.#heldAtMs = begunAtMs;
    if (this.#isHolder && !hadIt) {
      logger.info({ instances: this.count }, "this instance is on duty");
      for (const begin of this.#listeners) begin();
    }
    return seen;
  }

  #hear(instances: readonly Beat[]): void {
    const atMs = this.#elapsedMs();
    const heard = instances.map(({ beat, run }): [string, Heard] => {
      const before = this.#heard.get(run);
      return [run, before?.beat === beat ? before : { run, beat, atMs }];
    });
    this.#heard = new Map(heard);
  }

  /** Whose count has stood still for too long. */
  #silent(nowMs: number): Beat[] {
    return [...this.#heard.values()]
      .filter(({ atMs, run }) => run !== this.#run && nowMs - atMs >= INSTANCE_LIMITS.silentMs)
      .map(({ beat, run }) => ({ run, beat }));
  }
}
