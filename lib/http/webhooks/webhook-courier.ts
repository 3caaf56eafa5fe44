import { type ChangeFeed, changeView } from "#feed";
import { type Clock, type Logger, type Timers, WEBHOOK_LIMITS } from "#runtime";
import { type DeliveryOutcome, deliver } from "./deliver.ts";
import type { NextDelivery } from "./delivery-procedures.ts";
import type { WebhookStore } from "./webhook-procedures.ts";

/** What a courier is built from. */
export interface WebhookCourierOptions {
  readonly store: WebhookStore;
  readonly feed: Pick<ChangeFeed, "waitBeyond">;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
  readonly origins: readonly string[];
  /** Told of every attempt: "delivered", or why it failed. */
  readonly onAttempt: (outcome: string) => void;
}

interface Round {
  readonly abort: AbortController;
  readonly done: Promise<void>;
}

/**
 * Delivers the feed to every webhook: each in its own time, one change after the other, from where
 * it stands in the store (TP-API-54). A change is repeated until it is taken; what a run leaves the
 * next one finds.
 */
export class WebhookCourier {
  readonly #options: WebhookCourierOptions;
  readonly #origins: ReadonlySet<string>;
  readonly #rounds = new Map<string, Round>();
  #stopped = false;

  constructor(options: WebhookCourierOptions) {
    this.#options = options;
    this.#origins = new Set(options.origins);
  }

  /** Origins a webhook may have. */
  get origins(): readonly string[] {
    return this.#options.origins;
  }

  /** Takes up every webhook. */
  async start(): Promise<void> {
    const webhooks = await this.#options.store.call("webhookList", undefined);
    for (const { webhookId } of webhooks) this.noteChanged(webhookId);
  }

  /** A webhook was added, enabled, disabled or deleted: it begins anew with what the store says. */
  noteChanged(webhookId: string): void {
    if (this.#stopped) return;
    const before = this.#rounds.get(webhookId);
    before?.abort.abort();
    const abort = new AbortController();
    const round: Round = {
      abort,
      done: (before?.done ?? Promise.resolve())
        .then(() => this.#run(webhookId, abort.signal))
        .finally(() => {
          if (this.#rounds.get(webhookId) === round) this.#rounds.delete(webhookId);
        }),
    };
    this.#rounds.set(webhookId, round);
  }

  /** Makes one attempt outside the feed; undefined when there is no such webhook. */
  async test(webhookId: string, actor: string): Promise<DeliveryOutcome | undefined> {
    const { store, clock } = this.#options;
    const nowMs = clock.now();
    const webhook = await store.call("webhookSigning", { webhookId, nowMs });
    if (webhook === null) return undefined;
    const body = { at: new Date(nowMs).toISOString(), kind: "webhook.test", actor };
    const delivery = { id: `msg_${webhookId}_test_${nowMs}`, body: JSON.stringify(body) };
    return await deliver(webhook, delivery, this.#deps());
  }

  /** Finishes the attempts under way; the rest is for the next start. */
  async stop(): Promise<void> {
    this.#stopped = true;
    const rounds = [...this.#rounds.values()];
    for (const { abort } of rounds) abort.abort();
    await Promise.all(rounds.map(({ done }) => done));
  }

  async #run(webhookId: string, signal: AbortSignal): Promise<void> {
    const { store, clock, logger } = this.#options;
    while (!signal.aborted) {
      try {
        const next = await store.call("webhookNext", { webhookId, nowMs: clock.now() });
        if (next.type === "ended") return;
        await this.#step(webhookId, next, signal);
      } catch (caught) {
        logger.error({ err: caught, webhookId }, "a webhook failed here; it goes on after a wait");
        await this.#pause(WEBHOOK_LIMITS.faultWaitMs, signal);
      }
    }
  }

  async #step(
    webhookId: string,
    next: Exclude<NextDelivery, { type: "ended" }>,
    signal: AbortSignal,
  ): Promise<void> {
    const { store, feed, clock, logger } = this.#options;
    switch (next.type) {
      case "idle":
        return await feed.waitBeyond(next.after, signal);
      case "wait":
        return await this.#pause(next.untilMs - clock.now(), signal);
      case "behind":
        logger.error({ webhookId }, "a webhook fell behind what is kept of the feed: disabled");
        return await store.call("webhookBehind", { webhookId, nowMs: clock.now() });
      case "send":
        return await this.#send(next);
      default:
        next satisfies never;
    }
  }

  async #send({ webhook, change }: NextDelivery & { type: "send" }): Promise<void> {
    const { store, clock, logger, onAttempt } = this.#options;
    const { webhookId, position } = webhook;
    const { sequence } = change;
    const id = `msg_${webhookId}_${sequence}`;
    const delivery = { id, body: JSON.stringify(changeView(change)) };
    const outcome = await deliver(webhook, delivery, this.#deps());
    const attempted = { webhookId, position, sequence, nowMs: clock.now() };
    if (outcome.type === "delivered") {
      onAttempt("delivered");
      return await store.call("webhookDelivered", attempted);
    }
    const { failure, detail } = outcome;
    onAttempt(failure);
    const failed = { ...attempted, failure, detail, jitter: Math.random() };
    const after = await store.call("webhookFailed", failed);
    const seen = { webhookId, sequence, failure, detail };
    if (after === "given-up") logger.error(seen, "a webhook was given up: disabled");
    else logger.warn(seen, "a webhook did not take a change; it is repeated");
  }

  #deps() {
    const { clock, timers } = this.#options;
    return { clock, timers, origins: this.#origins };
  }

  async #pause(waitMs: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      const end = (): void => {
        callOff();
        signal.removeEventListener("abort", end);
        resolve();
      };
      const callOff = this.#options.timers.after(Math.max(0, waitMs), end);
      signal.addEventListener("abort", end);
    });
  }
}
