import { Boundness, type Instrument, type Participant } from "#proto";
import { timestampMs } from "#wire";

/**
 * Whether a participant applies an instrument at a time (TP-TRUST-7): a party is bound and a
 * committed State keeps to it; a signatory does neither.
 */
export function isBound(
  participant: Participant | undefined,
  instrument: Instrument,
  atMs: number,
): boolean {
  return (participant?.instruments ?? []).some((standing) => {
    if (standing.instrument !== instrument) return false;
    const { boundness } = standing;
    if (boundness !== Boundness.PARTY && boundness !== Boundness.COMMITTED) return false;
    const sinceMs = timestampMs(standing.since) ?? Number.POSITIVE_INFINITY;
    const untilMs = timestampMs(standing.until) ?? Number.POSITIVE_INFINITY;
    return sinceMs <= atMs && atMs < untilMs;
  });
}
