import { setTimeout as pause } from "node:timers/promises";
import {
  type Clock,
  type Database,
  DISPOSAL_LIMITS,
  type Logger,
  passCrashPoint,
  shareInFlight,
  type Transaction,
} from "#runtime";
import type { MessageSigner } from "#wire";
import type { keepCertificateSignature, unsignedCertificates } from "./certificates.ts";
import { ClockGuard, type ClockProcedures } from "./clock-guard.ts";
import type { DisposalRun, endRun, runToWorkOn, stopRun } from "./disposal-runs.ts";
import type { DueLooked } from "./due-marks.ts";

/** What one transaction of a run has done. */
export type BatchDisposed =
  | {
      readonly type: "disposed";
      readonly certificate: { readonly id: number; readonly bytes: Uint8Array };
    }
  /** What was marked as due was held, or is not due any more; there may be more. */
  | { readonly type: "nothing" }
  /** Nothing is marked as due. */
  | { readonly type: "finished" }
  /** The run does not go on: a second person is waited for, or somebody has declined it. */
  | { readonly type: "halted" };

/** A batch that is to be disposed of. */
export interface BatchWish {
  readonly run: number;
  /** At most so many records. */
  readonly limit: number;
  readonly nowMs: number;
}

/** What disposal asks of a store, beside the batch. */
export type ClerkProcedures = ClockProcedures & {
  lookForDue: (
    tx: Transaction,
    args: { readonly nowMs: number; readonly limit: number },
  ) => Promise<DueLooked>;
  runToWorkOn: typeof runToWorkOn;
  stopRun: typeof stopRun;
  endRun: typeof endRun;
  unsignedCertificates: typeof unsignedCertificates;
  keepCertificateSignature: typeof keepCertificateSignature;
};

/** What disposal works with. */
export interface DisposalClerkDeps {
  readonly store: Pick<Database<ClerkProcedures>, "call" | "scrub">;
  /** Names its crash points. */
  readonly where: "gateway" | "participant";
  readonly disposeBatch: (wish: BatchWish) => Promise<BatchDisposed>;
  /** Removes what lies in files beside the store and is named there no more. */
  readonly removeFiles?: () => Promise<void>;
  /** The signer of now. */
  readonly signer: () => MessageSigner;
  /** Whether this process is to do it, of several on one store; default: it is alone. */
  readonly isOurs?: () => boolean;
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

  /**
   * Looks, and waits for it a short while: the first look at a large store takes long. False when
   * it is not done by then; it goes on.
   */
  async hasLooked(): Promise<boolean> {
    const waited = pause(DISPOSAL_LIMITS.lookWaitMs, false, { ref: false });
    return await Promise.race([this.look().then(() => true), waited]);
  }

  async #look(): Promise<void> {
    const { clock, store } = this.#deps;
    const limit = DISPOSAL_LIMITS.lookRecords;
    while (!this.#stopped.signal.aborted) {
      const looked = await store.call("lookForDue", { nowMs: clock.now(), limit });
      if (looked.isDone) return;
      await this.#pause(this.#deps.pauseMs ?? DISPOSAL_LIMITS.lookPauseMs);
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

  /** Whether it is here, and now, that the work is done. */
  get #goesOn(): boolean {
    return !this.#stopped.signal.aborted && (this.#deps.isOurs?.() ?? true);
  }

  #failed(caught: unknown): void {
    this.#deps.logger.error({ err: caught }, "disposal did not go on; it is tried again later");
  }

  async #work(): Promise<void> {
    const { store } = this.#deps;
    if (!this.#goesOn) return;
    await this.#signAll();
    while (this.#goesOn) {
      const run = await store.call("runToWorkOn", undefined);
      if (run === null) return;
      const isOver = run.state === "declined" || (await this.#carryOut(run));
      if (isOver && !(await this.#finish(run))) return;
    }
  }

  /** Disposes batch by batch; whether nothing is due any more. */
  async #carryOut(run: DisposalRun): Promise<boolean> {
    const { clock, disposeBatch, logger, store, where } = this.#deps;
    await this.look();
    for (let batches = 1; this.#goesOn; batches += 1) {
      if (await this.#guard.hasJumped()) {
        await store.call("stopRun", { id: run.id, why: "CLOCK" });
        logger.error({ run: run.id }, "disposal stopped: the clock jumped by more than a day");
        return false;
      }
      const limit = DISPOSAL_LIMITS.batchRecords;
      const done = await disposeBatch({ run: run.id, limit, nowMs: clock.now() });
      if (done.type === "halted") {
        logger.warn({ run: run.id }, "disposal stopped: declined, or a second person is asked");
        return false;
      }
      if (done.type === "finished") return true;
      if (done.type === "disposed") {
        passCrashPoint(`${where}.disposal-committed`);
        await this.#sign(done.certificate.id, done.certificate.bytes);
        passCrashPoint(`${where}.disposal-signed`);
      }
      if (batches % DISPOSAL_LIMITS.scrubBatches === 0) await this.#scrub();
      await this.#pause(this.#deps.pauseMs ?? DISPOSAL_LIMITS.pauseMs);
    }
    return false;
  }

  /** Cleans up after a run, and ends it; false when the process stops meanwhile. */
  async #finish({ id, state }: DisposalRun): Promise<boolean> {
    const { clock, logger, removeFiles, store, where } = this.#deps;
    await removeFiles?.();
    if (!(await this.#scrub())) return false;
    passCrashPoint(`${where}.disposal-scrubbed`);
    await store.call("endRun", { id, nowMs: clock.now() });
    const outcome = state === "declined" ? "disposal ended: it was declined" : "disposal is done";
    logger.info({ run: id }, outcome);
    return true;
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
    const by = signer();
    const { keyId } = by;
    const signature = await by.sign(bytes);
    await store.call("keepCertificateSignature", { id, keyId, signature });
  }

  /** Nothing of what is gone is left beside the store; false when the process stops meanwhile. */
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
