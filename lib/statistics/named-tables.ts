import type { DisclosurePolicy, NamedAggregation } from "./disclosure.ts";
import type { CountedCell, CountedTable } from "./suppress/tables.ts";

/** Tables of a release that name States, by the consent they need (TP-FEED-15). */
export const NAMED_TABLES = {
  VOLUMES: ["MESSAGES_BY_STATE_AND_KIND"],
  OUTCOMES: ["TRACE_ANSWERS_BY_STATE_AND_OUTCOME"],
  ROUTES: ["MESSAGES_BY_PAIR"],
  TIMELINESS: [
    "TRACE_REQUESTS_ASKED_BY_STATE_AND_ANSWERED",
    "RESPONSE_RATE_BY_STATE",
    "TIMES_OF_HOURS_TO_ACKNOWLEDGE_BY_STATE",
    "MEDIAN_HOURS_TO_ACKNOWLEDGE_BY_STATE",
    "P90_HOURS_TO_ACKNOWLEDGE_BY_STATE",
    "TIMES_OF_HOURS_TO_ANSWER_BY_STATE",
    "MEDIAN_HOURS_TO_ANSWER_BY_STATE",
    "P90_HOURS_TO_ANSWER_BY_STATE",
  ],
} as const;

/** Whom a body sees by name in releases, ISO 3166-1 alpha-2: members, by what they consent to. */
export interface NamedStates extends Readonly<Record<NamedAggregation, readonly string[]>> {
  /** States whose pairs among each other it sees; members or not. */
  readonly ROUTES: readonly string[];
}

/** Of whom the releases of a body tell by name (TP-DISC-4, TP-DISC-5). */
export function namedStates(
  policy: DisclosurePolicy,
  body: string,
  members: readonly string[],
): NamedStates {
  const consenting = (aggregation: NamedAggregation): string[] =>
    members.filter((state) => policy.maySee(body, { about: "STATE", state, aggregation }).isGiven);
  const showsPairs = (state: string): boolean =>
    policy.maySee(body, { about: "PAIR", states: [state, state] }).isGiven;
  return {
    VOLUMES: consenting("VOLUMES"),
    OUTCOMES: consenting("OUTCOMES"),
    TIMELINESS: consenting("TIMELINESS"),
    ROUTES: policy.states.filter(showsPairs),
  };
}

/** Pieces of each State by the key of a dimension; "" of a measure without one. */
export type CountsByKey = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** What a table of named States is made of. */
export interface StateCounts
  extends Pick<
    CountedTable,
    "name" | "measure" | "body" | "members" | "period" | "vintage" | "within"
  > {
  /** What its counts are by, besides States; none: by States alone. */
  readonly dimension: string | undefined;
  readonly counts: CountsByKey;
  /** Members that are named. */
  readonly named: readonly string[];
  /** Members that another table names in their totals. */
  readonly namedElsewhere?: readonly string[];
  /** States with any record, where a State without one has none of these: coverage tells it. */
  readonly reporting?: readonly string[];
}

/**
 * A table with a row for each State that has consented, and with what protects all others: their
 * own counts and the rest of each column, told to nobody (TP-STAT-16). Its totals are those of the
 * sums of the same measure.
 */
export function tableOfStates(from: StateCounts): CountedTable {
  const { counts, dimension, members, named, namedElsewhere = [], reporting } = from;
  const { body, measure, name, period, vintage, within } = from;
  const of = { name, measure, figure: "COUNT", body, members, period, vintage } as const;
  const keyed = dimension === undefined ? {} : counts;
  const total = sumByState(Object.values(counts));
  const isSeen = (state: string): boolean => named.includes(state) && (total[state] ?? 0) > 0;
  // What another table tells to be nothing altogether has no parts.
  const isNone = (state: string): boolean => namedElsewhere.includes(state) && !total[state];
  const areOthersSilent = reporting?.every(isSeen) ?? false;
  const cell = (state: string, key: string, value: number): CountedCell => {
    return { keys: dimension === undefined ? [state] : [state, key], value };
  };
  const columns: [key: string, byState: Readonly<Record<string, number>>][] = [
    ...Object.entries(keyed),
    ["", total],
  ];
  const cells = columns.flatMap(([key, byState]): CountedCell[] => {
    const elsewhere = key === "" ? namedElsewhere : [];
    const shown = [...named, ...elsewhere];
    const rest = pick(byState, (state) => !shown.includes(state));
    const rows = named.map((state) => cell(state, key, byState[state] ?? 0));
    // Of a column without anything, and of States that are silent, it is told that they have none.
    const isNothing = sumOf(byState) === 0 || (sumOf(rest) === 0 && areOthersSilent);
    if (isNothing) return rows;
    const others = members.filter((state) => !named.includes(state) && !isNone(state));
    const restCell = { ...cell(restKeyOf(shown), key, sumOf(rest)), byState: rest };
    return [
      ...rows,
      ...others.map((state): CountedCell => {
        const unnamed = elsewhere.includes(state) ? "ELSEWHERE" : "STATE";
        return { ...cell(state, key, byState[state] ?? 0), unnamed };
      }),
      ...(others.every((state) => elsewhere.includes(state))
        ? []
        : [{ ...restCell, unnamed: "REST" } as const]),
    ];
  });
  const dimensions = dimension === undefined ? ["STATE"] : ["STATE", dimension];
  return { ...of, ...(within && { within }), dimensions, namedBy: "STATE", named, cells };
}

/** What a table of pairs is made of: pieces by the State they came from, and that they went to. */
export interface PairCounts
  extends Pick<CountedTable, "name" | "measure" | "body" | "members" | "period" | "vintage"> {
  readonly pairs: CountsByKey;
  /** States that let their pairs with each other be seen. */
  readonly named: readonly string[];
  readonly pairsMax: number;
}

/**
 * A table of pairs of which both States have consented, from a member to another State; the busiest
 * ones where they are too many. What else a State has sent is the rest of its row (TP-STAT-16).
 */
export function tableOfPairs(from: PairCounts): CountedTable {
  const { body, measure, members, name, named, pairs, pairsMax, period, vintage } = from;
  const shown = named
    .filter((state) => members.includes(state))
    .flatMap((state) => named.filter((to) => to !== state).map((to) => [state, to] as const))
    .map(([state, to]) => ({ state, to, value: pairs[state]?.[to] ?? 0 }))
    .toSorted((one, other) => other.value - one.value)
    .slice(0, pairsMax);
  const rows = [...Map.groupBy(shown, ({ state }) => state)];
  const cells = rows.flatMap(([state, told]): CountedCell[] => {
    const row = pairs[state] ?? {};
    const seen = told.map(({ to }) => to);
    const rest = pick(row, (to) => !seen.includes(to));
    const restCell = { keys: [state, restKeyOf(seen)], value: sumOf(rest), byState: rest };
    return [
      ...told.map(({ to, value }) => ({ keys: [state, to], value })),
      ...Object.entries(rest).map(([to, value]): CountedCell => {
        return { keys: [state, to], value, unnamed: "STATE" };
      }),
      // A State that has sent nothing has sent nothing to anybody.
      ...(sumOf(row) === 0 ? [] : [{ ...restCell, unnamed: "REST" } as const]),
    ];
  });
  const of = { name, measure, figure: "COUNT", body, members, period, vintage } as const;
  // Rows of those that show no pair are not in it: nothing adds up over its columns.
  return { ...of, dimensions: ["STATE", "TO"], namedBy: "TO", sumsOver: ["TO"], named, cells };
}

/** The key of all but these. */
function restKeyOf(states: readonly string[]): string {
  return `~${states.toSorted().join(",")}`;
}

function pick(
  byState: Readonly<Record<string, number>>,
  isMeant: (state: string) => boolean,
): Record<string, number> {
  return Object.fromEntries(
    Object.entries(byState).filter(([state, pieces]) => pieces > 0 && isMeant(state)),
  );
}

function sumOf(byState: Readonly<Record<string, number>>): number {
  return Object.values(byState).reduce((sum, pieces) => sum + pieces, 0);
}

/** Pieces of several keys together, by State. */
export function sumByState(
  parts: readonly Readonly<Record<string, number>>[],
): Record<string, number> {
  const total: Record<string, number> = {};
  for (const byState of parts) {
    for (const [state, pieces] of Object.entries(byState)) {
      total[state] = (total[state] ?? 0) + pieces;
    }
  }
  return total;
}
