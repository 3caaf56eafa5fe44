import { WATCH_LIMITS } from "#runtime";
import { dayName } from "#statistics";
import type { Readings } from "./readings.ts";
import type { RuleKind, WatchRule } from "./rules.ts";

/** What a rule finds about one subject (TP-WATCH-5). */
export interface Finding {
  readonly name: string;
  readonly rule: RuleKind;
  readonly about: FindingAbout;
  /** A State, a code of a refusal, a day, or "" for what has no name. */
  readonly subject: string;
  /**
   * BEYOND begins it, WITHIN ends it; BETWEEN, where a figure swings about its threshold, leaves it
   * as it is.
   */
  readonly side: "BEYOND" | "BETWEEN" | "WITHIN";
  /** Null where it is not to be said. */
  readonly value: number | null;
  readonly threshold: number | null;
  readonly unit: FindingUnit;
  /** The day since which it is so. */
  readonly since: number;
  /** How old requests are, or which entries of the log it is about. */
  readonly detail: string;
}

/** What a finding is about: one State, all of them, those that are not named, the feed … */
export type FindingAbout = "STATE" | "ALL" | "OTHERS" | "FEED" | "CODE" | "DAY";
/** What its value is counted in. */
export type FindingUnit = "DAYS" | "PIECES" | "PERCENT" | "NONE";

/** What a rule had found, and is not over. */
export interface OpenFinding {
  readonly threshold: number | null;
  readonly since: number;
}

/** Open findings of one rule, by subject. */
export type OpenFindings = ReadonlyMap<string, OpenFinding>;

/**
 * What a rule of the present finds, for every subject of which enough is known; pure (TP-WATCH-5).
 * Subjects that are open and not found any more are within; States not named are left out.
 */
export function evaluate(
  rule: Exclude<WatchRule, { rule: "REFUSALS" }>,
  readings: Readings,
  open: OpenFindings,
): Finding[] {
  switch (rule.rule) {
    case "SILENCE":
      return silence(rule, readings);
    case "BACKLOG":
      return backlog(rule, readings);
    case "DISCREPANCY":
      return discrepancies(rule, readings, open);
  }
}

type RuleOf<K extends RuleKind> = Extract<WatchRule, { rule: K }>;

function silence(rule: RuleOf<"SILENCE">, readings: Readings): Finding[] {
  const { fedOn, named, lastRecord, startedOn, today, unknown } = readings;
  const found = (subject: string, since: number, knownUntil: number): Finding => {
    const value = Math.max(0, knownUntil - since);
    const side = value >= rule.days ? "BEYOND" : "WITHIN";
    const of = rule.of === "STATES" ? "STATE" : rule.of;
    return { ...about(rule, of, subject), side, value, threshold: rule.days, unit: "DAYS", since };
  };
  if (rule.of === "FEED") return [found("", fedOn ?? startedOn, today)];
  // Of a feed that is silent itself nothing is known: that says the rule of the feed.
  if (fedOn === undefined) return [];
  if (rule.of === "OTHERS") {
    const last = lastRecord.get("");
    return last === undefined ? [] : [found("", last, fedOn)];
  }
  const known = [...named].filter(([state]) => !unknown.has(state));
  return known.map(([state, day]) => found(state, lastRecord.get(state) ?? day, fedOn));
}

function backlog(rule: RuleOf<"BACKLOG">, readings: Readings): Finding[] {
  const { named, open, openOn } = readings;
  if (openOn === undefined) return [];
  const before = openOn - rule.olderThanDays;
  return (rule.of === "ALL" ? [""] : [...named.keys()]).flatMap((state) => {
    const ofState = open.filter((one) => one.state === state && one.requests !== 0);
    const older = ofState.filter(({ day }) => day < before);
    const isShare = rule.percent !== undefined;
    const all = sum(ofState.map(({ requests }) => requests ?? 0));
    const count = sum(older.map(({ requests }) => requests ?? 0));
    // What is withheld is one at least: that can only tell that there are enough.
    const isCut = (isShare ? ofState : older).some(({ requests }) => requests === null);
    if (isCut && (isShare || count < rule.count)) return [];
    const percent = all === 0 ? 0 : Math.floor((count * 100) / all);
    const share = sideOf(percent, rule.percent ?? 0);
    const side = weaker(sideOf(count, rule.count), share);
    const value = count < WATCH_LIMITS.countMin ? null : isShare ? percent : count;
    const since = Math.min(openOn, ...older.map(({ day }) => day + rule.olderThanDays + 1));
    const threshold = rule.percent ?? rule.count;
    const unit = isShare ? "PERCENT" : "PIECES";
    const when = openOn === readings.fedOn ? "" : ` on ${dayName(openOn)}`;
    const detail = `older than ${rule.olderThanDays} days${when}`;
    const of = about(rule, state === "" ? "ALL" : "STATE", state);
    return [{ ...of, side, value, threshold, unit, since, detail }];
  });
}

/**
 * What a rule about refusals finds of one day, which may not be over yet: then it may begin
 * something, but ends nothing.
 */
export function refusalsOn(
  day: number,
  rule: RuleOf<"REFUSALS">,
  { open, readings }: { readonly readings: Readings; readonly open: OpenFindings },
): Finding[] {
  const { fedOn, refusals } = readings;
  if (fedOn === undefined) return [];
  const isOver = day < fedOn;
  return [...new Set([...refusals.keys(), ...open.keys()])].toSorted().flatMap((code) => {
    const count = countOn(readings, code, day);
    if (count === undefined) return [];
    const known = open.get(code);
    const threshold = known?.threshold ?? refusalThreshold(day, code, { rule, readings });
    if (threshold === undefined) return [];
    const side = sideOf(count, threshold);
    if (side === "WITHIN" && !isOver) return [];
    const value = count < WATCH_LIMITS.countMin ? null : count;
    const since = known?.since ?? day;
    return [{ ...about(rule, "CODE", code), side, value, threshold, unit: "PIECES", since }];
  });
}

/** Above it a day is no day like others; undefined as long as too few days are known. */
function refusalThreshold(
  day: number,
  code: string,
  given: { readonly rule: RuleOf<"REFUSALS">; readonly readings: Readings },
): number | undefined {
  const { firstDay } = given.readings;
  const { count, deviations, ratio = 0 } = given.rule;
  const first = Math.max(day - WATCH_LIMITS.comparedDays, firstDay ?? day);
  const counts = Array.from({ length: Math.max(0, day - first) }, (_, at) =>
    countOn(given.readings, code, first + at),
  ).filter((one) => one !== undefined);
  const known = counts.length;
  if (known < WATCH_LIMITS.comparedDaysMin) return undefined;
  const mean = sum(counts) / known;
  const variance = sum(counts.map((one) => (one - mean) ** 2)) / known;
  // Of what happens by chance, the variance is the mean: a calm month is no promise.
  const deviation = Math.sqrt(Math.max(variance, mean));
  const usual = Math.max(mean + deviations * deviation, mean * ratio);
  return Math.max(count, Math.floor(usual) + 1);
}

/** Refusals with a code on a day; undefined where that is not known. */
function countOn({ daysKnown, refusals }: Readings, code: string, day: number): number | undefined {
  const count = refusals.get(code)?.get(day);
  if (count !== undefined) return count ?? undefined;
  return daysKnown?.has(day) === false ? undefined : 0;
}

function discrepancies(
  rule: RuleOf<"DISCREPANCY">,
  { discrepancies: days }: Readings,
  open: OpenFindings,
): Finding[] {
  const found = days.map(({ day, firstIndex, lastIndex }): Finding => {
    const isKnown = firstIndex !== undefined && lastIndex !== undefined;
    const detail = isKnown ? `entries ${firstIndex} to ${lastIndex} of the log` : "";
    return { ...discrepancy(rule, dayName(day), day), side: "BEYOND", detail };
  });
  const there = new Set(found.map(({ subject }) => subject));
  const mended = [...open].filter(([subject]) => !there.has(subject));
  return [
    ...found,
    ...mended.map(([subject, { since }]): Finding => {
      return { ...discrepancy(rule, subject, since), side: "WITHIN" };
    }),
  ];
}

function discrepancy(rule: WatchRule, subject: string, since: number) {
  const unit: FindingUnit = "NONE";
  return { ...about(rule, "DAY", subject), value: null, threshold: null, unit, since };
}

function about({ name, rule }: WatchRule, of: FindingAbout, subject: string) {
  return { name, rule, about: of, subject, detail: "" };
}

/** Ends well below where it begins, so that what swings about a threshold is told once. */
function sideOf(value: number, threshold: number): Finding["side"] {
  if (value >= threshold) return "BEYOND";
  return value < threshold * WATCH_LIMITS.endsBelow ? "WITHIN" : "BETWEEN";
}

const SIDES = ["WITHIN", "BETWEEN", "BEYOND"] as const;

function weaker(one: Finding["side"], other: Finding["side"]): Finding["side"] {
  return SIDES[Math.min(SIDES.indexOf(one), SIDES.indexOf(other))] ?? one;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
