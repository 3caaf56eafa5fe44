import { SUPPRESSION_LIMITS } from "#runtime";
import { type Count, Ledger, type Protection, type Sum } from "./counts.ts";
import { type Change, findAlternative, isTold, type Work } from "./find-alternative.ts";

/**
 * Decides what else has to be withheld so that no withheld count can be found out (TP-STAT-6 to
 * TP-STAT-9): for each of them there is another table that nobody can tell from the true one, and
 * what is withheld together in a sum that is shown is not below the threshold either. Withholds
 * little, counts before totals; where it would take too long, all that hangs together.
 */
export function protect(
  counts: readonly Count[],
  sums: readonly Sum[],
  threshold: number,
  work: Work = { left: SUPPRESSION_LIMITS.workCountsMax },
): Protection {
  const ledger = new Ledger(counts, sums);
  const safe = counts.map(({ standing }) => standing === "UNTOLD" || standing === "SHOWN");
  let open = counts.map((_count, index) => index).filter((index) => safe[index] === false);
  open = open.filter((index) => ledger.withheld[index] === true);
  while (open.length > 0) {
    for (let index = open.shift(); index !== undefined; index = open.shift()) {
      if (safe[index] === true) continue;
      const changes = findAlternative(ledger, index, work);
      if (changes !== undefined) {
        open.push(...apply(ledger, changes, safe));
        continue;
      }
      const added = work.left > 0 ? withholdAround(ledger, index) : [];
      if (added.length > 0) open.push(index, ...added);
      else for (const one of withholdTogether(ledger, index)) safe[one] = true;
    }
    open = widenSmallSums(ledger, threshold);
  }
  return ledger;
}

/** Withholds what another table needs; gives back what is to be protected in its turn. */
function apply(ledger: Ledger, changes: readonly Change[], safe: boolean[]): number[] {
  const added: number[] = [];
  for (const { by, index } of changes) {
    const count = ledger.count(index);
    const isNew = ledger.isOpen(index);
    if (isNew) ledger.withhold(index);
    if (!isTold(count, count.value + by)) ledger.blurred[index] = true;
    if (Math.abs(by) >= count.distance) safe[index] = true;
    else if (isNew) added.push(index);
  }
  return added;
}

/** Sums that are shown and whose withheld parts come to a small number: one more is withheld. */
function widenSmallSums(ledger: Ledger, threshold: number): number[] {
  const added: number[] = [];
  for (const { parts, total } of ledger.sums) {
    if (ledger.withheld[total] === true) continue;
    const hidden = parts.filter((part) => ledger.withheld[part] === true);
    const together = hidden.reduce((sum, part) => sum + ledger.count(part).value, 0);
    if (together === 0 || Math.abs(together) >= threshold) continue;
    const [next] = [...parts, total]
      .filter((index) => ledger.isOpen(index))
      .toSorted((one, other) => ledger.count(one).price - ledger.count(other).price);
    if (next === undefined) continue;
    ledger.withhold(next);
    added.push(next);
  }
  return added;
}

/** No other table was found: all that is in a sum with the count is withheld. */
function withholdAround(ledger: Ledger, index: number): number[] {
  const near = (ledger.sumsOf[index] ?? []).flatMap(
    ({ index: sum }) => ledger.membersOf[sum] ?? [],
  );
  const added = [...new Set(near.map((member) => member.index))].filter((other) =>
    ledger.isOpen(other),
  );
  for (const other of added) ledger.withhold(other);
  return added;
}

/**
 * Withholds all that hangs together with a count, with statuses that tell nothing: where everything
 * is withheld, one more anywhere makes another table.
 */
function withholdTogether(ledger: Ledger, start: number): ReadonlySet<number> {
  const reached = new Set([start]);
  for (const index of reached) {
    if (ledger.isOpen(index)) ledger.withhold(index);
    if (ledger.count(index).isOurs) ledger.blurred[index] = true;
    for (const { index: sum } of ledger.sumsOf[index] ?? []) {
      for (const { index: other } of ledger.membersOf[sum] ?? []) reached.add(other);
    }
  }
  return reached;
}
