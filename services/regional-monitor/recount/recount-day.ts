import { DailyCountsShare, PeriodLength } from "#proto";
import { MONITOR_LIMITS, type SqlRow, type Transaction } from "#runtime";
import { type DayDifference, differencesOf, fedOn } from "../ingest/compare-day.ts";
import { CUTS, HOURS_CUTS } from "../ingest/cuts.ts";
import { differingIndices } from "../ingest/day-prints.ts";
import { addEncoded, type Histogram } from "../ingest/histogram.ts";
import { DAY_HOURS, type Period, periodAt } from "../periods.ts";
import { type CountedDay, cellName, emptyDay, recountEvent } from "./count-day.ts";

/** What a day that is looked at again has come to (TP-MON-25). */
export interface RecountedDay {
  readonly day: number;
  readonly events: number;
  readonly differences: readonly DayDifference[];
  /** Places in the log of events that are not what they were; the first of them. */
  readonly altered: readonly number[];
  /** Between which places it differs; undefined: nothing was fed. */
  readonly firstIndex: number | undefined;
  readonly lastIndex: number | undefined;
}

/**
 * Compares a day again with its share, its events with those it was compared with then, and every
 * sum of it with what its events come to; of a month or year that begins on it, the sums with those
 * of their days or months. Reads alone. Undefined: of this day no share is kept.
 */
export async function recountDay(
  tx: Transaction,
  { day }: { readonly day: number },
): Promise<RecountedDay | undefined> {
  const kept = await tx.get<SqlRow & { share: Uint8Array; prints: Uint8Array }>(
    "SELECT share, prints FROM monitor_day_kept WHERE day = ?",
    day,
  );
  if (kept === undefined) return undefined;
  const counted = emptyDay();
  const fed = await fedOn(tx, day, (event, refusal) => {
    if (event !== undefined && refusal === "") recountEvent(counted, event);
  });
  const altered = differingIndices(kept.prints, fed.prints);
  const sums = [
    ...(await daySums(tx, day, counted)),
    ...(await sumsOf(tx, PeriodLength.MONTH, PeriodLength.DAY, day)),
    ...(await sumsOf(tx, PeriodLength.YEAR, PeriodLength.MONTH, day)),
  ];
  const differences = [...differencesOf(DailyCountsShare.decode(kept.share), fed), ...sums];
  return {
    ...{ day, events: fed.events },
    differences: differences.slice(0, MONITOR_LIMITS.differencesMax),
    altered: altered.slice(0, MONITOR_LIMITS.alteredMax),
    firstIndex: altered[0] ?? fed.firstIndex ?? undefined,
    lastIndex: altered.at(-1) ?? fed.lastIndex ?? undefined,
  };
}

const CUT_IDS = CUTS.map(({ id }) => id).join(", ");
const HOURS_IDS = HOURS_CUTS.map(({ id }) => id).join(", ");
/** Actual, Exercise and Test, by their numbers, so that the rows are found by their key. */
const STATUSES = "1, 2, 3";

/** How a difference of a sum begins. */
export const SUM = "SUM";

interface SumRow extends SqlRow {
  cut: number;
  status: number;
  start: number;
  state: string;
  key: string;
  total: number;
}

async function daySums(
  tx: Transaction,
  day: number,
  { cells, hourCells, hours }: CountedDay,
): Promise<DayDifference[]> {
  const [first, end] = [day * DAY_HOURS, (day + 1) * DAY_HOURS];
  const kept = await keptSums(tx, PeriodLength.DAY, { start: first, end: first + 1 });
  const keptHours = await keptSums(tx, PeriodLength.HOUR, { start: first, end });
  const histograms = await keptHistograms(tx, first);
  return [
    ...differ(cells, new Map(kept.map((row) => [nameOf(row), Number(row.total)]))),
    ...differ(
      hourCells,
      new Map(keptHours.map((row) => [`${row.start} ${nameOf(row)}`, Number(row.total)])),
      "hour ",
    ),
    ...[...new Set([...hours.keys(), ...histograms.keys()])].flatMap((name) => {
      return differ(textCounts(name, hours.get(name)), textCounts(name, histograms.get(name)));
    }),
  ];
}

/** Sums of a longer period that begins on this day against those of the shorter ones in it. */
async function sumsOf(
  tx: Transaction,
  length: PeriodLength,
  shorter: PeriodLength,
  day: number,
): Promise<DayDifference[]> {
  const period = periodAt(length, day * DAY_HOURS);
  if (period.start !== day * DAY_HOURS) return [];
  const parts = new Map<string, number>();
  for (const row of await keptSums(tx, shorter, period)) {
    const name = nameOf(row);
    parts.set(name, (parts.get(name) ?? 0) + Number(row.total));
  }
  const whole = await keptSums(tx, length, { start: period.start, end: period.start + 1 });
  const kept = new Map(whole.map((row) => [nameOf(row), Number(row.total)]));
  return differ(parts, kept, length === PeriodLength.MONTH ? "month " : "year ");
}

async function keptSums(tx: Transaction, length: PeriodLength, { end, start }: Period) {
  return await tx.all<SumRow>(
    `SELECT cut, status, start, state, key, sum(value) AS total FROM monitor_cell
     WHERE cut IN (${CUT_IDS}) AND status IN (${STATUSES}) AND length = ?
       AND start >= ? AND start < ?
     GROUP BY cut, status, start, state, key`,
    length,
    start,
    end,
  );
}

async function keptHistograms(tx: Transaction, start: number): Promise<Map<string, Histogram>> {
  const rows = await tx.all<
    SqlRow & { cut: number; status: number; state: string; counts: Uint8Array }
  >(
    `SELECT cut, status, state, counts FROM monitor_histogram
     WHERE cut IN (${HOURS_IDS}) AND status IN (${STATUSES}) AND length = ? AND start = ?`,
    PeriodLength.DAY,
    start,
  );
  const found = new Map<string, Histogram>();
  for (const { counts, cut, state, status } of rows) {
    const name = cellName(cut, status, state, "HOURS");
    const histogram = found.get(name) ?? new Map();
    found.set(name, histogram);
    addEncoded(histogram, counts);
  }
  return found;
}

function nameOf({ cut, key, state, status }: SumRow): string {
  return cellName(cut, status, state, key);
}

/** Counts of a histogram as sums, so that they are compared as such. */
function textCounts(name: string, histogram: Histogram = new Map()): Map<string, number> {
  return new Map([...histogram].map(([hours, count]) => [`${name} ${hours}`, count]));
}

/** What the events come to beside what is kept; `told` is the count of the events. */
function differ(
  counted: ReadonlyMap<string, number>,
  kept: ReadonlyMap<string, number>,
  where = "",
): DayDifference[] {
  return [...new Set([...counted.keys(), ...kept.keys()])]
    .toSorted()
    .map((name) => ({ name, told: counted.get(name) ?? 0, fed: kept.get(name) ?? 0 }))
    .filter(({ fed, told }) => fed !== told)
    .map(({ fed, name, told }) => ({ what: `${SUM} ${where}${name}`, told, fed }));
}
