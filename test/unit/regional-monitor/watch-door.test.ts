import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Registry } from "prom-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createHttpServer, type HttpServer } from "#http";
import type { MonitorEvent } from "#proto";
import { systemClock as clock, createLogger } from "#runtime";
import { dayName, dayOf } from "#statistics";
import { watchAttention } from "../../../services/regional-monitor/watch/watch-attention.ts";
import { addWatchGauges } from "../../../services/regional-monitor/watch/watch-gauges.ts";
import { addWatchRoutes } from "../../../services/regional-monitor/watch/watch-routes.ts";
import { tracepostHere } from "../../support/in-process.ts";
import { shareOf } from "../../support/made-feed.ts";
import { openMemoryUsers } from "../../support/memory-users.ts";
import { TEST_TITLE } from "../../support/test-route.ts";
import { MAIL_ADDRESS, WatchedMonitor } from "../../support/watched-monitor.ts";

const DAY_MS = 86_400_000;

describe("what is watched, as people and programs see it", () => {
  let dir: string;
  let monitor: WatchedMonitor;
  let server: HttpServer;
  /** The first event of the newest day. */
  let first: MonitorEvent;
  let token: string;
  let officer: string;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "tracepost-watch-door-"));
    monitor = await WatchedMonitor.open();
    const { store, watch } = monitor;
    const users = await openMemoryUsers(clock);
    token = users.installation;
    officer = await users.person("officer", "AUDITOR");
    const logger = createLogger({ name: "test", level: "silent" });
    server = await createHttpServer({
      ...{ host: "127.0.0.1", port: 0, logger, health: {}, title: TEST_TITLE },
      api: {
        guard: users.guard,
        routes: (routes) => addWatchRoutes(routes, { store, watch, clock }),
      },
    });
    await monitor.fed(monitor.event());
    await watch.round();
    monitor.pass(14 * DAY_MS);
    first = monitor.event();
    await monitor.fed(first);
    monitor.server.refusal = 451;
    await watch.round();
  });
  afterAll(async () => {
    await server.close();
    await monitor.close();
    await rm(dir, { recursive: true });
  });

  const run = async (...words: string[]) => {
    const said = await tracepostHere(["monitor", ...words, "--url", server.url], { token });
    expect([said.err, said.code]).toEqual(["", 0]);
    return said.out;
  };

  it("is listed by rule, notice and mail, with what to do (TP-WATCH-10)", async () => {
    const thresholds = await run("thresholds");
    expect(thresholds).toMatch(/^state-silent +SILENCE +1 +of STATES, days 14$/mu);
    expect(thresholds).toMatch(/^state-silent +AT +14 days +14 days +2026-10-01/mu);
    expect(thresholds).toContain(`Mails go to ${MAIL_ADDRESS} through 127.0.0.1.`);
    expect(await run("notices")).toMatch(
      /^1 +2026-10-15T06:00:00.000Z +BEGAN +state-silent +AT /mu,
    );
    const mails = await run("mails");
    expect(mails).toMatch(/WAITING +1 +1 to 1 +duty@body.example +BUSY 451$/mu);
    expect(mails).toContain("BUSY: The mail server asks to come later");
    const page = JSON.parse(await run("notices", "--json"));
    expect(page.notices).toMatchObject([{ number: 1, subject: "AT", value: 14, unit: "DAYS" }]);
  });

  it("tries the mail server at once, for those who set up who is told (TP-WATCH-10)", async () => {
    expect(await run("test-mail")).toContain(`No mail to ${MAIL_ADDRESS}: BUSY 451`);
    monitor.server.refusal = 0;
    expect(await run("test-mail")).toBe(`The mail server took a mail to ${MAIL_ADDRESS}.\n`);
    expect(monitor.server.taken.map(({ raw }) => raw)).toEqual([
      expect.stringMatching(/^Subject: Tracepost ORG-ECOWAS: test\r$/mu),
    ]);
    const line = ["monitor", "test-mail", "--url", server.url];
    expect(await tracepostHere(line, { token: officer })).toMatchObject({ out: "" });
    expect(monitor.server.taken).toHaveLength(1);
  });

  it("is counted again for the days that are named, with the entries that differ (TP-MON-25)", async () => {
    const day = dayName(dayOf(monitor.nowMs));
    const events = [monitor.event(), monitor.event()];
    await monitor.fed(...events);
    await monitor.take(
      monitor.feed.counts(shareOf(day, [first, ...events], monitor.nextIndex), monitor.nowMs),
    );
    const range = ["--from", "2026-10-01", "--to", day];
    expect(await run("recount", ...range)).toBe("1 of 15 days counted again, 0 differ.\n");
    const sql = "DELETE FROM monitor_event WHERE log_index = 3 RETURNING log_index";
    await monitor.store.call("look", { sql });
    const words = ["monitor", "recount", ...range, "--url", server.url];
    const { code, out } = await tracepostHere(words, { token });
    expect(code).toBe(6);
    expect(out).toMatch(/^2026-10-15 +2 +3 +\d+ +EVENTS 2 of 3, TRACE_REQUEST ACTUAL 2 of 3$/mu);
    expect((await tracepostHere([...words, "--from", "soon"], { token })).code).toBe(2);
  });

  it("is counted for operators without a State (TP-WATCH-11)", async () => {
    const glance = () => monitor.store.call("watchGlance", undefined);
    const registry = new Registry();
    addWatchGauges(registry, glance);
    const text = await registry.metrics();
    expect(text).toContain('tracepost_regional_monitor_notices_open{rule="SILENCE"} 1');
    expect(text).toContain('tracepost_regional_monitor_notices_open{rule="BACKLOG"} 0');
    expect(text).toContain('tracepost_regional_monitor_mails{state="WAITING"} 1');
    const attention = watchAttention(await glance());
    expect(attention).toMatchObject([
      { level: "look", what: "Beyond a threshold: 1 matter." },
      { level: "stuck", what: "1 mail not sent: BUSY." },
    ]);
    expect(`${text}${JSON.stringify(attention)}`).not.toMatch(/\bAT\b|\bNE\b/u);
  });

  it("goes on with the page after, and refuses what is none (TP-WATCH-10)", async () => {
    const ask = async (path: string) => {
      const headers = { authorization: `Bearer ${token}` };
      const response = await fetch(`${server.url}/v1/watch/${path}`, { headers });
      return { status: response.status, body: (await response.json()) as { next?: string } };
    };
    for (const list of ["notices", "mails"]) {
      const first = await ask(`${list}?limit=1`);
      expect(first.body.next).toBeDefined();
      const second = await ask(`${list}?limit=1&after=${first.body.next}`);
      expect(second).toEqual({ status: 200, body: { [list]: [] } });
      expect((await ask(`${list}?after=nothing`)).status).toBe(422);
    }
  });
});
