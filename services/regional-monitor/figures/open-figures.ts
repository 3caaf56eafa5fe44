import { PeriodLength } from "#proto";
import { dayName, type Figure } from "#statistics";
import { ALL_STATES } from "../ingest/count-event.ts";
import { DAY_HOURS, hourOf, periodAt, periodText } from "../periods.ts";
import { NOT_NAMED } from "./breakdown.ts";
import { coverageIn } from "./coverage.ts";
import type { FigureStore } from "./figure-deps.ts";
import { type FigureQuestion, wrong } from "./figure-question.ts";
import { type MembersAt, type PeriodMembers, periodMembers, readGroups } from "./membership.ts";
import type { FedTime } from "./read-fed-time.ts";
import type { OpenDay } from "./read-open.ts";

/** Measures of requests without an end. */
export const OPEN_MEASURES = ["OPEN_REQUESTS", "OVERDUE_REQUESTS"] as const;

/** Dimensions: the State that was asked, and how long they have been open. */
const STATE = "STATE";
const AGE = "AGE";

/** Ages, and the days below which a request is of that age. */
const AGES = [
  ["BELOW_1_DAY", 1],
  ["1_TO_6_DAYS", 7],
  ["7_TO_29_DAYS", 30],
  ["30_TO_59_DAYS", 60],
  ["60_TO_89_DAYS", 90],
  ["90_DAYS_OR_MORE", Number.POSITIVE_INFINITY],
] as const;

/**
 * Requests that were open at the end of each month or year, or are now, by age or by the State that
 * was asked, and those that were overdue (TP-MON-16).
 */
export async function openFigures(
  store: FigureStore,
  question: FigureQuestion,
  membersAt: MembersAt,
): Promise<Figure[]> {
  checkQuestion(question);
  const { length, status } = question;
  const members = periodMembers(question, membersAt);
  const groups = readGroups(members, (states) => states ?? [ALL_STATES]);
  const fed = await store.call("readFedTime", { status, length, groups });
  const figures: Figure[] = [];
  for (const group of Map.groupBy(members, ({ states }) => states?.join(" ")).values()) {
    const states = statesRead(question, group[0]?.states);
    const months = group.map(({ period }) => periodAt(PeriodLength.MONTH, period.end - 1).start);
    const found = await store.call("readOpen", { status, states, months });
    for (const [at, one] of group.entries()) {
      figures.push(...figuresAt(question, one, { fed, days: found[at] ?? [] }));
    }
  }
  return figures;
}

function checkQuestion({ by, isAsOfGiven, length }: FigureQuestion): void {
  if (by.some((name) => name !== STATE && name !== AGE)) {
    throw wrong("by", `must be of ${STATE} (who was asked) and ${AGE} for open requests`);
  }
  if (length !== PeriodLength.MONTH && length !== PeriodLength.YEAR) {
    throw wrong("length", "must be MONTH or YEAR: what was open is kept by the end of a month");
  }
  if (isAsOfGiven) {
    throw wrong("asOf", "is not kept for open requests; ask for the end of an earlier month");
  }
}

/** Undefined: each State that was asked. */
function statesRead(
  { by, state }: FigureQuestion,
  states: readonly string[] | undefined,
): readonly string[] | undefined {
  if (state !== undefined) return states === undefined || states.includes(state) ? [state] : [];
  return states ?? (by.includes(STATE) ? undefined : [ALL_STATES]);
}

function figuresAt(
  question: FigureQuestion,
  one: PeriodMembers,
  { days, fed }: { readonly days: readonly OpenDay[]; readonly fed: FedTime },
): Figure[] {
  const { by, length, measure, nowMs } = question;
  const { end, start } = one.period;
  const { endHour, firstHour } = fed;
  const isFed = endHour !== null && firstHour !== null && end > firstHour && start <= endHour;
  const lastDay = Math.floor(Math.min(end - 1, hourOf(nowMs)) / DAY_HOURS);
  const sums = new Map<string, { readonly by: Figure["by"]; open: number }>();
  const add = (parts: Figure["by"], open: number): void => {
    const key = JSON.stringify(parts);
    const sum = sums.get(key) ?? { by: parts, open: 0 };
    sum.open += open;
    sums.set(key, sum);
  };
  if (by.length === 0) add({}, 0);
  if (by.length === 1 && by[0] === AGE) for (const [age] of AGES) add({ [AGE]: age }, 0);
  for (const { day, open, state } of days) {
    const age = lastDay - day;
    if (measure === "OVERDUE_REQUESTS" && age <= question.overdueDays) continue;
    const ageName = AGES.find(([, below]) => age < below)?.[0] ?? "";
    const parts = { ...(by.includes(STATE) ? { [STATE]: state || NOT_NAMED } : {}) };
    add({ ...parts, ...(by.includes(AGE) ? { [AGE]: ageName } : {}) }, open);
  }
  const known = end > (endHour ?? 0) ? ("P" as const) : ("A" as const);
  return [...sums.values()].map(({ by: parts, open }) => ({
    ...{ measure, by: parts, period: periodText(length, start), unit: "CASES" as const },
    value: isFed ? open : null,
    status: isFed ? (one.isBreak ? "B" : known) : "M",
    confidentiality: "N",
    coverage: coverageIn(one, length, fed),
    vintage: dayName(Math.floor((endHour ?? 0) / DAY_HOURS)),
  }));
}
