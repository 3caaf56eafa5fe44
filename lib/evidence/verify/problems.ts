import { EVIDENCE_LIMITS } from "#runtime";

/** What does not hold; no more than `problemsMax` are listed. */
export class Problems {
  readonly listed: string[] = [];
  total = 0;

  /** `place`: the file in the bag. */
  add(place: string, what: string): void {
    this.total += 1;
    if (this.listed.length < EVIDENCE_LIMITS.problemsMax) this.listed.push(`${place}: ${what}`);
  }

  /** Notes it unless the claim holds; hands the claim back. */
  demand(holds: boolean, place: string, otherwise: string): boolean {
    if (!holds) this.add(place, otherwise);
    return holds;
  }
}
