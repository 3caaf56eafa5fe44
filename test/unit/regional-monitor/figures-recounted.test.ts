import { afterAll, beforeAll, expect, inject, test } from "vitest";
import {
  AlertKind,
  AlertMove,
  ExchangeStatus,
  Kind,
  type MonitorEvent,
  OutcomeClass,
  Priority,
  RefusalCode,
  TraceMove,
} from "#proto";
import { regionOf } from "#reference";
import type { Figure } from "#statistics";
import type { AskedFigures } from "../../../services/regional-monitor/figures/figure-question.ts";
import { queryFigures } from "../../../services/regional-monitor/figures/query-figures.ts";
import { MadeFeed } from "../../support/made-feed.ts";
import { madeUpCases } from "../../support/made-up-cases.ts";
import { MemoryMonitor } from "../../support/memory-monitor.ts";
import { randomFrom } from "../../support/seeded-random.ts";

/**
 * Every figure of events is recounted here from the events one by one, by rules that are written
 * anew: sums of the store are never looked at.
 */

const SEED = inject("seed");
const HOUR_MS = 3_600_000;
const NOW_MS = Date.parse("2026-12-10T12:00:00Z");
const LENGTHS = { HOUR: 13, DAY: 10, MONTH: 7, YEAR: 4 } as const;
type Length = keyof typeof LENGTHS;

/** An event, and the day on which it was told. */
interface Told {
  readonly event: MonitorEvent;
  readonly toldMs: number;
}

const told: Told[] = [];
let monitor: MemoryMonitor;

/** Messages of sixty events; a tenth of the events is told weeks late, and all of it twice. */
beforeAll(async () => {
  const random = randomFrom(SEED);
  for (const event of madeUpCases(300, "2026-03-01T00:00:00Z", SEED)) {
    const late = random() < 0.1 ? Math.floor(random() * 40 * 24) : 0;
    const toldMs = Math.min((event.recordedHour + 1 + late) * HOUR_MS, NOW_MS);
    told.push({ event, toldMs });
  }
  told.sort((one, other) => one.toldMs - other.toldMs);
  monitor = new MemoryMonitor(NOW_MS, { NE: { since: "2000-01-01" }, NG: { since: "2000-01-01" } });
  const feed = new MadeFeed();
  // Told together, all are told on the day of the last.
  for (let at = 0; at < told.length; at += 60) {
    const some = told.slice(at, at + 60);
    const toldMs = some.at(-1)?.toldMs ?? 0;
    for (const [n, one] of some.entries()) told[at + n] = { ...one, toldMs };
    const bytes = feed.events(
      some.map(({ event }) => event),
      toldMs,
    );
    expect(await monitor.take(bytes)).toMatchObject({ type: "taken", refused: 0 });
    expect(await monitor.take(bytes)).toMatchObject({ type: "known" });
  }

  await monitor.take(feed.events([], NOW_MS));
});

afterAll(() => monitor.close());

type Names = Readonly<Record<string, number>>;
const nameIn = (names: Names, value: number): string =>
  Object.keys(names).find((name) => names[name] === value) ?? "";
const isTaken = ({ code }: MonitorEvent) => code === 0;
const isRequest = (event: MonitorEvent) =>
  isTaken(event) && event.kind === Kind.TRACE_REQUEST && event.move === TraceMove.REQUEST;
const isOutcome = (event: MonitorEvent) =>
  isTaken(event) &&
  [TraceMove.FINAL, TraceMove.REFERRAL, TraceMove.REFUSAL].includes(event.move as never);
const party = (state: string): string => state || "NOT_NAMED";
const area = (state: string): string => regionOf(state) ?? "NOT_NAMED";

/** What is counted, and what it is broken down by. */
const MEASURES: Readonly<
  Record<
    string,
    {
      readonly holds: (event: MonitorEvent) => boolean;
      readonly by: Readonly<Record<string, (event: MonitorEvent) => string>>;
    }
  >
> = {
  MESSAGES: {
    holds: isTaken,
    by: {
      KIND: ({ kind }) => nameIn(Kind, kind),
      PRIORITY: ({ priority }) => nameIn(Priority, priority),
      TO: ({ toState }) => party(toState),
      TO_REGION: ({ toState }) => area(toState),
    },
  },
  TRACE_REQUESTS: {
    holds: isRequest,
    by: {
      PRIORITY: ({ priority }) => nameIn(Priority, priority),
      TO: ({ toState }) => party(toState),
      COMPLETENESS: ({ completenessTenth: tenth }) =>
        tenth === 0 ? "NOT_TOLD" : (tenth / 10).toFixed(1),
      CHAIN_LENGTH: ({ chainLength }) => String(chainLength),
    },
  },
  TRACE_MOVES: {
    holds: (event) => isTaken(event) && event.move !== 0,
    by: { MOVE: ({ move }) => nameIn(TraceMove, move) },
  },
  OUTCOMES: {
    holds: isOutcome,
    by: { OUTCOME: ({ outcomeClass }) => nameIn(OutcomeClass, outcomeClass) },
  },
  REFUSALS: {
    holds: (event) => !isTaken(event),
    by: { CODE: ({ code }) => nameIn(RefusalCode, code) },
  },
  ALERTS: {
    holds: ({ alertMove }) => alertMove === AlertMove.ALERT,
    by: { ALERT_KIND: ({ alertKind }) => nameIn(AlertKind, alertKind) },
  },
  ALERT_MOVES: {
    holds: ({ alertMove }) => alertMove !== 0,
    by: { ALERT_MOVE: ({ alertMove }) => nameIn(AlertMove, alertMove) },
  },
};
const SENDER: Readonly<Record<string, (event: MonitorEvent) => string>> = {
  STATE: ({ fromState }) => party(fromState),
  REGION: ({ fromState }) => area(fromState),
};

const periodOf = (length: Length, hour: number): string =>
  new Date(hour * HOUR_MS).toISOString().slice(0, LENGTHS[length]);

/** Period and parts → count, of what is not zero. */
function recount(
  events: readonly MonitorEvent[],
  asked: AskedFigures,
  keys: Readonly<Record<string, (event: MonitorEvent) => string>>,
): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const event of events) {
    const period = periodOf(asked.length ?? "MONTH", event.recordedHour);
    if (period < (asked.from ?? "") || period > (asked.to ?? "9")) continue;
    if (!MEASURES[asked.measure]?.holds(event)) continue;
    const parts = (asked.by ?? "").split(",").filter((name) => name !== "");
    const key = [period, ...parts.map((name) => keys[name]?.(event))].join(" ");
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

const partsOf = ({ by, period }: Figure): string => [period, ...Object.values(by)].join(" ");

async function answered(asked: AskedFigures): Promise<Record<string, number>> {
  const figures = await queryFigures(monitor.deps, asked);
  const shown = figures.filter(({ value }) => value !== null && value !== 0);
  return Object.fromEntries(shown.map((one) => [partsOf(one), one.value ?? 0]));
}

const ofStatus = (name: keyof typeof ExchangeStatus): MonitorEvent[] =>
  told.map(({ event }) => event).filter(({ status }) => status === ExchangeStatus[name]);

const STATUSES = ["ACTUAL", "EXERCISE", "TEST"] as const;
const RANGES: readonly Pick<AskedFigures, "length" | "from" | "to">[] = [
  { length: "YEAR", from: "2026", to: "2026" },
  { length: "MONTH", from: "2026-03", to: "2026-12" },
  { length: "DAY", from: "2026-05-01", to: "2026-05-31" },
  { length: "HOUR", from: "2026-05-03T00", to: "2026-05-09T23" },
];

test.each(Object.keys(MEASURES))(
  "%s is what its events come to, in every period, by everything, each status apart (TP-MON-6, TP-MON-12, TP-MON-13)",
  async (measure) => {
    const dimensions = MEASURES[measure]?.by ?? {};
    const keys = { ...dimensions, ...SENDER };
    let compared = 0;
    for (const range of RANGES) {
      for (const other of ["", ...Object.keys(dimensions)]) {
        for (const sender of range.length === "HOUR" ? [""] : ["", ...Object.keys(SENDER)]) {
          for (const status of range.length === "YEAR" ? STATUSES : STATUSES.slice(0, 1)) {
            const by = [sender, other].filter((name) => name !== "").join(",");
            const asked = { measure, by, status, ...range };
            const counted = recount(ofStatus(status), asked, keys);
            expect(await answered(asked), `${by} ${range.length} ${status}`).toEqual(counted);
            compared += Object.keys(counted).length;
          }
        }
      }
    }
    expect(compared).toBeGreaterThan(20);
  },
);

test.each([
  ["HOURS_TO_ACKNOWLEDGE", [TraceMove.ACKNOWLEDGEMENT]],
  ["HOURS_TO_ANSWER", [TraceMove.FINAL, TraceMove.REFERRAL]],
  ["HOURS_TO_REFUSE", [TraceMove.REFUSAL]],
] as const)("%s has the median and nine in ten of its hours (TP-MON-8)", async (measure, moves) => {
  for (const length of ["DAY", "MONTH", "YEAR"] as const) {
    for (const sender of ["", "STATE", "REGION"]) {
      const range = RANGES.find((one) => one.length === length);
      const hours = new Map<string, number[]>();
      for (const event of ofStatus("ACTUAL")) {
        const period = periodOf(length, event.recordedHour);
        if (period < (range?.from ?? "") || period > (range?.to ?? "")) continue;
        if (!(moves as readonly TraceMove[]).includes(event.move)) continue;
        const key = [period, ...(sender === "" ? [] : [SENDER[sender]?.(event)])].join(" ");
        hours.set(key, [...(hours.get(key) ?? []), event.hoursSinceRequest ?? 0]);
      }
      const expected = Object.fromEntries(
        [...hours].flatMap(([key, all]) => {
          const sorted = all.toSorted((one, other) => one - other);
          const at = (share: number) => sorted[Math.ceil(sorted.length * share) - 1] ?? 0;
          return [[`${key} MEDIAN`, at(0.5)] as const, [`${key} P90`, at(0.9)] as const];
        }),
      );
      const figures = await queryFigures(monitor.deps, { measure, by: sender, ...range });
      const shown = figures.filter(({ value }) => value !== null);
      expect(Object.fromEntries(shown.map((one) => [partsOf(one), one.value]))).toEqual(expected);
      expect(shown.length).toBeGreaterThan(1);
    }
  }
});

test("as of a day a month is what was told by then, late events later (TP-MON-7, TP-MON-13)", async () => {
  const answers = new Map<string, Set<string>>();
  for (const asOf of ["2026-04-15", "2026-06-02", "2026-08-01", "2026-12-10"]) {
    const untilMs = Date.parse(asOf) + 24 * HOUR_MS;
    const known = told
      .filter(({ event, toldMs }) => toldMs < untilMs && event.status === ExchangeStatus.ACTUAL)
      .map(({ event }) => event);
    // Periods that were over on that day; in one that ran nothing is told.
    const over = known.filter(
      ({ recordedHour }) => periodOf("MONTH", recordedHour) < asOf.slice(0, 7),
    );
    const asked = { measure: "MESSAGES", by: "STATE", from: "2026-03", to: "2026-10", asOf };
    const counted = recount(over, asked, SENDER);
    expect(await answered(asked)).toEqual(counted);
    for (const month of new Set(Object.keys(counted).map((key) => key.slice(0, 7)))) {
      const own = Object.entries(counted).filter(([key]) => key.startsWith(month));
      const earlier = answers.get(month) ?? new Set<string>();
      answers.set(month, earlier.add(JSON.stringify(own.toSorted())));
    }
  }
  // Some month was told otherwise later.
  expect([...answers.values()].some(({ size }) => size > 1)).toBe(true);
});

test("what was open at the end of each month is what had not ended by then (TP-MON-16)", async () => {
  const events = ofStatus("ACTUAL");
  const asked = { measure: "OPEN_REQUESTS", by: "STATE", from: "2026-03", to: "2026-09" };
  const counts: Record<string, number> = {};
  const overdue: Record<string, number> = {};
  for (let month = 2; month <= 8; month += 1) {
    const end = Date.UTC(2026, month + 1) / HOUR_MS;
    const raise = (event: MonitorEvent, state: string, opened: number, by: number): void => {
      if (!isTaken(event) || event.recordedHour >= end) return;
      const period = periodOf("MONTH", end - 1);
      const key = `${period} ${party(state)}`;
      counts[key] = (counts[key] ?? 0) + by;
      const days = Math.floor((end - 1) / 24) - Math.floor(opened / 24);
      if (days > 30) overdue[period] = (overdue[period] ?? 0) + by;
    };
    for (const event of events) {
      if (isRequest(event)) raise(event, event.toState, event.recordedHour, 1);
      if (event.endedRequestHour === 0) continue;
      const isBack = event.move === TraceMove.WITHDRAWAL;
      raise(event, isBack ? event.toState : event.fromState, event.endedRequestHour, -1);
    }
  }
  const some = (all: Record<string, number>) =>
    Object.fromEntries(Object.entries(all).filter(([, value]) => value !== 0));
  expect(await answered(asked)).toEqual(some(counts));
  expect(await answered({ ...asked, measure: "OVERDUE_REQUESTS", by: "" })).toEqual(some(overdue));
});

test("coverage beside a figure is who had a record, and in how many months (TP-MON-14)", async () => {
  const events = ofStatus("ACTUAL").filter(isTaken);
  for (const range of RANGES.slice(0, 3)) {
    const figures = await queryFigures(monitor.deps, { measure: "MESSAGES", ...range });
    for (const { coverage, period } of figures) {
      const own = events.filter(({ recordedHour }) => {
        return periodOf(range.length ?? "MONTH", recordedHour) === period;
      });
      const named = own.filter(({ fromState }) => fromState !== "");
      expect(coverage.statesReporting, period).toBe(
        new Set(named.map((one) => one.fromState)).size,
      );
      const months = new Set(named.map(({ recordedHour }) => periodOf("MONTH", recordedHour)));
      expect([coverage.statesExpected, coverage.monthsReporting]).toEqual([2, months.size]);
    }
  }
});
