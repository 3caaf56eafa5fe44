import type { Msg } from "nats";
import type { InboundMessage } from "#wire";

const ACK = new TextEncoder().encode("+ACK");
const NAK = new TextEncoder().encode("-NAK");
const NANOSECONDS_PER_MS = 1_000_000;

/** One message of a consumer, as NATS handed it over. */
export class BusMessage implements InboundMessage {
  readonly #message: Msg;
  readonly #onSettled: () => void;
  #settled = false;

  constructor(message: Msg, onSettled: () => void) {
    this.#message = message;
    this.#onSettled = onSettled;
  }

  get subject(): string {
    return this.#message.subject;
  }

  get data(): Uint8Array {
    return this.#message.data;
  }

  get deliveries(): number {
    return deliveriesOf(this.#message.reply ?? "");
  }

  ack(): void {
    this.#settle(ACK);
  }

  nak(delayMs = 0): void {
    this.#settle(delayMs > 0 ? delayedNak(delayMs) : NAK);
  }

  #settle(answer: Uint8Array): void {
    if (this.#settled) return;
    this.#settled = true;
    // On a lost connection this goes nowhere: the message comes again, and effects are idempotent.
    this.#message.respond(answer);
    this.#onSettled();
  }
}

function delayedNak(delayMs: number): Uint8Array {
  const delay = Math.round(delayMs * NANOSECONDS_PER_MS);
  return new TextEncoder().encode(`-NAK ${JSON.stringify({ delay })}`);
}

/**
 * Reads how often a message was handed over out of its acknowledgement subject:
 * `$JS.ACK.<stream>.<consumer>.<deliveries>.…` (9 tokens), or the same with domain and account
 * hash before the stream (11 or more).
 */
export function deliveriesOf(ackSubject: string): number {
  const tokens = ackSubject.split(".");
  const count = Number(tokens.length === 9 ? tokens[4] : tokens[6]);
  return Number.isInteger(count) && count > 0 ? count : 1;
}
