import { createInbox, type Msg, type NatsConnection, type Subscription } from "nats";
import { NATS_LIMITS, withDeadline } from "#runtime";
import type { Consumption, InboundMessage } from "#wire";
import { BusMessage } from "./inbound.ts";

const NANOSECONDS_PER_MS = 1_000_000;
/** Status codes of NATS that a waiting request may be answered with. */
const HEARTBEAT = 100;
const REQUEST_TIMED_OUT = 408;
const NO_RESPONDERS = 503;

/** What is consumed, how much at a time, and by whom. */
export interface PullOptions {
  readonly stream: string;
  readonly consumer: string;
  readonly inboxPrefix: string;
  readonly unacknowledgedMax: number;
  /** Whether the line stands, as the transport knows it; without one nothing is asked for. */
  readonly isConnected: () => boolean;
  readonly onMessage: (message: InboundMessage) => void;
  /** Told once when the consumer cannot be reached; it is asked for again without end. */
  readonly onTrouble: (detail: string) => void;
  /** Told when it can be reached again after trouble. */
  readonly onRestored: () => void;
}

/**
 * Asks a durable consumer for messages, again and again, so that what was asked for and what is not
 * yet acknowledged never exceed the window together: this is what bounds the memory of a process
 * whose work is slower than its line (TP-NATS-22). What lies beneath it may be lost and come back
 * (TP-NATS-24).
 */
export class PullConsumption implements Consumption {
  readonly #connection: NatsConnection;
  readonly #options: PullOptions;
  readonly #requestSubject: string;
  readonly #watch: NodeJS.Timeout;
  #inbox = "";
  #subscription: Subscription | undefined;
  #retry: NodeJS.Timeout | undefined;
  #stopping = false;
  #inTrouble = false;
  #heardAt = 0;
  /** Asked for, not yet come. */
  #expected = 0;
  /** Handed over, not yet settled. */
  #held = 0;

  constructor(connection: NatsConnection, options: PullOptions) {
    this.#connection = connection;
    this.#options = options;
    this.#requestSubject = `$JS.API.CONSUMER.MSG.NEXT.${options.stream}.${options.consumer}`;
    this.#open();
    this.#watch = setInterval(() => this.#listen(), NATS_LIMITS.pullHeartbeatMs);
    this.#watch.unref();
  }

  get answering(): boolean {
    return !this.#inTrouble;
  }

  /** Starts anew: after a reconnection the server has forgotten what was asked for. */
  restart(): void {
    if (this.#stopping || this.#connection.isClosed()) return;
    clearTimeout(this.#retry);
    this.#retry = undefined;
    this.#subscription?.unsubscribe();
    this.#open();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    clearInterval(this.#watch);
    clearTimeout(this.#retry);
    const subscription = this.#subscription;
    if (subscription === undefined || this.#connection.isClosed()) return;
    try {
      await withDeadline(subscription.drain(), NATS_LIMITS.drainMs, "draining a consumption");
    } catch {
      // Not connected: what is on its way comes again at the next start.
      subscription.unsubscribe();
    }
  }

  /** A fresh inbox each time, so that nothing of an earlier request is taken for an answer. */
  #open(): void {
    this.#expected = 0;
    this.#heardAt = Date.now();
    this.#inbox = createInbox(this.#options.inboxPrefix);
    const inbox = this.#inbox;
    this.#subscription = this.#connection.subscribe(inbox, {
      callback: (error, message) => {
        if (error !== null) this.#trouble(error.message);
        else if (message.subject === inbox) this.#onStatus(message);
        else this.#onData(message);
      },
    });
    this.#ask();
  }

  #ask(): void {
    const { unacknowledgedMax } = this.#options;
    const room = unacknowledgedMax - this.#held - this.#expected;
    // Half a window at a time, unless nothing is expected at all: many small requests cost more.
    const worthwhile = room * 2 >= unacknowledgedMax || (this.#expected === 0 && room > 0);
    if (this.#stopping || this.#retry !== undefined || !worthwhile) return;
    // Closed for good beneath us: whoever acknowledges a message now must not suffer for it.
    if (this.#connection.isClosed()) return;
    // While the line is made again a request may still leave with it, beside the one that follows:
    // what were given to it would be lost for the whole time an acknowledgement is waited for.
    if (!this.#options.isConnected()) return;
    this.#expected += room;
    const request = {
      batch: room,
      expires: NATS_LIMITS.pullMs * NANOSECONDS_PER_MS,
      idle_heartbeat: NATS_LIMITS.pullHeartbeatMs * NANOSECONDS_PER_MS,
    };
    this.#connection.publish(this.#requestSubject, JSON.stringify(request), {
      reply: this.#inbox,
    });
  }

  #onData(message: Msg): void {
    this.#heard();
    if (this.#expected > 0) this.#expected -= 1;
    this.#held += 1;
    const inbound = new BusMessage(message, () => {
      this.#held -= 1;
      this.#ask();
    });
    if (this.#stopping) inbound.nak();
    else this.#handOver(inbound);
    // Between accounts an empty message is the end of an answer: nothing comes here after it.
    if (message.data.length === 0 && message.headers === undefined) this.restart();
    else this.#ask();
  }

  /** A consumer that throws has a bug; it must not take the whole connection with it. */
  #handOver(inbound: BusMessage): void {
    try {
      this.#options.onMessage(inbound);
    } catch (caught) {
      inbound.nak(NATS_LIMITS.ackWaitMs);
      const reason = caught instanceof Error ? caught.message : String(caught);
      this.#options.onTrouble(`${this.#options.stream}/${this.#options.consumer}: ${reason}`);
    }
  }

  #onStatus(status: Msg): void {
    const code = status.headers?.code ?? 0;
    if (code === HEARTBEAT) {
      this.#heard();
      return;
    }
    const left = Number(status.headers?.get("Nats-Pending-Messages") ?? "");
    this.#expected = Math.max(0, this.#expected - (Number.isInteger(left) ? left : 0));
    if (code === REQUEST_TIMED_OUT) {
      this.#heard();
      this.#ask();
      return;
    }
    const description = status.headers?.description ?? "";
    this.#trouble(code === NO_RESPONDERS ? "nobody answers for it" : `${code} ${description}`);
  }

  #heard(): void {
    this.#heardAt = Date.now();
    if (!this.#inTrouble) return;
    this.#inTrouble = false;
    this.#options.onRestored();
  }

  /** The server promised signs of life; without two of them the request is taken for lost. */
  #listen(): void {
    const silentMs = Date.now() - this.#heardAt;
    const allowedMs = 2 * NATS_LIMITS.pullHeartbeatMs + NATS_LIMITS.pullHeartbeatMs / 2;
    if (this.#expected === 0 || this.#retry !== undefined || silentMs < allowedMs) return;
    this.#trouble("no sign of life");
  }

  /** Says so once, then tries again after a pause until it works or is stopped. */
  #trouble(detail: string): void {
    if (this.#stopping || this.#retry !== undefined) return;
    if (!this.#inTrouble) {
      this.#inTrouble = true;
      this.#options.onTrouble(`${this.#options.stream}/${this.#options.consumer}: ${detail}`);
    }
    this.#retry = setTimeout(() => this.restart(), NATS_LIMITS.pullRetryMs);
    this.#retry.unref();
  }
}
