import { MONITOR_FEED_LIMITS } from "#runtime";
import {
  type CountedTable,
  type CountsByKey,
  NAMED_TABLES,
  type NamedStates,
  percentileOf,
  sumByState,
  tableOfPairs,
  tableOfStates,
} from "#statistics";
import type { ReleaseCount, ReleaseCounts, ReleaseTimes } from "../store/monitor/release-counts.ts";

/** Of what the tables of a release are. */
export type ReleaseOf = Pick<CountedTable, "body" | "members" | "period" | "vintage">;

type Named = Readonly<Record<"named", readonly string[]>>;

/** Times to answer are as many as answers, and are counted as those. */
const MEASURE_OF_TIMES: Readonly<Record<string, string>> = { HOURS_TO_ANSWER: "TRACE_ANSWERS" };

/** Sums over all members (TP-FEED-10); what they name by consent is no secret of theirs. */
export function tablesOfSums(
  { tables, times }: Pick<ReleaseCounts, "tables" | "times">,
  of: ReleaseOf,
  named: NamedStates,
): CountedTable[] {
  const ofMeasure: Readonly<Record<string, readonly string[]>> = {
    MESSAGES: named.VOLUMES,
    TRACE_ANSWERS: named.OUTCOMES,
    TRACE_REQUESTS_ASKED: named.TIMELINESS,
  };
  return [
    ...tables.map((table) => {
      // What a measure is a part of may be named; how that part is broken down is not.
      const isNamed = table.within === undefined;
      return tableOfSums(table, of, isNamed ? (ofMeasure[table.measure] ?? []) : []);
    }),
    ...times.flatMap((one) => {
      const byState = countsOf(one);
      const keys: readonly string[] = [];
      return tablesOfTimes(one, { ...of, named: named.TIMELINESS }, "", [
        { keys, hours: one.hours, byState },
      ]);
    }),
  ];
}

/** Tables that name States, each by its own consent, and what protects those that are not. */
export function tablesOfNamed(
  { pairs, reporting, tables, times }: ReleaseCounts,
  of: ReleaseOf,
  named: NamedStates,
): CountedTable[] {
  const { OUTCOMES, ROUTES, TIMELINESS, VOLUMES } = named;
  const find = (name: string): ReleaseCount | undefined => tables.find((one) => one.name === name);
  const showsPairs = ROUTES.length > 1 && ROUTES.some((state) => of.members.includes(state));
  const found: CountedTable[] = [];
  const addStates = (
    name: string,
    from: string,
    own: Named & { elsewhere?: readonly string[] },
  ) => {
    const { counts, dimension, measure } = find(from) ?? NO_COUNTS;
    const { elsewhere: namedElsewhere = [] } = own;
    const states = { ...of, ...own, namedElsewhere, reporting };
    found.push(tableOfStates({ ...states, name, measure, dimension, counts }));
  };
  // Rows of pairs add up to what each State has sent, also where that is not shown.
  if (VOLUMES.length > 0 || showsPairs) {
    addStates(NAMED_TABLES.VOLUMES[0], "MESSAGES_BY_KIND", { named: VOLUMES });
  }
  if (OUTCOMES.length > 0) {
    const elsewhere = TIMELINESS.filter((state) => !OUTCOMES.includes(state));
    const own = { named: OUTCOMES, elsewhere };
    addStates(NAMED_TABLES.OUTCOMES[0], "TRACE_ANSWERS_BY_OUTCOME", own);
  }
  if (showsPairs) {
    const { pairsMax } = MONITOR_FEED_LIMITS;
    const table = { name: NAMED_TABLES.ROUTES[0], measure: "MESSAGES", pairs, pairsMax };
    found.push(tableOfPairs({ ...of, ...table, named: ROUTES }));
  }
  if (TIMELINESS.length > 0) {
    const asked = find("TRACE_REQUESTS_ASKED_BY_ANSWERED");
    if (asked !== undefined) {
      const { counts, dimension, measure } = asked;
      const [name] = NAMED_TABLES.TIMELINESS;
      const own = { name, measure, dimension, counts, named: TIMELINESS };
      found.push(tableOfStates({ ...of, ...own }));
    }
    found.push(...times.flatMap((one) => timesOfStates(one, of, named)));
  }
  return found;
}

const NO_COUNTS: Pick<ReleaseCount, "counts" | "dimension" | "measure"> = {
  ...{ counts: {}, dimension: "", measure: "" },
};

function timesOfStates(
  one: ReleaseTimes,
  of: ReleaseOf,
  { OUTCOMES, TIMELINESS: named }: NamedStates,
): CountedTable[] {
  const measure = MEASURE_OF_TIMES[one.measure] ?? one.measure;
  const namedElsewhere =
    measure === "TRACE_ANSWERS" ? OUTCOMES.filter((state) => !named.includes(state)) : [];
  const name = `TIMES_OF_${one.measure}_BY_STATE`;
  const counts = tableOfStates({
    ...{ ...of, name, measure, dimension: undefined, counts: { "": countsOf(one) } },
    ...{ named, namedElsewhere },
  });
  const rows = named.map((state) => ({ keys: [state], hours: one.byState[state] ?? [] }));
  const [, ...quantiles] = tablesOfTimes(one, { ...of, named }, "_BY_STATE", rows);
  return [counts, ...quantiles];
}

function tableOfSums(
  { counts, dimension, measure, name, within }: ReleaseCount,
  of: ReleaseOf,
  named: readonly string[],
): CountedTable {
  const cell = (key: string, byState: CountsByKey[string]) => {
    return { keys: [key], value: sumOf(byState), byState };
  };
  return {
    ...{ ...of, name, measure, named, figure: "COUNT", dimensions: [dimension] },
    ...(within && { within }),
    cells: [
      ...Object.entries(counts).map(([key, byState]) => cell(key, byState)),
      cell("", sumByState(Object.values(counts))),
    ],
  };
}

/** How many times there are, and their median and 90th percentile, exact by whole hour. */
function tablesOfTimes(
  one: Pick<ReleaseTimes, "measure">,
  of: ReleaseOf & Named,
  suffix: "" | "_BY_STATE",
  rows: readonly {
    readonly keys: readonly string[];
    readonly hours: ReleaseTimes["hours"];
    readonly byState?: CountsByKey[string];
  }[],
): CountedTable[] {
  const measure = MEASURE_OF_TIMES[one.measure] ?? one.measure;
  const dimensions = suffix === "" ? [] : ["STATE"];
  const quantile = (name: string, percent: number): CountedTable => ({
    ...{ ...of, name: `${name}_${one.measure}${suffix}`, measure, figure: "QUANTILE", dimensions },
    cells: rows.map(({ hours, keys, ...more }) => {
      return { ...more, keys, value: percentileOf(hours, percent) ?? null, of: timesIn(hours) };
    }),
  });
  return [
    {
      ...{ ...of, name: `TIMES_OF_${one.measure}${suffix}`, measure, figure: "COUNT", dimensions },
      cells: rows.map(({ hours, ...more }) => ({ ...more, value: timesIn(hours) })),
    },
    quantile("MEDIAN", 50),
    quantile("P90", 90),
  ];
}

function countsOf({ byState }: ReleaseTimes): Record<string, number> {
  return Object.fromEntries(
    Object.entries(byState).map(([state, hours]) => [state, timesIn(hours)]),
  );
}

function timesIn(hours: ReleaseTimes["hours"]): number {
  return hours.reduce((sum, [, records]) => sum + records, 0);
}

function sumOf(byState: CountsByKey[string] = {}): number {
  return Object.values(byState).reduce((sum, pieces) => sum + pieces, 0);
}
