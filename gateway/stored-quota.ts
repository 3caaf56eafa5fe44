import type { ParticipantQuotas } from "#proto";
import { QUOTA_LIMITS } from "#runtime";

/** Bytes of its messages that may be held for a participant; 0 in the register: the default. */
export function storedBytesQuota(own: ParticipantQuotas | undefined): number {
  const bytes = Number(own?.storedBytes ?? 0n);
  return bytes === 0 ? QUOTA_LIMITS.storedBytes : bytes;
}
