import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { callApi } from "#http";
import { systemClock } from "#runtime";
import { MONITOR } from "../../support/made-feed.ts";
import { MailServer } from "../../support/mail-server.ts";
import { verified, WebhookReceiver } from "../../support/webhook-receiver.ts";
import { WholeMonitor } from "../../support/whole-monitor.ts";

/** A whole monitor tells what it notices: to a receiver of webhooks, and to a mail server. */

const DAY_MS = 86_400_000;
const receiver = new WebhookReceiver();
const mails = new MailServer();
let dir: string;
let monitor: WholeMonitor;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "tracepost-watch-delivery-"));
  monitor = await WholeMonitor.make(dir);
  await receiver.start();
  await mails.start();
});
afterAll(async () => {
  await monitor?.stop();
  await receiver.stop();
  await mails.stop();
  await rm(dir, { recursive: true, force: true });
});

test("a notice reaches a webhook, signed and until it is taken, and a mail server (TP-WATCH-10)", async () => {
  const mail = {
    ...{ host: "127.0.0.1", port: mails.port, security: "none" as const },
    ...{ from: "watch@monitor.example", to: ["duty@body.example"] },
  };
  const rules = [{ name: "feed-silent", rule: "SILENCE", of: "FEED", days: 2 } as const];
  const settings = { webhookOrigins: [receiver.origin], watch: { rules, mail } };
  await monitor.start({ now: () => Date.now() - 3 * DAY_MS }, settings);
  const made = await callApi<{ secret: string }>(monitor.door, {
    ...{ method: "POST", path: "/v1/webhooks", timeoutMs: 10_000 },
    body: { url: `${receiver.origin}/watch` },
  });
  // It fails once, as receivers do.
  receiver.answer = () => (receiver.received.length === 1 ? 500 : 204);
  // Nothing is fed for three days, in which it does not run.
  await monitor.start(systemClock, settings);
  await expect.poll(() => receiver.received.length, { timeout: 15_000 }).toBe(2);
  const [first, second] = receiver.received.map((one) => verified(made.secret, one));
  expect(first).toMatchObject({ kind: "watch.noticed", code: "feed-silent", state: "BEGAN" });
  expect(second).toEqual(first);
  expect(receiver.received[1]?.id).toBe(receiver.received[0]?.id);
  await expect.poll(() => mails.taken.length, { timeout: 15_000 }).toBe(1);
  expect(mails.taken[0]).toMatchObject({ to: ["duty@body.example"] });
  expect(mails.taken[0]?.raw).toContain(`Subject: Tracepost ${MONITOR}: 1 new`);
  expect(mails.taken[0]?.raw).toContain("nothing came from the gateway for 3 days");
  const told = await callApi<{ notices: unknown[] }>(monitor.door, {
    ...{ path: "/v1/watch/notices", timeoutMs: 10_000 },
  });
  expect(told.notices).toMatchObject([{ name: "feed-silent", kind: "BEGAN", value: 3 }]);
  const metrics = await (await fetch(`${monitor.door.url}/metrics`)).text();
  expect(metrics).toContain('tracepost_regional_monitor_mails{state="SENT"} 1');
  expect(metrics).toMatch(/webhook_attempts_total\{outcome="delivered"\} 1/u);
});
