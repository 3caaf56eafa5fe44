import {
  type ConsumerInfo,
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamManager,
  jetstreamManager,
  type StreamInfo,
} from "@nats-io/jetstream";
import type { NatsConnection } from "nats";
import { TracepostError } from "#errors";
import { type ConnectionOptions, openConnection } from "./connection.ts";
import {
  type ConsumerSettings,
  consumerConfig,
  droppedSettings,
  type StreamSettings,
  streamConfig,
} from "./stream-settings.ts";

/** Where a stream stands. Sequence numbers count from 1; an empty stream keeps its last one. */
export interface StreamState {
  /** When this stream was made: one that was deleted and made again has another. */
  readonly createdAt: string;
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly messages: number;
  readonly bytes: number;
  readonly bytesMax: number;
  /** Subjects it takes now. */
  readonly subjects: readonly string[];
}

/** Where a durable consumer stands. */
export interface ConsumerState {
  /** Highest stream sequence handed over. */
  readonly deliveredSequence: number;
  /** Everything of its lane up to here is acknowledged. */
  readonly ackFloorSequence: number;
  /** Of its lane, not handed over yet. */
  readonly pending: number;
  /** Handed over, not acknowledged. */
  readonly unacknowledged: number;
}

/** Administration of streams under operator credentials; each call needs its own right. */
export interface StreamAdmin {
  /** Version of the server, such as "2.15.1". */
  readonly serverVersion: string;
  /** Creates the stream, or brings an existing one to these settings. */
  ensureStream(settings: StreamSettings): Promise<void>;
  /** Creates the consumer, or brings an existing one to these settings; its position stays. */
  ensureConsumer(stream: string, settings: ConsumerSettings): Promise<void>;
  /** Removes a consumer; its position is forgotten. Nothing happens when there is none. */
  removeConsumer(stream: string, consumer: string): Promise<void>;
  /** Undefined when there is no such stream. */
  streamState(stream: string): Promise<StreamState | undefined>;
  /** Undefined when there is no such consumer. */
  consumerState(stream: string, consumer: string): Promise<ConsumerState | undefined>;
  /** Removes every message below `sequence`; returns how many. */
  purgeBelow(stream: string, sequence: number): Promise<number>;
  close(): Promise<void>;
}

/**
 * Connects with a provisioner's or a steward's credentials. Every call throws TracepostError
 * TRANSPORT when the server refuses, or silently did other than requested (TP-NATS-12).
 */
export async function connectStreamAdmin(options: ConnectionOptions): Promise<StreamAdmin> {
  const connection = await openConnection(options);
  const manager = await jetstreamManager(connection, { checkAPI: false });
  return new NatsStreamAdmin(connection, manager);
}

class NatsStreamAdmin implements StreamAdmin {
  readonly #connection: NatsConnection;
  readonly #manager: JetStreamManager;

  constructor(connection: NatsConnection, manager: JetStreamManager) {
    this.#connection = connection;
    this.#manager = manager;
  }

  get serverVersion(): string {
    return this.#connection.info?.version ?? "";
  }

  async ensureStream(settings: StreamSettings): Promise<void> {
    const wanted = streamConfig(settings);
    const existing = await this.#streamInfo(settings.name);
    let info = existing ?? (await told(settings.name, () => this.#manager.streams.add(wanted)));
    if (existing !== undefined && droppedSettings(wanted, existing.config).length > 0) {
      const { name, ...changes } = wanted;
      info = await told(name, () => this.#manager.streams.update(name, changes));
    }
    refuseDropped(`stream ${settings.name}`, droppedSettings(wanted, info.config));
  }

  async ensureConsumer(stream: string, settings: ConsumerSettings): Promise<void> {
    const wanted = consumerConfig(settings);
    const what = `${stream}/${settings.name}`;
    const existing = await this.#consumerInfo(stream, settings.name);
    let info = existing ?? (await told(what, () => this.#manager.consumers.add(stream, wanted)));
    if (existing !== undefined && droppedSettings(wanted, existing.config).length > 0) {
      info = await told(what, () => {
        return this.#manager.consumers.update(stream, settings.name, wanted);
      });
    }
    refuseDropped(`consumer ${what}`, droppedSettings(wanted, info.config));
  }

  async removeConsumer(stream: string, consumer: string): Promise<void> {
    if ((await this.#consumerInfo(stream, consumer)) === undefined) return;
    await told(`${stream}/${consumer}`, () => this.#manager.consumers.delete(stream, consumer));
  }

  async streamState(stream: string): Promise<StreamState | undefined> {
    const info = await this.#streamInfo(stream);
    if (info === undefined) return undefined;
    return {
      createdAt: info.created,
      firstSequence: info.state.first_seq,
      lastSequence: info.state.last_seq,
      messages: info.state.messages,
      bytes: info.state.bytes,
      bytesMax: info.config.max_bytes,
      subjects: info.config.subjects,
    };
  }

  async consumerState(stream: string, consumer: string): Promise<ConsumerState | undefined> {
    const info = await this.#consumerInfo(stream, consumer);
    if (info === undefined) return undefined;
    return {
      deliveredSequence: info.delivered.stream_seq,
      ackFloorSequence: info.ack_floor.stream_seq,
      pending: info.num_pending,
      unacknowledged: info.num_ack_pending,
    };
  }

  async purgeBelow(stream: string, sequence: number): Promise<number> {
    const answer = await told(stream, () => {
      return this.#manager.streams.purge(stream, { seq: sequence });
    });
    return answer.purged;
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }

  #streamInfo(stream: string): Promise<StreamInfo | undefined> {
    return told(stream, async () => {
      try {
        return await this.#manager.streams.info(stream);
      } catch (caught) {
        if (isNotFound(caught)) return undefined;
        throw caught;
      }
    });
  }

  #consumerInfo(stream: string, consumer: string): Promise<ConsumerInfo | undefined> {
    return told(`${stream}/${consumer}`, async () => {
      try {
        return await this.#manager.consumers.info(stream, consumer);
      } catch (caught) {
        if (isNotFound(caught)) return undefined;
        throw caught;
      }
    });
  }
}

function isNotFound(caught: unknown): boolean {
  return (
    caught instanceof JetStreamApiError &&
    (caught.code === JetStreamApiCodes.StreamNotFound ||
      caught.code === JetStreamApiCodes.ConsumerNotFound)
  );
}

async function told<T>(what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (caught) {
    const reason = caught instanceof Error ? caught.message : String(caught);
    throw new TracepostError("TRANSPORT", `NATS refuses ${what}: ${reason}`, { cause: caught });
  }
}

function refuseDropped(what: string, dropped: readonly string[]): void {
  if (dropped.length === 0) return;
  throw new TracepostError("TRANSPORT", `NATS did not take the settings of ${what}`, {
    problems: dropped,
    remedy: "Use a nats-server of a supported version.",
  });
}
