import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  CellStatus,
  ExchangeStatus,
  Kind,
  type MonitorEvent,
  PeriodLength,
  RefusalCode,
  StatisticsRelease,
  StatisticsTable,
  TraceMove,
} from "#proto";
import type { SqlRow } from "#runtime";
import type { EVENT_REFUSALS } from "../../../services/regional-monitor/ingest/check-event.ts";
import { store } from "../../../services/regional-monitor/store.ts";
import { hourAt, MadeFeed, MONITOR, monitorEvent, shareOf } from "../../support/made-feed.ts";
import { type MemoryTransaction, openMemoryTransaction } from "../../support/memory-transaction.ts";

/** What a monitor makes of its feed (TP-MON-3 to TP-MON-10). */

const MADE = "2026-10-04T00:30:00Z";
const NOW_MS = Date.parse("2026-10-04T00:31:00Z");
const FAR_MS = Date.parse("2026-12-31T00:00:00Z");
const { takeFeeds } = store.procedures;

let tx: MemoryTransaction;
let feed: MadeFeed;

beforeEach(() => {
  tx = openMemoryTransaction(...store.migrations.map(({ sql }) => sql));
  feed = new MadeFeed();
});

afterEach(() => tx[Symbol.dispose]());

async function take(bytes: Uint8Array, nowMs = NOW_MS) {
  const [taken] = await takeFeeds(tx, { feeds: [bytes], monitor: MONITOR, nowMs });
  return taken ?? expect.unreachable();
}

/** Sums of one cut for all States together, by length of period. */
async function sums(cut: number, status: ExchangeStatus = ExchangeStatus.ACTUAL) {
  return await tx.all(
    `SELECT length, key, sum(value) AS value FROM monitor_cell
     WHERE cut = ? AND status = ? AND state = '*' GROUP BY length, key ORDER BY length, key`,
    ...[cut, status],
  );
}

const incidents = () => tx.all("SELECT kind, detail FROM post_incident ORDER BY id");

describe("the chain of a feed (TP-MON-3)", () => {
  test("is taken in order, each number once, and a repeated one is known", async () => {
    const first = feed.events([monitorEvent({ logIndex: 1n })], MADE);
    const second = feed.events([monitorEvent({ logIndex: 2n })], MADE);
    expect(await take(first)).toEqual({ type: "taken", number: 1, counted: 1, refused: 0 });
    expect(await take(second)).toEqual({ type: "taken", number: 2, counted: 1, refused: 0 });
    expect(await take(first)).toEqual({ type: "known", number: 1 });
    expect(await tx.get("SELECT count(*) AS events FROM monitor_event")).toEqual({ events: 2 });
  });

  test("with a hole keeps nothing and names the numbers that are missing", async () => {
    for (const index of [1n, 2n, 3n, 4n]) feed.events([monitorEvent({ logIndex: index })], MADE);
    const [first, second, third, fourth] = feed.sent as [Uint8Array, ...Uint8Array[]];
    await take(first);
    expect(await take(fourth as Uint8Array)).toEqual({
      type: "gap",
      missing: { first: 2, last: 3 },
    });
    expect(await tx.get("SELECT count(*) AS events FROM monitor_event")).toEqual({ events: 1 });
    for (const one of [second, third, fourth]) {
      expect(await take(one as Uint8Array)).toMatchObject({ type: "taken" });
    }
  });

  test("that is another's, is none, or forks is refused, and nothing of it is kept", async () => {
    const codeOf = async (bytes: Uint8Array) => {
      const taken = await take(bytes);
      return taken.type === "refused" ? `${taken.refusal.code} ${taken.refusal.field}` : taken;
    };
    expect(await codeOf(Buffer.from("no feed"))).toBe("MALFORMED monitor_feed");
    const others = new MadeFeed("ORG-RECSA").events([], MADE);
    expect(await codeOf(others)).toBe("NOT_ADDRESSED monitor_feed.monitor");
    await take(feed.events([monitorEvent({ logIndex: 1n })], MADE));
    const other = new MadeFeed();
    const fork = other.events([monitorEvent({ logIndex: 2n })], MADE);
    const after = other.events([monitorEvent({ logIndex: 3n })], MADE);
    expect(await codeOf(fork)).toBe("DIGEST_MISMATCH monitor_feed.number");
    expect(await codeOf(after)).toBe("DIGEST_MISMATCH monitor_feed.previous_digest");
    expect(await tx.get("SELECT count(*) AS messages FROM monitor_feed")).toEqual({ messages: 1 });
  });

  test("that was made later than now waits until its time has come", async () => {
    const later = feed.events([monitorEvent({ logIndex: 1n })], "2026-10-04T01:00:00Z");
    expect(await take(later)).toEqual({ type: "early", number: 1 });
    expect(await take(later, Date.parse("2026-10-04T01:00:00Z"))).toMatchObject({ type: "taken" });
  });
});

describe("events (TP-MON-4, TP-MON-5)", () => {
  test("raise the sums of hour, day, month and year in one transaction (TP-MON-6)", async () => {
    const reply = { kind: Kind.TRACE_REPLY, move: TraceMove.FINAL, hoursSinceRequest: 30 };
    await take(
      feed.events(
        [
          monitorEvent({ logIndex: 1n }),
          monitorEvent({ logIndex: 2n, fromState: "BR" }),
          monitorEvent({ logIndex: 3n, ...reply }),
        ],
        MADE,
      ),
    );
    const each = [PeriodLength.HOUR, PeriodLength.DAY, PeriodLength.MONTH, PeriodLength.YEAR];
    expect(await sums(1)).toEqual(
      each.flatMap((length) => [
        { length, key: "TRACE_REPLY", value: 1 },
        { length, key: "TRACE_REQUEST", value: 2 },
      ]),
    );
    const byState = await tx.all(
      `SELECT state, value FROM monitor_cell
       WHERE cut = 4 AND length = ? AND state <> '*' ORDER BY state`,
      PeriodLength.YEAR,
    );
    expect(byState).toEqual([
      { state: "BR", value: 1 },
      { state: "NE", value: 1 },
    ]);
  });

  test("of Exercise and Test are never among those of Actual (TP-MON-12)", async () => {
    await take(
      feed.events(
        [
          monitorEvent({ logIndex: 1n }),
          monitorEvent({ logIndex: 2n, status: ExchangeStatus.EXERCISE }),
        ],
        MADE,
      ),
    );
    const year = (status: ExchangeStatus) =>
      sums(1, status).then((rows) => rows.filter(({ length }) => length === PeriodLength.YEAR));
    const one = [{ length: PeriodLength.YEAR, key: "TRACE_REQUEST", value: 1 }];
    expect(await year(ExchangeStatus.ACTUAL)).toEqual(one);
    expect(await year(ExchangeStatus.EXERCISE)).toEqual(one);
    expect(await year(ExchangeStatus.TEST)).toEqual([]);
  });

  test("that the gateway refused count under their code and nowhere else", async () => {
    const refused = { code: RefusalCode.CLOCK_SKEW };
    await take(feed.events([monitorEvent({ logIndex: 1n, ...refused })], MADE));
    expect(await sums(1)).toEqual([]);
    expect((await sums(12)).at(-1)).toMatchObject({ key: "CLOCK_SKEW", value: 1 });
    expect(await tx.all("SELECT 1 FROM monitor_open")).toEqual([]);
  });

  const wrong: readonly [keyof typeof EVENT_REFUSALS, Partial<MonitorEvent>][] = [
    ["EVENT_IN_FUTURE", { recordedHour: hourAt("2026-10-04T01:00:00Z") }],
    ["STATE_UNKNOWN", { toState: "ZZ" }],
    ["VALUE_UNKNOWN", { kind: 99 as Kind }],
    ["EVENT_MALFORMED", { salt: new Uint8Array(3) }],
    ["EVENT_REPEATED", { logIndex: 1n }],
  ];
  test.each(wrong)(
    "with %s are kept, counted by their code and by nothing else",
    async (code, change) => {
      await take(feed.events([monitorEvent({ logIndex: 1n })], MADE));
      const taken = await take(feed.events([monitorEvent({ logIndex: 2n, ...change })], MADE));
      expect(taken).toEqual({ type: "taken", number: 2, counted: 0, refused: 1 });
      expect(await tx.all("SELECT code, total, newest_number FROM monitor_refusal")).toEqual([
        { code, total: 1, newest_number: 2 },
      ]);
      const kept = await tx.all("SELECT refusal FROM monitor_event WHERE refusal <> ''");
      expect(kept).toEqual(code === "EVENT_REPEATED" ? [] : [{ refusal: code }]);
      expect((await sums(1)).at(-1)).toMatchObject({ value: 1 });
      expect((await incidents()).map(({ kind }) => kind)).toEqual(["FEED_EVENTS_REFUSED"]);
    },
  );

  test("open a request at the State asked until its end, by the day of the request", async () => {
    const asked = hourAt("2026-10-02T14:00:00Z");
    const answer = {
      ...{ kind: Kind.TRACE_REPLY, move: TraceMove.FINAL, fromState: "AT", toState: "NE" },
      ...{ recordedHour: hourAt("2026-10-03T20:00:00Z"), hoursSinceRequest: 30 },
      endedRequestHour: asked,
    };
    await take(
      feed.events(
        [
          monitorEvent({ logIndex: 1n, recordedHour: asked }),
          monitorEvent({ logIndex: 2n, recordedHour: asked }),
          monitorEvent({ logIndex: 3n, ...answer }),
        ],
        MADE,
      ),
    );
    const day = Math.floor(asked / 24);
    const open = () => tx.all("SELECT state, day, open FROM monitor_open ORDER BY state");
    expect(await open()).toEqual([
      { state: "*", day, open: 1 },
      { state: "AT", day, open: 1 },
    ]);
    await take(feed.events([monitorEvent({ logIndex: 4n, ...answer })], MADE));
    expect(await open()).toEqual([]);
  });
});

describe("what is told late", () => {
  test("has the day it was told on, what came in its period the day it was over (TP-MON-7)", async () => {
    await take(feed.events([monitorEvent({ logIndex: 1n })], "2026-10-03T15:00:00Z"));
    await take(feed.events([monitorEvent({ logIndex: 2n })], MADE));
    await take(feed.events([monitorEvent({ logIndex: 3n })], "2026-10-09T12:00:00Z"), FAR_MS);
    const vintages = await tx.all(
      `SELECT vintage, value FROM monitor_cell WHERE cut = 4 AND state = '*' AND length = ?
       ORDER BY vintage`,
      PeriodLength.DAY,
    );
    const day = (text: string) => Date.parse(text) / 86_400_000;
    expect(vintages).toEqual([
      { vintage: day("2026-10-04"), value: 2 },
      { vintage: day("2026-10-09"), value: 1 },
    ]);
  });
});

describe("a release (TP-MON-9)", () => {
  const release = (vintage: number, value: number) =>
    StatisticsRelease.create({
      ...{ body: "ECOWAS", length: PeriodLength.MONTH, period: "2026-09", vintage },
      ...{ releasedOn: "2026-10-03", status: ExchangeStatus.ACTUAL, threshold: 5 },
      tables: [
        {
          name: "TRACE_REQUESTS_BY_PRIORITY",
          dimensions: ["PRIORITY"],
          cells: [{ keys: ["ROUTINE"], status: CellStatus.PUBLISHED, value }],
        },
      ],
    });

  test("is kept with every vintage, and the same one twice changes nothing", async () => {
    for (const [vintage, value] of [
      [1, 10],
      [2, 12],
      [2, 99],
    ] as const) {
      const content = { $case: "release" as const, value: release(vintage, value) };
      expect(await take(feed.add(content, MADE))).toMatchObject({ type: "taken" });
    }
    const rows = await tx.all<SqlRow & { vintage: number; content: Uint8Array }>(
      `SELECT vintage, content FROM monitor_release JOIN monitor_release_table ON release_id = id
       ORDER BY vintage`,
    );
    const values = rows.map(({ content, vintage }) => {
      return [vintage, StatisticsTable.decode(content).cells[0]?.value];
    });
    expect(values).toEqual([
      [1, 10],
      [2, 12],
    ]);
  });

  test("that says not of which period it is, is none", async () => {
    const value = { ...release(1, 10), period: "2026" };
    expect(await take(feed.add({ $case: "release", value }, MADE))).toMatchObject({
      type: "refused",
      refusal: { code: "MALFORMED" },
    });
  });
});

describe("the counts of a day (TP-MON-10)", () => {
  const events = [1n, 2n, 3n].map((logIndex) => monitorEvent({ logIndex }));

  test("agree with what was fed, refused events included", async () => {
    const odd = monitorEvent({ logIndex: 4n, toState: "ZZ" });
    await take(feed.events([...events, odd], MADE));
    await take(feed.counts(shareOf("2026-10-03", [...events, odd]), MADE));
    expect(await tx.get("SELECT events_told, events_fed, differences FROM monitor_day")).toEqual({
      events_told: 4,
      events_fed: 4,
      differences: "[]",
    });
  });

  test("that differ name the day, the place in the log and what differs", async () => {
    await take(feed.events(events.slice(0, 2), MADE));
    await take(feed.counts(shareOf("2026-10-03", events, 77n), MADE));
    const row = await tx.get("SELECT first_index, last_index, differences FROM monitor_day");
    expect(row).toMatchObject({ first_index: 1, last_index: 2 });
    expect(JSON.parse(String(row?.differences))).toEqual([
      { what: "EVENTS", told: 3, fed: 2 },
      { what: "TRACE_REQUEST ACTUAL", told: 3, fed: 2 },
    ]);
    expect(await incidents()).toEqual([
      {
        kind: "FEED_DISCREPANCY",
        detail: "2026-10-03, to entry 77: EVENTS 2 of 3, TRACE_REQUEST ACTUAL 2 of 3",
      },
    ]);
  });

  test("see an event that was exchanged for another", async () => {
    const other = monitorEvent({ logIndex: 3n, chainLength: 2 });
    await take(feed.events([...events.slice(0, 2), other], MADE));
    await take(feed.counts(shareOf("2026-10-03", events), MADE));
    const row = await tx.get("SELECT differences FROM monitor_day");
    expect(JSON.parse(String(row?.differences))).toEqual([{ what: "DIGEST", told: 3, fed: 3 }]);
  });
});
