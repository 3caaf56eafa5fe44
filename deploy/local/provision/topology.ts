import type { ConsumerSettings, StreamSettings } from "#bus";
import { NATS_LIMITS } from "#runtime";
import { gatewayConsumer, IN_STREAM, inboxConsumer, LANES, outStream } from "#wire";

/** A stream with the durable consumers of its three lanes. */
export interface LaneStream {
  readonly stream: StreamSettings;
  readonly consumers: readonly ConsumerSettings[];
}

/** The outbox of a participant, in account CORE. */
export function outboxStream(participant: string, bytesMax: number): LaneStream {
  return {
    stream: streamSettings(outStream(participant), `tp.out.${participant}`, bytesMax),
    consumers: LANES.map((lane) => ({
      name: gatewayConsumer(lane),
      filterSubject: `tp.out.${participant}.${lane}.*`,
      ackPendingMax: NATS_LIMITS.gatewayAckPendingMax,
      ackWaitMs: NATS_LIMITS.ackWaitMs,
      pullsWaitingMax: NATS_LIMITS.pullsWaitingMax,
    })),
  };
}

/** The inbox of a participant, in its own account. */
export function inboxStream(participant: string, bytesMax: number): LaneStream {
  return {
    stream: streamSettings(IN_STREAM, `tp.in.${participant}`, bytesMax),
    consumers: LANES.map((lane) => ({
      name: inboxConsumer(lane),
      filterSubject: `tp.in.${participant}.${lane}.*`,
      ackPendingMax: NATS_LIMITS.inboxAckPendingMax,
      ackWaitMs: NATS_LIMITS.ackWaitMs,
      pullsWaitingMax: NATS_LIMITS.pullsWaitingMax,
    })),
  };
}

/** The same stream taking urgent messages only; what it holds of other lanes stays (TP-NATS-16). */
export function urgentOnly(stream: StreamSettings): StreamSettings {
  return { ...stream, subjects: stream.subjects.slice(0, 1) };
}

/** The lanes are written out: under `>` an odd subject would be stored and seen by no consumer. */
function streamSettings(name: string, root: string, bytesMax: number): StreamSettings {
  return {
    name,
    // The most urgent first: urgentOnly() relies on it, as LANES promises it.
    subjects: LANES.map((lane) => `${root}.${lane}.*`),
    bytesMax,
    messageBytesMax: NATS_LIMITS.payloadBytesMax,
    ageMs: NATS_LIMITS.streamAgeMs,
    duplicateWindowMs: NATS_LIMITS.duplicateWindowMs,
  };
}
