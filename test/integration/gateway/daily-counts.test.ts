import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  DailyCounts,
  DailyCountsShare,
  EntryKind,
  ExchangeStatus,
  Kind,
  LogEntry,
  MonitorEvent,
  MonitorFeed,
  Participant,
  ParticipantStatus,
  RefusalCode,
  Role,
} from "#proto";
import { dayBeginsMs, dayName, dayOf, monitorEventsDigest } from "#statistics";
import { encodeMessage, sha256, toTimestamp } from "#wire";
import { ALONE } from "../../../gateway/instances/duty.ts";
import { DailyCounter, type DailyCounterDeps } from "../../../gateway/monitor/daily-counter.ts";
import { checkAll } from "../../support/checked-store.ts";
import { type GatewayBench, openGatewayBench } from "../../support/gateway-bench.ts";
import { tracepostHere } from "../../support/in-process.ts";
import { recipientReceipt, traceRequest } from "../../support/messages.ts";
import { OperatorDoor } from "../../support/operator-door.ts";
import { makeParties } from "../../support/parties.ts";

const DAY_MS = 86_400_000;
const parties = makeParties([{ id: "NE" }, { id: "BR" }]);
const MONITOR = Participant.create({
  id: "ORG-ECOWAS",
  role: Role.REGIONAL_MONITOR,
  status: ParticipantStatus.ACTIVE,
  regionalBodies: [{ body: "ECOWAS", since: toTimestamp(0), until: undefined }],
});
const view = {
  ...parties.register,
  participants: [...parties.register.participants, MONITOR],
};

let bench: GatewayBench;
let today = 0;

beforeAll(async () => {
  bench = await openGatewayBench(parties);
  today = dayOf(bench.nowMs);
  const [ne, br] = [parties.party("NE"), parties.party("BR")];
  const asked = traceRequest(ne, ["BR"]);
  for (const message of [asked, traceRequest(br, ["NE"])]) await bench.send(message);
  await bench.send(traceRequest(ne, ["BR"], { status: ExchangeStatus.ACTUAL }));
  await bench.send(traceRequest(ne, ["FR"], { status: ExchangeStatus.ACTUAL }));
  await bench.send(recipientReceipt(br, [{ sender: "NE", message: asked }]));
  await bench.rest();
});
afterAll(() => bench.close());

function counterOf(deps: Partial<DailyCounterDeps> = {}): DailyCounter {
  const { checkpoints, clock, logger, store } = bench;
  const own = { store, checkpoints, clock, logger, duty: ALONE, register: { view: () => view } };
  return new DailyCounter({ ...own, ...deps });
}

/** Counts that are kept, the newest first, each with its entry in the log. */
async function kept() {
  const rows = await bench.store.call("listCounts", { day: null, limit: 100 });
  const sql = "SELECT entry FROM log_entries WHERE entry_index = ?";
  return await Promise.all(
    rows.map(async ({ counts, day, logIndex }) => {
      const row = await bench.read((tx) => tx.get<{ entry: Uint8Array }>(sql, logIndex));
      const entry = LogEntry.decode(row?.entry ?? Buffer.of());
      return { day, counts, entry, logIndex, said: DailyCounts.decode(counts) };
    }),
  );
}

/** Counts behind the record, and feeds the monitor what NE has consented to. */
async function feed(): Promise<void> {
  const monitors = [{ id: MONITOR.id, states: ["NE"] }];
  const step = { nowMs: bench.nowMs, registerVersion: 1, monitors };
  expect(await bench.store.call("tallyRecords", step)).toMatchObject({ isDone: true });
}

/** What is in the chain of the monitor, in its order. */
async function fedContent() {
  const sql = "SELECT feed FROM monitor_feed WHERE monitor = ? ORDER BY number";
  const rows = await bench.read((tx) => tx.all<{ feed: Uint8Array }>(sql, MONITOR.id));
  return rows.map(({ feed: bytes }) => MonitorFeed.decode(bytes).content);
}

/** Puts an entry into the log that is no record. */
async function enter(nowMs: number): Promise<void> {
  const held = [{ sender: "NE", messages: 1 }];
  await bench.store.call("logOverQuota", { nowMs, registerVersion: 1, held });
}

describe("the counts of a day", () => {
  test("wait until the day is over in UTC", async () => {
    bench.nowMs = dayBeginsMs(today + 1) - 1;
    expect(await counterOf().count()).toBe(0);
    expect(await kept()).toEqual([]);
  });

  test("are made by who is on duty alone", async () => {
    bench.nowMs = dayBeginsMs(today + 1);
    expect(await counterOf({ duty: { isMine: false } }).count()).toBe(0);
    const stopped = counterOf();
    await stopped.stop();
    expect(await stopped.count()).toBe(0);
  });

  test("wait until the monitors are fed all of it (TP-COUNT-4)", async () => {
    expect(await counterOf().count()).toBe(0);
    await feed();
    expect(await bench.store.call("isDayFed", { day: today, first: 0, end: 5 })).toBe(true);
  });

  test("are kept by one of two that count at once, by kind, status and decision (TP-COUNT-1, TP-COUNT-2)", async () => {
    bench.nowMs = dayBeginsMs(today + 1);
    await enter(bench.nowMs);
    const counters = [counterOf(), counterOf()];
    const days = await Promise.all(counters.map((one) => one.count()));
    expect(days.reduce((sum, n) => sum + n)).toBe(1);
    const [one, ...more] = await kept();
    expect(more).toEqual([]);
    expect(one?.said).toMatchObject({ day: dayName(today), firstIndex: 0n, endIndex: 5n });
    const { ACTUAL, TEST } = ExchangeStatus;
    const { RECIPIENT_UNKNOWN, UNSPECIFIED } = RefusalCode;
    expect(one?.said.counts.map((count) => Object.values(count))).toEqual([
      [Kind.TRACE_REQUEST, ACTUAL, UNSPECIFIED, 1n],
      [Kind.TRACE_REQUEST, ACTUAL, RECIPIENT_UNKNOWN, 1n],
      [Kind.TRACE_REQUEST, TEST, UNSPECIFIED, 2n],
      [Kind.RECEIPT, TEST, UNSPECIFIED, 1n],
    ]);
    expect(one?.entry).toMatchObject({ kind: EntryKind.DAILY_COUNTS, sender: "GATEWAY" });
    expect(Buffer.from(one?.entry.headerDigest ?? [])).toEqual(sha256(one?.counts ?? Buffer.of()));
  });

  test("give each monitor a salted share of what it was fed (TP-COUNT-4)", async () => {
    const [one] = await kept();
    const sql = "SELECT monitor, share FROM daily_counts_share";
    const rows = await bench.read((tx) => tx.all<{ monitor: string; share: Uint8Array }>(sql));
    expect(rows.map(({ monitor }) => monitor)).toEqual(["ORG-ECOWAS"]);
    const [{ share } = { share: Buffer.of() }] = rows;
    const said = DailyCountsShare.decode(share);
    const [events, counts, ...more] = await fedContent();
    if (events?.$case !== "events" || counts?.$case !== "counts") throw new TypeError("no feed");
    expect(more).toEqual([]);
    expect(encodeMessage(DailyCountsShare, counts.value)).toEqual(share);
    const fed = events.value.events;
    expect(fed).toHaveLength(4);
    expect(said).toMatchObject({ day: dayName(today), events: 4n });
    const records = said.counts.map((count) => [count.status, count.code, count.records]);
    const { ACTUAL, TEST } = ExchangeStatus;
    expect(records).toEqual([
      [ACTUAL, RefusalCode.UNSPECIFIED, 1n],
      [ACTUAL, RefusalCode.RECIPIENT_UNKNOWN, 1n],
      [TEST, RefusalCode.UNSPECIFIED, 2n],
    ]);
    expect(said.logIndex).toBe(BigInt(one?.logIndex ?? -1));
    expect(said.salt).toHaveLength(16);
    expect(Buffer.from(said.eventsDigest)).toEqual(
      monitorEventsDigest(fed.map((event) => sha256(encodeMessage(MonitorEvent, event)))),
    );
    const named = one?.said.shares.map(({ digest, monitor }) => [monitor, Buffer.from(digest)]);
    expect(named).toEqual([["ORG-ECOWAS", sha256(share)]]);
  });

  test("are not kept when the day has got another entry since, or twice (TP-COUNT-3)", async () => {
    bench.nowMs = dayBeginsMs(today + 2);
    const due = await bench.store.call("dayToCount", { nowMs: bench.nowMs });
    expect(due).toMatchObject({ day: today + 1, first: 5 });
    if (due === null) return;
    const wish = { ...due, counts: [], fed: [], nowMs: bench.nowMs, registerVersion: 1 };
    // An instance whose clock is behind.
    await enter(dayBeginsMs(today + 1) + 1_000);
    expect(await bench.store.call("keepDailyCounts", wish)).toBeNull();
    expect(await bench.store.call("keepDailyCounts", { ...wish, end: due.end + 1 })).not.toBeNull();
    expect(await bench.store.call("keepDailyCounts", { ...wish, end: due.end + 1 })).toBeNull();
  });

  test("follow for every day that was missed, without a hole, zeros too (TP-COUNT-3)", async () => {
    bench.nowMs = dayBeginsMs(today + 7) + DAY_MS / 2;
    // Who loses the duty before a day is counted to its end keeps nothing of it.
    let left = 2;
    const duty = {
      get isMine() {
        left -= 1;
        return left > 0;
      },
    };
    expect(await counterOf({ duty }).count()).toBe(0);
    expect(await counterOf().count()).toBe(5);
    const all = await kept();
    expect(all.map(({ day }) => day)).toEqual([6, 5, 4, 3, 2, 1, 0].map((n) => today + n));
    expect(all.slice(0, 5).map(({ said }) => said.counts)).toEqual(Array(5).fill([]));
    for (const [place, { said }] of all.entries()) {
      expect(said.firstIndex).toBe(all[place + 1]?.said.endIndex ?? 0n);
    }
  });

  test("are shown at the door, in pages, to who may see records (TP-COUNT-7)", async () => {
    const door = new OperatorDoor(bench);
    await door.open();
    try {
      const auditor = await door.person("auditor-1", "AUDITOR");
      const operator = await door.person("admin-1", "ADMINISTRATOR");
      expect((await door.ask(operator, "/log/counts")).status).toBe(403);
      const page = await door.ask(auditor, "/log/counts?limit=5");
      const rest = await door.ask(auditor, `/log/counts?limit=5&after=${page.body.next}`);
      const days = [...page.body.days, ...rest.body.days].map(({ day }) => day);
      expect(days).toEqual([6, 5, 4, 3, 2, 1, 0].map((n) => dayName(today + n)));
      expect(rest.body.next).toBeUndefined();
      const words = ["log", "counts", "--day", dayName(today), "--json"];
      const asked = await tracepostHere([...words, "--url", door.url], { token: auditor });
      expect(JSON.parse(asked.out)).toMatchObject({
        days: [{ first: 0, end: 5, records: 5, monitors: ["ORG-ECOWAS"] }],
      });
      const checked = await tracepostHere([...words, "--check", "--url", door.url], {
        token: auditor,
      });
      expect(checked.code).toBe(2);
    } finally {
      await door.close();
    }
  });

  test("agree with the log, in the running check too (TP-COUNT-5)", async () => {
    bench.checkpoints.note(await bench.store.call("logHead", undefined));
    await bench.checkpoints.stop();
    expect((await bench.read(checkAll)).problems).toEqual([]);
  });
});
