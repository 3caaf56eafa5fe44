import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import {
  AlertKind,
  AlertMove,
  AlertScope,
  DailyCounts,
  Disclosed,
  ExchangeStatus,
  Header,
  Kind,
  Lane,
  MonitorEvent,
  OutcomeClass,
  RefusalCode,
  TraceMove,
} from "#proto";
import type { AssembledEnvelope } from "#wire";
import { FedExchange } from "../support/fed-exchange.ts";
import { MONITOR } from "../support/made-feed.ts";
import { messageOn, recipientReceipt, traceRequest } from "../support/messages.ts";

/** A real monitor behind a real gateway counts what was recorded (TP-FEED-7, TP-MON-10, 23). */

const DAY_MS = 86_400_000;
const PATIENT = { timeout: 60_000, interval: 100 };
/** What is no volume (TP-FEED-5). */
const UNCOUNTED: readonly Kind[] = [
  Kind.RECEIPT,
  Kind.REGISTER,
  Kind.VOID,
  Kind.GAP_NOTICE,
  Kind.INDICATOR_LEDGER,
];

let us: FedExchange;

beforeAll(async () => {
  us = await FedExchange.open(["KE", "AT"]);
});

afterAll(() => us?.close());

/** Records by kind, status and code: counted from the headers that the gateway has recorded. */
async function recorded(): Promise<Map<string, number>> {
  const rows = await us.rows<{ kind: number; code: number; header: Uint8Array }>(
    "gateway",
    `SELECT kind, code, header FROM messages WHERE kind NOT IN (${UNCOUNTED.join()})`,
  );
  return tallied(rows.map((row) => ({ ...row, status: Header.decode(row.header).status })));
}

/** The same of the events that the monitor has counted. */
async function counted(): Promise<Map<string, number>> {
  const rows = await us.rows<{ event: Uint8Array }>(
    "monitor",
    "SELECT event FROM monitor_event WHERE refusal = ''",
  );
  return tallied(rows.map(({ event }) => MonitorEvent.decode(event)));
}

function tallied(all: readonly { kind: number; status: number; code: number }[]) {
  const counts = new Map<string, number>();
  for (const { code, kind, status } of all) {
    const key = `${kind} ${status} ${code}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return new Map([...counts].toSorted());
}

const totalOf = (counts: ReadonlyMap<string, number>): number =>
  [...counts.values()].reduce((sum, n) => sum + n, 0);

/** Waits until the monitor has counted all that is recorded; gives how many that are. */
async function untilCounted(atLeast: number): Promise<number> {
  await vi.waitFor(async () => {
    const all = await recorded();
    expect(totalOf(all)).toBeGreaterThanOrEqual(atLeast);
    expect(await counted()).toEqual(all);
  }, PATIENT);
  return totalOf(await recorded());
}

/** Everything that is recorded was looked at, receipts too. */
async function expectTallied(): Promise<void> {
  const [row] = await us.rows<{ left: number }>(
    "gateway",
    "SELECT (SELECT max(id) FROM messages) - through AS left FROM monitor_tally",
  );
  expect(row).toMatchObject({ left: 0 });
}

const incidents = async (): Promise<string[]> =>
  (await us.rows<{ kind: string }>("monitor", "SELECT kind FROM post_incident")).map(
    ({ kind }) => kind,
  );

const ACTUAL = { status: ExchangeStatus.ACTUAL };

/** A request of KE to AT. */
const request = () => traceRequest(us.party("KE"), ["AT"], ACTUAL);

/** What AT replies to a request. */
function reply(
  to: AssembledEnvelope,
  move: TraceMove,
  outcomeClass: OutcomeClass = OutcomeClass.UNSPECIFIED,
) {
  const disclosed = Disclosed.create({ move, outcomeClass });
  return messageOn(to, us.party("AT"), { kind: Kind.TRACE_REPLY, disclosed, ...ACTUAL });
}

function alert() {
  const facts = { alertKind: AlertKind.WANTED_FIREARM, alertScope: AlertScope.PRIVATE };
  const disclosed = Disclosed.create({ alertMove: AlertMove.ALERT, ...facts });
  const about = { kind: Kind.ALERT, lane: Lane.URGENT, disclosed, ...ACTUAL };
  return traceRequest(us.party("KE"), ["AT"], about);
}

describe("a monitor of an exchange that runs", () => {
  test("has counted every request, answer, refusal and alert, to the unit", async () => {
    const [first, second] = [request(), request()];
    await us.send(first, second, alert(), traceRequest(us.party("KE"), ["FR"], ACTUAL));
    await untilCounted(4);
    await vi.waitFor(async () => {
      const sql = "SELECT count(*) AS n FROM deliveries WHERE attempts = 0";
      expect(await us.rows("gateway", sql)).toMatchObject([{ n: 0 }]);
    }, PATIENT);
    const seen = [first, second].map((message) => ({ sender: "KE", message }));
    await us.send(
      recipientReceipt(us.party("AT"), seen),
      reply(first, TraceMove.ACKNOWLEDGEMENT),
      reply(first, TraceMove.FINAL, OutcomeClass.ESTABLISHED),
      reply(second, TraceMove.REFUSAL),
    );
    await untilCounted(7);
    const keys = [...(await counted()).keys()].map((key) => key.split(" ").map(Number));
    expect(keys.map(([kind]) => kind)).toEqual(
      expect.arrayContaining([Kind.TRACE_REQUEST, Kind.TRACE_REPLY, Kind.ALERT]),
    );
    const refused = keys.filter(([, , code = 0]) => code !== 0);
    expect(refused).toEqual([
      [Kind.TRACE_REQUEST, ExchangeStatus.ACTUAL, RefusalCode.RECIPIENT_UNKNOWN],
    ]);
    expect(await incidents()).toEqual([]);
  });

  test("that was away while its inbox was emptied has the rest from the gateway's door", async () => {
    const before = await untilCounted(1);
    await us.stopMonitor();
    await us.send(request(), request());
    await vi.waitFor(async () => {
      const [row] = await us.rows<{ n: number }>(
        "gateway",
        "SELECT count(*) AS n FROM monitor_feed WHERE is_pushed = 0",
      );
      expect(row?.n).toBe(0);
      expect(totalOf(await recorded())).toBeGreaterThanOrEqual(before + 2);
      await expectTallied();
    }, PATIENT);
    await us.loseFeedMessage();
    await us.startMonitor();
    await untilCounted(before + 2);
    expect(await incidents()).toEqual([]);
  });

  test("knows what a gateway that starts again brings twice, and agrees with the counts of the day", async () => {
    await vi.waitFor(expectTallied, PATIENT);
    await us.stopGateway();
    const db = new DatabaseSync(us.gatewayFile);
    db.exec("UPDATE monitor_feed SET is_pushed = 0");
    db.close();
    const before = await counted();
    us.aheadMs = DAY_MS;
    await us.startGateway();
    await vi.waitFor(async () => {
      const days = await us.rows<{ differences: string; events_fed: number }>(
        "monitor",
        "SELECT differences, events_fed FROM monitor_day WHERE events_fed > 0",
      );
      expect(days).toEqual([{ differences: "[]", events_fed: totalOf(before) }]);
    }, PATIENT);
    const sql = "SELECT counts FROM daily_counts ORDER BY day LIMIT 1";
    const [row] = await us.rows<{ counts: Uint8Array }>("gateway", sql);
    const logged = DailyCounts.decode(row?.counts ?? new Uint8Array());
    expect(logged.shares.map(({ monitor }) => monitor)).toEqual([MONITOR]);
    const told = logged.counts.filter(({ kind }) => !UNCOUNTED.includes(kind));
    const daily = told.map(({ code, kind, records, status }) => {
      return [`${kind} ${status} ${code}`, Number(records)] as const;
    });
    expect(new Map(daily.toSorted())).toEqual(before);
    expect(await counted()).toEqual(before);
    expect(await incidents()).toEqual([]);
  });
});
