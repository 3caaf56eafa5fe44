import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  CellStatus,
  ExchangeStatus,
  IndicatorLedger,
  Kind,
  PeriodLength,
  StatisticsRelease,
  type StatisticsTable,
  TraceMove,
} from "#proto";
import { encodeMessage } from "#wire";
import { coverageOf } from "../../../services/regional-monitor/figures/coverage.ts";
import { queryFigures } from "../../../services/regional-monitor/figures/query-figures.ts";
import { hourAt, MadeFeed, monitorEvent } from "../../support/made-feed.ts";
import { MemoryMonitor } from "../../support/memory-monitor.ts";
import { signedLedger } from "../../support/signed-ledger.ts";

/** What a monitor tells (TP-MON-13 to TP-MON-17). */

const MEMBERS = {
  NE: { since: "2000-01-01", until: "2026-09-15" },
  NG: { since: "2000-01-01" },
};
let monitor: MemoryMonitor;
let feed: MadeFeed;
let index = 0n;

beforeEach(() => {
  monitor = new MemoryMonitor(Date.parse("2026-10-20T12:00:00Z"), MEMBERS);
  feed = new MadeFeed();
  index = 0n;
});

afterEach(() => monitor.close());

type Change = Partial<Parameters<typeof monitorEvent>[0]>;

/** An event of an hour. */
function at(instant: string, change: Change = {}) {
  index += 1n;
  return monitorEvent({ logIndex: index, recordedHour: hourAt(instant), ...change });
}

async function fed(madeAt: string, ...events: ReturnType<typeof at>[]) {
  expect(await monitor.take(feed.events(events, madeAt))).toMatchObject({ refused: 0 });
}

const ask = (measure: string, more: object = {}) =>
  queryFigures(monitor.deps, { measure, ...more });

/** Period, what it is broken down by, value and status. */
async function told(measure: string, more: object = {}) {
  const figures = await ask(measure, more);
  return figures.map(({ by, period, status, value }) =>
    [period, ...Object.values(by), value ?? "-", status].join(" "),
  );
}

const answer = (hours: number, change: Change = {}): Change => ({
  ...{ kind: Kind.TRACE_REPLY, move: TraceMove.FINAL, fromState: "AT", toState: "NE" },
  hoursSinceRequest: hours,
  ...change,
});

const ALL = { from: "2026-07", to: "2026-11" };

describe("figures of events (TP-MON-13, TP-MON-14)", () => {
  test("are zero where it was fed, missing where it was not, provisional while a period runs", async () => {
    await fed("2026-10-20T11:00:00Z", at("2026-08-02T10:00:00Z"), at("2026-10-02T10:00:00Z"));
    expect(await told("TRACE_REQUESTS", ALL)).toEqual([
      "2026-07 - M",
      "2026-08 1 A",
      "2026-09 0 A",
      "2026-10 1 P",
      "2026-11 - M",
    ]);
    const [, august] = await ask("TRACE_REQUESTS", ALL);
    expect(august?.coverage).toEqual({
      ...{ statesExpected: 2, statesReporting: 1, monthsExpected: 1, monthsReporting: 1 },
    });
    const year = { length: "YEAR", from: "2026", to: "2026" };
    const [whole] = await ask("TRACE_REQUESTS", year);
    expect(whole).toMatchObject({
      value: 2,
      coverage: { monthsExpected: 12, monthsReporting: 2 },
    });
    const { deps } = monitor;
    expect(await coverageOf(deps, { from: "2026-09", to: "2026-09" })).toMatchObject([
      { period: "2026-09", statesExpected: 1, statesReporting: 0, monthsReporting: 0 },
    ]);
  });

  test("are broken down by State and another dimension, by day and by hour", async () => {
    await fed(
      "2026-10-20T11:00:00Z",
      at("2026-10-02T10:00:00Z"),
      at("2026-10-02T11:00:00Z", { fromState: "NG", priority: 3 }),
    );
    const day = { length: "DAY", from: "2026-10-02", to: "2026-10-02" };
    expect(await told("TRACE_REQUESTS", { ...day, by: "STATE,PRIORITY" })).toEqual([
      "2026-10-02 NE ROUTINE 1 A",
      "2026-10-02 NG URGENT 1 A",
    ]);
    expect(await told("MESSAGES", { ...day, by: "TO", state: "NG" })).toEqual([
      "2026-10-02 AT 1 A",
    ]);
    const hours = { length: "HOUR", from: "2026-10-02T09", to: "2026-10-02T10" };
    expect(await told("TRACE_REQUESTS", hours)).toEqual(["2026-10-02T09 - M", "2026-10-02T10 1 A"]);
    await expect(ask("MESSAGES", { ...hours, by: "STATE" })).rejects.toThrow("are wrong");
    await expect(ask("MESSAGES", { by: "CALIBER" })).rejects.toThrow("are wrong");
    await expect(ask("MESSAGES", { from: "2026-13" })).rejects.toThrow("are wrong");
  });

  test("say as of a day what was known then, of periods that were over", async () => {
    await fed("2026-08-31T12:00:00Z", at("2026-08-02T10:00:00Z"));
    await fed("2026-09-10T12:00:00Z", at("2026-08-03T10:00:00Z"));
    const month = { from: "2026-08", to: "2026-08" };
    const on = async (asOf: string) => {
      const [figure] = await ask("TRACE_REQUESTS", { ...month, asOf });
      return figure?.value;
    };
    expect([await on("2026-09-05"), await on("2026-09-10")]).toEqual([1, 2]);
    const [now] = await ask("TRACE_REQUESTS", month);
    expect([now?.value, now?.vintage]).toEqual([2, "2026-09-10"]);
    // On that day the month was not over.
    const [running] = await ask("TRACE_REQUESTS", { ...month, asOf: "2026-08-20" });
    expect([running?.value, running?.status]).toEqual([null, "M"]);
  });

  test("have medians and nine in ten of whole hours, of a year as of its events (TP-MON-8)", async () => {
    const hours = [1, 2, 3, 40, 500];
    const month = (n: number) => `2026-0${(n % 2) + 8}-09T10:00:00Z`;
    await fed("2026-10-20T11:00:00Z", ...hours.map((one, n) => at(month(n), answer(one))));
    const year = { length: "YEAR", from: "2026", to: "2026", by: "STATE" };
    expect(await told("HOURS_TO_ANSWER", year)).toEqual([
      "2026 AT MEDIAN 3 P",
      "2026 AT P90 500 P",
    ]);
    expect(await told("HOURS_TO_ANSWER", { from: "2026-08", to: "2026-09" })).toEqual([
      "2026-08 MEDIAN 3 A",
      "2026-08 P90 500 A",
      "2026-09 MEDIAN 2 A",
      "2026-09 P90 40 A",
    ]);
  });

  test("of Exercise are told where they are asked for, and nowhere else (TP-MON-12)", async () => {
    const exercise = { status: ExchangeStatus.EXERCISE };
    await fed("2026-10-20T11:00:00Z", at("2026-10-02T10:00:00Z", exercise));
    const month = { from: "2026-10", to: "2026-10" };
    expect(await told("TRACE_REQUESTS", month)).toEqual(["2026-10 0 P"]);
    expect(await told("TRACE_REQUESTS", { ...month, status: "EXERCISE" })).toEqual(["2026-10 1 P"]);
  });
});

test("a series has its members of each period with the break marked, or those of one day (TP-MON-15)", async () => {
  await fed(
    "2026-10-20T11:00:00Z",
    ...["2026-08-02T10:00:00Z", "2026-09-02T10:00:00Z"].flatMap((when) => [
      at(when, { fromState: "NE" }),
      at(when, { fromState: "NG" }),
      at(when, { fromState: "FR" }),
    ]),
  );
  const range = { from: "2026-08", to: "2026-09" };
  expect(await told("TRACE_REQUESTS", range)).toEqual(["2026-08 3 A", "2026-09 3 A"]);
  expect(await told("TRACE_REQUESTS", { ...range, members: "CURRENT" })).toEqual([
    "2026-08 2 A",
    "2026-09 1 B",
  ]);
  const fixed = { ...range, members: "FIXED", membersOn: "2026-01-01" };
  expect(await told("TRACE_REQUESTS", fixed)).toEqual(["2026-08 2 A", "2026-09 2 A"]);
});

describe("requests that are open (TP-MON-16)", () => {
  const ended = (instant: string, change: Change = {}) =>
    answer(24, { endedRequestHour: hourAt(instant), ...change });

  test("have an age, and are overdue after the days asked for, now and at the end of a month", async () => {
    await fed(
      "2026-10-20T11:00:00Z",
      at("2026-08-01T10:00:00Z"),
      at("2026-10-10T10:00:00Z"),
      at("2026-10-19T10:00:00Z"),
      at("2026-10-20T10:00:00Z", ended("2026-10-19T10:00:00Z")),
      at("2026-09-01T10:00:00Z"),
      at("2026-10-02T10:00:00Z", ended("2026-09-01T10:00:00Z")),
    );
    const range = { from: "2026-07", to: "2026-10" };
    expect(await told("OPEN_REQUESTS", range)).toEqual([
      "2026-07 - M",
      "2026-08 1 A",
      "2026-09 2 A",
      "2026-10 2 P",
    ]);
    const now = { from: "2026-10", to: "2026-10" };
    expect(await told("OPEN_REQUESTS", { ...now, by: "AGE" })).toEqual([
      "2026-10 BELOW_1_DAY 0 P",
      "2026-10 1_TO_6_DAYS 0 P",
      "2026-10 7_TO_29_DAYS 1 P",
      "2026-10 30_TO_59_DAYS 0 P",
      "2026-10 60_TO_89_DAYS 1 P",
      "2026-10 90_DAYS_OR_MORE 0 P",
    ]);
    expect(await told("OPEN_REQUESTS", { ...now, by: "STATE" })).toEqual(["2026-10 AT 2 P"]);
    expect(await told("OVERDUE_REQUESTS", now)).toEqual(["2026-10 1 P"]);
    expect(await told("OVERDUE_REQUESTS", { ...now, overdueDays: 5 })).toEqual(["2026-10 2 P"]);
    await expect(ask("OPEN_REQUESTS", { asOf: "2026-10-01" })).rejects.toThrow("are wrong");
    await expect(ask("OPEN_REQUESTS", { length: "DAY" })).rejects.toThrow("are wrong");
  });

  test("end once: reopened and answered again nothing more is ended, and a withdrawal ends too", async () => {
    const [first, second] = ["2026-10-01T10:00:00Z", "2026-10-02T10:00:00Z"];
    await fed(
      "2026-10-20T11:00:00Z",
      at(first),
      at(second),
      at(second),
      at("2026-10-03T10:00:00Z", ended(first)),
      // The same case again: the gateway names no request that it ends.
      at("2026-10-09T10:00:00Z", answer(192)),
      at("2026-10-09T10:00:00Z", {
        ...{ kind: Kind.TRACE_FOLLOW_UP, move: TraceMove.WITHDRAWAL },
        endedRequestHour: hourAt(second),
      }),
    );
    const now = { from: "2026-10", to: "2026-10", by: "STATE" };
    expect(await told("OPEN_REQUESTS", now)).toEqual(["2026-10 AT 1 P"]);
  });
});

test("each body has its own releases, and is asked about by its code (TP-MON-9, TP-MON-21)", async () => {
  const both = new MemoryMonitor(monitor.nowMs, {}, ["RECSA"]);
  const chain = new MadeFeed();
  for (const [body, value] of [
    ["ECOWAS", 30],
    ["RECSA", 50],
  ] as const) {
    const release = StatisticsRelease.create({
      ...{ body, length: PeriodLength.MONTH, period: "2026-09", vintage: 1, threshold: 5 },
      ...{ releasedOn: "2026-10-03", status: ExchangeStatus.ACTUAL },
      tables: [
        {
          ...{ name: "MESSAGES_BY_KIND", dimensions: ["KIND"] },
          cells: [{ keys: [""], status: CellStatus.PUBLISHED, value }],
        },
      ],
    });
    const offered = chain.add({ $case: "release", value: release }, "2026-10-03T02:00:00Z");
    expect(await both.take(offered)).toMatchObject({ type: "taken" });
  }
  const of = { measure: "MESSAGES", basis: "RELEASES", from: "2026-09", to: "2026-09" } as const;
  const valuesOf = async (body?: string) => {
    const figures = await queryFigures(both.deps, body === undefined ? of : { ...of, body });
    return figures.map(({ value }) => value);
  };
  expect(await valuesOf()).toEqual([30]);
  expect(await valuesOf("ECOWAS")).toEqual([30]);
  expect(await valuesOf("RECSA")).toEqual([50]);
  const refused = [{ field: "body", rule: expect.stringContaining("ECOWAS, RECSA") }];
  await expect(valuesOf("OAS")).rejects.toMatchObject({ fields: refused });
  both.close();
});

test("a release is told as it was made safe: withheld is not zero (TP-MON-17)", async () => {
  const value = StatisticsRelease.create({
    ...{ body: "ECOWAS", length: PeriodLength.MONTH, period: "2026-09", vintage: 1, threshold: 5 },
    ...{ releasedOn: "2026-10-03", status: ExchangeStatus.ACTUAL, statesExpected: 15 },
    tables: [
      {
        name: "TRACE_REQUESTS_BY_PRIORITY",
        dimensions: ["PRIORITY"],
        cells: [
          { keys: [""], status: CellStatus.PUBLISHED, value: 30 },
          { keys: ["ROUTINE"], status: CellStatus.SECONDARY, value: 0 },
          { keys: ["URGENT"], status: CellStatus.PRIMARY, value: 0 },
        ],
      },
      {
        ...{ name: "MEDIAN_HOURS_TO_ANSWER", dimensions: [] },
        cells: [{ keys: [], status: CellStatus.PUBLISHED, value: 31 }],
      },
    ],
  });
  await monitor.take(feed.add({ $case: "release", value }, "2026-10-03T02:00:00Z"));
  const figures = await ask("TRACE_REQUESTS", {
    ...{ basis: "RELEASES", by: "PRIORITY", from: "2026-09", to: "2026-09" },
  });
  expect(
    figures.map(({ by, confidentiality, value: told }) => [by, told, confidentiality]),
  ).toEqual([
    [{ PRIORITY: "ROUTINE" }, null, "D"],
    [{ PRIORITY: "URGENT" }, null, "C"],
  ]);
  const range = { basis: "RELEASES", from: "2026-08", to: "2026-09" };
  const [missing, total] = await ask("TRACE_REQUESTS", range);
  expect(missing).toMatchObject({ period: "2026-08", value: null, status: "M" });
  expect(total).toMatchObject({
    value: 30,
    vintage: "2026-10-03",
    coverage: { statesExpected: 15 },
  });
  const times = await ask("HOURS_TO_ANSWER", { ...range, from: "2026-09" });
  expect(times).toMatchObject([{ by: { STATISTIC: "MEDIAN" }, value: 31, unit: "HOURS" }]);
  expect(await ask("TRACE_REQUESTS_BY_PRIORITY", range)).toHaveLength(4);
  await expect(ask("TRACE_REQUESTS_BY_CALIBER", range)).rejects.toThrow("are wrong");
});

test("rows of States stand when a later vintage of the month has none (TP-MON-17, TP-FEED-15)", async () => {
  const cell = (keys: string[], cellValue: number) => {
    return { keys, status: CellStatus.PUBLISHED, value: cellValue };
  };
  const release = (vintage: number, releasedOn: string, tables: StatisticsTable[]) => {
    const value = StatisticsRelease.create({
      ...{ body: "ECOWAS", length: PeriodLength.MONTH, period: "2026-05", vintage, releasedOn },
      ...{ status: ExchangeStatus.ACTUAL, threshold: 5, statesExpected: 15, tables },
    });
    return feed.add({ $case: "release", value }, `${releasedOn}T02:00:00Z`);
  };
  const sums = (value: number) => ({
    ...{ name: "MESSAGES_BY_KIND", dimensions: ["KIND"], cells: [cell([""], value)] },
  });
  const named = {
    ...{ name: "MESSAGES_BY_STATE_AND_KIND", dimensions: ["STATE", "KIND"] },
    cells: [cell(["NE", "ALERT"], 12), cell(["NE", ""], 40)],
  };
  const times = {
    ...{ name: "P90_HOURS_TO_ANSWER_BY_STATE", dimensions: ["STATE"], cells: [cell(["NE"], 31)] },
  };
  await monitor.take(release(1, "2026-06-10", [sums(90), named, times]));
  await monitor.take(release(2, "2026-09-10", [sums(95)]));
  const of = { basis: "RELEASES", from: "2026-05", to: "2026-05" };
  expect(await ask("MESSAGES", of)).toMatchObject([{ value: 95, vintage: "2026-09-10" }]);
  const states = await ask("MESSAGES", { ...of, by: "STATE" });
  expect(states).toMatchObject([{ by: { STATE: "NE" }, value: 40, vintage: "2026-06-10" }]);
  const hours = await ask("HOURS_TO_ANSWER", { ...of, by: "STATE" });
  expect(hours).toMatchObject([{ by: { STATE: "NE", STATISTIC: "P90" }, value: 31 }]);
});

async function keep(vintage: number, day: string, ledger: IndicatorLedger) {
  await monitor.tx.run(
    `INSERT INTO monitor_ledger (status, state, year, vintage, as_of, signed_at, taken_at, content)
     VALUES (1, 'NE', 2026, ?, ?, ?, ?, ?)`,
    ...[vintage, day, Date.parse(day), Date.parse(day)],
    encodeMessage(IndicatorLedger, ledger),
  );
}

test("the indicator is told of the newest ledger, or of the newest by a day (TP-MON-30)", async () => {
  for (const [vintage, day] of [
    [1, "2027-02-01"],
    [2, "2027-06-01"],
  ] as const) {
    await keep(vintage, day, signedLedger({ vintage, asOf: day }));
  }
  const year = { from: "2026", to: "2026", length: "YEAR" };
  const [newest, missing] = await ask("VC_ARM_SZTRACE", year);
  expect(newest).toMatchObject({ value: 50, vintage: "2027-06-01", by: { STATE: "NE" } });
  // A member that has signed nothing off is missing, not zero.
  expect(missing).toMatchObject({ value: null, status: "M", by: { STATE: "NG" } });
  const [before] = await ask("VC_ARM_SZTRACE", { ...year, asOf: "2027-03-01" });
  expect(before).toMatchObject({ vintage: "2027-02-01" });
  expect(await ask("ARMS_RECOVERED", { ...year, state: "NE" })).toMatchObject([{ value: 20 }]);
  const established = { ...year, by: "ESTABLISHED_BY" };
  expect(await ask("ARMS_ORIGIN_ESTABLISHED", established)).toMatchObject([
    { by: { ESTABLISHED_BY: "TRACE" }, value: 6 },
    { by: { ESTABLISHED_BY: "COMPETENT_AUTHORITY" }, value: 4 },
  ]);
  expect(await ask("OFF_EXCHANGE_TRACES", { ...year, state: "NE" })).toMatchObject([{ value: 4 }]);
  const none = signedLedger({ vintage: 3, asOf: "2027-09-01", lines: [] });
  await keep(3, "2027-09-01", none);
  // D = 0 is absent, not zero.
  expect(await ask("VC_ARM_SZTRACE", { ...year, state: "NE" })).toMatchObject([
    { value: null, status: "M" },
  ]);
});
