import { TracepostError } from "#errors";
import type { Timers } from "#runtime";
import {
  gatewayConsumer,
  type InboundMessage,
  inboxConsumer,
  laneToken,
  outStream,
  type Publication,
  parseInSubject,
  parseOutSubject,
  type Transport,
  type TransportEvent,
} from "#wire";

/** How unreliable the carrier is: probabilities from 0 to 1. */
export interface CarrierFaults {
  /** Acknowledges a message and loses it. */
  readonly lose: number;
  /** Hands a message over twice. */
  readonly duplicate: number;
  /** Lets a message overtake others. */
  readonly reorder: number;
  /** Refuses to take a message. */
  readonly refuse: number;
  /** Forgets an acknowledgement, so that the message comes again. */
  readonly forgetAck: number;
}

/** A carrier that does what it should. */
export const RELIABLE: CarrierFaults = {
  lose: 0,
  duplicate: 0,
  reorder: 0,
  refuse: 0,
  forgetAck: 0,
};

interface Held {
  readonly subject: string;
  readonly data: Uint8Array;
  deliveries: number;
}

/**
 * A carrier in memory with streams and durable consumers like those of the exchange, and with every
 * fault a carrier may have, drawn from a seed. For tests of what rides on it, never of NATS itself.
 */
export class MemoryCarrier {
  faults: CarrierFaults;
  /** Publications tried so far. */
  published = 0;
  /** Sees every publication that was taken, and may replace it; undefined lets it vanish. */
  intercept: (publication: Publication) => Publication | undefined = (publication) => publication;
  readonly #random: () => number;
  readonly #timers: Timers;
  readonly #ackWaitMs: number;
  readonly #queues = new Map<string, Queue>();
  readonly #seen = new Set<string>();
  readonly #listeners = new Set<(event: TransportEvent) => void>();
  #connected = true;

  constructor(options: {
    random: () => number;
    timers: Timers;
    ackWaitMs: number;
    faults?: CarrierFaults;
  }) {
    this.#random = options.random;
    this.#timers = options.timers;
    this.#ackWaitMs = options.ackWaitMs;
    this.faults = options.faults ?? RELIABLE;
  }

  /** A connection of one account; the gateway's is "CORE". */
  connect(account: string): Transport {
    const carrier = this;
    return {
      publish: (publication) => carrier.#publish(publication),
      consume: async (stream, consumer, onMessage) => {
        const queue = carrier.#queue(`${account}/${stream}/${consumer}`);
        queue.attach(onMessage);
        return { answering: true, stop: async () => queue.detach() };
      },
      get connected() {
        return carrier.#connected;
      },
      onEvent: (listener) => {
        carrier.#listeners.add(listener);
        return () => carrier.#listeners.delete(listener);
      },
      close: async () => {},
    };
  }

  /** Cuts or mends every connection. */
  setConnected(connected: boolean): void {
    this.#connected = connected;
    const event: TransportEvent = { type: connected ? "connected" : "disconnected" };
    for (const listener of this.#listeners) listener(event);
  }

  async #publish(publication: Publication): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.published += 1;
    if (!this.#connected || this.#happens(this.faults.refuse)) {
      throw new TracepostError("TRANSPORT", "the carrier did not take it");
    }
    const taken = this.intercept(publication);
    const key = `${publication.subject} ${publication.transportId}`;
    if (taken === undefined || this.#seen.has(key) || this.#happens(this.faults.lose)) return;
    this.#seen.add(key);
    const { subject, data } = taken;
    const copies = this.#happens(this.faults.duplicate) ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      const ahead = this.#happens(this.faults.reorder) ? Math.floor(this.#random() * 8) : 0;
      this.#queue(queueKeyOf(subject)).put({ subject, data, deliveries: 0 }, ahead);
    }
  }

  #queue(key: string): Queue {
    let queue = this.#queues.get(key);
    if (queue === undefined) {
      queue = new Queue({
        timers: this.#timers,
        ackWaitMs: this.#ackWaitMs,
        forgetsAck: () => this.#happens(this.faults.forgetAck),
      });
      this.#queues.set(key, queue);
    }
    return queue;
  }

  #happens(probability: number): boolean {
    return probability > 0 && this.#random() < probability;
  }
}

function queueKeyOf(subject: string): string {
  const out = parseOutSubject(subject);
  if (out !== undefined) {
    return `CORE/${outStream(out.participant)}/${gatewayConsumer(laneToken(out.lane))}`;
  }
  const inbox = parseInSubject(subject);
  if (inbox === undefined) throw new TracepostError("TRANSPORT", `no such subject: ${subject}`);
  return `${inbox.participant}/IN/${inboxConsumer(laneToken(inbox.lane))}`;
}

/** One durable consumer: hands over, and again when no acknowledgement comes in time. */
class Queue {
  readonly #waiting: Held[] = [];
  readonly #options: { timers: Timers; ackWaitMs: number; forgetsAck: () => boolean };
  #onMessage: ((message: InboundMessage) => void) | undefined;

  constructor(options: { timers: Timers; ackWaitMs: number; forgetsAck: () => boolean }) {
    this.#options = options;
  }

  put(held: Held, ahead = 0): void {
    this.#waiting.splice(Math.max(0, this.#waiting.length - ahead), 0, held);
    this.#deliverSoon();
  }

  attach(onMessage: (message: InboundMessage) => void): void {
    this.#onMessage = onMessage;
    this.#deliverSoon();
  }

  detach(): void {
    this.#onMessage = undefined;
  }

  #deliverSoon(): void {
    setImmediate(() => {
      while (this.#onMessage !== undefined) {
        const held = this.#waiting.shift();
        if (held === undefined) return;
        this.#deliver(held, this.#onMessage);
      }
    });
  }

  #deliver(held: Held, onMessage: (message: InboundMessage) => void): void {
    const { timers, ackWaitMs, forgetsAck } = this.#options;
    let settled = false;
    const again = (delayMs: number): void => {
      settled = true;
      timers.after(delayMs, () => this.put(held));
    };
    const stopWaiting = timers.after(ackWaitMs, () => {
      if (!settled) again(0);
    });
    const settle = (then: () => void): void => {
      if (settled) return;
      settled = true;
      stopWaiting();
      then();
    };
    held.deliveries += 1;
    onMessage({
      subject: held.subject,
      data: held.data,
      deliveries: held.deliveries,
      ack: () => settle(() => (forgetsAck() ? again(ackWaitMs) : undefined)),
      nak: (delayMs = 0) => settle(() => again(delayMs)),
    });
  }
}
