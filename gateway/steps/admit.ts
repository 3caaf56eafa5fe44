import type { ParticipantQuotas } from "#proto";
import { GATEWAY_LIMITS, QUOTA_LIMITS } from "#runtime";
import type { Passage } from "../passage.ts";

const SECOND_MS = 1_000;
const DAY_MS = 24 * 3_600 * SECOND_MS;

/** What one participant may send. */
export interface SendingQuota {
  readonly messagesPerSecond: number;
  /** Messages it may have saved up. */
  readonly burst: number;
  readonly bytesPerDay: number;
}

/** The quota of a participant that has none of its own in the register. */
export const DEFAULT_QUOTA: SendingQuota = {
  messagesPerSecond: GATEWAY_LIMITS.quotaPerSecond,
  burst: GATEWAY_LIMITS.quotaBurst,
  bytesPerDay: QUOTA_LIMITS.bytesPerDay,
};

/** The quota that a register gives; 0 in a field: the default (TP-GW-1). */
export function sendingQuota(own: ParticipantQuotas | undefined): SendingQuota {
  const perSecond = own?.messagesPerSecond ?? 0;
  const bytes = Number(own?.bytesPerDay ?? 0n);
  const { burst, bytesPerDay, messagesPerSecond } = DEFAULT_QUOTA;
  return {
    messagesPerSecond: perSecond === 0 ? messagesPerSecond : perSecond,
    burst: perSecond === 0 ? burst : perSecond * QUOTA_LIMITS.burstSeconds,
    bytesPerDay: bytes === 0 ? bytesPerDay : bytes,
  };
}

/**
 * The share of a quota that one of several instances gives: messages are handed to them in turns,
 * so that together they give the whole (TP-INST-6).
 */
export function quotaShare(quota: SendingQuota, instances: number): SendingQuota {
  if (instances <= 1) return quota;
  return {
    messagesPerSecond: quota.messagesPerSecond / instances,
    burst: Math.max(1, quota.burst / instances),
    bytesPerDay: quota.bytesPerDay / instances,
  };
}

/** What a participant has left: messages and bytes, both filling up with time. */
interface Bucket {
  messages: number;
  bytes: number;
  filledAtMs: number;
  /** When the message handed back last is wanted again. */
  dueAtMs: number;
}

/**
 * First step: bounds what one participant may send, before a byte is parsed. What is over the
 * quota is handed back to the carrier, so it comes again and delays nobody but its sender
 * (QUOTA_EXCEEDED, retryable, binds no id; TP-GW-1): each when its sender's rate has room for it,
 * so that a flood is not handed to and fro. A start fills everybody's quota.
 */
export class Admission {
  readonly #buckets = new Map<string, Bucket>();
  /** Messages handed back since the last time the count was taken, per participant. */
  readonly #held = new Map<string, number>();

  /** Marks as held what is over its sender's quota. */
  admit(
    passages: readonly Passage[],
    nowMs: number,
    quotaOf: (participant: string) => SendingQuota = () => DEFAULT_QUOTA,
  ): void {
    for (const passage of passages) {
      const { participant } = passage.address;
      const bytes = passage.inbound.data.length;
      const quota = quotaOf(participant);
      if (this.#take(participant, bytes, quota, nowMs)) continue;
      passage.held = true;
      passage.holdMs = this.#holdFor(participant, quota, nowMs);
      this.#held.set(participant, (this.#held.get(participant) ?? 0) + 1);
    }
  }

  /** Participants over quota since the last call, with how many messages were handed back. */
  takeHeld(): ReadonlyMap<string, number> {
    const held = new Map(this.#held);
    this.#held.clear();
    return held;
  }

  /** One after the other at the sender's rate; bounded, since a rate may be raised meanwhile. */
  #holdFor(participant: string, { messagesPerSecond }: SendingQuota, nowMs: number): number {
    const bucket = this.#buckets.get(participant);
    const { holdMaxMs, holdMs } = GATEWAY_LIMITS;
    if (bucket === undefined) return holdMs;
    const nextMs = Math.max(bucket.dueAtMs, nowMs + holdMs) + SECOND_MS / messagesPerSecond;
    bucket.dueAtMs = Math.min(nextMs, nowMs + holdMaxMs);
    return Math.round(bucket.dueAtMs - nowMs);
  }

  #take(participant: string, bytes: number, quota: SendingQuota, nowMs: number): boolean {
    const { burst, bytesPerDay, messagesPerSecond } = quota;
    let bucket = this.#buckets.get(participant);
    if (bucket === undefined) {
      bucket = { messages: burst, bytes: bytesPerDay, filledAtMs: nowMs, dueAtMs: 0 };
      this.#buckets.set(participant, bucket);
    }
    const passedMs = Math.max(0, nowMs - bucket.filledAtMs);
    bucket.filledAtMs = nowMs;
    bucket.messages += (passedMs / SECOND_MS) * messagesPerSecond;
    bucket.messages = Math.min(burst, bucket.messages);
    bucket.bytes = Math.min(bytesPerDay, bucket.bytes + (passedMs / DAY_MS) * bytesPerDay);
    // One message larger than the whole day's quota goes when the quota is full.
    if (bucket.messages < 1 || bucket.bytes < Math.min(bytes, bytesPerDay)) return false;
    bucket.messages -= 1;
    bucket.bytes -= bytes;
    return true;
  }
}
