/**
 * What a monitor's store promises on SQLite and on PostgreSQL: the feed, ledgers, and everything
 * that the services of participants share.
 */
import { afterEach, describe, expect, test } from "vitest";
import { ExchangeStatus, Kind, TraceMove } from "#proto";
import type { Database, StorePlace } from "#runtime";
import { openStore } from "#store";
import type { RegisterView } from "#trust";
import { sha256 } from "#wire";
import { coverageOf } from "../../services/regional-monitor/figures/coverage.ts";
import { queryFigures } from "../../services/regional-monitor/figures/query-figures.ts";
import { MadeFeed, MONITOR, monitorEvent, shareOf } from "../support/made-feed.ts";
import { inboundLedger, type MonitorTestProcedures } from "../support/monitor-store.ts";

const MODULE = new URL("../support/monitor-store.ts", import.meta.url);
const MADE = "2026-10-04T00:30:00Z";
const NOW_MS = Date.parse("2026-10-04T00:31:00Z");

/** The store of the test that runs. */
interface Opened {
  open(place?: StorePlace): Promise<Database<MonitorTestProcedures>>;
  newPlace(): Promise<StorePlace>;
}

/** Runs the contract over stores of one kind. */
export function describeMonitorStore(name: string, newPlace: () => Promise<StorePlace>): void {
  describe(`a monitor's store on ${name} (TP-MON-2)`, () => {
    let store: Database<MonitorTestProcedures> | undefined;
    afterEach(() => store?.close());
    const open = async (place?: StorePlace) => {
      await store?.close();
      store = await openStore({ place: place ?? (await newPlace()), module: MODULE });
      return store;
    };
    testFeed({ open, newPlace });
    testFigures({ open, newPlace });
    testLedgers({ open, newPlace });
    testWitness({ open, newPlace });
    testShared({ open, newPlace });
  });
}

type Store = Database<MonitorTestProcedures>;

async function take(store: Store, ...feeds: Uint8Array[]) {
  return await store.call("takeFeeds", { feeds, monitor: MONITOR, nowMs: NOW_MS });
}

function look(store: Store, sql: string) {
  return store.call("look", { sql });
}

function testFeed({ newPlace, open }: Opened): void {
  test("keeps a feed over a restart, each message once and whole", async () => {
    const place = await newPlace();
    let store = await open(place);
    const feed = new MadeFeed();
    const answer = { kind: Kind.TRACE_REPLY, move: TraceMove.FINAL, fromState: "AT" };
    const events = [
      monitorEvent({ logIndex: 1n }),
      monitorEvent({ logIndex: 2n, toState: "ZZ" }),
      monitorEvent({ logIndex: 3n, ...answer, hoursSinceRequest: 7 }),
    ];
    feed.events(events, MADE);
    feed.events([monitorEvent({ logIndex: 4n }), monitorEvent({ logIndex: 1n })], MADE);
    feed.counts(shareOf("2026-10-03", [...events, monitorEvent({ logIndex: 4n })]), MADE);
    const [first, second, third] = feed.sent as [Uint8Array, Uint8Array, Uint8Array];
    expect(await take(store, second)).toEqual([{ type: "gap", missing: { first: 1, last: 1 } }]);
    expect(await take(store, first)).toEqual([
      { type: "taken", number: 1, counted: 2, refused: 1 },
    ]);
    store = await open(place);
    expect(await take(store, first, second, third, second)).toEqual([
      { type: "known", number: 1 },
      { type: "taken", number: 2, counted: 1, refused: 1 },
      { type: "taken", number: 3, counted: 0, refused: 0 },
      { type: "known", number: 2 },
    ]);
    expect(await store.call("feedStatus", undefined)).toMatchObject({
      number: 3,
      counted: 3,
      refused: { EVENT_REPEATED: 1, STATE_UNKNOWN: 1 },
      daysCompared: 1,
      daysDiffering: 0,
    });
    const cells = await look(
      store,
      `SELECT sum(value) AS sum, count(*) AS rows FROM monitor_cell
      WHERE cut = 1 AND state = '*'`,
    );
    expect(cells).toEqual([{ sum: 12, rows: 8 }]);
    const hours = await look(
      store,
      "SELECT counts FROM monitor_histogram WHERE state = '*' LIMIT 1",
    );
    expect(hours).toEqual([{ counts: new Uint8Array([7, 0, 0, 0, 1, 0, 0, 0]) }]);
  });
}

function testFigures({ open }: Opened): void {
  test("tells figures, what was open, and who reports (TP-MON-13, TP-MON-16)", async () => {
    const store = await open();
    const feed = new MadeFeed();
    const asked = monitorEvent({ logIndex: 1n });
    const answer = {
      kind: Kind.TRACE_REPLY,
      move: TraceMove.FINAL,
      fromState: "AT",
      toState: "NE",
    };
    const ended = { hoursSinceRequest: 7, endedRequestHour: asked.recordedHour };
    const events = [
      asked,
      monitorEvent({ logIndex: 2n }),
      monitorEvent({ logIndex: 3n, ...answer, ...ended }),
    ];
    await take(store, feed.events(events, MADE));
    const deps = {
      ...{ participant: MONITOR, store, clock: { now: () => NOW_MS } },
      register: () => ({ version: 1n, participants: [] }) as unknown as RegisterView,
    };
    const ask = async (measure: string, more: object = {}) => {
      const range = { from: "2026-10", to: "2026-10", ...more };
      const figures = await queryFigures(deps, { measure, ...range });
      return figures.map(({ by, value }) => [...Object.values(by), value].join(" "));
    };
    expect(await ask("MESSAGES", { by: "REGION,TO_REGION" })).toEqual([
      "WESTERN_AFRICA WESTERN_EUROPE 2",
      "WESTERN_EUROPE WESTERN_AFRICA 1",
    ]);
    expect(await ask("MESSAGES", { by: "STATE,KIND" })).toEqual([
      "AT TRACE_REPLY 1",
      "NE TRACE_REQUEST 2",
    ]);
    expect(await ask("HOURS_TO_ANSWER", { by: "STATE", asOf: "2026-11-30" })).toEqual([
      "AT MEDIAN 7",
      "AT P90 7",
    ]);
    expect(await ask("OPEN_REQUESTS", { by: "STATE" })).toEqual(["AT 1"]);
    expect(await ask("OVERDUE_REQUESTS")).toEqual(["0"]);
    expect(await ask("TRACE_REQUESTS", { basis: "RELEASES" })).toEqual([""]);
    expect(await ask("VC_ARM_SZTRACE")).toEqual([]);
    const year = { length: "YEAR", from: "2026", to: "2026" } as const;
    expect(await coverageOf(deps, year)).toMatchObject([
      { period: "2026", statesReporting: 2, monthsReporting: 1 },
    ]);
  });
}

function testLedgers({ open }: Opened): void {
  test("keeps ledgers through the inbox, and every vintage that rises (TP-MON-11)", async () => {
    const store = await open();
    const bring = async (vintage: number) => {
      const inbound = inboundLedger({ vintage }, NOW_MS);
      return await store.call("postStoreInbound", inbound);
    };
    expect(await bring(2)).toMatchObject({ outcome: "delivered" });
    expect(await bring(2)).toMatchObject({ outcome: "rejected" });
    expect(await bring(1)).toMatchObject({ outcome: "rejected" });
    expect(await bring(3)).toMatchObject({ outcome: "delivered" });
    const question = { status: ExchangeStatus.ACTUAL, firstYear: 2026, lastYear: 2026 };
    const all = { ...question, signedByMs: Number.MAX_SAFE_INTEGER, limit: 10 };
    expect(await store.call("readLedgers", { ...all, isAll: true })).toHaveLength(2);
    expect(await store.call("readLedgers", { ...all, isAll: false })).toHaveLength(1);
    const status = await store.call("postStatus", undefined);
    expect(status.inbox.map(({ count, state }) => `${state} ${count}`).toSorted()).toEqual([
      "delivered 2",
      "rejected 2",
    ]);
    expect(status.receiptsOwed).toBe(4);
  });
}

function testWitness({ open }: Opened): void {
  test("keeps what it has cosigned, once each, and proofs of a fork (TP-MON-19)", async () => {
    const store = await open();
    const origin = "exchange.example/log";
    const keep = (oldSize: number, size: number) => {
      const rootHash = sha256(Buffer.of(size));
      const one = { origin, oldSize, size, rootHash, note: `${size}`, nowMs: NOW_MS };
      return store.call("keepWitnessed", one);
    };
    const kept = [await keep(0, 3), await keep(0, 4), await keep(3, 7), await keep(3, 9)];
    expect(kept).toEqual([null, 3, null, 7]);
    expect(await store.call("lastWitnessed", origin)).toMatchObject({ size: 7, note: "7" });
    const pair = { origin, size: 7, kept: "7", other: "seven", nowMs: NOW_MS };
    const added = [await store.call("keepConflict", pair), await store.call("keepConflict", pair)];
    expect(added).toEqual([true, false]);
    const glance = { origin, size: 7, cosignedAtMs: NOW_MS, conflicts: 1 };
    expect(await store.call("witnessGlance", undefined)).toEqual(glance);
    await store.call("endLog", { origin, succeededBy: "next.example/log", nowMs: NOW_MS });
    const ended = { origin: null, size: 0, cosignedAtMs: null, conflicts: 1 };
    expect(await store.call("witnessGlance", undefined)).toEqual(ended);
  });
}

function testShared({ open }: Opened): void {
  test("has outbox, users, changes, webhooks and records as every participant's", async () => {
    const store = await open();
    await store.call("feedOpen", { keptMax: 10, incidentsPerMinuteMax: 5 });
    const drafts = [1, 2].map(() => store.call("draft", { recipient: "AT", nowMs: NOW_MS }));
    const ids = await Promise.all(drafts);
    expect(new Set(ids).size).toBe(2);
    expect(await look(store, "SELECT last_sequence FROM post_pair_sent")).toEqual([
      { last_sequence: 2 },
    ]);
    const digest = sha256(Buffer.from("junk"));
    const incident = { kind: "JUNK", digest, subject: "tp.in", detail: "made up" } as const;
    for (const _ of [1, 2]) await store.call("postRecordIncident", { incident, nowMs: NOW_MS });
    const { incidents } = await store.call("postStatus", undefined);
    expect(incidents).toMatchObject({ JUNK: 2 });
    const keys = [{ keyId: "ed25519:aa", sinceMs: NOW_MS }];
    await store.call("postFollowKeys", { keys, nowMs: NOW_MS });
    await store.call("noteKeeper", { participant: MONITOR });
    await store.call("noteKeeper", { participant: MONITOR });
    await store.call("lookForDue", { nowMs: NOW_MS, limit: 100 });
    expect(await store.call("recordCounts", { nowMs: NOW_MS })).toMatchObject({ due: 0 });
    const items = await look(store, "SELECT kind, key FROM record_item ORDER BY id");
    expect(items.map(({ kind, key }) => `${kind} ${key}`)).toContain("day post_outbox 2026-10-04");
    expect(await store.call("postOpen", undefined)).toMatchObject({ missing: [] });
    const changes = await store.call("feedRead", { after: null, limit: 10 });
    expect(changes).toMatchObject({ type: "page" });
    await store.call("postResume", { nowMs: NOW_MS });
  });
}
