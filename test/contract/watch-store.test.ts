/**
 * What watching promises on SQLite and on PostgreSQL, from what was fed to the mail in a mail
 * server: each change once, over restarts and outages.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { RefusalCode } from "#proto";
import { type StorePlace, WATCH_LIMITS } from "#runtime";
import { MONITOR, shareOf } from "../support/made-feed.ts";
import { postgresPrograms, startTestPostgres, type TestPostgres } from "../support/postgres.ts";
import { MAIL_ADDRESS as ADDRESS, WatchedMonitor } from "../support/watched-monitor.ts";

const DAY_MS = 86_400_000;
const HOUR_MS = DAY_MS / 24;
const programs = await postgresPrograms();
const kinds = ["SQLite", ...(programs === undefined ? [] : ["PostgreSQL"])];
let postgres: TestPostgres | undefined;
let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "tracepost-watch-"));
  if (programs !== undefined) postgres = await startTestPostgres(programs);
});
afterAll(async () => {
  await postgres?.stop();
  await rm(dir, { recursive: true });
});

let files = 0;
function newPlace(kind: string): StorePlace {
  files += 1;
  const place = kind === "PostgreSQL" ? postgres?.newPlace() : undefined;
  return place ?? { kind: "sqlite", file: join(dir, `${files}.sqlite`) };
}

describe("watching", () => {
  let m: WatchedMonitor;
  beforeEach(async () => {
    m = await WatchedMonitor.open(newPlace("SQLite"));
  });
  afterEach(() => m.close());

  test("tells that a State is silent, again after a week, and that it is not (TP-WATCH-6)", async () => {
    await m.fed(m.event(), m.event({ fromState: "AT", toState: "NE" }));
    await m.watch.round();
    m.pass(14 * DAY_MS);
    await m.fed(m.event({ fromState: "AT", toState: "NE" }));
    await m.watch.round();
    await m.restart();
    await m.watch.round();
    await m.watch.round();
    expect(await m.notices()).toEqual(["BEGAN state-silent NE"]);
    m.pass(7 * DAY_MS - HOUR_MS);
    await m.watch.round();
    expect(await m.notices()).toHaveLength(1);
    m.pass(HOUR_MS);
    await m.watch.round();
    m.pass(DAY_MS);
    await m.fed(m.event());
    await m.watch.round();
    expect(await m.notices()).toEqual([
      "ENDED state-silent NE",
      "REMINDER state-silent NE",
      "BEGAN state-silent NE",
    ]);
    expect(m.server.taken.map(({ raw }) => /^Subject: (.*)\r$/mu.exec(raw)?.[1])).toEqual([
      `Tracepost ${MONITOR}: 1 new`,
      `Tracepost ${MONITOR}: 1 still so`,
      `Tracepost ${MONITOR}: 1 ended`,
    ]);
    const changes = await m.store.call("feedRead", { after: null, limit: 10 });
    expect(changes).toMatchObject({
      changes: ["BEGAN", "REMINDER", "ENDED"].map((state) => {
        return { kind: "watch.noticed", code: "state-silent", state };
      }),
    });
    expect(JSON.stringify([changes, m.server.taken])).not.toMatch(/\bNE\b/u);
  });

  test("keeps a mail until it is taken, and tells what came meanwhile in one more (TP-WATCH-9)", async () => {
    await m.fed(m.event());
    await m.watch.round();
    await m.server.stop();
    for (const days of [13, 1, 1]) {
      m.pass(days * DAY_MS);
      await m.fed(m.event());
      await m.watch.round();
      await m.watch.round();
    }
    // Austria was never heard of: it is silent since it is named.
    expect(await m.notices()).toEqual(["BEGAN state-silent AT"]);
    expect(await m.mails()).toEqual(["WAITING 2 NO_ANSWER"]);
    await m.restart();
    await m.fed(m.event({ fromState: "AT", toState: "NE" }));
    await m.watch.round();
    expect(await m.notices()).toHaveLength(2);
    await m.server.start();
    m.pass(WATCH_LIMITS.mailRetryMaxMs);
    await m.watch.round();
    await m.watch.round();
    expect(await m.mails()).toEqual(["SENT 1", "SENT 3"]);
    const ids = m.server.taken.map(({ raw }) => /^Message-ID: (.*)\r$/mu.exec(raw)?.[1]);
    expect(new Set(ids).size).toBe(2);
  });

  test("gives a mail up where it is refused for good, or for too long (TP-WATCH-9)", async () => {
    await m.fed(m.event());
    await m.watch.round();
    m.server.refusal = 550;
    m.pass(14 * DAY_MS);
    await m.fed(m.event());
    await m.watch.round();
    expect(await m.mails()).toEqual(["FAILED 1 REFUSED"]);
    m.server.refusal = 451;
    await m.fed(m.event({ fromState: "AT", toState: "NE" }));
    await m.watch.round();
    expect(await m.mails()).toEqual(["WAITING 1 BUSY", "FAILED 1 REFUSED"]);
    m.pass(WATCH_LIMITS.mailGiveUpMs);
    await m.watch.round();
    expect(await m.mails()).toEqual(["FAILED 2 BUSY", "FAILED 1 REFUSED"]);
    expect(m.server.taken).toEqual([]);
  });

  test("waits in quiet hours, and tells a new address nothing of before (TP-WATCH-7)", async () => {
    m.settings = { ...m.settings, quiet: [{ from: "05:00", to: "07:00" }] };
    await m.begin();
    await m.fed(m.event());
    await m.watch.round();
    m.pass(14 * DAY_MS);
    await m.fed(m.event());
    await m.watch.round();
    expect([await m.notices(), m.server.taken]).toEqual([["BEGAN state-silent AT"], []]);
    const { mail } = m.settings;
    if (mail === undefined) expect.unreachable();
    m.settings = { ...m.settings, mail: { ...mail, to: [ADDRESS, "new@body.example"] } };
    await m.begin();
    m.pass(HOUR_MS);
    await m.fed(m.event({ fromState: "AT", toState: "NE" }));
    await m.watch.round();
    const told = m.server.taken.map(({ raw, to }) => [
      to[0],
      /^Subject: .*: (.*)\r$/mu.exec(raw)?.[1],
    ]);
    expect(told).toEqual([
      [ADDRESS, "1 new, 1 ended"],
      ["new@body.example", "1 ended"],
    ]);
  });
});

describe.each(kinds)("watching on %s", (kind) => {
  let m: WatchedMonitor;
  beforeEach(async () => {
    m = await WatchedMonitor.open(newPlace(kind));
  });
  afterEach(() => m.close());

  test("tells old requests, refusals that jump and counts that differ in one mail (TP-WATCH-7)", async () => {
    const refused = { code: RefusalCode.EXPIRED };
    await m.fed(...Array.from({ length: 6 }, () => m.event()));
    for (let day = 0; day < 9; day += 1) {
      await m.fed(m.event(), m.event(refused));
      m.pass(DAY_MS);
    }
    await m.watch.round();
    expect(await m.notices()).toEqual([]);
    // The log tells of one event that was never fed, and of none of those that were.
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
