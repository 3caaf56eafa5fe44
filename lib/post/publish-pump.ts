import { POST_LIMITS, passCrashPoint } from "#runtime";
import { outSubject, resign, signedBy } from "#wire";
import { backoffMs, type DueMessage } from "./outbox-procedures.ts";
import type { PostParts } from "./parts.ts";
import type { PumpTurn } from "./pump.ts";

/**
 * Puts sealed messages on their subjects, urgent before normal before bulk, a bounded number at a
 * time, and again with growing waits until the recipient's signed receipt is in (TP-POST-4). What
 * the carrier acknowledges ends nothing: it may still lose it.
 */
export class PublishPump {
  readonly #parts: PostParts;
  readonly #wake: () => void;
  readonly #inFlight = new Set<Promise<void>>();
  #failures = 0;
  /** Nothing that fails before then is tried again before then. */
  #putOffUntilMs = 0;
  /** Something due found no room; it goes as soon as something in flight has landed. */
  #hungry = false;

  constructor(parts: PostParts, wake: () => void) {
    this.#parts = parts;
    this.#wake = wake;
  }

  /** Sends what is due, as far as there is room. */
  async turn(): Promise<PumpTurn> {
    const { store, transport, clock, resendFirstMs, standing } = this.#parts;
    // A connection that comes back wakes the pump, and so does a register (TP-REG-3).
    if (!transport.connected || standing() === "closed") return {};
    const room = POST_LIMITS.publishInFlightMax - this.#inFlight.size;
    this.#hungry = true;
    if (room <= 0) return {};
    const nowMs = clock.now();
    const taken = await store.call("postTakeDue", { nowMs, room, firstMs: resendFirstMs });
    this.#hungry = taken.full;
    for (const message of taken.due) this.#launch(message);
    return { nextAtMs: taken.full ? undefined : (taken.nextAtMs ?? undefined) };
  }

  /** Waits until nothing is in flight. */
  async settle(): Promise<void> {
    await Promise.all(this.#inFlight);
  }

  #launch(message: DueMessage): void {
    const flight = this.#send(message).finally(() => {
      this.#inFlight.delete(flight);
      if (this.#hungry) this.#wake();
    });
    this.#inFlight.add(flight);
  }

  async #send(message: DueMessage): Promise<void> {
    const { messageId, lane, kind, attempt } = message;
    const { participant, transport, onEvent } = this.#parts;
    try {
      const data = message.resign ? await this.#signAnew(message) : message.envelope;
      const subject = outSubject(participant, lane, kind);
      await transport.publish({ subject, data, transportId: `${messageId}.${attempt}` });
      passCrashPoint("focal-point.published");
      this.#failures = 0;
      this.#putOffUntilMs = 0;
      onEvent({ type: "published", lane, attempt });
    } catch (caught) {
      await this.#failed(messageId, caught);
    }
  }

  /** The same header bytes under the key of today, on disk before they are sent. */
  async #signAnew(message: DueMessage): Promise<Uint8Array> {
    const envelope = await signedBy(this.#parts.signer(), (signer) =>
      resign(message.envelope, signer),
    );
    const { messageId } = message;
    await this.#parts.store.call("postStoreResigned", { messageId, envelope });
    return envelope;
  }

  /** The next attempt is planned already; a failure to publish brings it forward. */
  async #failed(messageId: string, caught: unknown): Promise<void> {
    const { logger, store, clock, onEvent } = this.#parts;
    onEvent({ type: "publish-failed" });
    logger.warn({ err: caught, messageId }, "a message could not be published; it is tried again");
    const nextAtMs = this.#putOff(clock.now());
    try {
      await store.call("postPublishFailed", { messageIds: [messageId], nextAtMs });
      this.#wake();
    } catch (fault) {
      logger.error({ err: fault, messageId }, "the next attempt keeps its later time");
    }
  }

  /**
   * When what fails now is tried again. What fails together is one failure: a burst that met a
   * short cut must not wait as if the exchange had been tried that often.
   */
  #putOff(nowMs: number): number {
    if (nowMs < this.#putOffUntilMs) return this.#putOffUntilMs;
    this.#failures += 1;
    this.#putOffUntilMs = nowMs + backoffMs(this.#failures, POST_LIMITS.retryFirstMs);
    return this.#putOffUntilMs;
  }
}
