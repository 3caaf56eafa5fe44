import { GATEWAY_LIMITS } from "#runtime";
import type { Passage } from "../passage.ts";

interface Bucket {
  tokens: number;
  filledAtMs: number;
}

/**
 * First step: bounds what one participant may send, before a byte is parsed. What is over the
 * quota is handed back to the carrier, so it comes again and delays nobody but its sender
 * (QUOTA_EXCEEDED, retryable, binds no id; TP-GW-1).
 */
export class Admission {
  readonly #buckets = new Map<string, Bucket>();
  readonly #perSecond: number;
  readonly #burst: number;
  /** Messages handed back since the last time the count was taken, per participant. */
  readonly #held = new Map<string, number>();

  constructor(
    perSecond: number = GATEWAY_LIMITS.quotaPerSecond,
    burst: number = GATEWAY_LIMITS.quotaBurst,
  ) {
    this.#perSecond = perSecond;
    this.#burst = burst;
  }

  /** Marks as held what is over its sender's quota. */
  admit(passages: readonly Passage[], nowMs: number): void {
    for (const passage of passages) {
      const { participant } = passage.address;
      if (this.#take(participant, nowMs)) continue;
      passage.held = true;
      this.#held.set(participant, (this.#held.get(participant) ?? 0) + 1);
    }
  }

  /** Participants over quota since the last call, with how many messages were handed back. */
  takeHeld(): ReadonlyMap<string, number> {
    const held = new Map(this.#held);
    this.#held.clear();
    return held;
  }

  #take(participant: string, nowMs: number): boolean {
    let bucket = this.#buckets.get(participant);
    if (bucket === undefined) {
      bucket = { tokens: this.#burst, filledAtMs: nowMs };
      this.#buckets.set(participant, bucket);
    }
    const earned = (Math.max(0, nowMs - bucket.filledAtMs) / 1_000) * this.#perSecond;
    bucket.tokens = Math.min(this.#burst, bucket.tokens + earned);
    bucket.filledAtMs = nowMs;
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  }
}
