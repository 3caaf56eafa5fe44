import { isDeepStrictEqual } from "node:util";
import {
  AckPolicy,
  type ConsumerConfig,
  DeliverPolicy,
  DiscardPolicy,
  ReplayPolicy,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
} from "@nats-io/jetstream";

const NANOSECONDS_PER_MS = 1_000_000;

/** What varies from one stream to another; the rest is the same for all (TP-NATS-10). */
export interface StreamSettings {
  readonly name: string;
  readonly subjects: readonly string[];
  readonly bytesMax: number;
  readonly messageBytesMax: number;
  readonly ageMs: number;
  readonly duplicateWindowMs: number;
}

/** What varies from one durable consumer to another (TP-NATS-11). */
export interface ConsumerSettings {
  readonly name: string;
  readonly filterSubject: string;
  readonly ackPendingMax: number;
  readonly ackWaitMs: number;
  readonly pullsWaitingMax: number;
}

/**
 * A stream that keeps messages whether or not they were acknowledged, refuses new ones when it is
 * full rather than dropping old ones, and lets nobody take a message out of its middle. Everything
 * that would let a publisher change the stream through a header is off.
 */
export function streamConfig(settings: StreamSettings): Partial<StreamConfig> & { name: string } {
  return {
    name: settings.name,
    subjects: [...settings.subjects],
    retention: RetentionPolicy.Limits,
    storage: StorageType.File,
    discard: DiscardPolicy.New,
    max_bytes: settings.bytesMax,
    max_msg_size: settings.messageBytesMax,
    max_age: settings.ageMs * NANOSECONDS_PER_MS,
    duplicate_window: settings.duplicateWindowMs * NANOSECONDS_PER_MS,
    num_replicas: 1,
    deny_delete: true,
    deny_purge: false,
    allow_rollup_hdrs: false,
    allow_direct: false,
    mirror_direct: false,
  };
}

/** A durable pull consumer of one lane that never gives a message up. */
export function consumerConfig(settings: ConsumerSettings): Partial<ConsumerConfig> {
  return {
    name: settings.name,
    durable_name: settings.name,
    filter_subject: settings.filterSubject,
    ack_policy: AckPolicy.Explicit,
    deliver_policy: DeliverPolicy.All,
    replay_policy: ReplayPolicy.Instant,
    ack_wait: settings.ackWaitMs * NANOSECONDS_PER_MS,
    max_deliver: -1,
    max_ack_pending: settings.ackPendingMax,
    max_waiting: settings.pullsWaitingMax,
    num_replicas: 0,
  };
}

/**
 * Names of the settings the server did not take as requested: an older server, or an older client
 * library, drops what it does not know and reports success. A setting that is off may be left out.
 */
export function droppedSettings(requested: object, returned: object): string[] {
  const got = new Map<string, unknown>(Object.entries(returned));
  return Object.entries(requested)
    .filter(([name, wanted]) => !isDeepStrictEqual(wanted, got.get(name)))
    .filter(([name, wanted]) => got.get(name) !== undefined || (wanted !== false && wanted !== 0))
    .map(([name, wanted]) => {
      return `${name}: requested ${JSON.stringify(wanted)}, got ${JSON.stringify(got.get(name))}`;
    });
}
