/** What watching promises on both stores, from what was fed to the mail in a mail server. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { RefusalCode } from "#proto";
import { MONITOR_LIMITS, type StorePlace } from "#runtime";
import { shareOf } from "../support/made-feed.ts";
import { WatchedMonitor } from "../support/watched-monitor.ts";

const DAY_MS = 86_400_000;
const HOUR_MS = DAY_MS / 24;

/** Runs what watching promises over stores of one kind. */
export function describeWatching(name: string, newPlace: () => Promise<StorePlace>): void {
  describe(`watching on ${name}`, () => {
    let m: WatchedMonitor;
    beforeEach(async () => {
      m = await WatchedMonitor.open(await newPlace());
    });
    afterEach(() => m.close());

    testDay(() => m);
    test("names nobody who does not consent any more, also in what waits (TP-WATCH-8)", async () => {
      m.settings = { ...m.settings, mailsNameStates: true };
      await m.begin();
      await m.fed(m.event());
      await m.watch.round();
      m.pass(14 * DAY_MS);
      await m.fed(m.event());
      await m.server.stop();
      await m.watch.round();
      expect([await m.notices(), await m.mails()]).toEqual([
        ["BEGAN state-silent AT"],
        ["WAITING 1 NO_ANSWER"],
      ]);
      m.named = ["NE"];
      await m.server.start();
      m.pass(HOUR_MS);
      await m.watch.round();
      expect([await m.notices(), await m.mails()]).toEqual([[], ["DROPPED 1 NO_ANSWER"]]);
      expect(await m.store.call("watchStanding", undefined)).toEqual([]);
      expect(m.server.taken).toEqual([]);
      // It consents again, and is silent from then on, under a number of its own.
      m.named = ["NE", "AT"];
      await m.watch.round();
      m.pass(14 * DAY_MS);
      await m.fed(m.event());
      await m.watch.round();
      expect(await m.notices()).toEqual(["BEGAN state-silent AT"]);
      expect(m.server.taken).toHaveLength(1);
      expect(m.server.taken[0]?.raw).toContain("nothing came from AT for 14 days");
      expect(m.server.taken[0]?.raw).toContain("[notice 2]");
    });
  });
}

/** What is told of one day. */
function testDay(monitor: () => WatchedMonitor): void {
  test("tells old requests, refusals that jump and counts that differ in one mail (TP-WATCH-7)", async () => {
    const m = monitor();
    const refused = { code: RefusalCode.EXPIRED };
    await m.fed(...Array.from({ length: 6 }, () => m.event()));
    for (let day = 0; day < 9; day += 1) {
      await m.fed(m.event(), m.event(refused));
      m.pass(DAY_MS);
    }
    await m.watch.round();
    expect(await m.notices()).toEqual([]);
    // The log tells of one event that was never fed, and of none of those that were fed.
    const lost = m.event();
    const day = new Date(m.nowMs).toISOString().slice(0, 10);
    await m.fed(...Array.from({ length: 12 }, () => m.event(refused)));
    await m.take(m.feed.counts(shareOf(day, [lost], m.nextIndex), m.nowMs));
    await m.watch.round();
    expect(await m.notices()).toEqual([`BEGAN differ ${day}`, "BEGAN jump EXPIRED", "BEGAN old"]);
    expect(m.server.taken).toHaveLength(1);
    const told = m.server.taken[0]?.raw.replaceAll("=\r\n", "");
    expect(told).toContain("7 (told from 6 on) of the open requests are older than 8 days");
    expect(told).toContain("12 (told from 10 on) refusals with EXPIRED in a day");
    expect(told).toContain(`the counts of ${day} and what was fed of it differ`);
    const glance = await m.store.call("watchGlance", undefined);
    expect(glance).toMatchObject({
      standing: { BACKLOG: 1, DISCREPANCY: 1, REFUSALS: 1 },
      mails: { SENT: 1 },
    });
  });

  test("tells that an event was altered after its day was compared (TP-MON-25)", async () => {
    const m = monitor();
    const day = new Date(m.nowMs).toISOString().slice(0, 10);
    const events = [m.event(), m.event({ fromState: "AT", toState: "NE" })];
    await m.fed(...events);
    m.pass(DAY_MS);
    await m.take(m.feed.counts(shareOf(day, events, m.nextIndex), m.nowMs));
    await m.watch.round();
    const alter = (change: string) =>
      m.store.call("look", {
        sql: `UPDATE monitor_event SET event = ${change} WHERE log_index = 1 RETURNING event`,
      });
    const [before] = await m.store.call("look", { sql: "SELECT event FROM monitor_event" });
    await alter("(SELECT event FROM monitor_event WHERE log_index = 2)");
    m.pass(MONITOR_LIMITS.lookAgainMs);
    await m.watch.round();
    expect(await m.notices()).toEqual([`BEGAN differ ${day}`]);
    expect(m.server.taken[0]?.raw).toContain("entries 1 to 1 of the log");
    const hex = Buffer.from(before?.event as Uint8Array).toString("hex");
    await alter(m.isPostgres ? `'\\x${hex}'` : `x'${hex}'`);
    m.pass(MONITOR_LIMITS.lookAgainMs);
    await m.watch.round();
    expect(await m.notices()).toEqual([`ENDED differ ${day}`, `BEGAN differ ${day}`]);
  });
}
