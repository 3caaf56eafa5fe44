import type { PersonsBlock } from "#proto";
import { PERSON_LIMITS } from "#runtime";

/**
 * When somebody must say whether personal data is still needed: on the day the sender named, or a
 * year after it was kept; never later than five years (TP-PERS-6, domain notes 6.3).
 */
export function reviewAtMs({ reviewOn }: PersonsBlock, keptSinceMs: number): number {
  const named = Date.parse(reviewOn);
  const latest = keptSinceMs + PERSON_LIMITS.reviewMs;
  const wished = Number.isNaN(named) ? keptSinceMs + PERSON_LIMITS.reviewDefaultMs : named;
  return Math.min(wished, latest);
}
