import { describe, expect, test } from "vitest";
import { CellStatus, ExchangeStatus, PeriodLength } from "#proto";
import { type CountedTable, makeSafe, makeSafeApart, type SafeTable } from "#statistics";
import { periodBounds, planRelease } from "../../../gateway/monitor/make-release.ts";
import { countRelease } from "../../../gateway/store/monitor/release-counts.ts";
import {
  earlierReleases,
  keepRelease,
  noteReleasedUntil,
  releasedUntil,
} from "../../../gateway/store/monitor/releases.ts";
import { MIGRATIONS } from "../../../gateway/store/tables.ts";
import { makeRelease } from "../../support/made-release.ts";
import { openMemoryTransaction } from "../../support/memory-transaction.ts";

const HOUR = Math.floor(Date.UTC(2026, 9, 5, 9) / 3_600_000);
const DAY = Math.floor(HOUR / 24);
const MEMBERS = ["BJ", "NE", "TG"];

/** A store with requests of October, by State and priority, and times of their answers. */
async function filled(status: ExchangeStatus = ExchangeStatus.ACTUAL) {
  const tx = openMemoryTransaction(...MIGRATIONS.map(({ sql }) => sql));
  const requests: [state: string, priority: number, records: number][] = [
    ["NE", 1, 20],
    ["BJ", 1, 15],
    ["TG", 1, 12],
    ["NE", 2, 2],
    ["BJ", 2, 1],
    ["CO", 1, 90],
  ];
  const spread = "INSERT INTO monitor_spread VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
  for (const [state, priority, records] of requests) {
    await tx.run(spread, DAY, 4, status, priority, state, "AT", 1, records);
    const sql = "INSERT INTO monitor_cell VALUES (?, 1, 1, ?, ?, 0, 0, 0, 0, ?, 'AT', ?)";
    await tx.run(sql, HOUR, status, priority, state, records);
  }
  const times: [state: string, hours: number, records: number][] = [
    ["NE", 10, 5],
    ["BJ", 30, 4],
    ["TG", 200, 1],
  ];
  for (const [state, hours, records] of times) {
    await tx.run(spread, DAY, 2, status, 1, "AT", state, hours, records);
  }
  await tx.run(spread, DAY, 6, status, 1, "NE", "AT", 0, 20);
  await tx.run(spread, DAY, 7, status, 1, "NE", "AT", 4, 8);
  await tx.run(spread, DAY, 7, status, 1, "NE", "AT", 60, 2);
  return tx;
}

const period = {
  ...periodBounds("2026-10"),
  ...{ status: ExchangeStatus.ACTUAL, members: MEMBERS, withOpen: true },
  answeredBeforeMs: Date.UTC(2026, 10, 10),
};

const about = {
  ...{ body: "ECOWAS", members: MEMBERS, length: PeriodLength.MONTH, period: "2026-10" },
  ...{ vintage: 1, releasedOn: "2026-11-10", status: ExchangeStatus.ACTUAL, named: null },
};

describe("a release (TP-FEED-10)", () => {
  test("has sums over members, small ones withheld, and times with exact percentiles", async () => {
    const counts = await countRelease(await filled(), period);
    expect(counts.reporting).toHaveLength(3);
    const { release } = makeRelease(about, counts, []);
    const cells = (name: string) =>
      release.tables
        .find((table) => table.name === name)
        ?.cells.map(({ keys, status, value }) => [keys.join(), status, value]);
    expect(cells("MESSAGES_BY_KIND")).toContainEqual(["TRACE_REQUEST", CellStatus.PUBLISHED, 50]);
    const priorities = new Map(
      cells("TRACE_REQUESTS_BY_PRIORITY")?.map(([key, ...rest]) => [key, rest]),
    );
    expect(priorities.get("PRIORITY")).toEqual([CellStatus.PRIMARY, 0]);
    // Alone beside the total it would give the small one away.
    const shown = ["ROUTINE", ""].map((key) => priorities.get(key)?.[0]);
    expect(shown.filter((status) => status === CellStatus.PUBLISHED).length).toBeLessThan(2);
    expect(cells("MEDIAN_HOURS_TO_ANSWER")).toEqual([["", CellStatus.PUBLISHED, 10]]);
    expect(cells("P90_HOURS_TO_ANSWER")).toEqual([["", CellStatus.PUBLISHED, 30]]);
    expect(release).toMatchObject({ threshold: 5, statesExpected: 3, statesReporting: 3 });
  });

  test("names who has consented, and nobody who would be left over (TP-FEED-15)", async () => {
    const tx = await filled();
    await tx.run("INSERT INTO monitor_spread VALUES (?, 8, 1, 1, 'TG', 'NE', 3, 2)", DAY);
    await tx.run("INSERT INTO monitor_spread VALUES (?, 6, 1, 1, 'TG', 'NE', 0, 8)", DAY);
    const counts = await countRelease(tx, period);
    const tablesFor = (VOLUMES: string[], TIMELINESS: string[] = []) => {
      const named = { VOLUMES, OUTCOMES: [], TIMELINESS, ROUTES: [] };
      const { release } = makeRelease({ ...about, named }, counts, []);
      return (name: string) => release.tables.find((table) => table.name === name)?.cells ?? [];
    };
    const all = tablesFor(MEMBERS)("MESSAGES_BY_STATE_AND_KIND");
    const shown = all.filter(({ status }) => status === CellStatus.PUBLISHED);
    expect(shown.map(({ keys, value }) => [keys[0], value])).toContainEqual(["NE", 22]);
    // Togo has not consented: with the sum and both others it would be known.
    const some = tablesFor(["BJ", "NE"]);
    const rows = some("MESSAGES_BY_STATE_AND_KIND").filter(({ keys }) => keys[1] === "");
    const sum = some("MESSAGES_BY_KIND").filter(({ keys }) => keys[0] === "");
    const isShown = ({ status }: { status: CellStatus }) => status === CellStatus.PUBLISHED;
    expect(rows.map(({ keys }) => keys[0])).toEqual(["BJ", "NE"]);
    expect([...rows, ...sum].every(isShown)).toBe(false);
    const rates = tablesFor([], ["NE"])("RESPONSE_RATE_BY_STATE");
    expect(rates.map(({ keys }) => keys)).toEqual([["NE"]]);
    expect(tablesFor([], [])("RESPONSE_RATE")).toHaveLength(1);
  });

  test("counts as open what had no end when the month was over, by its age", async () => {
    const { tables } = await countRelease(await filled(), period);
    const open = tables.find(({ name }) => name === "OPEN_REQUESTS_BY_AGE");
    // Twenty were asked, eight have ended within the month, two after it.
    expect(open?.counts).toEqual({ BELOW_30_DAYS: { NE: 12 } });
  });

  test("is kept and fed once to each monitor, and the next one is made safe with it", async () => {
    const tx = await filled();
    const { release, safe } = makeRelease(about, await countRelease(tx, period), []);
    const monitors = ["ORG-ECOWAS", "ORG-SECOND"];
    const kept = { release, safe, monitors, registerVersion: 2, nowMs: Date.UTC(2026, 10, 10) };
    await keepRelease(tx, kept);
    await keepRelease(tx, kept);
    const fed = await tx.all("SELECT monitor, number FROM monitor_feed ORDER BY monitor");
    expect(fed).toEqual(monitors.map((monitor) => ({ monitor, number: 1 })));
    const asked = { body: "ECOWAS", bodies: ["ECOWAS"], status: 1, vintage: 1 };
    const same = await earlierReleases(tx, { ...asked, period: "2026-10" });
    expect(same).toEqual({ isMade: true, tables: JSON.parse(JSON.stringify(safe)) as SafeTable[] });
    const year = await earlierReleases(tx, { ...asked, period: "2026" });
    expect(year).toMatchObject({ isMade: false, tables: { length: safe.length } });
    const within = await earlierReleases(tx, { ...asked, period: "2026-10-04", vintage: 1 });
    expect(within.tables).toHaveLength(safe.length);
    expect((await earlierReleases(tx, { ...asked, period: "2026-11" })).tables).toEqual([]);
  });

  test("begins with the calendar when the gateway does, and goes on where it was", async () => {
    const tx = await filled();
    expect(await releasedUntil(tx, { day: "2026-11-09" })).toBe("2026-11-09");
    await noteReleasedUntil(tx, { day: "2026-11-11" });
    await noteReleasedUntil(tx, { day: "2026-11-10" });
    expect(await releasedUntil(tx, { day: "2026-11-20" })).toBe("2026-11-11");
  });

  test("of Actual has nothing of an exercise (TP-FEED-11)", async () => {
    const counts = await countRelease(await filled(ExchangeStatus.EXERCISE), period);
    expect(counts.reporting).toEqual([]);
    expect(counts.tables.every(({ counts: all }) => Object.keys(all).length === 0)).toBe(true);
  });
});

test("a thread makes tables safe as this one does, and fails in words", async () => {
  const counts = await countRelease(await filled(), period);
  const { tables } = planRelease(about, counts);
  expect(await makeSafeApart({ tables, earlier: [] })).toEqual(makeSafe(tables, []));
  const broken = [{ ...tables[0], figure: "COUNT", cells: undefined }] as unknown as CountedTable[];
  await expect(makeSafeApart({ tables: broken, earlier: [] })).rejects.toMatchObject({
    code: "INTERNAL",
  });
});

test("a period ends where the next one begins, in UTC (TP-FEED-10)", () => {
  const day = 86_400_000;
  const lengthOf = (text: string) => {
    const { fromMs, untilMs } = periodBounds(text);
    return (untilMs - fromMs) / day;
  };
  expect(["2028-02", "2026", "2026-12-31"].map(lengthOf)).toEqual([29, 365, 1]);
});
