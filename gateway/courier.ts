import { ParticipantStatus } from "#proto";
import { type Clock, type Database, GATEWAY_LIMITS, type Logger, newMessageId } from "#runtime";
import type { CurrentRegister } from "#trust";
import type { CheckpointKeeper } from "./checkpoint-keeper.ts";
import type { PairWindow } from "./pair-window.ts";
import type { Speaker } from "./speaker.ts";
import type { DueDelivery } from "./store/deliveries.ts";
import type { NewEnding } from "./store/endings.ts";
import type { GatewayProcedures } from "./store.ts";

/** What the courier works with. */
export interface CourierDeps {
  readonly store: Pick<Database<GatewayProcedures>, "call">;
  readonly speaker: Speaker;
  readonly window: PairWindow;
  readonly checkpoints: CheckpointKeeper;
  /** Whom it still has (TP-RUN-9). */
  readonly register: Pick<CurrentRegister, "view">;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly resendFirstMs: number;
  /** Nothing is taken from the table while the carrier is away. */
  readonly connected: () => boolean;
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

  /** Reads the table and starts the rounds. */
  async start(): Promise<void> {
    const { window, store } = this.#deps;
    window.load(await store.call("pairLoads", undefined));
    // Room is used at once: what waits for it is older than what comes.
    window.onRoom = () => this.#hurry();
    this.#schedule(GATEWAY_LIMITS.courierPeriodMs);
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

  #hurry(): void {
    if (this.#hurried) return;
    if (!this.#atWork) this.#schedule(GATEWAY_LIMITS.courierHurryMs);
    this.#hurried = true;
  }

  async #round(): Promise<void> {
    if (!this.#deps.connected()) return;
    try {
      await this.#sayRejections();
      await this.#returnToSenders();
      await this.#expire();
      await this.#repeatOverdue();
      await this.#advanceWaiting();
    } catch (caught) {
      this.#deps.logger.error(
        { err: caught },
        "a round of the courier failed; the next one goes on",
      );
    }
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
    for (;;) {
      const args = { ...this.#bounds(), paused: this.#having(ParticipantStatus.SUSPENDED) };
      const due = await this.#deps.store.call("takeOverdue", args);
      await this.#dispatch(due);
      if (due.length < GATEWAY_LIMITS.courierBatchMax || this.#stopped) return;
    }
  }

  async #advanceWaiting(): Promise<void> {
    const { window, store } = this.#deps;
    const paused = this.#having(ParticipantStatus.SUSPENDED);
    for (const { pair, room } of window.roomForWaiting()) {
      if (paused.includes(pair.recipient)) continue;
      const asked = Math.min(room, GATEWAY_LIMITS.courierBatchMax);
      const due = await store.call("takeWaiting", { ...pair, ...this.#bounds(), limit: asked });
      window.advance(pair, asked, due.length);
      await this.#dispatch(due);
      if (this.#stopped) return;
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

  #toEnd(): { nowMs: number; receiptIds: string[] } {
    const nowMs = this.#deps.clock.now();
    const receiptIds = Array.from({ length: GATEWAY_LIMITS.courierBatchMax }, () => {
      return newMessageId(nowMs);
    });
    return { nowMs, receiptIds };
  }

  /** What is not said now is said when the sender sends the message again. */
  async #tell(ended: readonly NewEnding[]): Promise<void> {
    const { checkpoints, speaker, window } = this.#deps;
    for (const one of ended) {
      const { ending, message, rootHash, wasDispatched } = one;
      const { lane, sender } = message;
      if (wasDispatched) window.release({ sender, lane, recipient: ending.recipient });
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

  #bounds(): { nowMs: number; firstMs: number; maxMs: number; limit: number } {
    return {
      nowMs: this.#deps.clock.now(),
      firstMs: this.#deps.resendFirstMs,
      maxMs: GATEWAY_LIMITS.resendMaxMs,
      limit: GATEWAY_LIMITS.courierBatchMax,
    };
  }
}
