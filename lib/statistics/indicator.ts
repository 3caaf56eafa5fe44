/** How an arm came into the hands of a State. */
export type Recovery = "SEIZED" | "FOUND" | "SURRENDERED";

/** What is reported of one arm; several agencies may report the same one. Dates are YYYY-MM-DD. */
export interface RecoveredArm {
  /** Of the physical arm, in the State. */
  readonly id: string;
  readonly recovered: Recovery;
  readonly recoveredOn: string;
  /** Who identified the point of diversion or the illicit origin; null: nobody has. */
  readonly establishedBy: "TRACE" | "COMPETENT_AUTHORITY" | null;
  /** When; says nothing where nobody has. */
  readonly establishedOn: string | null;
}

/** Indicator 16.4.2 of one State and year. */
export interface Indicator {
  /** Arms whose origin or context was established, in pieces. */
  readonly numerator: number;
  /** Arms seized, found or surrendered, in pieces. */
  readonly denominator: number;
  /** Percent, 0 to 100, not rounded; null where no arm was recovered: absent, not zero. */
  readonly value: number | null;
  /** The day as of which it was counted. */
  readonly vintage: string;
}

interface Arm {
  recoveredOn: string;
  established: boolean;
}

/**
 * Counts indicator 16.4.2 as of a day, YYYY-MM-DD, by the definition of UNODC and UNODA
 * (docs/spec/statistics.md; TP-STAT-1 to TP-STAT-4). What became known later is not counted yet: a
 * later day gives a later vintage of the same year.
 */
export function countIndicator(
  arms: readonly RecoveredArm[],
  year: number,
  asOf: string,
): Indicator {
  const known = new Map<string, Arm>();
  // Dates in this form are in the order of their texts.
  for (const { id, recoveredOn, establishedBy, establishedOn } of arms) {
    if (recoveredOn > asOf) continue;
    const established = establishedBy !== null && establishedOn !== null && establishedOn <= asOf;
    const arm = known.get(id);
    if (arm === undefined) {
      known.set(id, { recoveredOn, established });
      continue;
    }
    arm.established ||= established;
    if (recoveredOn < arm.recoveredOn) arm.recoveredOn = recoveredOn;
  }
  const ofYear = [...known.values()].filter((arm) => Number(arm.recoveredOn.slice(0, 4)) === year);
  const numerator = ofYear.filter((arm) => arm.established).length;
  const denominator = ofYear.length;
  const value = denominator === 0 ? null : (100 * numerator) / denominator;
  return { numerator, denominator, value, vintage: asOf };
}
