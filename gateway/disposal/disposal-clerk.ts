import { setTimeout as pause } from "node:timers/promises";
import {
  type Clock,
  type Database,
  DISPOSAL_LIMITS,
  type Logger,
  passCrashPoint,
  shareInFlight,
} from "#runtime";
import type { CurrentRegister } from "#trust";
import type { HeaderSigner } from "#wire";
import type { CheckpointKeeper } from "../checkpoint-keeper.ts";
import type { DisposalRun } from "../store/disposal/disposal-runs.ts";
import type { GatewayProcedures } from "../store.ts";
import { ClockGuard } from "./clock-guard.ts";

/** What disposal works with. */
export interface DisposalClerkDeps {
  readonly store: Pick<Database<GatewayProcedures>, "call" | "scrub">;
  readonly signer: HeaderSigner;
  readonly checkpoints: Pick<CheckpointKeeper, "note">;
  readonly register: Pick<CurrentRegister, "view">;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Counts on whatever the clock is set to; default: of the process. */
  readonly elapsedMs?: () => number;
  /** Pause between two batches; default `pauseMs`. */
  readonly pauseMs?: number;
}

/**
 * Reckons what is due, and carries out runs of disposal (TP-DISP-3, TP-DISP-4), a bounded batch
 * at a time with pauses between: messages go first. What was begun goes on after a restart.
 */
export class DisposalClerk {
  readonly #deps: DisposalClerkDeps;
  readonly #guard: ClockGuard;
  readonly #stopped = new AbortController();
  readonly #timers: NodeJS.Timeout[] = [];
  #working: Promise<void> | undefined;

  constructor(deps: DisposalClerkDeps) {
    this.#deps = deps;
    this.#guard = new ClockGuard(deps);
  }

  /** Signs what is not signed, goes on with a run that was begun, and looks from time to time. */
  start(): void {
    void this.#guard.hasJumped().catch((caught) => this.#failed(caught));
    this.wake();
    void this.look().catch((caught) => this.#failed(caught));
    const every = (ms: number, work: () => Promise<unknown>): void => {
      const timer = setInterval(() => void work().catch((caught) => this.#failed(caught)), ms);
      this.#timers.push(timer.unref());
    };
    every(DISPOSAL_LIMITS.lookPeriodMs, () => this.look());
    // A run that failed on the way goes on.
    every(DISPOSAL_LIMITS.retryMs, async () => this.wake());
    every(DISPOSAL_LIMITS.seenPeriodMs, () => this.#guard.hasJumped());
  }

  /** Ends after the batch and the look that are under way. */
  async stop(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    this.#stopped.abort();
    await this.#working;
    await this.look().catch(() => undefined);
  }

  /** Reckons what is due by now; whoever asks meanwhile waits for the same look. */
  readonly look: () => Promise<void> = shareInFlight(() => this.#look());

  async #look(): Promise<void> {
    const { clock, store } = this.#deps;
    const limit = DISPOSAL_LIMITS.lookRecords;
    while (!this.#stopped.signal.aborted) {
      const looked = await store.call("lookForDue", { nowMs: clock.now(), limit });
      if (looked.isDone) return;
    }
  }

  /** Whether the clock is not to be trusted. */
  clockJumped(): Promise<boolean> {
    return this.#guard.hasJumped();
  }

  /** The clock is right: two people say so. */
  trustClock(): Promise<void> {
    return this.#guard.trust();
  }

  /** Goes on with what is to be done; returns at once. */
  wake(): void {
    this.#working ??= this.#work()
      .catch((caught) => this.#failed(caught))
      .finally(() => {
        this.#working = undefined;
      });
  }

  /** Settles when nothing is being done. */
  async idle(): Promise<void> {
    await this.#working;
  }

  #failed(caught: unknown): void {
    this.#deps.logger.error({ err: caught }, "disposal did not go on; it is tried again later");
  }

  async #work(): Promise<void> {
    const { store } = this.#deps;
    await this.#signAll();
    const run = await store.call("openRun", undefined);
    if (run?.state === "running") await this.#carryOut(run);
  }

  async #carryOut(run: DisposalRun): Promise<void> {
    const { checkpoints, clock, logger, register, store } = this.#deps;
    await this.look();
    for (let batches = 1; !this.#stopped.signal.aborted; batches += 1) {
      if (await this.#guard.hasJumped()) {
        await store.call("stopRun", { id: run.id, why: "CLOCK" });
        logger.error({ run: run.id }, "disposal stopped: the clock jumped by more than a day");
        return;
      }
      const done = await store.call("disposeBatch", {
        run: run.id,
        limit: DISPOSAL_LIMITS.batchRecords,
        nowMs: clock.now(),
        registerVersion: Number(register.view().version),
      });
      if (done.type === "halted") {
        logger.warn({ run: run.id }, "disposal stopped: a second person is to let it go on");
        return;
      }
      if (done.type === "finished") break;
      if (done.type === "disposed") {
        passCrashPoint("gateway.disposal-committed");
        checkpoints.note(done.head);
        await this.#sign(done.certificate.id, done.certificate.bytes);
        passCrashPoint("gateway.disposal-signed");
      }
      if (batches % DISPOSAL_LIMITS.scrubBatches === 0) await this.#scrub();
      await this.#pause(this.#deps.pauseMs ?? DISPOSAL_LIMITS.pauseMs);
    }
    if (this.#stopped.signal.aborted || !(await this.#scrub())) return;
    passCrashPoint("gateway.disposal-scrubbed");
    await store.call("endRun", { id: run.id, nowMs: clock.now() });
    logger.info({ run: run.id }, "disposal is done");
  }

  async #signAll(): Promise<void> {
    for (;;) {
      const unsigned = await this.#deps.store.call("unsignedCertificates", { limit: 20 });
      if (unsigned.length === 0) return;
      for (const { bytes, id } of unsigned) await this.#sign(id, bytes);
    }
  }

  async #sign(id: number, bytes: Uint8Array): Promise<void> {
    const { signer, store } = this.#deps;
    const { keyId } = signer;
    const signature = signer.sign(bytes);
    await store.call("keepCertificateSignature", { id, keyId, signature });
  }

  /** Nothing of what is gone is left beside the store; false when the gateway stops meanwhile. */
  async #scrub(): Promise<boolean> {
    while (!this.#stopped.signal.aborted) {
      if (await this.#deps.store.scrub()) return true;
      await this.#pause(DISPOSAL_LIMITS.scrubRetryMs);
    }
    return false;
  }

  async #pause(ms: number): Promise<void> {
    await pause(ms, undefined, { signal: this.#stopped.signal }).catch(() => undefined);
  }
}
