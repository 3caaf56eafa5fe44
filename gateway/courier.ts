import { ParticipantStatus } from "#proto";
import { type Clock, type Database, GATEWAY_LIMITS, type Logger, newMessageId } from "#runtime";
import type { CurrentRegister } from "#trust";
import type { CheckpointKeeper } from "./checkpoint-keeper.ts";
import type { Duty } from "./instances/duty.ts";
import type { Speaker } from "./speaker.ts";
import type { DueDelivery } from "./store/deliveries.ts";
import type { EndingArgs, NewEnding } from "./store/endings.ts";
import type { GatewayProcedures } from "./store.ts";

/** What the courier works with. */
export interface CourierDeps {
  readonly store: Pick<Database<GatewayProcedures>, "call">;
  readonly speaker: Speaker;
  /** Messages of a pair that may be under way (TP-GW-7). */
  readonly pairMax: number;
  readonly checkpoints: CheckpointKeeper;
  /** Whom it still has (TP-RUN-9). */
  readonly register: Pick<CurrentRegister, "view">;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly resendFirstMs: number;
  /** Nothing is taken from the table while the carrier is away. */
  readonly connected: () => boolean;
  readonly duty: Duty;
}

/**
 * Works the delivery table until every message has its recipient's receipt: dispatches again what
 * is overdue, dispatches what waited for room, and ends what has expired (promise 2, TP-GW-9). What
 * a removed participant has not confirmed goes back to its senders; what a suspended one is sent
 * waits for it (TP-RUN-9).
 */
export class Courier {
  readonly #deps: CourierDeps;
  #timer: NodeJS.Timeout | undefined;
  #working: Promise<void> = Promise.resolve();
  #stopped = false;
  #atWork = false;
  /** Version of the register whose removed participants have nothing left here. */
  #returnedUnder = 0n;
  /** Whether the next round is to come soon. */
  #hurried = false;

  constructor(deps: CourierDeps) {
    this.#deps = deps;
  }

  /** Starts the rounds. */
  start(): void {
    this.#schedule(GATEWAY_LIMITS.courierPeriodMs);
  }

  /** A pair with waiting messages has room, used at once: they are older than what comes. */
  hurry(): void {
    if (this.#hurried) return;
    if (!this.#atWork) this.#schedule(GATEWAY_LIMITS.courierHurryMs);
    this.#hurried = true;
  }

  /** Finishes the round under way and starts no other. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#working;
  }

  #schedule(waitMs: number): void {
    if (this.#stopped) return;
    clearTimeout(this.#timer);
    this.#atWork = false;
    this.#hurried = false;
    this.#timer = setTimeout(() => {
      this.#atWork = true;
      this.#working = this.#round().finally(() =>
        this.#schedule(
          this.#hurried ? GATEWAY_LIMITS.courierHurryMs : GATEWAY_LIMITS.courierPeriodMs,
        ),
      );
    }, waitMs);
  }

  async #round(): Promise<void> {
    if (!this.#deps.connected()) return;
    try {
      // Room is used by who makes it; the rest is done for all by one (TP-INST-3).
      if (this.#deps.duty.isMine) await this.#lookAfterAll();
      await this.#advanceWaiting();
    } catch (caught) {
      this.#deps.logger.error(
        { err: caught },
        "a round of the courier failed; the next one goes on",
      );
    }
  }

  async #lookAfterAll(): Promise<void> {
    await this.#sayRejections();
    await this.#returnToSenders();
    await this.#expire();
    await this.#repeatOverdue();
  }

  /** A person's rejection that was recorded before somebody could say it (TP-OPS-9). */
  async #sayRejections(): Promise<void> {
    const { store, speaker } = this.#deps;
    const limit = GATEWAY_LIMITS.courierBatchMax;
    for (const id of await store.call("unsaidRejections", { limit })) {
      await speaker.sayUnverified(id);
      await store.call("rejectionSaid", { id });
    }
  }

  async #repeatOverdue(): Promise<void> {
    await this.#takeAll(() => this.#deps.store.call("takeOverdue", this.#bounds()));
  }

  async #advanceWaiting(): Promise<void> {
    const { pairMax, store } = this.#deps;
    await this.#takeAll(() => store.call("takeWaiting", { ...this.#bounds(), pairMax }));
  }

  async #takeAll(take: () => Promise<readonly DueDelivery[]>): Promise<void> {
    for (;;) {
      const due = await take();
      await this.#dispatch(due);
      if (due.length < GATEWAY_LIMITS.courierBatchMax || this.#stopped) return;
    }
  }

  async #expire(): Promise<void> {
    await this.#tell(await this.#deps.store.call("expireDeliveries", this.#toEnd()));
  }

  /** Once for each version of the register: after it nothing more is recorded for who is gone. */
  async #returnToSenders(): Promise<void> {
    const { version } = this.#deps.register.view();
    if (version === this.#returnedUnder) return;
    const removed = this.#having(ParticipantStatus.REMOVED);
    const registerVersion = Number(version);
    while (removed.length > 0 && !this.#stopped) {
      const args = { ...this.#toEnd(), removed, registerVersion };
      const returned = await this.#deps.store.call("returnDeliveries", args);
      await this.#tell(returned);
      if (returned.length < args.receiptIds.length) break;
    }
    if (!this.#stopped) this.#returnedUnder = version;
  }

  #having(wanted: ParticipantStatus): string[] {
    const { participants } = this.#deps.register.view();
    return participants.filter(({ status }) => status === wanted).map(({ id }) => id);
  }

  #toEnd(): EndingArgs {
    const nowMs = this.#deps.clock.now();
    const receiptIds = Array.from({ length: GATEWAY_LIMITS.courierBatchMax }, () => {
      return newMessageId(nowMs);
    });
    return { nowMs, receiptIds, pairMax: this.#deps.pairMax };
  }

  /** What is not said now is said when the sender sends the message again. */
  async #tell(ended: readonly NewEnding[]): Promise<void> {
    const { checkpoints, speaker } = this.#deps;
    for (const one of ended) {
      const { ending, rootHash } = one;
      checkpoints.note({ size: ending.evidence.size, rootHash });
      await speaker.sayEnded(one);
    }
  }

  async #dispatch(due: readonly DueDelivery[]): Promise<void> {
    const { speaker, logger } = this.#deps;
    const dispatched = due.map((delivery) => speaker.dispatchDue(delivery));
    for (const settled of await Promise.allSettled(dispatched)) {
      // The attempt is counted and the next time is set: it is simply tried again then.
      if (settled.status === "rejected") logger.warn({ err: settled.reason }, "a dispatch failed");
    }
  }

  #bounds() {
    return {
      nowMs: this.#deps.clock.now(),
      firstMs: this.#deps.resendFirstMs,
      maxMs: GATEWAY_LIMITS.resendMaxMs,
      limit: GATEWAY_LIMITS.courierBatchMax,
      paused: this.#having(ParticipantStatus.SUSPENDED),
    };
  }
}
