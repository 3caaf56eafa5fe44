import { afterEach, beforeEach, expect, test } from "vitest";
import {
  FeedDesk,
  type FeedDeskDeps,
} from "../../../services/regional-monitor/ingest/feed-desk.ts";
import type { FeedSource } from "../../../services/regional-monitor/ingest/feed-source.ts";
import { MadeFeed, MONITOR, monitorEvent } from "../../support/made-feed.ts";
import { MemoryMonitor } from "../../support/memory-monitor.ts";

/** Who takes the feed in its order, whether it was pushed or fetched (TP-MON-3). */

const MADE = "2026-10-04T00:30:00Z";
let monitor: MemoryMonitor;
let feed: MadeFeed;

beforeEach(() => {
  monitor = new MemoryMonitor(Date.parse("2026-10-04T00:31:00Z"));
  feed = new MadeFeed();
  for (const logIndex of [1n, 2n, 3n, 4n]) feed.events([monitorEvent({ logIndex })], MADE);
});

afterEach(() => monitor.close());

function deskWith(source: FeedSource | undefined): FeedDesk {
  const { clock, store } = monitor.deps;
  const parts = { participant: MONITOR, source, clock, store, timers: { after: () => () => {} } };
  const logger = { warn: () => undefined };
  return new FeedDesk({ ...parts, logger } as unknown as FeedDeskDeps);
}

test("what was missed is fetched, and what came too early is known then", async () => {
  const asked: number[] = [];
  const desk = deskWith({
    fetch: async ({ first }) => {
      asked.push(first);
      return feed.sent.slice(first - 1, first + 1);
    },
  });
  const [first, , third] = feed.sent as [Uint8Array, Uint8Array, Uint8Array];
  expect(await desk.take({ bytes: first })).toBe("taken");
  expect(await desk.take({ bytes: third })).toBe("gap");
  await desk.stop();
  expect(asked[0]).toBe(2);
});

test("a start asks for what came while nobody was there", async () => {
  const desk = deskWith({ fetch: async ({ first }) => feed.sent.slice(first - 1) });
  desk.start();
  await expect
    .poll(() => monitor.tx.get("SELECT max(number) AS number FROM monitor_feed"))
    .toEqual({ number: 4 });
  await desk.stop();
  expect(await desk.take({ bytes: feed.sent[2] as Uint8Array })).toBe("known");
});

test("what is of another chain is refused with its reason", async () => {
  const other = new MadeFeed("ORG-RECSA").events([], MADE);
  expect(await deskWith(undefined).take({ bytes: other })).toMatchObject({ code: "NOT_ADDRESSED" });
});
