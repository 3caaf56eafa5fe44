/**
 * Counts the log of a made-up year by itself: it imports nothing, so that it shares no mistake with
 * what it is compared to. Lines are those of `year-log.ts`.
 */

/** A line of the log, read; a State that does not consent is empty. */
interface Line {
  readonly recordedAtMs: number;
  readonly toldAtMs: number;
  readonly kind: string;
  readonly status: string;
  readonly priority: string;
  readonly from: string;
  readonly to: string;
  readonly move: string;
  readonly outcome: string;
  readonly alertMove: string;
  readonly alertKind: string;
  readonly code: string;
  readonly requestAtMs: number | undefined;
  readonly chain: string;
  readonly tenth: number;
  /** Place in the log of the request it is about. */
  readonly request: string;
  /** Every period it counts in, for whom, and from which day on. */
  readonly places: readonly string[];
}

/** One measure by one dimension; undefined: a line does not count. */
export interface Recounted {
  readonly measure: string;
  readonly dimension: string;
  readonly keyOf: (line: Line) => string | undefined;
}

const isRequest = (line: Line): boolean => line.kind === "TRACE_REQUEST" && line.move === "REQUEST";
const isOneOf =
  (...moves: readonly string[]) =>
  ({ move }: Line): boolean =>
    moves.includes(move);
const ofRequest = (keyOf: (line: Line) => string) => (line: Line) =>
  isRequest(line) ? keyOf(line) : undefined;
const told = (text: string): string | undefined => (text === "" ? undefined : text);

/** What a monitor is to count of events, each by one dimension. */
export const RECOUNTED: readonly Recounted[] = [
  { measure: "MESSAGES", dimension: "KIND", keyOf: ({ kind }) => kind },
  { measure: "MESSAGES", dimension: "PRIORITY", keyOf: ({ priority }) => priority },
  { measure: "MESSAGES", dimension: "TO", keyOf: ({ to }) => to },
  { measure: "TRACE_REQUESTS", dimension: "PRIORITY", keyOf: ofRequest((line) => line.priority) },
  { measure: "TRACE_REQUESTS", dimension: "TO", keyOf: ofRequest((line) => line.to) },
  {
    measure: "TRACE_REQUESTS",
    dimension: "COMPLETENESS",
    keyOf: ofRequest(({ tenth }) => (tenth === 0 ? "NOT_TOLD" : `${(tenth / 10).toFixed(1)}`)),
  },
  { measure: "TRACE_REQUESTS", dimension: "CHAIN_LENGTH", keyOf: ofRequest(({ chain }) => chain) },
  { measure: "TRACE_MOVES", dimension: "MOVE", keyOf: ({ move }) => told(move) },
  { measure: "OUTCOMES", dimension: "OUTCOME", keyOf: ({ outcome }) => told(outcome) },
  {
    measure: "ALERTS",
    dimension: "ALERT_KIND",
    keyOf: ({ alertKind, alertMove }) => (alertMove === "ALERT" ? alertKind : undefined),
  },
  { measure: "ALERT_MOVES", dimension: "ALERT_MOVE", keyOf: ({ alertMove }) => told(alertMove) },
  { measure: "REFUSALS", dimension: "CODE", keyOf: ({ code }) => told(code) },
];

/** Times of which every value is counted. */
export const RECOUNTED_HOURS: readonly {
  readonly measure: string;
  readonly isOf: (line: Line) => boolean;
}[] = [
  { measure: "HOURS_TO_ACKNOWLEDGE", isOf: isOneOf("ACKNOWLEDGEMENT") },
  { measure: "HOURS_TO_ANSWER", isOf: isOneOf("FINAL", "REFERRAL") },
  { measure: "HOURS_TO_REFUSE", isOf: isOneOf("REFUSAL") },
];

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Lengths of periods, by the characters of an instant that name one. */
const LENGTHS = [
  ["HOUR", 13],
  ["DAY", 10],
  ["MONTH", 7],
  ["YEAR", 4],
] as const;

/** What of a log names nobody is not told to a monitor. */
export function readLine(text: string, named: ReadonlySet<string>): Line | undefined {
  const fields = text.split(",");
  const at = (place: number): string => fields[place] ?? "";
  const shown = (state: string): string => (named.has(state) ? state : "");
  const [from, to] = [shown(at(6)), shown(at(7))];
  if (from === "" && to === "") return undefined;
  const when = { recordedAtMs: Number(at(1)), toldAtMs: Number(at(2)), status: at(4), from };
  return {
    ...{ ...when, kind: at(3), places: placesOf(when) },
    ...{ priority: at(5), to, move: at(9), outcome: at(10), alertMove: at(11) },
    ...{ alertKind: at(12), code: at(13), chain: at(15), tenth: Number(at(16)) },
    ...{ requestAtMs: at(14) === "" ? undefined : Number(at(14)), request: at(17) },
  };
}

/**
 * Every period that a line counts in: `status length period state`, then the day from which on it
 * is known. By the hour it counts for all States together alone.
 */
function placesOf(
  line: Pick<Line, "from" | "recordedAtMs" | "status" | "toldAtMs">,
): readonly string[] {
  const { from, recordedAtMs, status, toldAtMs } = line;
  const instant = new Date(recordedAtMs).toISOString();
  const places: string[] = [];
  for (const [length, characters] of LENGTHS) {
    const period = instant.slice(0, characters);
    const known = Math.max(Math.ceil(endOf(period) / DAY_MS), Math.floor(toldAtMs / DAY_MS));
    places.push(`${status} ${length} ${period} * ${known}`);
    if (length !== "HOUR") places.push(`${status} ${length} ${period} ${from} ${known}`);
  }
  return places;
}

/** When the period is over, ms since 1970. */
function endOf(period: string): number {
  const [year = 0, month, day, hour] = period.split(/[-T]/u).map(Number);
  if (month === undefined) return Date.UTC(year + 1, 0);
  if (day === undefined) return Date.UTC(year, month);
  return Date.UTC(year, month - 1, day) + (hour === undefined ? DAY_MS : (hour + 1) * HOUR_MS);
}

/** Counts lines for one measure and dimension: `place key` → how many. */
export class Recount {
  readonly counts = new Map<string, number>();
  readonly of: Recounted;

  constructor(of: Recounted) {
    this.of = of;
  }

  add(line: Line): void {
    if (line.code !== "" && this.of.measure !== "REFUSALS") return;
    const key = this.of.keyOf(line);
    if (key === undefined) return;
    for (const place of line.places) raise(this.counts, `${place} ${key}`);
  }
}

/** Counts hours from requests to moves: `measure place hours` → how many. */
export class HoursRecount {
  readonly counts = new Map<string, number>();

  add(line: Line): void {
    const { code, recordedAtMs, requestAtMs } = line;
    if (code !== "" || requestAtMs === undefined) return;
    for (const { isOf, measure } of RECOUNTED_HOURS) {
      if (!isOf(line)) continue;
      const hours = Math.floor((recordedAtMs - requestAtMs) / HOUR_MS);
      for (const place of line.places) raise(this.counts, `${measure} ${place} ${hours}`);
    }
  }
}

const isEndOfAsked = isOneOf("FINAL", "REFERRAL", "REFUSAL");
const isEndOfAsking = isOneOf("WITHDRAWAL", "CASE_CLOSED");

/**
 * Counts requests without an end, by the day they were made: `OPEN status State day`, and by how
 * many more or fewer they are after each month: `CHANGE status State month day`.
 */
export class OpenRecount {
  readonly counts = new Map<string, number>();
  readonly #ended = new Set<string>();

  add(line: Line): void {
    const { code, from, recordedAtMs, request, requestAtMs, to } = line;
    if (code !== "") return;
    if (isRequest(line)) this.#change(line, to, recordedAtMs, 1);
    const isEnd = isEndOfAsked(line) || isEndOfAsking(line);
    if (!isEnd || requestAtMs === undefined || this.#ended.has(request)) return;
    this.#ended.add(request);
    this.#change(line, isEndOfAsking(line) ? to : from, requestAtMs, -1);
  }

  #change({ recordedAtMs, status }: Line, asked: string, requestAtMs: number, by: number): void {
    const day = Math.floor(requestAtMs / DAY_MS);
    const month = new Date(recordedAtMs).toISOString().slice(0, 7);
    for (const state of ["*", asked]) {
      raise(this.counts, `OPEN ${status} ${state} ${day}`, by);
      raise(this.counts, `CHANGE ${status} ${state} ${month} ${day}`, by);
    }
  }
}

function raise(counts: Map<string, number>, name: string, by = 1): void {
  counts.set(name, (counts.get(name) ?? 0) + by);
}
