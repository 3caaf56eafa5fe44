import { afterEach, beforeEach, expect, test } from "vitest";
import { TracepostError } from "#errors";
import { MONITOR_LIMITS } from "#runtime";
import {
  FeedQueue,
  type FeedQueueDeps,
} from "../../../services/regional-monitor/ingest/feed-queue.ts";
import type { FeedOffers } from "../../../services/regional-monitor/ingest/take-feed.ts";
import { store } from "../../../services/regional-monitor/store.ts";
import { MadeFeed, MONITOR, monitorEvent } from "../../support/made-feed.ts";
import { type MemoryTransaction, openMemoryTransaction } from "../../support/memory-transaction.ts";

/** Messages of a feed that wait for the store (TP-MON-4). */

const MADE = "2026-10-04T00:30:00Z";
let tx: MemoryTransaction;
let feed: MadeFeed;
/** Messages of each transaction. */
let together: number[];

beforeEach(() => {
  tx = openMemoryTransaction(...store.migrations.map(({ sql }) => sql));
  feed = new MadeFeed();
  together = [];
  for (let index = 1n; index <= 6n; index += 1n) {
    feed.events([monitorEvent({ logIndex: index })], MADE);
  }
});

afterEach(() => tx[Symbol.dispose]());

/** A queue before the real procedure; the disk takes nothing that holds the message given. */
function queueWith(untakable?: Uint8Array): FeedQueue {
  const call = async (_name: string, offers: FeedOffers) => {
    together.push(offers.feeds.length);
    if (offers.feeds.some((one) => one === untakable)) throw new TracepostError("STORE", "full");
    return await store.procedures.takeFeeds(tx, offers);
  };
  const clock = { now: () => Date.parse(MADE) };
  const deps = { participant: MONITOR, clock, store: { call } };
  return new FeedQueue(deps as unknown as FeedQueueDeps);
}

test("what is offered together is taken in one transaction, each with an outcome of its own", async () => {
  const queue = queueWith();
  const [first, second, third, , fifth] = feed.sent as Uint8Array[];
  const other = new MadeFeed("ORG-RECSA").events([], MADE);
  const offered = [first, second, first, other, fifth, third] as Uint8Array[];
  const taken = await Promise.all(offered.map((one) => queue.take(one)));
  expect(taken.map(({ type }) => type)).toEqual([
    ...["taken", "taken", "known", "refused", "gap", "taken"],
  ]);
  expect(together).toEqual([6]);
  expect(await queue.take(feed.sent[3] as Uint8Array)).toMatchObject({ type: "taken", number: 4 });
  expect(together).toEqual([6, 1]);
  const cells = "SELECT sum(value) AS sum FROM monitor_cell WHERE cut = 1 AND state = '*'";
  expect(await tx.get(cells)).toEqual({ sum: 16 });
});

test("no more go together than a transaction is to hold", async () => {
  const queue = queueWith();
  const count = MONITOR_LIMITS.togetherMax + 3;
  const again = Array.from({ length: count }, () => queue.take(feed.sent[0] as Uint8Array));
  await Promise.all(again);
  expect(together).toEqual([MONITOR_LIMITS.togetherMax, 3]);
  together = [];
  const long = Array.from({ length: 1_000 }, (_, n) => monitorEvent({ logIndex: BigInt(n + 9) }));
  const large = feed.events(long, MADE);
  expect(large.length * 2).toBeGreaterThan(MONITOR_LIMITS.togetherBytesMax);
  await Promise.all([large, large].map((one) => queue.take(one)));
  expect(together).toEqual([1, 1]);
});

test("a fault is that of the message it is of", async () => {
  const [first, second, third] = feed.sent as [Uint8Array, Uint8Array, Uint8Array];
  const queue = queueWith(second);
  const taken = await Promise.allSettled([first, second, third].map((one) => queue.take(one)));
  expect(taken).toMatchObject([
    { value: { type: "taken", number: 1 } },
    { reason: { code: "STORE" } },
    { value: { type: "gap", missing: { first: 2, last: 2 } } },
  ]);
  expect(together).toEqual([3, 1, 1, 1]);
});
