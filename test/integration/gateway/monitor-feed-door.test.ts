import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { createHttpServer, type HttpServer } from "#http";
import { FeedPage, ParticipantStatus, Role } from "#proto";
import { MONITOR_FEED_LIMITS, MONITOR_LIMITS, newMessageId } from "#runtime";
import { createSigner, generateSigningKey, PAYLOAD_TYPES, type RegisterView } from "#trust";
import {
  buildFeedMessage,
  encodeMessage,
  type HeaderSigner,
  parseEnvelope,
  parseMonitorFeed,
} from "#wire";
import { addMonitorFeedFetch } from "../../../gateway/api/monitor-feed-routes.ts";
import {
  FeedDesk,
  type FeedDeskDeps,
} from "../../../services/regional-monitor/ingest/feed-desk.ts";
import {
  type FeedSource,
  feedSourceFrom,
} from "../../../services/regional-monitor/ingest/feed-source.ts";
import { store as monitorStore } from "../../../services/regional-monitor/store.ts";
import { feederOf, registerWith } from "../../support/fed-gateway.ts";
import { askFeed, type FeedRequestParts, feedRequestText } from "../../support/feed-requests.ts";
import { type GatewayBench, openGatewayBench } from "../../support/gateway-bench.ts";
import { ManualTime } from "../../support/manual-time.ts";
import { openMemoryTransaction } from "../../support/memory-transaction.ts";
import { traceRequest } from "../../support/messages.ts";
import { makeParties } from "../../support/parties.ts";
import { TEST_TITLE } from "../../support/test-route.ts";

/** TP-FEED-13, TP-FEED-14 and TP-MON-23: a monitor has numbers that it lacks from the gateway. */

const MONITOR = "ORG-ECOWAS";
const OTHER = "ORG-RECSA";
const MESSAGES = 7;
const role = Role.REGIONAL_MONITOR;
const parties = makeParties([
  { id: "NE" },
  { id: "BR" },
  { id: MONITOR, role },
  { id: OTHER, role },
]);
const { logOrigin } = parties.register;
const time = new ManualTime();

let bench: GatewayBench;
let server: HttpServer;
let view: RegisterView;
/** The chain as it was put on the carrier. */
let chain: Uint8Array[];

function signerOf(id: string) {
  return createSigner(parties.party(id).key, PAYLOAD_TYPES.feedRequest);
}

/** Asks as the monitor does, unless it is changed; a second later each time. */
async function ask(changes: Partial<FeedRequestParts> = {}, signer = signerOf(MONITOR)) {
  time.advance(1_000);
  bench.nowMs = time.now();
  const about = { monitor: MONITOR, logOrigin, madeAtMs: time.now(), ...changes };
  return await askFeed(server.url, await feedRequestText(about, signer));
}

/** Feeds of a page, as the door gave them. */
function feedsIn(bytes: Uint8Array) {
  return FeedPage.decode(bytes).envelopes.map((envelope) => {
    const message = parseEnvelope(envelope, { allowGatewaySender: true });
    if (!message.ok) throw new TypeError(message.refusal.field);
    const feed = parseMonitorFeed(message.value);
    if (!feed.ok) throw new TypeError(feed.refusal.field);
    return feed.value;
  });
}

/** Reads what is kept of a chain. */
async function kept(monitor: string): Promise<Uint8Array[]> {
  const sql = "SELECT feed FROM monitor_feed WHERE monitor = ? ORDER BY number";
  const rows = await bench.read((tx) => tx.all<{ feed: Uint8Array }>(sql, monitor));
  return rows.map(({ feed }) => new Uint8Array(feed));
}

beforeAll(async () => {
  bench = await openGatewayBench(parties);
  bench.nowMs = time.now();
  const register = registerWith(parties, ["NE"]);
  const { feeder } = feederOf(bench, parties, { register });
  for (let sent = 0; sent < MESSAGES; sent += 1) {
    await bench.send(traceRequest(parties.party("NE"), ["BR"]));
    await feeder.feed();
  }
  chain = await kept(MONITOR);
  server = await createHttpServer({
    ...{ host: "127.0.0.1", port: 0, health: {}, title: TEST_TITLE, logger: bench.logger },
    openRoutes: (routes) =>
      addMonitorFeedFetch(routes, {
        ...{ store: bench.store, clock: bench.clock, register: { view: () => view } },
        signers: { receipt: createSigner(parties.receiptKey, PAYLOAD_TYPES.receipt) },
      }),
  });
});

afterAll(async () => {
  await server.close();
  await bench.close();
});

beforeEach(() => {
  view = registerWith(parties, ["NE"]);
});

describe("the door for what a monitor lacks (TP-FEED-13, TP-FEED-14)", () => {
  test("gives the bytes of the chain from a number on, signed, and says where it ends", async () => {
    expect(chain).toHaveLength(MESSAGES);
    const { bytes } = await ask({ first: 3, count: 4 });
    expect(feedsIn(bytes).map((feed) => new Uint8Array(feed.bytes))).toEqual(chain.slice(2, 6));
    expect(FeedPage.decode(bytes).newest).toBe(BigInt(MESSAGES));
    const next = await ask({ first: MESSAGES + 1 });
    expect(FeedPage.decode(next.bytes)).toEqual({
      ...{ first: BigInt(MESSAGES + 1), envelopes: [], newest: BigInt(MESSAGES) },
    });
  });

  test("gives nobody the chain of another one", async () => {
    const foreign = await ask({ monitor: OTHER });
    expect(foreign).toMatchObject({ status: 401, code: "FEED_UNPROVEN" });
    expect(foreign.detail).toContain("SENDER_MISMATCH");
    const own = await ask({ monitor: OTHER }, signerOf(OTHER));
    expect(feedsIn(own.bytes).map(({ feed }) => feed.monitor)).toEqual(
      (await kept(OTHER)).map(() => OTHER),
    );
  });

  test("hears nobody who has not signed, with a key of the register, for this, here and now", async () => {
    const header = createSigner(parties.party(MONITOR).key, PAYLOAD_TYPES.header);
    const unknown = createSigner(generateSigningKey(), PAYLOAD_TYPES.feedRequest);
    const gateway = createSigner(parties.receiptKey, PAYLOAD_TYPES.feedRequest);
    const late = bench.nowMs - 6 * 60_000;
    const said = await Promise.all([
      ask({}, unknown),
      ask({}, header),
      ask({}, gateway),
      ask({ logOrigin: "another.example/log" }),
      ask({ madeAtMs: late }),
      ask({ madeAtMs: bench.nowMs + 6 * 60_000 }),
      ask({ count: MONITOR_FEED_LIMITS.pushMax + 1 }),
      ask({ first: 0 }),
      askFeed(server.url, Buffer.from("hello").toString("base64")),
    ]);
    expect(said.map(({ code }) => code)).toEqual(said.map(() => "FEED_UNPROVEN"));
    expect(said.map(({ detail }) => detail.split(":")[0])).toEqual([
      "KEY_UNKNOWN",
      "SIGNATURE_INVALID",
      "SENDER_MISMATCH",
      "NOT_ADDRESSED",
      "CLOCK_SKEW",
      "CLOCK_SKEW",
      "MALFORMED",
      "MALFORMED",
      "MALFORMED",
    ]);
  });

  test("answers a request once, and none that was made before it", async () => {
    time.advance(1_000);
    bench.nowMs = time.now();
    const about = { monitor: MONITOR, logOrigin, madeAtMs: time.now() };
    const request = await feedRequestText(about, signerOf(MONITOR));
    expect((await askFeed(server.url, request)).status).toBe(200);
    expect(await askFeed(server.url, request)).toMatchObject({
      status: 409,
      code: "FEED_REPEATED",
    });
    const earlier = await feedRequestText(
      { ...about, madeAtMs: about.madeAtMs - 1 },
      signerOf(MONITOR),
    );
    expect((await askFeed(server.url, earlier)).code).toBe("FEED_REPEATED");
    expect((await ask()).status).toBe(200);
  });

  test("has nothing for who was removed or suspended, or is no monitor", async () => {
    const asState = createSigner(parties.party("NE").key, PAYLOAD_TYPES.feedRequest);
    const refused = { status: 403, code: "FEED_NOT_FED" };
    expect(await ask({ monitor: "NE" }, asState)).toMatchObject(refused);
    for (const status of [ParticipantStatus.REMOVED, ParticipantStatus.SUSPENDED]) {
      view = registerWith(parties, ["NE"], ({ id }) => (id === MONITOR ? { status } : {}));
      expect(await ask()).toMatchObject(refused);
    }
  });
});

/** A monitor's desk over a store in memory, and what it has noted. */
function openMonitor(source: FeedSource | undefined) {
  const tx = openMemoryTransaction(...monitorStore.migrations.map(({ sql }) => sql));
  const procedures: Readonly<Record<string, (on: typeof tx, args: never) => Promise<unknown>>> =
    monitorStore.procedures;
  const call = async (name: string, args: never) => await procedures[name]?.(tx, args);
  const store = { call } as FeedDeskDeps["store"];
  const about = { participant: MONITOR, clock: time, timers: time, logger: bench.logger };
  const desk = new FeedDesk({ ...about, store, source });
  /** Waits until what is asked for is there. */
  const rest = () => desk.stop();
  const push = async (number: number) =>
    await desk.take({ bytes: chain[number - 1] ?? new Uint8Array() });
  const count = async () => (await tx.all("SELECT number FROM monitor_feed")).length;
  const incidents = async () =>
    (await tx.all<{ kind: string; detail: string }>("SELECT kind, detail FROM post_incident")).map(
      ({ detail, kind }) => `${kind} ${detail}`,
    );
  return { desk, rest, push, count, incidents };
}

/** Fetches from an address as the monitor does. */
function sourceAt(exchangeUrl: string, signer = signerOf(MONITOR)): FeedSource {
  const clock = {
    now: () => {
      time.advance(1_000);
      bench.nowMs = time.now();
      return bench.nowMs;
    },
  };
  const register = () => view;
  return feedSourceFrom({
    exchangeUrl,
    participant: MONITOR,
    register,
    signer: () => signer,
    clock,
  });
}

describe("a monitor that lacks numbers (TP-MON-23)", () => {
  test("fetches what was told while it was away, page by page, and knows what comes twice", async () => {
    const whole = sourceAt(server.url);
    const asked: number[] = [];
    const source: FeedSource = {
      fetch: async ({ first }) => {
        asked.push(first);
        return await whole.fetch({ first, last: first + 2 });
      },
    };
    const monitor = openMonitor(source);
    expect(await monitor.push(MESSAGES)).toBe("gap");
    await vi.waitFor(async () => expect(await monitor.count()).toBe(MESSAGES));
    await monitor.rest();
    expect(asked).toEqual([1, 4, 7, 8]);
    expect(await monitor.push(MESSAGES)).toBe("known");
    expect(await monitor.incidents()).toEqual([]);
  });

  test("and cannot have them says so, with the way out, and asks again", async () => {
    const unconfigured = openMonitor(undefined);
    expect(await unconfigured.push(2)).toBe("gap");
    await unconfigured.rest();
    expect(await unconfigured.incidents()).toEqual([
      expect.stringMatching(/^FEED_NOT_FETCHED exchangeUrl is not configured Put the address/),
    ]);
    view = registerWith(parties, ["NE"], ({ id }) =>
      id === MONITOR ? { status: ParticipantStatus.SUSPENDED } : {},
    );
    const monitor = openMonitor(sourceAt(server.url));
    monitor.desk.start();
    await vi.waitFor(async () =>
      expect(await monitor.incidents()).toEqual([
        expect.stringMatching(/^FEED_NOT_FETCHED FEED_NOT_FED: .*Ask the secretariat/),
      ]),
    );
    view = registerWith(parties, ["NE"]);
    time.advance(MONITOR_LIMITS.fetchRetryMs);
    await vi.waitFor(async () => expect(await monitor.count()).toBe(MESSAGES));
    await monitor.rest();
  });

  test("waits for a door that is away, which is an incident once something is missing", async () => {
    const monitor = openMonitor(sourceAt("http://127.0.0.1:9"));
    monitor.desk.start();
    await monitor.rest();
    expect(await monitor.incidents()).toEqual([]);
    const waiting = openMonitor(sourceAt("http://127.0.0.1:9"));
    expect(await waiting.push(2)).toBe("gap");
    await waiting.rest();
    expect(await waiting.incidents()).toEqual([
      expect.stringMatching(/^FEED_NOT_FETCHED http.* does not answer/),
    ]);
  });

  test("believes no door that gives what the gateway has not signed, or nothing, or the same", async () => {
    const forger = createSigner(generateSigningKey(), PAYLOAD_TYPES.receipt);
    const pageOf = (signer: HeaderSigner, feeds: readonly Uint8Array[]) => {
      const about = { recipient: MONITOR, sentAtMs: time.now(), registerVersion: view.version };
      const envelopes = feeds.map((feed) => {
        const draft = { ...about, messageId: newMessageId(time.now()), feed };
        return buildFeedMessage(draft, signer).bytes;
      });
      return encodeMessage(FeedPage, { first: 1n, envelopes, newest: 99n });
    };
    const gateway = createSigner(parties.receiptKey, PAYLOAD_TYPES.receipt);
    const pages = {
      KEY_UNKNOWN: pageOf(forger, chain),
      "MALFORMED feed_page": Buffer.from("hello"),
      "does not give number 1": pageOf(gateway, []),
      "does not give number 2": pageOf(gateway, chain.slice(0, 1)),
    };
    for (const [said, page] of Object.entries(pages)) {
      const door = createServer((_, response) => response.end(page));
      await new Promise<void>((resolve) => door.listen(0, "127.0.0.1", resolve));
      const { port } = door.address() as AddressInfo;
      const monitor = openMonitor(sourceAt(`http://127.0.0.1:${port}`));
      expect(await monitor.push(MESSAGES)).toBe("gap");
      const wanted = [expect.stringContaining(said)];
      await vi.waitFor(async () => expect(await monitor.incidents(), said).toEqual(wanted));
      await monitor.rest();
      door.close();
    }
  });
});

describe("the ends of a chain (TP-FEED-14)", () => {
  test("says so where the chain has not come so far, and where it is not kept any more", async () => {
    const ahead = await ask({ first: MESSAGES + 2 });
    expect(ahead).toMatchObject({ status: 409, code: "FEED_AHEAD" });
    expect(ahead.detail).toContain(`${MESSAGES}`);
    await bench.store.call("trimFeeds", { nowMs: time.now() + 2 * MONITOR_FEED_LIMITS.keptMs });
    const gone = await ask({ first: 1 });
    expect(gone).toMatchObject({ status: 410, code: "FEED_GONE" });
    expect(gone.detail).toContain(`${MESSAGES}`);
  });
});
