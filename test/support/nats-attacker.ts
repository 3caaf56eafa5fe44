import { headers, type NatsConnection } from "nats";

/** What a client tries to put where. */
export interface Attempt {
  readonly data?: string;
  readonly reply?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * A raw client that tries things and sees what the server says to each: every violation is counted
 * to the attempt during which it came, because the server answers in order.
 */
export class Attacker {
  readonly connection: NatsConnection;
  readonly #violations: string[] = [];

  constructor(connection: NatsConnection) {
    this.connection = connection;
    void this.#listen();
  }

  /** Publishes; returns the server's complaint, "" when it took it. */
  async publish(subject: string, attempt: Attempt = {}): Promise<string> {
    const carried = headers();
    for (const [name, value] of Object.entries(attempt.headers ?? {})) carried.set(name, value);
    return this.#during(() => {
      this.connection.publish(subject, attempt.data ?? "attack", {
        headers: carried,
        ...(attempt.reply === undefined ? {} : { reply: attempt.reply }),
      });
    });
  }

  /** Subscribes; returns the server's complaint, "" when it allowed it. */
  async subscribe(subject: string): Promise<string> {
    return this.#during(() => {
      // The error also arrives here; what counts is what the server said.
      this.connection.subscribe(subject, { callback: () => undefined });
    });
  }

  async #during(action: () => void): Promise<string> {
    const before = this.#violations.length;
    action();
    // The server has read everything, and answered it, when it answers this.
    await this.connection.flush();
    await new Promise((resolve) => setImmediate(resolve));
    return this.#violations.slice(before).join("; ");
  }

  async #listen(): Promise<void> {
    for await (const status of this.connection.status()) {
      if (status.type === "error") this.#violations.push(status.error.message);
    }
  }
}
