import { SUPPRESSION_LIMITS } from "#runtime";
import { CheapestFirst } from "./cheapest-first.ts";
import type { Count, Ledger } from "./counts.ts";

/** How much a count differs in another table that would be published in the same way. */
export interface Change {
  readonly index: number;
  readonly by: number;
}

/** What may still be spent, in counts looked at. */
export interface Work {
  left: number;
}

/** A sum that does not add up yet, and by how much. */
interface Gap {
  readonly sum: number;
  readonly by: number;
}

interface Step {
  readonly price: number;
  /** What is tried first: the cheapest, but rather what has few gaps. */
  readonly rank: number;
  readonly gaps: readonly Gap[];
  /** Of two steps with the same gaps the dearer one leads nowhere better. */
  readonly key: string;
  readonly change: Change;
  readonly before: Step | undefined;
}

/** Dearer than any number of counts: the status tells less of what is withheld. */
const BLUR_PRICE = 1_000;
/** Each gap costs at least about this until it is closed. */
const GAP_RANK = 0.5;

/**
 * Looks for another table that nobody can tell from the true one: it has the same numbers wherever
 * something is shown, adds up, agrees with what each status tells, and differs in the count asked
 * for by its distance. Where there is one, no reasoning whatsoever gives the count away. What would
 * have to be withheld for it is taken where it is cheapest. Undefined: there is none, or it was not
 * found in the work allowed (TP-STAT-6, TP-STAT-7, TP-STAT-9).
 */
export function findAlternative(
  ledger: Ledger,
  index: number,
  work: Work,
): readonly Change[] | undefined {
  // Most often what is withheld already is enough, and that is little to look at.
  return findAmongWithheld(ledger, index, work) ?? findCheapest(ledger, index, work);
}

/** Fewest gaps first, and of those the newest: whatever is found costs nothing more. */
function findAmongWithheld(ledger: Ledger, index: number, work: Work): Change[] | undefined {
  const { distance } = ledger.count(index);
  const seen = new Set<string>();
  const steps = new FewestGaps();
  for (const by of [distance, -distance]) {
    const step = stepOf(ledger, { index, by }, undefined);
    if (step?.price === 0) steps.push(step);
  }
  const enough = Math.max(0, work.left - SUPPRESSION_LIMITS.lookCountsMax);
  for (let step = steps.pop(); step !== undefined && work.left > enough; step = steps.pop()) {
    const gap = step.gaps.at(-1);
    if (gap === undefined) return changesOf(step);
    for (const { index: other, sign } of ledger.withheldOf[gap.sum] ?? []) {
      work.left -= 1;
      const next = stepOf(ledger, { index: other, by: -gap.by * sign }, step);
      if (next === undefined || next.price > 0 || seen.has(next.key)) continue;
      if (next.gaps.length === 0) return changesOf(next);
      seen.add(next.key);
      steps.push(next);
    }
  }
  return undefined;
}

/** Steps by the number of their gaps, the newest of the fewest first. */
class FewestGaps {
  readonly #byGaps: Step[][] = [];

  push(step: Step): void {
    const steps = this.#byGaps[step.gaps.length] ?? [];
    this.#byGaps[step.gaps.length] = steps;
    steps.push(step);
  }

  pop(): Step | undefined {
    return this.#byGaps.find((steps) => steps !== undefined && steps.length > 0)?.pop();
  }
}

function findCheapest(ledger: Ledger, index: number, work: Work): Change[] | undefined {
  const { distance } = ledger.count(index);
  const queue = new CheapestFirst<Step>();
  const cheapest = new Map<string, number>();
  const consider = (change: Change, before: Step | undefined): void => {
    const step = stepOf(ledger, change, before);
    if (step === undefined || step.price >= (cheapest.get(step.key) ?? Infinity)) return;
    cheapest.set(step.key, step.price);
    queue.push(step);
  };
  consider({ index, by: distance }, undefined);
  consider({ index, by: -distance }, undefined);
  const enough = Math.max(0, work.left - SUPPRESSION_LIMITS.lookCountsMax);
  for (let step = queue.pop(); step !== undefined && work.left > enough; step = queue.pop()) {
    const gap = step.gaps.at(-1);
    if (gap === undefined) return changesOf(step);
    for (const { index: other, sign } of ledger.membersOf[gap.sum] ?? []) {
      work.left -= 1;
      consider({ index: other, by: -gap.by * sign }, step);
    }
  }
  return undefined;
}

/** One change more; undefined where it cannot be. */
function stepOf(ledger: Ledger, change: Change, before: Step | undefined): Step | undefined {
  const own = priceOf(ledger, change);
  if (own === undefined || isUsed(change.index, before)) return undefined;
  const gaps = addGaps(ledger, change, before?.gaps ?? []);
  const key = gaps.map(({ by, sum }) => `${sum}:${by}`).join(" ");
  const price = own + (before?.price ?? 0);
  return { price, rank: price + GAP_RANK * gaps.length, gaps, key, change, before };
}

/** What a change costs: nothing among what is withheld anyway; undefined: it cannot be. */
function priceOf(ledger: Ledger, { by, index }: Change): number | undefined {
  const count = ledger.count(index);
  if (count.standing === "SHOWN") return undefined;
  const value = count.value + by;
  if (value < count.floor) return undefined;
  const price = ledger.isOpen(index) ? count.price : 0;
  if (isTold(count, value) || ledger.blurred[index] === true) return price;
  return count.isOurs ? price + BLUR_PRICE : undefined;
}

/** Whether a value agrees with what the status of a count tells. */
export function isTold({ least, most }: Count, value: number): boolean {
  return value >= least && value <= most;
}

function isUsed(index: number, last: Step | undefined): boolean {
  for (let step = last; step !== undefined; step = step.before) {
    if (step.change.index === index) return true;
  }
  return false;
}

/** Sums that do not add up after a change, the newest last. */
function addGaps(ledger: Ledger, { by, index }: Change, before: readonly Gap[]): Gap[] {
  const gaps = [...before];
  for (const { index: sum, sign } of ledger.sumsOf[index] ?? []) {
    const place = gaps.findIndex((gap) => gap.sum === sum);
    const open = (gaps[place]?.by ?? 0) + by * sign;
    if (place >= 0) gaps.splice(place, 1);
    if (open !== 0) gaps.push({ sum, by: open });
  }
  return gaps;
}

function changesOf(last: Step): Change[] {
  const changes: Change[] = [];
  for (let step: Step | undefined = last; step !== undefined; step = step.before) {
    changes.push(step.change);
  }
  return changes;
}
