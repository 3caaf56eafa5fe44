import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { addCheckRoutes, startCopyKeeper } from "#alerts-api";
import { createHttpServer, type HttpRoutes, type HttpServer } from "#http";
import { Alert, ExchangeStatus } from "#proto";
import { CHECK_LIMITS, createLogger, type Database, type Stoppable } from "#runtime";
import { openSqliteStore } from "#store";
import type { AlertTestProcedures } from "../../support/alert-store.ts";
import { ManualTime } from "../../support/manual-time.ts";
import { openMemoryUsers } from "../../support/memory-users.ts";
import { TEST_TITLE } from "../../support/test-route.ts";
import { DAY, wantedAlert } from "../../support/wanted-alerts.ts";

const HOUR = 3_600_000;
let folder: string;
let store: Database<AlertTestProcedures>;
let server: HttpServer;
let officer: string;
let auditor: string;
let time: ManualTime;
let isUp: boolean;
let keeper: Stoppable | undefined;

beforeEach(async () => {
  const logger = createLogger({ name: "test", level: "silent" });
  folder = await mkdtemp(join(tmpdir(), "tracepost-checks-"));
  const module = new URL("../../support/alert-store.ts", import.meta.url);
  store = await openSqliteStore<AlertTestProcedures>({ file: join(folder, "a.sqlite"), module });
  time = new ManualTime();
  const sentAtMs = time.now();
  isUp = true;
  startCopyKeeper({
    ...{ store, logger, clock: time, timers: time },
    connected: () => isUp,
    consuming: () => isUp,
    lifecycle: { add: (part) => (keeper = part) },
  });
  const users = await openMemoryUsers(time);
  officer = await users.person("lane-3", "BORDER_OFFICER");
  auditor = await users.person("auditor", "AUDITOR");
  const config = { alertsStaleAfterHours: 2 };
  const routes = (api: HttpRoutes): void => addCheckRoutes(api, { store, clock: time, config });
  const api = { guard: users.guard, routes };
  const options = { host: "127.0.0.1", port: 0, logger, health: {}, title: TEST_TITLE };
  server = await createHttpServer({ ...options, api });
  const expiresAt = new Date(sentAtMs + DAY).toISOString();
  await store.call("noteAlertOf", {
    messageId: "m1",
    conversationId: "alert-1",
    sender: "NE",
    status: ExchangeStatus.ACTUAL,
    sentAtMs,
    body: Alert.encode(wantedAlert({ expiresAt })).finish(),
    nowMs: sentAtMs,
  });
});

afterEach(async () => {
  await keeper?.stop();
  await server.close();
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

// biome-ignore lint/suspicious/noExplicitAny: answers of several routes are looked into
type Body = any;

async function ask(path: string, body: string | undefined, type = "application/json") {
  const method = body === undefined ? "GET" : "POST";
  const token = body === undefined ? auditor : officer;
  const headers: Record<string, string> = { authorization: `Bearer ${token}` };
  if (body !== undefined) headers["content-type"] = type;
  const response = await fetch(`${server.url}/v1${path}`, { method, headers, body: body ?? null });
  return { status: response.status, body: (await response.json()) as Body };
}
const check = (...questions: object[]) => ask("/checks", JSON.stringify({ questions }));

/** Lets the keeper look once. */
async function look(): Promise<void> {
  time.advance(CHECK_LIMITS.currentEveryMs);
  // What was called before it is done by then; 0 changes nothing.
  await store.call("noteCopyCurrent", { nowMs: 0 });
}

describe("POST /v1/checks", () => {
  test("says possible match, verify, and whom to call; never to detain (TP-CHECK-1)", async () => {
    const { body, status } = await check(
      { ref: "lane 3", serial: "AB-1234-C" },
      { serial: "XYZ1" },
    );
    expect(status).toBe(200);
    expect(body).toMatchObject({ questions: 2, possibleMatches: 1, alertsInForce: 1 });
    expect(body.notice).toContain("no order to detain");
    const [hit, none] = body.answers;
    expect(hit).toMatchObject({ index: 0, ref: "lane 3", result: "POSSIBLE_MATCH" });
    expect(hit.advice).toMatch(/^Possible match, verify: .*\+22720733000\.$/u);
    expect(hit.matches).toMatchObject([
      { basis: "EXACT", sender: "NE", status: "ACTUAL", headline: "Stolen from a made-up dealer" },
    ]);
    expect(none).toEqual({ index: 1, result: "NO_MATCH" });
  });

  test("answers from the local copy while the line is down, and says as of when (TP-CHECK-4)", async () => {
    await look();
    await look();
    isUp = false;
    const asOf = new Date(time.now()).toISOString();
    time.advance(HOUR);
    const { body } = await check({ serial: "AB1234C" });
    expect(body).toMatchObject({ asOf, stale: false, possibleMatches: 1 });
  });

  test("is stale when it never was current, or not for the hours set (TP-CHECK-6)", async () => {
    expect((await check({ serial: "AB1234C" })).body).toMatchObject({ asOf: null, stale: true });
    await look();
    // A line that has just come back may still have a cancel to bring.
    expect((await check({ serial: "AB1234C" })).body).toMatchObject({ asOf: null, stale: true });
    await look();
    expect((await check({ serial: "AB1234C" })).body).toMatchObject({ stale: false });
    isUp = false;
    time.advance(2 * HOUR + 1);
    const { body } = await check({ serial: "AB1234C" });
    expect(body).toMatchObject({ stale: true, staleAfterHours: 2, possibleMatches: 1 });
  });

  test("takes ten thousand questions at once, as JSON and as CSV (TP-CHECK-7)", async () => {
    const count = CHECK_LIMITS.questionsMax;
    const questions = Array.from({ length: count }, (_, at) => ({ serial: `MADE-UP ${at}` }));
    questions[9_999] = { serial: "AB1234C" };
    const asJson = await check(...questions);
    expect(asJson.body).toMatchObject({ questions: count, possibleMatches: 1 });
    expect(asJson.body.answers[9_999].result).toBe("POSSIBLE_MATCH");
    const csv = `serial\n${questions.map(({ serial }) => serial).join("\n")}\n`;
    const asCsv = await ask("/checks/csv", csv, "text/csv");
    expect(asCsv.body.answers).toEqual(asJson.body.answers);
    const oneMore = await ask("/checks/csv", `${csv}X1234\n`, "text/csv");
    expect(oneMore.status).toBe(422);
    expect((await check(...questions, { serial: "X1234" })).status).toBe(422);
    const none = await check();
    expect(none.body.problems).toEqual([
      { field: "questions", rule: "must not have fewer than 1 items" },
    ]);
  });

  test("names each line of a CSV that is wrong, and asks nothing", async () => {
    const csv = "ref;serial\n";
    expect((await ask("/checks/csv", csv, "text/csv")).body.problems).toEqual([
      { field: "line 1", rule: "ref;serial is no column of a list of questions" },
    ]);
    const lines = `serial,consignmentKind,consignment\nA1234,,\n,SHIP,1\n${"x".repeat(101)},,\n`;
    const { body, status } = await ask("/checks/csv", lines, "text/csv");
    expect(status).toBe(422);
    expect(body.problems.map(({ field }: { field: string }) => field)).toEqual([
      "line 3: consignment.kind",
      "line 4: serial",
    ]);
    expect((await ask("/checks", undefined)).body.checks).toEqual([]);
  });
});

describe("POST /v1/checks/csv with Accept: text/csv (TP-CHECK-15)", () => {
  test("answers as CSV what is answered as JSON otherwise", async () => {
    const response = await fetch(`${server.url}/v1/checks/csv`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${officer}`,
        "content-type": "text/csv",
        accept: "text/csv, application/json;q=0.5",
      },
      body: "ref,serial\n=A1,AB1234C\nB,XY99887\n",
    });
    expect(response.headers.get("content-type")).toBe("text/csv; charset=utf-8");
    const [head = "", first = "", second = ""] = (await response.text()).split("\r\n");
    expect(head.split(",").slice(0, 3)).toEqual(["line", "ref", "result"]);
    expect(first).toMatch(/^1,'=A1,POSSIBLE_MATCH,EXACT,/u);
    expect(second).toMatch(/^2,B,NO_MATCH,/u);
  });
});

describe("GET /v1/checks", () => {
  test("tells who asked what and what was found, before anything expires (TP-CHECK-8)", async () => {
    await check({ serial: "AB1234C" });
    await check({ lot: "LOT 5" }, { lot: "LOT 6" });
    const { body } = await ask("/checks?limit=1", undefined);
    expect(body.checks).toMatchObject([
      { actor: "lane-3", questions: 2, possibleMatches: 0, found: [] },
    ]);
    const next = await ask(`/checks?limit=1&after=${body.next}`, undefined);
    expect(next.body.checks).toMatchObject([
      {
        actor: "lane-3",
        asked: [{ serial: "AB1234C" }],
        found: [{ index: 0, alerts: ["m1"] }],
      },
    ]);
  });
});
