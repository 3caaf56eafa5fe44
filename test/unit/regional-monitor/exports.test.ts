import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "csv-parse/sync";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createHttpServer } from "#http";
import { EXPORT_FORMATS, type ExportSet } from "#outputs";
import {
  CellStatus,
  ExchangeStatus,
  IndicatorLedger,
  PeriodLength,
  RecoveryKind,
  StatisticsRelease,
} from "#proto";
import { createLogger, systemClock } from "#runtime";
import { countLedger, type Figure, type ReportedArms } from "#statistics";
import { addExportRoutes } from "../../../services/regional-monitor/exports/export-routes.ts";
import { publishedSet } from "../../../services/regional-monitor/exports/published-set.ts";
import { monitorHooks } from "../../../services/regional-monitor/monitor-hooks.ts";
import { tracepostHere } from "../../support/in-process.ts";
import { ledgerLine } from "../../support/ledgers.ts";
import { MadeFeed, monitorEvent } from "../../support/made-feed.ts";
import { MemoryMonitor } from "../../support/memory-monitor.ts";
import { openMemoryUsers } from "../../support/memory-users.ts";
import { inboundLedger } from "../../support/monitor-store.ts";
import { readFiguresCsv, readSdmxCsv, readSdmxJson } from "../../support/read-outputs.ts";
import { TEST_TITLE } from "../../support/test-route.ts";

/** What a monitor publishes (TP-OUT-16 to TP-OUT-18). */

const NOW_MS = Date.parse("2027-04-10T12:00:00Z");
const MEMBERS = { NE: { since: "2000-01-01" }, NG: { since: "2000-01-01" } };
let monitor: MemoryMonitor;
let feed: MadeFeed;

beforeEach(() => {
  monitor = new MemoryMonitor(NOW_MS, MEMBERS);
  feed = new MadeFeed();
});
afterEach(() => monitor.close());

/** Takes a ledger as the post hands it over. */
async function taken(ledger: Partial<IndicatorLedger>): Promise<void> {
  const message = inboundLedger(ledger, NOW_MS);
  const { effect } = message.verdict;
  expect(await monitorHooks.onMessage(monitor.tx, message as never, effect)).toBeUndefined();
}

const NIGER = {
  state: "NE",
  lines: [
    ledgerLine(["SEIZED", "PISTOL_SELF_LOADING", "UNIQUELY_MARKED"], [20, 7, 2]),
    ledgerLine(["FOUND", "CRAFT_MADE", "UNMARKED"], [12, 0, 6]),
    ledgerLine(["SURRENDERED", "UNSPECIFIED", "NOT_RECORDED"], [3, 0, 0]),
  ],
};

/** A release of a month or of the year, with one cell that is withheld. */
function release(period: string, releasedOn: string, value = 40): Uint8Array {
  const length = period.length === 4 ? PeriodLength.YEAR : PeriodLength.MONTH;
  const cell = (key: string, status: CellStatus, shown: number) => {
    return { keys: [key], status, value: shown };
  };
  const of = StatisticsRelease.create({
    ...{ body: "ECOWAS", length, period, vintage: 1, threshold: 5, statesExpected: 2 },
    ...{ releasedOn, status: ExchangeStatus.ACTUAL, statesReporting: 2 },
    tables: [
      {
        ...{ name: "TRACE_REQUESTS_BY_PRIORITY", dimensions: ["PRIORITY"] },
        cells: [
          cell("URGENT", CellStatus.PRIMARY, 0),
          cell("ROUTINE", CellStatus.PUBLISHED, value),
          cell("", CellStatus.SECONDARY, 0),
        ],
      },
      {
        ...{ name: "TRACE_REQUESTS_BY_COMPLETENESS", dimensions: ["COMPLETENESS"] },
        cells: [cell("", CellStatus.PUBLISHED, value + 3)],
      },
      {
        ...{ name: "MEDIAN_HOURS_TO_ANSWER", dimensions: [] },
        cells: [{ keys: [], status: CellStatus.PUBLISHED, value: 26 }],
      },
    ],
  });
  return feed.add({ $case: "release", value: of }, `${releasedOn}T02:00:00Z`);
}

const said = ({ by, confidentiality, measure, period, status, value }: Figure): string =>
  [measure, period, ...Object.values(by), value ?? "-", status, confidentiality].join(" ");

describe("what a body publishes of a year (TP-OUT-16)", () => {
  test("is of releases and of ledgers made safe, with members that have none, and of no event", async () => {
    await monitor.take(feed.events([monitorEvent({ logIndex: 1n })], "2026-10-03T01:00:00Z"));
    await monitor.take(release("2026-09", "2026-10-10"));
    await monitor.take(release("2026", "2027-03-31", 480));
    await taken(NIGER);
    const { figures, ...about } = await publishedSet(monitor.deps, { year: 2026 });
    expect(about).toMatchObject({ body: "ECOWAS", exchangeStatus: "ACTUAL", threshold: 5 });
    expect(about.notes).toMatchObject([{ state: "NE", year: 2026 }]);
    const [released, ofLedgers] = [
      figures.filter(({ by }) => by.STATE === undefined).map(said),
      figures.filter(({ by }) => by.STATE !== undefined).map(said),
    ];
    expect(released).toEqual([
      // The one State that has signed off has numbers that are withheld (TP-OUT-19).
      "ARMS_ORIGIN_ESTABLISHED 2026 - M F",
      "ARMS_RECOVERED 2026 - M F",
      "HOURS_TO_ANSWER 2026 MEDIAN 26 A F",
      "HOURS_TO_ANSWER 2026-09 MEDIAN 26 A F",
      "TRACE_REQUESTS 2026 ROUTINE 480 A F",
      "TRACE_REQUESTS 2026 URGENT - A C",
      "TRACE_REQUESTS 2026 - A D",
      "TRACE_REQUESTS 2026-09 ROUTINE 40 A F",
      "TRACE_REQUESTS 2026-09 URGENT - A C",
      "TRACE_REQUESTS 2026-09 - A D",
      // Not all requests tell their completeness: what they add up to is no total of requests.
      "TRACE_REQUESTS_BY_COMPLETENESS 2026 483 A F",
      "TRACE_REQUESTS_BY_COMPLETENESS 2026-09 43 A F",
      "VC_ARM_SZTRACE 2026 - M F",
    ]);
    expect(ofLedgers).toContain("ARMS_RECOVERED 2026 NE FOUND 12 A F");
    expect(ofLedgers).toContain("ARMS_RECOVERED 2026 NE SURRENDERED - A C");
    expect(ofLedgers).toContain("VC_ARM_SZTRACE 2026 NG - M F");
    expect(figures.every(({ confidentiality }) => confidentiality !== "N")).toBe(true);
  });

  test("is as it could be published on a day, and of one measure where asked", async () => {
    await monitor.take(release("2026-09", "2026-10-10"));
    const asked = { year: 2026, measure: "TRACE_REQUESTS" };
    const before = await publishedSet(monitor.deps, { ...asked, asOf: "2026-10-09" });
    expect(before.figures).toEqual([]);
    const after = await publishedSet(monitor.deps, { ...asked, asOf: "2026-10-10" });
    expect(new Set(after.figures.map(({ measure }) => measure))).toEqual(
      new Set(["TRACE_REQUESTS"]),
    );
    const never = publishedSet(monitor.deps, { year: 2026, asOf: "2026-02-30" });
    await expect(never).rejects.toMatchObject({
      problems: ["asOf: must be a day such as 2026-10-03"],
    });
  });
});

/** Ledgers as they lie in the store, read without the product's figures. */
async function keptLedgers(): Promise<IndicatorLedger[]> {
  const rows = await monitor.tx.all("SELECT content FROM monitor_ledger ORDER BY vintage");
  const ledgers = rows.map(({ content }) => IndicatorLedger.decode(content as Uint8Array));
  return [...new Map(ledgers.map((one) => [`${one.state} ${one.year}`, one])).values()];
}

/** What a figure of a ledger must be, added up from the lines anew. */
function recounted({ by, measure, period }: Figure, ledgers: readonly IndicatorLedger[]) {
  // Without a State it is of all of them, which all are shown (TP-OUT-19).
  const own = ledgers.filter(({ state, year }) => {
    return (by.STATE === undefined || state === by.STATE) && String(year) === period;
  });
  let [arms, trace, authority] = [0, 0, 0];
  for (const line of own.flatMap(({ lines }) => lines)) {
    const isOther =
      (by.RECOVERY !== undefined && RecoveryKind[by.RECOVERY as never] !== line.recovery) ||
      (by.TYPE !== undefined && by.TYPE !== line.type) ||
      (by.MARKING !== undefined && by.MARKING !== line.marking);
    if (isOther) continue;
    arms += Number(line.arms);
    trace += Number(line.establishedByTrace);
    authority += Number(line.establishedByAuthority);
  }
  if (measure === "ARMS_RECOVERED") return arms;
  if (measure === "OFF_EXCHANGE_TRACES") return Number(own[0]?.offExchangeTraces);
  if (measure === "VC_ARM_SZTRACE") return (100 * (trace + authority)) / arms;
  return (
    { TRACE: trace, COMPETENT_AUTHORITY: authority }[by.ESTABLISHED_BY ?? ""] ?? trace + authority
  );
}

/** Figures of each form that tells all of them, read as others would. */
function readBack(set: ExportSet): Record<string, Figure[]> {
  const text = (form: string): string => EXPORT_FORMATS[form]?.write(set) ?? "";
  return {
    csv: readFiguresCsv(text("csv")),
    "sdmx-csv": readSdmxCsv(text("sdmx-csv"), set.body),
    "sdmx-json": readSdmxJson(text("sdmx-json"), set.body),
  };
}

const LISTS = ["../shared/data/recovered-firearms.csv", "scenario/data/recovered-firearms.csv"]
  .map((path) => fileURLToPath(new URL(`../../../${path}`, import.meta.url)))
  .filter((path) => existsSync(path));

/** The day as of which arms are counted. */
const AS_OF = "2027-01-31";

/** Recovered firearms of a list; who recovered them, and what was established, is made up. */
function listed(): ReportedArms[] {
  const rows: Record<string, string>[] = parse(readFileSync(LISTS[0] ?? "", "utf8"), {
    columns: true,
  });
  return rows
    .filter(({ recovery_date }) => recovery_date !== "")
    .map((row, at) => {
      const isTraced = row.first_sale_date !== "" && row.dealer_state !== "";
      return {
        ...{ id: row.ref ?? "", pieces: 1, recoveredOn: row.recovery_date ?? "" },
        recovered: (["SEIZED", "SEIZED", "FOUND"] as const)[at % 3] ?? "SEIZED",
        type: row.calibre === "12" ? "SHOTGUN" : "PISTOL_SELF_LOADING",
        marking: row.serial_number === "" ? "NOT_RECORDED" : "UNIQUELY_MARKED",
        establishedBy: isTraced ? "TRACE" : null,
        establishedOn: isTraced ? (row.recovery_date ?? "") : null,
      };
    });
}

describe("published numbers (TP-OUT-18)", () => {
  test("are derived again from the ledgers that were signed off, in every form", async () => {
    await taken(NIGER);
    await taken({ ...NIGER, vintage: 2, lines: [...NIGER.lines, ...NIGER.lines] });
    await taken({
      ...{ state: "NG", offExchangeTraces: 2n },
      lines: [ledgerLine(["SEIZED", "RIFLE", "REMOVED_ALTERED"], [90, 30, 0])],
    });
    const set = await publishedSet(monitor.deps, { year: 2026 });
    const ledgers = await keptLedgers();
    for (const [form, figures] of Object.entries(readBack(set))) {
      const shown = figures.filter(({ value }) => value !== null);
      expect(shown.length, form).toBeGreaterThan(20);
      for (const figure of shown) {
        expect(figure.value, `${form} ${said(figure)}`).toBe(recounted(figure, ledgers));
      }
    }
  });

  test("are those of a list of firearms that were recovered, arm by arm", async () => {
    // The list has days that are not over: nobody counts them yet.
    const arms = listed().filter(({ recoveredOn }) => recoveredOn <= AS_OF);
    const years = Map.groupBy(arms, ({ recoveredOn }) => Number(recoveredOn.slice(0, 4)));
    expect(arms.length).toBeGreaterThan(5);
    const toldYears: number[] = [];
    for (const [year, own] of years) {
      const { lines } = countLedger(arms, year, AS_OF);
      await taken({
        ...{ state: "NE", year, offExchangeTraces: 0n },
        lines: lines.map((line) =>
          ledgerLine(
            [line.recovered, line.type, line.marking],
            [line.arms, line.byTrace, line.byAuthority],
          ),
        ),
      });
      const { figures } = await publishedSet(monitor.deps, { year });
      const value = (measure: string) =>
        figures.find((one) => one.measure === measure && Object.keys(one.by).length === 1);
      const traced = own.filter(({ establishedBy }) => establishedBy === "TRACE").length;
      const indicator = value("VC_ARM_SZTRACE");
      // Few arms are not told, nor what would give them away; what is told is what the list has.
      const told = value("ARMS_RECOVERED")?.value ?? undefined;
      if (told !== undefined) toldYears.push(year);
      expect(told ?? own.length).toBe(own.length);
      if (indicator?.value !== null) {
        expect(indicator?.value).toBe((100 * traced) / own.length);
      }
    }
    expect(toldYears).not.toEqual([]);
  });
});

describe("GET /v1/exports (TP-OUT-17)", () => {
  test("answers a file, says where the method note is, and keeps who exported what", async () => {
    await taken(NIGER);
    const users = await openMemoryUsers(systemClock);
    const token = await users.person("analyst", "REGIONAL_ANALYST");
    const stranger = await users.person("officer", "AUDITOR");
    const server = await createHttpServer({
      ...{ host: "127.0.0.1", port: 0, health: {}, title: TEST_TITLE },
      logger: createLogger({ name: "test", level: "silent" }),
      api: {
        guard: users.guard,
        routes: (routes) => addExportRoutes(routes, monitor.deps as never),
      },
    });
    try {
      const ask = (query: string, own = token) =>
        fetch(`${server.url}/v1/exports?${query}`, { headers: { authorization: `Bearer ${own}` } });
      const answer = await ask("format=sdmx-csv&year=2026&reason=yearly%20review");
      expect(answer.headers.get("content-type")).toBe(
        "application/vnd.sdmx.data+csv;version=2.0.0; charset=utf-8",
      );
      expect(answer.headers.get("content-disposition")).toContain(
        "ECOWAS-2026-actual-sdmx-csv.csv",
      );
      const [, note = ""] =
        /<(.*)>; rel="describedby"/u.exec(answer.headers.get("link") ?? "") ?? [];
      const noted = await ask(note.split("?")[1] ?? "");
      expect(await noted.text()).toContain("## Indicator 16.4.2");
      expect((await ask("format=csv&year=2026", stranger)).status).toBe(403);
      expect((await ask("format=xml&year=2026")).status).toBe(422);
      const said = await tracepostHere(
        ["monitor", "export", "--format", "csv", "--year", "2026", "--url", server.url],
        { token },
      );
      expect([said.err, said.code]).toEqual(["", 0]);
      expect(said.out).toMatch(/^ECOWAS,ACTUAL,ARMS_RECOVERED,2026,.*,FOUND,NE,,12,PIECES,/mu);
      const acts = await monitor.tx.all(
        "SELECT actor, action, subject, detail, reason FROM record_act ORDER BY id",
      );
      expect(acts).toEqual([
        {
          ...{ actor: "analyst", action: "export", subject: "figures 2026" },
          ...{ detail: '{"format":"sdmx-csv","year":2026}', reason: "yearly review" },
        },
        expect.objectContaining({ detail: expect.stringContaining("note") }),
        expect.objectContaining({ detail: '{"format":"csv","year":2026}' }),
      ]);
    } finally {
      await server.close();
    }
  });
});
