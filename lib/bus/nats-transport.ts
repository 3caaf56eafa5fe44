import { type NatsConnection, PermissionViolationError, type Status } from "nats";
import { TracepostError } from "#errors";
import { type Logger, NATS_LIMITS, withDeadline } from "#runtime";
import type { Consumption, InboundMessage, Publication, Transport, TransportEvent } from "#wire";
import { type ConnectionOptions, openConnection } from "./connection.ts";
import { Publisher } from "./publisher.ts";
import { PullConsumption } from "./pull-consumption.ts";

/** Whom to connect to, as whom, and how much at a time. */
export interface BusOptions extends ConnectionOptions {
  readonly logger: Logger;
  /** Publishes awaiting their acknowledgement; default NATS_LIMITS.publishInFlightMax. */
  readonly publishInFlightMax?: number;
  /** Unacknowledged messages of each consumption; default NATS_LIMITS.unacknowledgedMax. */
  readonly unacknowledgedMax?: number;
}

/**
 * Connects to NATS as one participant or as the gateway. Throws TracepostError KEY_FILE for the
 * credentials file, UNAVAILABLE when no server answers in time.
 */
export async function connectBus(options: BusOptions): Promise<Transport> {
  return new NatsTransport(await openConnection(options), options);
}

/** {@link Transport} over one NATS connection and JetStream. */
class NatsTransport implements Transport {
  readonly #connection: NatsConnection;
  readonly #options: BusOptions;
  readonly #publisher: Publisher;
  readonly #consumptions = new Set<PullConsumption>();
  readonly #listeners = new Set<(event: TransportEvent) => void>();
  #connected = true;
  #closing: Promise<void> | undefined;

  constructor(connection: NatsConnection, options: BusOptions) {
    this.#connection = connection;
    this.#options = options;
    this.#publisher = new Publisher(connection, {
      inboxPrefix: options.inboxPrefix,
      inFlightMax: options.publishInFlightMax ?? NATS_LIMITS.publishInFlightMax,
    });
    void this.#follow(connection.status());
    void connection.closed().then((reason) => this.#onClosed(reason ?? undefined));
  }

  get connected(): boolean {
    return this.#connected;
  }

  publish(publication: Publication): Promise<void> {
    return this.#publisher.publish(publication);
  }

  async consume(
    stream: string,
    consumer: string,
    onMessage: (message: InboundMessage) => void,
  ): Promise<Consumption> {
    if (this.#closing !== undefined || this.#connection.isClosed()) {
      throw new TracepostError("TRANSPORT", `cannot consume ${stream}: the connection is closed`);
    }
    const consumption = new PullConsumption(this.#connection, {
      stream,
      consumer,
      onMessage,
      inboxPrefix: this.#options.inboxPrefix,
      isConnected: () => this.#connected,
      unacknowledgedMax: this.#options.unacknowledgedMax ?? NATS_LIMITS.unacknowledgedMax,
      onTrouble: (detail) => this.#emit({ type: "error", detail }),
      onRestored: () => this.#emit({ type: "restored" }),
    });
    this.#consumptions.add(consumption);
    return {
      get answering() {
        return consumption.answering;
      },
      stop: async () => {
        this.#consumptions.delete(consumption);
        await consumption.stop();
      },
    };
  }

  onEvent(listener: (event: TransportEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): Promise<void> {
    this.#closing ??= this.#drain();
    return this.#closing;
  }

  /** Order matters: no new messages, then the publishes they caused, then the line itself. */
  async #drain(): Promise<void> {
    await Promise.all([...this.#consumptions].map((consumption) => consumption.stop()));
    this.#consumptions.clear();
    await this.#publisher.close();
    if (this.#connection.isClosed()) return;
    try {
      if (this.#connected) {
        await withDeadline(this.#connection.drain(), NATS_LIMITS.drainMs, "draining NATS");
      }
    } catch (caught) {
      this.#options.logger.warn({ err: caught }, "NATS connection did not drain");
    } finally {
      await this.#connection.close();
    }
  }

  async #follow(statuses: AsyncIterable<Status>): Promise<void> {
    for await (const status of statuses) {
      if (status.type === "disconnect") this.#onDisconnect();
      else if (status.type === "reconnect") this.#onReconnect();
      else if (status.type === "error") this.#onError(status.error);
    }
  }

  #onDisconnect(): void {
    if (!this.#connected) return;
    this.#connected = false;
    this.#publisher.disconnected();
    this.#emit({ type: "disconnected" });
  }

  #onReconnect(): void {
    this.#connected = true;
    for (const consumption of this.#consumptions) consumption.restart();
    this.#publisher.connected();
    this.#emit({ type: "connected" });
  }

  /** The first sign of an attack, or of a wrong credential (TP-NATS-21). */
  #onError(error: Error): void {
    if (!(error instanceof PermissionViolationError)) {
      this.#emit({ type: "error", detail: error.message });
      return;
    }
    if (error.operation === "publish") this.#publisher.forbidden(error.subject);
    this.#emit({
      type: "permission-violation",
      detail: `${error.operation} ${error.subject}`,
    });
  }

  #onClosed(reason: Error | undefined): void {
    this.#connected = false;
    this.#publisher.disconnected();
    if (reason !== undefined && this.#closing === undefined) {
      this.#options.logger.error({ err: reason }, "NATS connection closed for good");
    }
    this.#emit({ type: "closed" });
  }

  #emit(event: TransportEvent): void {
    const level = event.type === "permission-violation" ? "error" : "info";
    this.#options.logger[level]({ event }, "carrier");
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (caught) {
        // The same loop tells us of reconnections: a listener's bug must not end it.
        this.#options.logger.error({ err: caught }, "a listener of the carrier failed");
      }
    }
  }
}
