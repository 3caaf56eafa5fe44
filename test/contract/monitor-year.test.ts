import { spawnSync } from "node:child_process";
import { hash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { createLogger, type Database, type StorePlace, systemTimers } from "#runtime";
import { openStore, readStore } from "#store";
import { FeedDesk } from "../../services/regional-monitor/ingest/feed-desk.ts";
import { compareRecount, type YearLog } from "../support/compare-recount.ts";
import { MONITOR } from "../support/made-feed.ts";
import { MadeUpGateway, type YearFeed } from "../support/made-up-gateway.ts";
import type { MonitorTestProcedures } from "../support/monitor-store.ts";
import { randomFrom } from "../support/seeded-random.ts";

/** A made-up year of 200 States, as the gateway feeds it, and a recount without the monitor. */

const SEED = inject("seed");
const PLAN = { seed: SEED, messages: 1_000, states: 200, year: 2026 };
const WEEK_MS = 7 * 86_400_000;
const MODULE = new URL("../support/monitor-store.ts", import.meta.url);
const KILLED = fileURLToPath(new URL("../support/killed-monitor.ts", import.meta.url));

let dir: string;
let feeds: readonly YearFeed[];
let log: YearLog;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "tracepost-year-"));
  const gateway = new MadeUpGateway(PLAN);
  const made: YearFeed[] = [];
  for await (const feed of gateway.feeds()) made.push(feed);
  feeds = made;
  const lines = feeds.flatMap((feed) => feed.lines);
  log = {
    named: new Set(gateway.named),
    lines: async function* () {
      yield* lines;
    },
  };
});

afterAll(() => rm(dir, { recursive: true }));

/** A monitor's store on disk, and the desk before it. */
class YearMonitor {
  readonly place: StorePlace & { readonly kind: "sqlite" };
  #store: Database<MonitorTestProcedures> | undefined;
  #desk: FeedDesk | undefined;
  #nowMs = 0;

  constructor(name: string) {
    this.place = { kind: "sqlite", file: join(dir, `${name}.sqlite`) };
  }

  async open(): Promise<void> {
    const store = await openStore<MonitorTestProcedures>({ place: this.place, module: MODULE });
    this.#store = store;
    this.#desk = new FeedDesk({
      ...{ participant: MONITOR, store, source: undefined, timers: systemTimers },
      ...{ clock: { now: () => this.#nowMs } },
      logger: createLogger({ name: "year", level: "silent" }),
    });
  }

  async close(): Promise<void> {
    await this.#desk?.stop();
    await this.#store?.close();
  }

  /** Has messages taken that come together, at the time of the newest; says what became of each. */
  async take(some: readonly YearFeed[]): Promise<string[]> {
    this.#nowMs = Math.max(this.#nowMs, ...some.map(({ madeAtMs }) => madeAtMs));
    const taken = await Promise.all(some.map(({ feed }) => this.#desk?.take({ bytes: feed })));
    return taken.map((one) => (typeof one === "string" ? one : "refused"));
  }

  /** As the carrier does: what has a gap before it is brought again. */
  async takeAll(some: readonly YearFeed[]): Promise<void> {
    for (let left = some; left.length > 0; ) {
      const became = await this.take(left);
      expect(became).not.toContain("refused");
      left = left.filter((_, place) => became[place] === "gap");
    }
  }

  /** Number of the newest message. */
  async end(): Promise<number | undefined> {
    return (await this.#store?.call("chainEnd", undefined))?.number;
  }
}

/** Everything that was counted or kept of the feed, without when the monitor did it. */
const KEPT = [
  "SELECT * FROM monitor_cell ORDER BY cut, status, length, start, state, key, vintage",
  "SELECT * FROM monitor_histogram ORDER BY cut, status, length, start, state, vintage",
  "SELECT * FROM monitor_open ORDER BY status, state, day",
  "SELECT * FROM monitor_open_change ORDER BY status, state, month, day",
  "SELECT * FROM monitor_reporting ORDER BY status, length, start, state",
  "SELECT * FROM monitor_event ORDER BY log_index",
  "SELECT * FROM monitor_release ORDER BY id",
  "SELECT * FROM monitor_release_table ORDER BY release_id, name",
  "SELECT number, digest, content, made_at, counted, refused FROM monitor_feed ORDER BY number",
  "SELECT day, events_told, events_fed, differences FROM monitor_day ORDER BY day",
  "SELECT * FROM monitor_refusal ORDER BY code",
  "SELECT day, share, prints FROM monitor_day_kept ORDER BY day",
  // Where the carrier brings again what is missing, nothing is fetched.
  "SELECT kind, detail FROM post_incident WHERE kind <> 'FEED_NOT_FETCHED' ORDER BY id",
];

/** By query, how many rows there are and a digest of all. */
async function kept(place: StorePlace): Promise<Record<string, readonly [number, string]>> {
  return await readStore(place, async (tx) => {
    const all: Record<string, readonly [number, string]> = {};
    for (const sql of KEPT) {
      const rows = await tx.all(sql);
      all[sql] = [rows.length, hash("sha256", JSON.stringify(rows))];
    }
    return all;
  });
}

/** Some messages at a time, as many as chance says. */
function* portions(some: readonly YearFeed[], random: () => number): Generator<YearFeed[]> {
  for (let at = 0; at < some.length; ) {
    const size = 1 + Math.floor(random() ** 3 * 200);
    yield some.slice(at, at + size);
    at += size;
  }
}

/** In another order, and some twice. */
function disturbed(some: readonly YearFeed[], random: () => number): YearFeed[] {
  const twice = some.flatMap((feed) => (random() < 0.1 ? [feed, feed] : [feed]));
  return twice.toSorted((one, other) =>
    random() < 0.02 ? other.madeAtMs - one.madeAtMs : one.madeAtMs - other.madeAtMs,
  );
}

test(`a year, seed ${SEED}, is counted as its log is, whatever happens on the way (TP-MON-4)`, async () => {
  const random = randomFrom(SEED);
  const [plain, tried] = [new YearMonitor("plain"), new YearMonitor("tried")];
  await plain.open();
  for (const some of portions(feeds, random)) {
    expect(new Set(await plain.take(some))).toEqual(new Set(["taken"]));
  }
  await plain.close();

  const third = Math.floor(feeds.length / 3);
  await tried.open();
  for (const some of portions(feeds.slice(0, third), random)) {
    await tried.takeAll(disturbed(some, random));
  }
  await tried.close();
  const some = feeds.slice(third, third + 40);
  const nowMs = some.at(-1)?.madeAtMs ?? 0;
  const bytes = some.map(({ feed }) => Buffer.from(feed).toString("base64"));
  const args = [KILLED, tried.place.file, MONITOR, String(nowMs), ...bytes];
  expect(spawnSync(process.execPath, args)).toMatchObject({ signal: "SIGKILL" });
  await tried.open();
  expect(await tried.end()).toBe(third);
  // A week without a line: then everything that was made meanwhile comes at once.
  const back = feeds.findIndex(({ madeAtMs }) => madeAtMs > nowMs + WEEK_MS);
  await tried.takeAll(feeds.slice(third, back));
  for (const more of portions(feeds.slice(back), random)) await tried.takeAll(more);
  expect(new Set(await tried.take(feeds.slice(0, 300)))).toEqual(new Set(["known"]));
  await tried.close();

  expect(await kept(tried.place)).toEqual(await kept(plain.place));
  const compared = await readStore(tried.place, (tx) => compareRecount(tx, log));
  expect(compared.differences).toEqual([]);
  expect(compared.events).toBeGreaterThan(PLAN.messages / 2);
  const days =
    "SELECT sum(events_told) AS told, sum(differences <> '[]') AS differing FROM monitor_day";
  expect(await readStore(tried.place, (tx) => tx.get(days))).toEqual({
    told: compared.events,
    differing: 0,
  });
});
