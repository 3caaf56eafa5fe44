import { Boundness, type Instrument, type Participant } from "#proto";
import { isWithin } from "./versions/key-windows.ts";

/**
 * Whether a participant applies an instrument at a time (TP-TRUST-7): a party is bound and a
 * committed State keeps to it; a signatory does neither.
 */
export function isBound(
  participant: Participant | undefined,
  instrument: Instrument,
  atMs: number,
): boolean {
  const applies = participant?.instruments.some((standing) => {
    if (standing.instrument !== instrument) return false;
    const { boundness } = standing;
    if (boundness !== Boundness.PARTY && boundness !== Boundness.COMMITTED) return false;
    return isWithin(standing, atMs);
  });
  return applies ?? false;
}

/** Whether a participant belongs to a regional body at a time; members leave (TP-TRUST-8). */
export function isMemberOf(
  participant: Participant | undefined,
  body: string,
  atMs: number,
): boolean {
  const belongs = participant?.regionalBodies.some(
    (membership) => membership.body === body && isWithin(membership, atMs),
  );
  return belongs ?? false;
}
