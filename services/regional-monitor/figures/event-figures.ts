import { MONITOR_LIMITS } from "#runtime";
import { dayName, type Figure, type FigureUnit } from "#statistics";
import { ALL_STATES } from "../ingest/count-event.ts";
import { HOURS_CUTS } from "../ingest/cuts.ts";
import { DAY_HOURS, overOn, periodText } from "../periods.ts";
import { type Breakdown, breakdownOf, cutOf, NOT_NAMED } from "./breakdown.ts";
import { coverageIn } from "./coverage.ts";
import type { FigureStore } from "./figure-deps.ts";
import { type FigureQuestion, wrong } from "./figure-question.ts";
import { type MembersAt, type PeriodMembers, periodMembers, readGroups } from "./membership.ts";
import type { FedTime } from "./read-fed-time.ts";
import type { ReadGroup } from "./read-sums.ts";

/** One value of one period before it is a figure. */
interface Value {
  readonly start: number;
  readonly by: Figure["by"];
  readonly value: number;
  readonly vintage: number;
}

/** Everything that figures of events are made of. */
interface ReadValues {
  readonly members: readonly PeriodMembers[];
  readonly fed: FedTime;
  readonly values: readonly Value[];
  /** Of times, nothing is no zero. */
  readonly isTime: boolean;
  readonly unit: FigureUnit;
}

/**
 * Figures of what the monitor was fed as events (TP-MON-13): zero where it was fed and nothing
 * happened, missing where it was not fed, provisional while a period is open (TP-MON-14).
 */
export async function eventFigures(
  store: FigureStore,
  question: FigureQuestion,
  membersAt: MembersAt,
): Promise<Figure[]> {
  const breakdown = breakdownOf(question);
  const members = periodMembers(question, membersAt);
  const { length, measure, status } = question;
  const whose = readGroups(members, (states) => states ?? [ALL_STATES]);
  const fed = await store.call("readFedTime", { status, length, groups: whose });
  const groups = readGroups(members, (states) => statesRead(question, states, { breakdown, fed }));
  checkSize(groups);
  const hours = HOURS_CUTS.find((cut) => cut.measure === measure);
  const asked = { question, breakdown, groups };
  if (hours !== undefined) {
    const values = await hourValues(store, { ...asked, cut: hours.id });
    return figuresOf(question, { members, fed, values, isTime: true, unit: "HOURS" });
  }
  const cut = cutOf(measure, breakdown);
  const values = await sumValues(store, { ...asked, cut: cut.id });
  return figuresOf(question, { members, fed, values, isTime: false, unit: cut.unit });
}

function statesRead(
  { state }: FigureQuestion,
  states: readonly string[] | undefined,
  { breakdown, fed }: { readonly breakdown: Breakdown; readonly fed: FedTime },
): readonly string[] {
  if (state !== undefined) return states === undefined || states.includes(state) ? [state] : [];
  if (states !== undefined) return states;
  // Who is not named is told too, so that the parts add up to the whole.
  return breakdown.bySender === "ALL" ? [ALL_STATES] : [...fed.firstStarts.keys(), ""];
}

function checkSize(groups: readonly ReadGroup[]): void {
  const reads = groups.reduce((sum, { starts, states }) => sum + starts.length * states.length, 0);
  if (reads > MONITOR_LIMITS.statePeriodsMax) throw tooMany();
}

function tooMany() {
  const rule = "gives too many figures; ask for a shorter range, longer periods or one State";
  return wrong("from", rule);
}

/** Which rows are read. */
interface Reading {
  readonly question: FigureQuestion;
  readonly breakdown: Breakdown;
  readonly groups: readonly ReadGroup[];
  readonly cut: number;
}

async function sumValues(
  store: FigureStore,
  { breakdown, cut, groups, question }: Reading,
): Promise<Value[]> {
  const { asOf, length, status } = question;
  const { byKey, bySender } = breakdown;
  const asked = { cut, status, length, groups, asOf, bySender, byKey };
  const { isCutOff, sums } = await store.call("readSums", asked);
  if (isCutOff) throw tooMany();
  return sums.map(({ key, start, state, value, vintage }) => {
    return { start, by: partsOf(breakdown, state, key), value, vintage };
  });
}

async function hourValues(
  store: FigureStore,
  { breakdown, cut, groups, question }: Reading,
): Promise<Value[]> {
  const { asOf, length, status } = question;
  const { bySender } = breakdown;
  const rows = await store.call("readHours", { cut, status, length, groups, asOf, bySender });
  return rows.flatMap(({ median, p90, start, state, vintage }) => {
    const parts = partsOf(breakdown, state, "");
    return [
      { start, by: { ...parts, STATISTIC: "MEDIAN" }, value: median, vintage },
      { start, by: { ...parts, STATISTIC: "P90" }, value: p90, vintage },
    ];
  });
}

function partsOf({ other, sender }: Breakdown, state: string, key: string): Value["by"] {
  return {
    ...(sender === undefined ? {} : { [sender]: state || NOT_NAMED }),
    ...(other === undefined ? {} : { [other]: key || NOT_NAMED }),
  };
}

/** Every combination that occurs, in every period; what a period lacks is zero or missing. */
function figuresOf(question: FigureQuestion, read: ReadValues): Figure[] {
  const { fed, isTime, members, unit, values } = read;
  const keyOf = (by: Figure["by"]): string => JSON.stringify(by);
  const combinations = new Map(values.map(({ by }) => [keyOf(by), by]));
  const isTotal = question.by.length === 0;
  if (isTotal && isTime) {
    for (const by of [{ STATISTIC: "MEDIAN" }, { STATISTIC: "P90" }]) {
      combinations.set(keyOf(by), by);
    }
  } else if (isTotal) combinations.set("{}", {});
  if (combinations.size * members.length > MONITOR_LIMITS.figuresMax) throw tooMany();
  const found = new Map(values.map((value) => [`${value.start} ${keyOf(value.by)}`, value]));
  const sorted = [...combinations].toSorted(([one], [other]) => (one < other ? -1 : 1));
  return members.flatMap((one) => {
    const { start } = one.period;
    const coverage = coverageIn(one, question.length, fed);
    return sorted.map(([key, by]): Figure => {
      const value = found.get(`${start} ${key}`);
      const known = statusOf(question, one, { fed, state: by.STATE ?? question.state });
      const isMissing = known === "M" || (value === undefined && isTime);
      return {
        ...{ measure: question.measure, by, period: periodText(question.length, start), unit },
        value: isMissing ? null : (value?.value ?? 0),
        status: isMissing ? "M" : known,
        confidentiality: "N",
        coverage,
        vintage: vintageName(value?.vintage, fed),
      };
    });
  });
}

/**
 * What of a State came before its first record was not fed, or not under its name; of a period that
 * was not over on the day asked for nothing was told.
 */
function statusOf(
  { asOf, isAsOfGiven }: FigureQuestion,
  { isBreak, period }: PeriodMembers,
  { fed, state }: { readonly fed: FedTime; readonly state: string | undefined },
): Figure["status"] {
  const { endHour, firstHour, firstStarts } = fed;
  if (endHour === null || firstHour === null) return "M";
  if (isAsOfGiven && overOn(period) > asOf) return "M";
  if (period.end <= firstHour || period.start > endHour) return "M";
  if (state !== undefined && state !== NOT_NAMED) {
    const first = firstStarts.get(state);
    if (first === undefined || period.end <= first) return "M";
  }
  if (isBreak) return "B";
  return period.end > endHour ? "P" : "A";
}

/** The day on which a figure became known, no later than the newest message of the feed. */
function vintageName(vintage: number | undefined, { endHour }: FedTime): string {
  const fedOn = Math.floor((endHour ?? 0) / DAY_HOURS);
  return dayName(Math.min(vintage ?? fedOn, fedOn));
}
