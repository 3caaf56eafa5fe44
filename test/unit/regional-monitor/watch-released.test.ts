import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  CellStatus,
  ExchangeStatus,
  PeriodLength,
  StatisticsCell,
  StatisticsRelease,
  StatisticsTable,
} from "#proto";
import { dayName, dayOf } from "#statistics";
import { WatchedMonitor } from "../../support/watched-monitor.ts";

/** TP-WATCH-13: what a body is told of that is fed releases and no events. */

const DAY_MS = 86_400_000;
/** A number is a count that is shown; a word is why it is withheld. */
type Told = number | "PRIMARY" | "SECONDARY" | "MISSING";
let m: WatchedMonitor;

beforeEach(async () => {
  m = await WatchedMonitor.open();
  [m.named, m.namedInReleases] = [[], ["NE", "TG"]];
});
afterEach(() => m.close());

function table(name: string, counts: Readonly<Record<string, Told>>): StatisticsTable {
  const cells = Object.entries(counts).map(([key, told]) => {
    const keys = name === "MESSAGES_BY_STATE_AND_KIND" ? [key, ""] : [key];
    return typeof told === "number"
      ? StatisticsCell.create({ keys, status: CellStatus.PUBLISHED, value: told })
      : StatisticsCell.create({ keys, status: CellStatus[told] });
  });
  const dimensions = (cells[0]?.keys ?? []).map((_key, at) => `D${at}`);
  return StatisticsTable.create({ name, dimensions, cells });
}

async function release(
  length: PeriodLength,
  period: string,
  tables: Readonly<Record<string, Readonly<Record<string, Told>>>>,
  vintage = 1,
): Promise<void> {
  const value = StatisticsRelease.create({
    ...{ body: "ECOWAS", length, period, vintage, status: ExchangeStatus.ACTUAL, threshold: 5 },
    releasedOn: dayName(dayOf(m.nowMs)),
    tables: Object.entries(tables).map(([name, counts]) => table(name, counts)),
  });
  await m.take(m.feed.add({ $case: "release", value }, m.nowMs));
  await m.watch.round();
}

/** The release of the day before yesterday; then a day passes. */
async function day(
  volumes: Readonly<Record<string, Told>>,
  refusals: Readonly<Record<string, Told>> = {},
): Promise<string> {
  const period = dayName(dayOf(m.nowMs) - 2);
  await release(PeriodLength.DAY, period, {
    MESSAGES_BY_STATE_AND_KIND: volumes,
    REFUSALS_BY_CODE: refusals,
  });
  m.pass(DAY_MS);
  return period;
}

async function days(count: number, ...told: Parameters<typeof day>): Promise<void> {
  for (let at = 0; at < count; at += 1) await day(...told);
}

describe("of a body that is fed releases alone", () => {
  test("a State is silent that has no record for so many days", async () => {
    await day({ NE: 12, TG: 7 });
    await days(12, { NE: 0, TG: "PRIMARY" });
    expect(await m.notices()).toEqual([]);
    await day({ NE: 0, TG: "PRIMARY" });
    // What is withheld is something: Togo is not silent.
    expect(await m.notices()).toEqual(["BEGAN state-silent NE"]);
    await day({ NE: "SECONDARY", TG: 0 });
    expect(await m.notices()).toEqual(["ENDED state-silent NE", "BEGAN state-silent NE"]);
  });

  test("of a State that a release has no row of nothing is found, and what stood stands", async () => {
    // It is silent since it is named.
    await days(17, { NE: 0, TG: 7 });
    expect(await m.notices()).toEqual(["BEGAN state-silent NE"]);
    await days(16, { TG: "MISSING" });
    expect(await m.notices()).toEqual(["BEGAN state-silent NE"]);
    // Without its consent what stood is dropped, and nobody is told (TP-WATCH-8).
    m.namedInReleases = ["TG"];
    await m.watch.round();
    expect(await m.store.call("watchStanding", undefined)).toEqual([]);
    expect(await m.store.call("watchNotices", { before: null, limit: 9 })).toEqual([]);
  });

  test("refusals jump on a day that was released, also where calm days are withheld", async () => {
    await days(6, {}, { EXPIRED: 2 });
    await days(6, {}, { EXPIRED: "PRIMARY" });
    const jump = await day({}, { EXPIRED: 30, MALFORMED: "SECONDARY" });
    expect(await m.notices()).toEqual(["BEGAN jump EXPIRED"]);
    const [notice] = await m.store.call("watchNotices", { before: null, limit: 1 });
    expect(dayName(notice?.since ?? 0)).toBe(jump);
    // A day that is not known ends nothing.
    await day({}, { EXPIRED: "SECONDARY" });
    expect(await m.notices()).toHaveLength(1);
    await day({}, {});
    expect(await m.notices()).toEqual(["ENDED jump EXPIRED", "BEGAN jump EXPIRED"]);
  });

  test("old requests are those of the newest month, where enough is shown", async () => {
    const month = async (period: string, ages: Readonly<Record<string, Told>>, vintage = 1) =>
      await release(PeriodLength.MONTH, period, { OPEN_REQUESTS_BY_AGE: ages }, vintage);
    await month("2026-07", { BELOW_30_DAYS: 40, "30_TO_59_DAYS": 5, "": 45 });
    expect(await m.notices()).toEqual([]);
    await month("2026-08", { "30_TO_59_DAYS": "PRIMARY", "60_TO_89_DAYS": "PRIMARY" });
    // Two withheld counts may be six and may be two: nobody knows.
    expect(await m.notices()).toEqual([]);
    await month("2026-08", { "30_TO_59_DAYS": "PRIMARY", "90_DAYS_OR_MORE": 9 }, 2);
    expect(await m.notices()).toEqual(["BEGAN old"]);
    const [notice] = await m.store.call("watchNotices", { before: null, limit: 1 });
    expect(notice?.detail).toBe("older than 8 days on 2026-09-01");
    await month("2026-09", { BELOW_30_DAYS: 40, "": 40 });
    expect(await m.notices()).toEqual(["ENDED old", "BEGAN old"]);
  });

  test("what is fed by events too is read from them, unless the rule says otherwise", async () => {
    await m.fed(m.event());
    await days(8, {}, { EXPIRED: 0 });
    await day({}, { EXPIRED: 30 });
    expect(await m.notices()).toEqual([]);
    const rules = [
      { name: "jump", rule: "REFUSALS", count: 10, deviations: 3, from: "RELEASES" } as const,
    ];
    m.settings = { ...m.settings, rules };
    await m.begin();
    await m.watch.round();
    await day({}, { EXPIRED: 60 });
    expect(await m.notices()).toEqual(["BEGAN jump EXPIRED"]);
  });
});
