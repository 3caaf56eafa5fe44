import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ChangeFeed, watchWrites } from "#feed";
import { createLogger, type Database, WEBHOOK_LIMITS } from "#runtime";
import { openSqliteStore } from "#store";
import { WebhookCourier } from "#webhooks";
import { newWebhookSecret } from "../../../lib/http/webhooks/webhook-secret.ts";
import { store as definition, type FeedTestProcedures } from "../../support/feed-store.ts";
import { ManualTime } from "../../support/manual-time.ts";
import { type Received, verified, WebhookReceiver } from "../../support/webhook-receiver.ts";

const logger = createLogger({ name: "test", level: "silent" });
const WEBHOOK = "wh_aaaaaaaaaaaa";
const act = { webhookId: WEBHOOK, actor: "administrator" };

let folder: string;
let time: ManualTime;
let store: Database<FeedTestProcedures>;
let feed: ChangeFeed;
let courier: WebhookCourier;
let receiver: WebhookReceiver;
let secret: string;
/** Outcomes of all attempts so far. */
let attempts: string[];

/** Opens the store and starts the courier, as a service does when it starts. */
async function startService(origins: readonly string[]): Promise<void> {
  const file = join(folder, "feed.sqlite");
  const module = new URL("../../support/feed-store.ts", import.meta.url);
  const opened = await openSqliteStore<FeedTestProcedures>({ file, module });
  feed = new ChangeFeed({ store: opened, timers: time, logger });
  store = watchWrites(opened, definition.readOnly, () => feed.noteWrite());
  await store.call("feedOpen", { keptMax: 50, incidentsPerMinuteMax: 1 });
  const onAttempt = (outcome: string): void => void attempts.push(outcome);
  const parts = { store, feed, clock: time, timers: time, logger, origins, onAttempt };
  courier = new WebhookCourier(parts);
  await courier.start();
}

async function stopService(): Promise<void> {
  await courier.stop();
  await feed.stop();
  await store.close();
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tracepost-webhooks-"));
  time = new ManualTime();
  attempts = [];
  receiver = new WebhookReceiver();
  await receiver.start();
  secret = newWebhookSecret();
  await startService([receiver.origin]);
});

afterEach(async () => {
  await stopService();
  await receiver.stop();
  await rm(folder, { recursive: true, force: true });
});

async function add(webhookId = WEBHOOK, url = `${receiver.origin}/hook`): Promise<void> {
  const nowMs = time.now();
  await store.call("webhookAdd", { ...act, webhookId, url, label: "", after: null, secret, nowMs });
  courier.noteChanged(webhookId);
}

/** Tells changes with the given case ids. */
async function tell(...caseIds: string[]): Promise<void> {
  const nowMs = time.now();
  for (const caseId of caseIds) {
    await store.call("tell", { kind: "case.opened", caseId, actor: "exchange", nowMs });
  }
}

const caseOf = ({ body }: Received): string => JSON.parse(body).caseId;
const cases = (): string[] => receiver.received.map(caseOf);

const webhook = async (webhookId = WEBHOOK) => {
  const found = await store.call("webhookLoad", { webhookId });
  if (found === null) throw new TypeError("no such webhook");
  return { ...found.webhook, acts: found.acts.map((one) => one.act) };
};

/** Waits until the webhook stands as given. */
const stands = (expected: object) => expect.poll(() => webhook()).toMatchObject(expected);

/** Lets as much time pass as the webhook waits before its next attempt. */
async function passWait(): Promise<number> {
  await expect.poll(async () => (await webhook()).nextAttemptAtMs).toBeGreaterThan(time.now());
  const waitMs = ((await webhook()).nextAttemptAtMs ?? 0) - time.now();
  time.advance(waitMs);
  return waitMs;
}

describe("a webhook", () => {
  test("is told each change in order, signed, as the feed has it (TP-API-52)", async () => {
    await tell("before");
    await add();
    await tell("a", "b", "c");
    await expect.poll(cases).toEqual(["a", "b", "c"]);
    const [first] = receiver.received;
    if (first === undefined) return;
    expect(verified(secret, first)).toEqual({
      sequence: 2,
      at: new Date(time.now()).toISOString(),
      kind: "case.opened",
      caseId: "a",
      actor: "exchange",
    });
    expect(first.headers).toMatchObject({
      "content-type": "application/json",
      "webhook-id": `msg_${WEBHOOK}_2`,
    });
    expect(() => verified(newWebhookSecret(), first)).toThrow("No matching signature");
    expect(() => verified(secret, { ...first, body: `${first.body} ` })).toThrow();
    expect(() =>
      verified(secret, { ...first, headers: { ...first.headers, "webhook-id": "x" } }),
    ).toThrow();
    await stands({ state: "ACTIVE", position: 4, delivered: 3, attempts: 0 });
  });

  test("gets a change again until it takes it, and the next one only then", async () => {
    receiver.answer = () => (receiver.received.length < 4 ? 500 : 204);
    await add();
    await tell("a", "b");
    await stands({ state: "FAILING", attempts: 1, failure: "STATUS", position: 0 });
    const waits = [await passWait()];
    await stands({ attempts: 2 });
    waits.push(await passWait());
    await stands({ attempts: 3 });
    waits.push(await passWait());
    await stands({ state: "ACTIVE", attempts: 0, failure: "", failingSinceMs: null, delivered: 2 });
    expect(cases()).toEqual(["a", "a", "a", "a", "b"]);
    const [first, ...repeats] = receiver.received.slice(0, 4);
    for (const repeat of repeats) {
      expect([repeat.id, repeat.body]).toEqual([first?.id, first?.body]);
      expect(verified(secret, repeat)).toBeTruthy();
    }
    waits.forEach((waitMs, at) => {
      expect(waitMs).toBeGreaterThanOrEqual(500 * 2 ** at);
      expect(waitMs).toBeLessThanOrEqual(1_000 * 2 ** at);
    });
    expect(await store.call("webhookFailures", { webhookId: WEBHOOK })).toMatchObject([
      { sequence: 1, attempt: 3, failure: "STATUS", detail: "500" },
      { sequence: 1, attempt: 2, failure: "STATUS", detail: "500" },
      { sequence: 1, attempt: 1, failure: "STATUS", detail: "500" },
    ]);
    expect(attempts).toEqual(["STATUS", "STATUS", "STATUS", "delivered", "delivered"]);
  });

  test("whose receiver is down gets everything when it is back", async () => {
    await add();
    await receiver.stop();
    await tell("a", "b");
    await stands({ state: "FAILING", failure: "NO_ANSWER" });
    const [failure] = (await store.call("webhookFailures", { webhookId: WEBHOOK })) ?? [];
    expect(failure?.detail).toBe("ECONNREFUSED");
    await receiver.start();
    await passWait();
    await stands({ state: "ACTIVE", delivered: 2 });
    expect(cases()).toEqual(["a", "b"]);
  });

  test("whose receiver does not answer in time is not waited for any longer", async () => {
    receiver.answer = () => "silence";
    await add();
    await tell("a");
    await expect.poll(() => receiver.received.length).toBe(1);
    time.advance(WEBHOOK_LIMITS.timeoutMs);
    await stands({ state: "FAILING", failure: "TIMEOUT" });
  });

  test("is not redirected, whereto ever", async () => {
    const other = new WebhookReceiver();
    await other.start();
    receiver.answer = () => ({ redirect: `${other.origin}/elsewhere` });
    await add();
    await tell("a");
    await stands({ state: "FAILING", failure: "REDIRECT" });
    await other.stop();
    expect(other.received).toEqual([]);
  });

  test("that leads where the configuration no longer allows sends nothing (TP-API-51)", async () => {
    await add();
    await stopService();
    await startService(["https://cases.police.example", `${receiver.origin}0`]);
    await tell("a");
    await stands({ state: "FAILING", failure: "NOT_ALLOWED" });
    expect(receiver.received).toEqual([]);
  });

  test("does not hold up another one", async () => {
    const slow = new WebhookReceiver();
    await slow.start();
    slow.answer = () => "silence";
    await stopService();
    await startService([receiver.origin, slow.origin]);
    await add("wh_slowslowslow", slow.origin);
    await add();
    await tell("a", "b");
    await expect.poll(cases).toEqual(["a", "b"]);
    expect(slow.received.map(caseOf)).toEqual(["a"]);
    await slow.stop();
    await expect.poll(async () => (await webhook("wh_slowslowslow")).state).toBe("FAILING");
  });
});

describe("across a restart of the service (TP-API-54)", () => {
  test("a webhook goes on where it was, with the same ids", async () => {
    await add();
    await tell("a");
    await stands({ delivered: 1 });
    receiver.answer = () => 503;
    await tell("b", "c");
    await stands({ state: "FAILING", attempts: 1 });
    await stopService();
    await startService([receiver.origin]);
    await stands({ state: "FAILING", attempts: 1, position: 1 });
    receiver.answer = () => 204;
    await passWait();
    await stands({ state: "ACTIVE", delivered: 3, position: 3 });
    expect(receiver.received.map(({ id }) => id)).toEqual([
      `msg_${WEBHOOK}_1`,
      `msg_${WEBHOOK}_2`,
      `msg_${WEBHOOK}_2`,
      `msg_${WEBHOOK}_3`,
    ]);
  });

  test("an attempt under way is finished, and what it delivered is not sent again", async () => {
    await add();
    let letGo = (): void => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    receiver.beforeAnswer = () => held;
    await tell("a", "b");
    await expect.poll(() => receiver.received.length).toBe(1);
    const stopped = stopService();
    letGo();
    await stopped;
    await startService([receiver.origin]);
    await stands({ delivered: 2 });
    expect(cases()).toEqual(["a", "b"]);
  });
});

describe("a webhook that takes nothing", () => {
  test("is given up after days, says so, and goes on when it is enabled (TP-API-56)", async () => {
    receiver.answer = () => 500;
    await add();
    await tell("a", "b");
    await stands({ state: "FAILING", attempts: 1 });
    time.advance(WEBHOOK_LIMITS.giveUpMs);
    await stands({ state: "DISABLED", reason: "GAVE_UP", attempts: 2, position: 0 });
    expect((await webhook()).acts).toEqual(["given up", "added"]);
    receiver.answer = () => 204;
    await tell("c");
    expect(cases()).toEqual(["a", "a"]);
    await store.call("webhookEnable", { ...act, after: null, nowMs: time.now() });
    courier.noteChanged(WEBHOOK);
    await stands({ state: "ACTIVE", reason: "", delivered: 3 });
    expect(cases()).toEqual(["a", "a", "a", "b", "c"]);
  });

  test("and falls behind what is kept is disabled, never told a feed with a hole (TP-API-57)", async () => {
    receiver.answer = () => 500;
    await add();
    await tell("a");
    await stands({ state: "FAILING" });
    await tell(...Array.from({ length: 51 }, (_, at) => `later-${at}`));
    await passWait();
    await stands({ state: "DISABLED", reason: "BEHIND" });
    const nowMs = time.now();
    expect(await store.call("webhookEnable", { ...act, after: null, nowMs })).toEqual({
      type: "gone",
      first: 3,
      last: 52,
    });
    receiver.answer = () => 204;
    await store.call("webhookEnable", { ...act, after: 50, nowMs });
    courier.noteChanged(WEBHOOK);
    await stands({ state: "ACTIVE", delivered: 2 });
    expect(cases()).toEqual(["a", "later-49", "later-50"]);
  });

  test("has only its newest failures listed", async () => {
    await add();
    const failed = { webhookId: WEBHOOK, position: 0, sequence: 1, jitter: 0, detail: "500" };
    for (let nowMs = 1; nowMs <= WEBHOOK_LIMITS.failuresKeptMax + 5; nowMs += 1) {
      await store.call("webhookFailed", { ...failed, failure: "STATUS", nowMs });
    }
    const listed = await store.call("webhookFailures", { webhookId: WEBHOOK });
    expect(listed).toHaveLength(WEBHOOK_LIMITS.failuresKeptMax);
    expect(listed?.[0]).toMatchObject({ attempt: WEBHOOK_LIMITS.failuresKeptMax + 5 });
  });
});

describe("a secret", () => {
  test("that was rotated signs beside the new one for a day, then no more (TP-API-53)", async () => {
    await add();
    const fresh = newWebhookSecret();
    const nowMs = time.now();
    const oldUntilMs = nowMs + 60_000;
    await store.call("webhookRotate", { ...act, secret: fresh, oldUntilMs, nowMs });
    await tell("a");
    await stands({ delivered: 1 });
    time.advance(60_000);
    await tell("b");
    await stands({ delivered: 2 });
    const [during, after] = receiver.received;
    if (during === undefined || after === undefined) return;
    expect(verified(secret, during)).toEqual(verified(fresh, during));
    expect(verified(fresh, after)).toMatchObject({ caseId: "b" });
    expect(() => verified(secret, after)).toThrow("No matching signature");
  });

  test("lies in a file that nobody else can read", async () => {
    const { mode } = await stat(join(folder, "feed.sqlite"));
    expect(mode & 0o077).toBe(0);
  });
});

describe("a webhook that was", () => {
  test("disabled is told nothing until it is enabled, and then everything", async () => {
    await add();
    await tell("a");
    await stands({ delivered: 1 });
    await store.call("webhookDisable", { ...act, nowMs: time.now() });
    courier.noteChanged(WEBHOOK);
    await tell("b");
    await stands({ state: "DISABLED", reason: "BY_USER" });
    await store.call("webhookEnable", { ...act, after: null, nowMs: time.now() });
    courier.noteChanged(WEBHOOK);
    await stands({ delivered: 2 });
    expect(cases()).toEqual(["a", "b"]);
  });

  test("deleted is told nothing more, and its failures are gone", async () => {
    receiver.answer = () => 500;
    await add();
    await tell("a");
    await stands({ state: "FAILING" });
    await store.call("webhookDelete", { ...act, nowMs: time.now() });
    courier.noteChanged(WEBHOOK);
    await add("wh_bbbbbbbbbbbb");
    receiver.answer = () => 204;
    await tell("b");
    await expect.poll(cases).toEqual(["a", "b"]);
    expect(await store.call("webhookFailures", { webhookId: WEBHOOK })).toBeNull();
  });
});
