import { createInbox, headers, type Msg, type NatsConnection, type Subscription } from "nats";
import { TracepostError } from "#errors";
import { NATS_LIMITS, Semaphore } from "#runtime";
import type { Publication } from "#wire";

/** A publish whose acknowledgement has not come. */
interface Awaited {
  readonly subject: string;
  readonly expiresAt: number;
  readonly resolve: () => void;
  readonly reject: (fault: TracepostError) => void;
}

/** The stream's answer to a publish. */
interface PubAck {
  readonly stream?: string;
  readonly error?: { readonly description: string; readonly err_code: number };
}

const decoder = new TextDecoder();

/**
 * Publishes into streams with a bounded number of publishes awaiting their acknowledgement
 * (TP-NATS-22, TP-NATS-23).
 * Acknowledgements come on one subscription of our own, one clock watches all of them: at the
 * gateway's rates a timer and a promise chain for each publish would cost more than the publish.
 */
export class Publisher {
  readonly #connection: NatsConnection;
  readonly #permits: Semaphore;
  readonly #inbox: string;
  readonly #answers: Subscription;
  readonly #clock: NodeJS.Timeout;
  /** In the order of their expiry, as each waits equally long. */
  readonly #awaited = new Map<string, Awaited>();
  readonly #waitingForConnection = new Set<() => void>();
  readonly #ackMs: number;
  #connected = true;
  #closed = false;
  #abandoned = false;
  #next = 0;
  #running = 0;
  #idle: (() => void) | undefined;

  constructor(
    connection: NatsConnection,
    options: {
      readonly inboxPrefix: string;
      readonly inFlightMax: number;
      readonly ackMs?: number;
    },
  ) {
    this.#connection = connection;
    this.#permits = new Semaphore(options.inFlightMax);
    this.#ackMs = options.ackMs ?? NATS_LIMITS.publishAckMs;
    this.#inbox = `${createInbox(options.inboxPrefix)}.`;
    this.#answers = connection.subscribe(`${this.#inbox}*`, {
      callback: (error, answer) => this.#settle(error, answer),
    });
    this.#clock = setInterval(() => this.#expire(), this.#ackMs / 10);
    this.#clock.unref();
  }

  /** Resolves at the stream's acknowledgement; throws TracepostError TRANSPORT when none comes. */
  async publish(publication: Publication): Promise<void> {
    if (this.#closed) throw lost(publication.subject, "the connection is closed");
    this.#running += 1;
    try {
      await this.#permits.run(() => this.#send(publication));
    } finally {
      this.#running -= 1;
      if (this.#running === 0) this.#idle?.();
    }
  }

  /** The connection stands again. */
  connected(): void {
    this.#connected = true;
    for (const go of this.#waitingForConnection) go();
  }

  /** The connection is lost: nobody knows what became of the publishes on their way. */
  disconnected(): void {
    this.#connected = false;
    this.#rejectWhere(() => true, "the connection was lost before the acknowledgement");
  }

  /** The server refuses us a subject. */
  forbidden(subject: string): void {
    this.#rejectWhere((awaited) => awaited.subject === subject, "no right to publish there");
  }

  /**
   * Takes no more and waits for what was given to it, at most as long as an acknowledgement may
   * take; what is not acknowledged then, or waits for a lost connection, is given back as failed.
   */
  async close(): Promise<void> {
    this.#closed = true;
    if (!this.#connected) this.#abandon();
    if (this.#running > 0) {
      const idle = new Promise<void>((resolve) => {
        this.#idle = resolve;
      });
      const late = setTimeout(() => this.#abandon(), this.#ackMs);
      await idle;
      clearTimeout(late);
    }
    clearInterval(this.#clock);
    this.#answers.unsubscribe();
  }

  #abandon(): void {
    this.#abandoned = true;
    this.#rejectWhere(() => true, "the connection is being closed");
    for (const go of this.#waitingForConnection) go();
  }

  async #send({ subject, data, transportId }: Publication): Promise<void> {
    if (!this.#connected && !this.#abandoned) await this.#untilConnected();
    if (!this.#connected || this.#abandoned) throw lost(subject, "not connected");
    const carried = headers();
    carried.set("Nats-Msg-Id", transportId);
    const token = (this.#next++).toString(36);
    await new Promise<void>((resolve, reject) => {
      this.#awaited.set(token, { subject, expiresAt: Date.now() + this.#ackMs, resolve, reject });
      try {
        this.#connection.publish(subject, data, { headers: carried, reply: this.#inbox + token });
      } catch (caught) {
        this.#awaited.delete(token);
        reject(lost(subject, caught instanceof Error ? caught.message : String(caught), caught));
      }
    });
  }

  /** A restart of the server takes a second: wait that long rather than make the caller resend. */
  #untilConnected(): Promise<void> {
    return new Promise((resolve) => {
      const go = (): void => {
        clearTimeout(timer);
        this.#waitingForConnection.delete(go);
        resolve();
      };
      const timer = setTimeout(go, this.#ackMs);
      this.#waitingForConnection.add(go);
    });
  }

  #settle(error: Error | null, answer: Msg): void {
    if (error !== null) {
      this.#rejectWhere(() => true, `acknowledgements cannot be received: ${error.message}`);
      return;
    }
    const token = answer.subject.slice(this.#inbox.length);
    const awaited = this.#awaited.get(token);
    if (awaited === undefined) return;
    this.#awaited.delete(token);
    const complaint = complaintOf(answer);
    if (complaint === undefined) awaited.resolve();
    else awaited.reject(lost(awaited.subject, complaint));
  }

  #expire(): void {
    const now = Date.now();
    for (const [token, awaited] of this.#awaited) {
      if (awaited.expiresAt > now) return;
      this.#awaited.delete(token);
      awaited.reject(lost(awaited.subject, `no acknowledgement within ${this.#ackMs} ms`));
    }
  }

  #rejectWhere(concerned: (awaited: Awaited) => boolean, reason: string): void {
    for (const [token, awaited] of this.#awaited) {
      if (!concerned(awaited)) continue;
      this.#awaited.delete(token);
      awaited.reject(lost(awaited.subject, reason));
    }
  }
}

/** What is wrong with an acknowledgement; undefined when the message is in the stream. */
function complaintOf(answer: Msg): string | undefined {
  if (answer.data.length === 0) {
    return answer.headers?.code === 503 ? "no stream takes this subject" : "an empty answer came";
  }
  try {
    const ack = JSON.parse(decoder.decode(answer.data)) as PubAck;
    if (ack.error !== undefined) return `${ack.error.description} (${ack.error.err_code})`;
    return typeof ack.stream === "string" ? undefined : "the answer is no acknowledgement";
  } catch {
    return "the answer is no acknowledgement";
  }
}

function lost(subject: string, reason: string, cause?: unknown): TracepostError {
  return new TracepostError("TRANSPORT", `not carried on ${subject}: ${reason}`, {
    ...(cause === undefined ? {} : { cause }),
    remedy: "It is sent again under a fresh transport id.",
  });
}
