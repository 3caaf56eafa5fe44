import type { NamedStates } from "#statistics";
import type { ReleaseCounts, ReleaseTimes } from "../../gateway/store/monitor/release-counts.ts";

/** Pieces by keys with a blank between them, the first of them a State. */
export type Pieces = Record<string, number>;

/** What happened in a period, as a test makes it up. */
export interface MadeUp {
  /** "NE TRACE_REQUEST BJ ROUTINE": from, kind, to, priority. */
  readonly messages: Pieces;
  /** "BJ ESTABLISHED": who answered, and what. */
  readonly answers: Pieces;
  /** "BJ YES": who was asked, and whether it has answered. */
  readonly asked: Pieces;
  /** "BJ": who has acknowledged. */
  readonly acknowledged: Pieces;
}

type Random = () => number;

const pick = (random: Random, all: readonly string[]): string =>
  all[Math.floor(random() ** 1.7 * all.length)] ?? "";

/** Adds made-up events; some States, kinds and outcomes are rarer than others. */
export function addMadeUp(
  into: MadeUp,
  random: Random,
  { members, most, size }: { members: readonly string[]; size: number; most: number },
): void {
  const kinds = ["TRACE_REQUEST", "TRACE_REPLY", "ALERT"];
  const add = (pieces: Pieces, keys: readonly string[]): void => {
    const key = keys.join(" ");
    pieces[key] = (pieces[key] ?? 0) + 1 + Math.floor(random() * most);
  };
  for (let n = 0; n < size; n += 1) {
    const [from, to] = [pick(random, members), pick(random, [...members, "XX", "-"].toReversed())];
    const priority = pick(random, ["ROUTINE", "PRIORITY", "URGENT"]);
    add(into.messages, [from, pick(random, kinds), to, priority]);
    const outcomes = ["ESTABLISHED", "NOT_ESTABLISHED", "REFUSED"];
    add(into.answers, [pick(random, members), pick(random, outcomes)]);
    add(into.asked, [pick(random, members), pick(random, ["YES", "NO"])]);
    if (random() < 0.5) add(into.acknowledged, [pick(random, members)]);
  }
}

export function nothingYet(): MadeUp {
  return { messages: {}, answers: {}, asked: {}, acknowledged: {} };
}

/** Sums pieces by one of their keys, and by the State they are of. */
function byKeyAndState(
  pieces: Pieces,
  at: number,
  isMeant: (keys: readonly string[]) => boolean = () => true,
): Record<string, Record<string, number>> {
  const sums: Record<string, Record<string, number>> = {};
  for (const [name, count] of Object.entries(pieces)) {
    const keys = name.split(" ");
    const [state = "", key = ""] = [keys[0], keys[at]];
    if (!isMeant(keys)) continue;
    const byState = sums[key] ?? {};
    byState[state] = (byState[state] ?? 0) + count;
    sums[key] = byState;
  }
  return sums;
}

/** The same as the store of a gateway counts it. */
export function countsOf({ acknowledged, answers, asked, messages }: MadeUp): ReleaseCounts {
  const times = (measure: string, byState: Readonly<Record<string, number>>): ReleaseTimes => ({
    measure,
    hours: [[10, Object.values(byState).reduce((sum, one) => sum + one, 0)]],
    byState: Object.fromEntries(Object.entries(byState).map(([state, n]) => [state, [[10, n]]])),
  });
  const pairs: Record<string, Record<string, number>> = {};
  for (const [to, byState] of Object.entries(byKeyAndState(messages, 2))) {
    for (const [state, count] of Object.entries(byState)) {
      pairs[state] = { ...pairs[state], [to]: count };
    }
  }
  const within = { KIND: "TRACE_REQUEST" };
  const answering: Record<string, number> = {};
  for (const byState of Object.values(byKeyAndState(answers, 1))) {
    for (const [state, n] of Object.entries(byState))
      answering[state] = (answering[state] ?? 0) + n;
  }
  return {
    tables: [
      {
        ...{ name: "MESSAGES_BY_KIND", measure: "MESSAGES", dimension: "KIND" },
        counts: byKeyAndState(messages, 1),
      },
      {
        ...{ name: "TRACE_REQUESTS_BY_PRIORITY", measure: "MESSAGES", within },
        dimension: "PRIORITY",
        counts: byKeyAndState(messages, 3, ([, kind]) => kind === "TRACE_REQUEST"),
      },
      {
        ...{ name: "TRACE_ANSWERS_BY_OUTCOME", measure: "TRACE_ANSWERS", dimension: "OUTCOME" },
        counts: byKeyAndState(answers, 1),
      },
      {
        ...{ name: "TRACE_REQUESTS_ASKED_BY_ANSWERED", measure: "TRACE_REQUESTS_ASKED" },
        dimension: "ANSWERED",
        counts: byKeyAndState(asked, 1),
      },
    ],
    times: [times("HOURS_TO_ACKNOWLEDGE", acknowledged), times("HOURS_TO_ANSWER", answering)],
    pairs,
    reporting: reportingIn({ answers, messages }),
  };
}

/** States that have sent anything. */
export function reportingIn({ answers, messages }: Pick<MadeUp, "answers" | "messages">): string[] {
  const names = Object.keys({ ...messages, ...answers });
  return [...new Set(names.map((one) => one.split(" ")[0] ?? ""))];
}

/** Who has consented to what; each with the same chance. */
export function anyConsents(
  random: Random,
  members: readonly string[],
  chance: number,
): NamedStates {
  const some = () => members.filter(() => random() < chance);
  return { VOLUMES: some(), OUTCOMES: some(), TIMELINESS: some(), ROUTES: some() };
}
