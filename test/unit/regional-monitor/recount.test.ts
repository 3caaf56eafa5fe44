import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { MonitorEvent, RefusalCode, TraceMove } from "#proto";
import { MONITOR_LIMITS } from "#runtime";
import { dayOf } from "#statistics";
import { encodeMessage } from "#wire";
import { lookAgain } from "../../../services/regional-monitor/recount/look-again.ts";
import { recountDay } from "../../../services/regional-monitor/recount/recount-day.ts";
import { store } from "../../../services/regional-monitor/store.ts";
import { hourAt, MadeFeed, MONITOR, monitorEvent, shareOf } from "../../support/made-feed.ts";
import { type MemoryTransaction, openMemoryTransaction } from "../../support/memory-transaction.ts";

/** TP-MON-25: days that were compared are looked at again. */

const DAY = dayOf(Date.parse("2026-10-01"));
const COMPARED_MS = Date.parse("2026-10-02T00:30:00Z");
const LATER_MS = COMPARED_MS + MONITOR_LIMITS.lookAgainMs;
let tx: MemoryTransaction;
let feed: MadeFeed;

const at = (hour: number) => hourAt("2026-10-01T00:00:00Z") + hour;
const events = [
  monitorEvent({ logIndex: 11n, recordedHour: at(3) }),
  monitorEvent({ logIndex: 12n, recordedHour: at(9), fromState: "", toState: "NE" }),
  monitorEvent({ logIndex: 15n, recordedHour: at(9), code: RefusalCode.EXPIRED }),
  monitorEvent({
    ...{ logIndex: 16n, recordedHour: at(23), fromState: "AT", toState: "NE" },
    ...{ move: TraceMove.FINAL, hoursSinceRequest: 20 },
  }),
  monitorEvent({ logIndex: 17n, recordedHour: at(23), toState: "ZZ" }),
];

beforeEach(async () => {
  tx = openMemoryTransaction(...store.migrations.map(({ sql }) => sql));
  feed = new MadeFeed();
  // In two messages, a day apart, so that sums have two vintages.
  await take(feed.events(events.slice(0, 2), "2026-10-01T10:00:00Z"));
  await take(feed.events(events.slice(2), COMPARED_MS));
  await take(feed.counts(shareOf("2026-10-01", events, 40n), COMPARED_MS));
});
afterEach(() => tx[Symbol.dispose]());

const take = async (bytes: Uint8Array) => {
  const offer = { feeds: [bytes], monitor: MONITOR, nowMs: COMPARED_MS };
  expect(await store.procedures.takeFeeds(tx, offer)).toMatchObject([{ type: "taken" }]);
};
const found = async () => {
  const { altered = [], differences = [] } = (await recountDay(tx, { day: DAY })) ?? {};
  return { altered, what: differences.map(({ fed, told, what }) => `${what} ${fed} of ${told}`) };
};
const kept = async () => {
  const row = await tx.get("SELECT differences, first_index, last_index FROM monitor_day");
  return { ...row, differences: JSON.parse(String(row?.differences)).length };
};
const put = (event: MonitorEvent) =>
  tx.run(
    "UPDATE monitor_event SET event = ? WHERE log_index = ?",
    encodeMessage(MonitorEvent, event),
    Number(event.logIndex),
  );

describe("a day that was compared", () => {
  test("agrees with itself, with events that were refused and sums of two vintages", async () => {
    expect(await found()).toEqual({ altered: [], what: [] });
    expect(await recountDay(tx, { day: DAY + 1 })).toBeUndefined();
  });

  test("names an event that was altered since, and the sums that are not its own", async () => {
    await put(monitorEvent({ logIndex: 12n, recordedHour: at(9), fromState: "AT", toState: "NE" }));
    const { altered, what } = await found();
    expect(altered).toEqual([12]);
    expect(what[0]).toBe("DIGEST 5 of 5");
    expect(what).toContain("SUM MESSAGES by KIND ACTUAL AT TRACE_REQUEST 1 of 2");
    expect(what).toContain("SUM MESSAGES by KIND ACTUAL OTHERS TRACE_REQUEST 1 of 0");
  });

  test.each<[string, string, number[], string]>([
    ["taken away", "DELETE FROM monitor_event WHERE log_index = 11", [11], "EVENTS 4 of 5"],
    [
      "moved to another day",
      "UPDATE monitor_event SET hour = hour + 48 WHERE log_index = 15",
      [15],
      "EVENTS 4 of 5",
    ],
    [
      "made unreadable",
      "UPDATE monitor_event SET event = x'ff' WHERE log_index = 15",
      [15],
      "UNREADABLE 1 of 0",
    ],
    [
      "said to be refused",
      "UPDATE monitor_event SET refusal = 'EVENT_REPEATED' WHERE log_index = 16",
      [],
      "SUM HOURS_TO_ANSWER ACTUAL AT HOURS 20 1 of 0",
    ],
  ])("finds one that was %s", async (_what, sql, altered, said) => {
    await tx.run(sql);
    const seen = await found();
    expect(seen.altered).toEqual(altered);
    expect(seen.what).toContain(said);
  });

  test.each<[string, string, string]>([
    ["of the day", "length = 2 AND state = '*' AND cut = 1", "SUM MESSAGES by KIND"],
    ["of an hour", `length = 1 AND start = ${at(3)} AND cut = 2`, `SUM hour ${at(3)} MESSAGES`],
    ["of its month", "length = 3 AND state = 'NE' AND cut = 12", "SUM month REFUSALS by CODE"],
  ])("finds a sum %s that is not what its events come to", async (_what, where, said) => {
    await tx.run(`UPDATE monitor_cell SET value = value + 1 WHERE ${where}`);
    const seen = await found();
    expect(seen.altered).toEqual([]);
    expect(seen.what.filter((one) => one.startsWith(said))).not.toEqual([]);
  });
});

describe("looking again", () => {
  const incidents = () =>
    tx.all("SELECT detail, count FROM post_incident WHERE kind = 'FEED_DISCREPANCY'");

  test("takes the day whose turn it is, and tells what changed once (TP-MON-25)", async () => {
    expect(await lookAgain(tx, { nowMs: LATER_MS - 1 })).toEqual({ day: null, isChanged: false });
    expect(await lookAgain(tx, { nowMs: LATER_MS })).toEqual({ day: DAY, isChanged: false });
    expect(await lookAgain(tx, { nowMs: LATER_MS })).toEqual({ day: null, isChanged: false });
    await put(monitorEvent({ logIndex: 12n, recordedHour: at(9), chainLength: 3 }));
    const next = { nowMs: LATER_MS + MONITOR_LIMITS.lookAgainMs };
    expect(await lookAgain(tx, next)).toEqual({ day: DAY, isChanged: true });
    expect(await kept()).toMatchObject({ first_index: 12, last_index: 12 });
    expect(await incidents()).toMatchObject([
      {
        detail: expect.stringContaining(
          "2026-10-01, since it was compared, entries 12; sums that differ: ",
        ),
      },
    ]);
    const after = { nowMs: next.nowMs + MONITOR_LIMITS.lookAgainMs };
    expect(await lookAgain(tx, after)).toEqual({ day: DAY, isChanged: false });
    expect(await incidents()).toMatchObject([{ count: 1 }]);
    // Put right again, it differs no more.
    await put(events[1] as MonitorEvent);
    const last = { nowMs: after.nowMs + MONITOR_LIMITS.lookAgainMs };
    expect(await lookAgain(tx, last)).toEqual({ day: DAY, isChanged: true });
    expect(await kept()).toMatchObject({ differences: 0 });
  });
});
