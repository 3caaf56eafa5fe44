import type { DuePart, Reckoned } from "#disposal";
import { type PartPlan, planRetention, type ScheduleHistory } from "#records";
import { DISPOSAL_LIMITS } from "#runtime";
import type { ItemFacts } from "./record-kind.ts";

/** What is reckoned of an item. */
export interface ItemReckoned extends Reckoned {
  readonly due: readonly DuePart[];
}

/** What an item is reckoned with. */
export interface ItemReckoning {
  readonly history: ScheduleHistory;
  readonly takenUnder: number;
  readonly nowMs: number;
}

/**
 * Reckons which parts of an item are due (TP-PREC-2). A part is due when everything under its name
 * is. What has not happened is taken to happen now for the next look: nothing is due before it is
 * looked at.
 */
export function reckonItem(
  facts: ItemFacts,
  { history, nowMs, takenUnder }: ItemReckoning,
): ItemReckoned {
  const { class: name, instruments, parts, triggers } = facts;
  const item = { class: name, instruments, takenUnder, parts, holds: [] };
  const plans = planRetention({ ...item, triggers }, history).parts;
  const happened = { CASE_CLOSED: nowMs, EXPIRED: nowMs, DELIVERED: nowMs, ...triggers };
  const sooner = planRetention({ ...item, triggers: happened }, history).parts;
  const names = [...new Set(parts.map((part) => part.name))];
  const due: DuePart[] = [];
  let lookAtMs = Infinity;
  for (const part of names) {
    const plan = lastOf(plans, part);
    const dueAtMs = Math.max(plan?.dueAtMs ?? Infinity, facts.neededUntilMs ?? -Infinity);
    if (plan !== undefined && dueAtMs <= nowMs && !facts.isOpen) {
      due.push({ name: part, onlyFor: "", plan: { ...plan, dueAtMs } });
      continue;
    }
    const early = Math.min(dueAtMs, lastOf(sooner, part)?.dueAtMs ?? Infinity);
    lookAtMs = Math.min(lookAtMs, early > nowMs ? early : nowMs + DISPOSAL_LIMITS.openLookMs);
  }
  return { due, kept: names.length, lookAtMs: lookAtMs === Infinity ? null : lookAtMs };
}

/** Of all plans under a name the one that ends last; one without an end is the last of all. */
function lastOf(plans: readonly PartPlan[], name: string): PartPlan | undefined {
  const own = plans.filter((plan) => plan.name === name);
  const endOf = ({ dueAtMs = Infinity }: PartPlan): number => dueAtMs;
  return own.toSorted((one, other) => endOf(other) - endOf(one)).at(0);
}
