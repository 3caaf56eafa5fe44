import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { WATCH_LIMITS } from "#runtime";
import { MONITOR } from "../../support/made-feed.ts";
import { MAIL_ADDRESS as ADDRESS, WatchedMonitor } from "../../support/watched-monitor.ts";

/** TP-WATCH-6 to TP-WATCH-10: from what was fed to the mail in a mail server, each change once. */

const DAY_MS = 86_400_000;
const HOUR_MS = DAY_MS / 24;

describe("watching", () => {
  let m: WatchedMonitor;
  beforeEach(async () => {
    m = await WatchedMonitor.open();
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
