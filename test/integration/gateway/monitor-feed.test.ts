import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ExchangeStatus, Kind, type MonitorEvent, MonitorFeed, Role } from "#proto";
import { equalBytes, parseDispatch, parseMonitorFeed, sha256 } from "#wire";
import { feederOf as openFeeder, registerWith } from "../../support/fed-gateway.ts";
import { type GatewayBench, openGatewayBench } from "../../support/gateway-bench.ts";
import { recipientReceipt, traceRequest } from "../../support/messages.ts";
import { makeParties, type Parties } from "../../support/parties.ts";

const MONITOR = "ORG-ECOWAS";

let parties: Parties;
let bench: GatewayBench;
let isAway = false;

/** A feeder, where some States have consented to EVENTS. */
function feederOf(gateway: GatewayBench, consenting: readonly string[]) {
  const register = registerWith(parties, consenting);
  return openFeeder(gateway, parties, { register, isAway: () => isAway });
}

/** What is in the inbox, as the monitor reads it. */
function feedsIn(pushed: readonly Uint8Array[]) {
  return pushed.map((data) => {
    const parsed = parseDispatch(data);
    if (!parsed.ok) throw new TypeError(parsed.refusal.field);
    const feed = parseMonitorFeed(parsed.value.message);
    if (!feed.ok) throw new TypeError(feed.refusal.field);
    return feed.value;
  });
}

function eventsIn(pushed: readonly Uint8Array[]): MonitorEvent[] {
  return feedsIn(pushed).flatMap(({ feed: { content } }) => {
    return content?.$case === "events" ? content.value.events : [];
  });
}

/** Six records that count, one of them an exercise and one refused, and a receipt that does not. */
async function exchangeMessages(): Promise<void> {
  const [ne, br] = [parties.party("NE"), parties.party("BR")];
  const first = traceRequest(ne, ["BR"]);
  await bench.send(first);
  await bench.send(traceRequest(ne, ["AT"]));
  await bench.send(traceRequest(br, ["AT"]));
  await bench.send(traceRequest(br, ["NE"]));
  await bench.send(traceRequest(ne, ["BR"], { status: ExchangeStatus.EXERCISE }));
  await bench.send(traceRequest(ne, ["BR"], { instrumentBasis: [9] }));
  await bench.send(recipientReceipt(br, [{ sender: "NE", message: first }]));
}

/** Another count of the same records, by nothing but the table. */
async function recount(parts: string): Promise<unknown[]> {
  return await bench.read((tx) =>
    tx.all(
      `SELECT log_index, code, CAST(recorded_at / 3600000 AS INTEGER) AS hour FROM messages
       WHERE kind = ? AND ${parts} ORDER BY id`,
      Kind.TRACE_REQUEST,
    ),
  );
}

beforeEach(async () => {
  isAway = false;
  const role = Role.REGIONAL_MONITOR;
  parties = makeParties([{ id: "NE" }, { id: "BR" }, { id: "AT" }, { id: MONITOR, role }]);
  bench = await openGatewayBench(parties);
});

afterEach(async () => {
  await bench.close();
});

describe("what a monitor is fed of the records (TP-FEED-7)", () => {
  test("is nothing without a consent; what was counted then is not fed by a later one", async () => {
    await exchangeMessages();
    const without = feederOf(bench, []);
    await without.feeder.feed();
    expect(without.pushed).toEqual([]);
    const later = feederOf(bench, ["NE"]);
    await later.feeder.feed();
    expect(later.pushed).toEqual([]);
    const cells = await bench.read((tx) =>
      tx.all("SELECT status, SUM(records) AS records FROM monitor_cell GROUP BY status ORDER BY 1"),
    );
    expect(cells.map((row) => [Number(row.status), Number(row.records)])).toEqual([
      [ExchangeStatus.EXERCISE, 1],
      [ExchangeStatus.TEST, 5],
    ]);
  });

  test("is each record of who consents, once, as another count has it, and no receipt", async () => {
    await exchangeMessages();
    const { feeder, pushed } = feederOf(bench, ["NE"]);
    await feeder.feed();
    const events = eventsIn(pushed);
    const shown = events.map(({ code, logIndex, recordedHour }) => {
      return { log_index: Number(logIndex), code, hour: recordedHour };
    });
    // All but the one between the two States that have not consented.
    const header = await recount("log_index <> 2");
    expect(shown).toEqual(header.map((row) => ({ ...(row as object) })));
    expect(shown).toHaveLength(5);
    expect(new Set(events.map(({ fromState, toState }) => `${fromState}>${toState}`))).toEqual(
      new Set(["NE>", ">NE"]),
    );
    expect(events.filter(({ status }) => status === ExchangeStatus.EXERCISE)).toHaveLength(1);
    expect(events.filter(({ code }) => code !== 0)).toHaveLength(1);
    await feeder.feed();
    expect(pushed).toHaveLength(1);
  });
});

describe("a chain (TP-FEED-8, TP-FEED-9)", () => {
  test("goes on over a carrier that is away and a new process, without a hole", async () => {
    await exchangeMessages();
    isAway = true;
    const struck = feederOf(bench, ["NE"]);
    await struck.feeder.feed();
    expect(struck.pushed).toEqual([]);
    await bench.send(traceRequest(parties.party("NE"), ["AT"]));
    isAway = false;
    const next = feederOf(bench, ["NE"]);
    await next.feeder.feed();
    const [first, second, ...rest] = feedsIn(next.pushed);
    expect(rest).toEqual([]);
    expect([first?.feed.number, second?.feed.number]).toEqual([1n, 2n]);
    const digest = second?.feed.previousDigest ?? new Uint8Array();
    expect(equalBytes(digest, sha256(first?.bytes ?? new Uint8Array()))).toBe(true);
    expect(MonitorFeed.decode(first?.bytes ?? new Uint8Array()).monitor).toBe(MONITOR);
    const again = feederOf(bench, ["NE"]);
    await again.feeder.feed();
    expect(again.pushed).toEqual([]);
  });

  test("has each event once, though two instances take themselves to have the duty", async () => {
    const other = await openGatewayBench(parties, { place: bench.place });
    await exchangeMessages();
    const both = [feederOf(bench, ["NE", "BR"]), feederOf(other, ["NE", "BR"])];
    await Promise.all(both.map(({ feeder }) => feeder.feed()));
    const rows = await bench.read((tx) =>
      tx.all<{ feed: Uint8Array }>("SELECT feed FROM monitor_feed ORDER BY number"),
    );
    const events = rows.flatMap(({ feed }) => {
      const { content } = MonitorFeed.decode(feed);
      return content?.$case === "events" ? content.value.events : [];
    });
    expect(events.map(({ logIndex }) => Number(logIndex))).toEqual([0, 1, 2, 3, 4, 5]);
    const counted = await bench.read((tx) => tx.get("SELECT SUM(records) AS n FROM monitor_cell"));
    expect(Number((counted as { n: number }).n)).toBe(6);
    await other.close();
  });
});
