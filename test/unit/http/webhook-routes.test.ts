import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ChangeFeed, watchWrites } from "#feed";
import { addWebhookRoutes, createHttpServer, type HttpRoutes, type HttpServer } from "#http";
import {
  systemClock as clock,
  createLogger,
  type Database,
  systemTimers as timers,
  WEBHOOK_LIMITS,
} from "#runtime";
import { openSqliteStore } from "#store";
import { WEBHOOK_FAILURES, WebhookCourier } from "#webhooks";
import { store as definition, type FeedTestProcedures } from "../../support/feed-store.ts";
import { openMemoryUsers } from "../../support/memory-users.ts";
import { TEST_TITLE } from "../../support/test-route.ts";
import { verified, WebhookReceiver } from "../../support/webhook-receiver.ts";

let folder: string;
let store: Database<FeedTestProcedures>;
let courier: WebhookCourier;
let receiver: WebhookReceiver;
let server: HttpServer;
let administrator: string;
let officer: string;
let logged: string;

beforeEach(async () => {
  logged = "";
  const destination = { write: (line: string) => (logged += line) };
  const logger = createLogger({ name: "test", level: "trace", destination });
  folder = await mkdtemp(join(tmpdir(), "tracepost-webhook-routes-"));
  receiver = new WebhookReceiver();
  await receiver.start();
  const file = join(folder, "feed.sqlite");
  const module = new URL("../../support/feed-store.ts", import.meta.url);
  const opened = await openSqliteStore<FeedTestProcedures>({ file, module });
  const feed = new ChangeFeed({ store: opened, timers, logger });
  store = watchWrites(opened, definition.readOnly, () => feed.noteWrite());
  await store.call("feedOpen", { keptMax: 2, incidentsPerMinuteMax: 1 });
  const origins = [receiver.origin];
  const onAttempt = (): void => {};
  courier = new WebhookCourier({ store, feed, clock, timers, logger, origins, onAttempt });
  const users = await openMemoryUsers(clock);
  administrator = users.installation;
  officer = await users.person("officer", "FOCAL_POINT_OFFICER", "AUDITOR");
  const routes = (api: HttpRoutes): void => addWebhookRoutes(api, { store, courier, clock });
  const api = { guard: users.guard, routes };
  const options = { host: "127.0.0.1", port: 0, logger, health: {}, title: TEST_TITLE };
  server = await createHttpServer({ ...options, api });
});

afterEach(async () => {
  await courier.stop();
  await server.close();
  await store.close();
  await receiver.stop();
  await rm(folder, { recursive: true, force: true });
});

interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: answers of many routes are looked into
  readonly body: any;
}

async function ask(
  method: string,
  path: string,
  body?: unknown,
  { token = administrator, key = "" } = {},
) {
  const headers: Record<string, string> = { authorization: `Bearer ${token}` };
  if (key !== "") headers["idempotency-key"] = key;
  if (body !== undefined) headers["content-type"] = "application/json";
  const json = body === undefined ? null : JSON.stringify(body);
  const response = await fetch(`${server.url}/v1${path}`, { method, headers, body: json });
  const said = await response.text();
  return { status: response.status, body: said === "" ? undefined : JSON.parse(said) } as Answer;
}

const add = (more: object = {}) =>
  ask("POST", "/webhooks", { url: `${receiver.origin}/hook?for=us`, ...more });

const tell = (caseId: string) =>
  store.call("tell", { kind: "case.opened", caseId, actor: "exchange", nowMs: clock.now() });

describe("an administrator", () => {
  test("adds a webhook, sees its secret once, and finds it delivering", async () => {
    const { status, body } = await add({ label: "case system" });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      label: "case system",
      state: "ACTIVE",
      position: 0,
      delivered: 0,
    });
    expect(body.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    await tell("a");
    await expect.poll(() => receiver.received.length).toBe(1);
    const [received] = receiver.received;
    if (received === undefined) return;
    expect(verified(body.secret, received)).toMatchObject({ caseId: "a", sequence: 1 });
    await expect
      .poll(async () => (await ask("GET", "/webhooks")).body.webhooks)
      .toMatchObject([{ webhookId: body.webhookId, state: "ACTIVE", position: 1, delivered: 1 }]);
    const shown = await ask("GET", `/webhooks/${body.webhookId}`);
    expect(shown.body.acts).toMatchObject([
      { actor: "installation", act: "added", detail: "after change 0" },
    ]);
    expect(JSON.stringify(shown.body) + logged).not.toContain(body.secret.slice(6));
  });

  test("asking again under the same key gets the same webhook, without secret (TP-API-19)", async () => {
    const body = { url: `${receiver.origin}/hook` };
    const first = await ask("POST", "/webhooks", body, { key: "one" });
    const again = await ask("POST", "/webhooks", body, { key: "one" });
    const { secret: _, ...unshown } = first.body;
    expect(again).toEqual({ status: 200, body: unshown });
    expect((await ask("GET", "/webhooks")).body.webhooks).toHaveLength(1);
    expect(await ask("POST", "/webhooks", { ...body, label: "x" }, { key: "one" })).toMatchObject({
      status: 409,
      body: { code: "IDEMPOTENCY_MISMATCH" },
    });
  });

  test("tries a webhook out, also a disabled one, and hears why it fails (TP-API-59)", async () => {
    const { webhookId, secret } = (await add()).body;
    await ask("POST", `/webhooks/${webhookId}/disable`);
    const path = `/webhooks/${webhookId}/test`;
    expect((await ask("POST", path)).body).toEqual({ delivered: true, status: 204 });
    const [received] = receiver.received;
    if (received === undefined) return;
    expect(verified(secret, received)).toMatchObject({
      kind: "webhook.test",
      actor: "installation",
    });
    receiver.answer = () => 404;
    const failed = await ask("POST", path);
    expect(failed.body).toMatchObject({ delivered: false, failure: "STATUS", detail: "404" });
    expect(failed.body.remedy).toBe(WEBHOOK_FAILURES.STATUS);
    expect(JSON.stringify(failed.body) + logged).not.toContain("SAID BY THE RECEIVER");
  });

  test("gives it another secret, and both sign until the old one ends (TP-API-53)", async () => {
    const first = (await add()).body;
    const rotated = await ask("POST", `/webhooks/${first.webhookId}/rotate-secret`);
    expect(rotated.body.secret).not.toBe(first.secret);
    const overlapMs = Date.parse(rotated.body.oldSecretUntil) - Date.now();
    expect(overlapMs).toBeLessThanOrEqual(WEBHOOK_LIMITS.secretOverlapMs);
    expect(overlapMs).toBeGreaterThan(WEBHOOK_LIMITS.secretOverlapMs - 60_000);
    await tell("a");
    await expect.poll(() => receiver.received.length).toBe(1);
    const [received] = receiver.received;
    if (received === undefined) return;
    expect(verified(first.secret, received)).toEqual(verified(rotated.body.secret, received));
  });

  test("disables, enables and deletes it, and each act is written down (TP-API-58)", async () => {
    const { webhookId } = (await add()).body;
    const one = `/webhooks/${webhookId}`;
    expect((await ask("POST", `${one}/disable`)).body).toMatchObject({
      state: "DISABLED",
      reason: "BY_USER",
    });
    expect((await ask("POST", `${one}/enable`, {})).body).toMatchObject({ state: "ACTIVE" });
    const { acts } = (await ask("GET", one)).body;
    expect(acts.map(({ act }: { act: string }) => act)).toEqual(["enabled", "disabled", "added"]);
    expect((await ask("DELETE", one)).body).toEqual({ webhookId, deleted: true });
    const gone = { status: 404, body: { code: "NOT_FOUND" } };
    expect(await ask("GET", one)).toMatchObject(gone);
    expect(await ask("DELETE", one)).toMatchObject(gone);
    expect(await ask("GET", `${one}/failures`)).toMatchObject(gone);
    expect(await ask("POST", `${one}/test`)).toMatchObject(gone);
    expect(await ask("POST", `${one}/rotate-secret`)).toMatchObject(gone);
  });

  test("sees each failed attempt with what to do about it", async () => {
    receiver.answer = () => 503;
    const { webhookId } = (await add()).body;
    await tell("a");
    await expect
      .poll(async () => (await ask("GET", `/webhooks/${webhookId}/failures`)).body.failures[0])
      .toMatchObject({ sequence: 1, attempt: 1, failure: "STATUS", detail: "503" });
    expect((await ask("GET", `/webhooks/${webhookId}`)).body).toMatchObject({
      state: "FAILING",
      failure: "STATUS",
      remedy: WEBHOOK_FAILURES.STATUS,
    });
  });

  test("begins where he says, if that is kept (TP-API-50)", async () => {
    for (const caseId of ["a", "b", "c", "d"]) await tell(caseId);
    const { status, body } = await add({ after: 1 });
    expect([status, body.code, body.field]).toEqual([410, "CHANGES_GONE", "after"]);
    expect((await ask("GET", "/webhooks")).body.webhooks).toEqual([]);
    expect((await add({ after: 2 })).status).toBe(201);
    await expect
      .poll(() => receiver.received.map((one) => JSON.parse(one.body).caseId))
      .toEqual(["c", "d"]);
  });

  test("adds no more than there may be", async () => {
    for (let at = 0; at < WEBHOOK_LIMITS.webhooksMax; at += 1) {
      expect((await add()).status).toBe(201);
    }
    expect((await add()).body).toMatchObject({ status: 409, code: "TOO_MANY_WEBHOOKS" });
  });
});

describe("an address", () => {
  test.each([
    ["nonsense", "must be an address that begins with https:// or http://"],
    ["file:///etc/passwd", "must be an address that begins with https:// or http://"],
    ["ftp://127.0.0.1/", "must be an address that begins with https:// or http://"],
    ["http://user:word@127.0.0.1/", "must hold no user name, no password and no fragment"],
    ["http://169.254.169.254/latest", /^leads to http:\/\/169\.254\.169\.254; allowed here: http/],
    ["http://localhost:1/", /^leads to http:\/\/localhost:1;/],
  ])("%s is refused, with the rule and the way out (TP-API-51)", async (url, rule) => {
    const { status, body } = await add({ url });
    expect(status).toBe(422);
    expect(body).toMatchObject({ code: "INPUT_INVALID", problems: [{ field: "url" }] });
    expect(body.problems[0].rule).toMatch(rule);
    expect((await ask("GET", "/webhooks")).body.webhooks).toEqual([]);
  });
});

test("webhooks are for administrators alone", async () => {
  const { webhookId } = (await add()).body;
  const one = `/webhooks/${webhookId}`;
  for (const [method, path] of [
    ["GET", "/webhooks"],
    ["POST", "/webhooks"],
    ["GET", one],
    ["DELETE", one],
    ["GET", `${one}/failures`],
    ["POST", `${one}/disable`],
    ["POST", `${one}/enable`],
    ["POST", `${one}/rotate-secret`],
    ["POST", `${one}/test`],
  ] as const) {
    const answer = await ask(method, path, undefined, { token: officer });
    expect(answer.body, `${method} ${path}`).toMatchObject({
      code: "FORBIDDEN",
      permission: "webhooks:write",
      roles: ["ADMINISTRATOR"],
    });
  }
});

test("the reasons of a failure are those of the specification (TP-API-55)", async () => {
  const page = await readFile(new URL("../../../docs/spec/api.md", import.meta.url), "utf8");
  const [, section = ""] = page.split("### Why a delivery failed\n");
  const rows = [...section.matchAll(/^\| `([^`]+)` \| .* \| (.*) \|$/gm)];
  const written = Object.fromEntries(rows.map(([, failure, remedy]) => [failure, remedy]));
  expect(written).toEqual(WEBHOOK_FAILURES);
});
