import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ApiDoor, addUserOnce, issueToken } from "#http";
import { initExchange, type RunningExchange, startExchange } from "../../../deploy/local/index.ts";
import { specsOf } from "../../support/nats-carrier.ts";
import { runProgram } from "../../support/run-program.ts";
import { openCaseworkDoors, openSecondPersons } from "../../support/test-doors.ts";
import { traceBody } from "../../support/trace-body.ts";

const SERIAL = "MADE-UP 0815";
const CASE_NUMBER = "US/CASE/4711";

let dataDir: string;
let exchange: RunningExchange;
let doorOf: (participant: string) => ApiDoor;
let confirmAsSecond: (url: string, releaseId: string) => Promise<number>;

beforeAll(async () => {
  dataDir = join(await mkdtemp(join(tmpdir(), "tracepost-focal-point-")), "data");
  const [us, at, br, tr] = specsOf(["US", "AT", "BR", "TR"]);
  if (us === undefined || at === undefined || br === undefined || tr === undefined) return;
  const instruments = tr.instruments.map((one) => ({ ...one, boundness: "signatory" as const }));
  await initExchange({
    dataDir,
    participants: [
      { ...us, answering: "officer" },
      at,
      { ...br, answering: "officer" },
      { ...tr, instruments },
    ],
  });
  exchange = await startExchange({ dataDir, tuning: { logLevel: "trace" } });
  doorOf = await openCaseworkDoors(exchange);
  confirmAsSecond = await openSecondPersons(exchange);
});

afterAll(async () => {
  await exchange?.stop();
  await rm(join(dataDir, ".."), { recursive: true, force: true });
});

interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: answers of many routes are looked into
  readonly body: any;
}

async function ask(id: string, path: string, init: RequestInit = {}): Promise<Answer> {
  const { url, token } = doorOf(id);
  const headers = { authorization: `Bearer ${token}`, ...init.headers };
  const response = await fetch(`${url}${path}`, { ...init, headers });
  const text = await response.text();
  return { status: response.status, body: text.startsWith("{") ? JSON.parse(text) : text };
}

const post = (id: string, path: string, body: unknown, headers: Record<string, string> = {}) =>
  ask(id, path, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });

const importLines = (id: string, records: readonly object[], query = "") =>
  ask(id, `/v1/firearms/import${query}`, {
    method: "POST",
    headers: { "content-type": "application/x-ndjson" },
    body: records.map((record) => `${JSON.stringify(record)}\n`).join(""),
  });

/** A request that may be sent; tests change what they are about. */
const request = {
  ...traceBody({ to: "AT", serial: SERIAL }).request,
  nationalCaseNumber: CASE_NUMBER,
};
const traceTo = (to: string, changes: object = {}) => ({
  ...traceBody({ to, serial: SERIAL }),
  request: { ...request, ...changes },
});

/** Asks again until the answer is as wanted; the answer is what a user would see. */
async function until(id: string, path: string, wanted: (body: Answer["body"]) => boolean) {
  const givenUpAt = Date.now() + 30_000;
  for (;;) {
    const { body } = await ask(id, path);
    if (wanted(body)) return body;
    if (Date.now() > givenUpAt) throw new TypeError(`it never came: ${JSON.stringify(body)}`);
    await pause(50);
  }
}

/** What waits for a second person is counted wherever counts are told (TP-ANS-9). */
async function expectPending(id: string, pending: number): Promise<void> {
  const { url } = doorOf(id);
  const { releases } = (await ask(id, "/v1/summary")).body;
  expect(releases).toMatchObject({ pending, reviewsDue: 0, reviewsOverdue: 0 });
  expect(releases.since === undefined).toBe(pending === 0);
  const metrics = await (await fetch(`${url}/metrics`)).text();
  expect(metrics).toContain(`releases{standing="pending"} ${pending}\n`);
  expect(metrics).toContain('releases{standing="review_overdue"} 0\n');
  const page = await (await fetch(url)).text();
  expect(page).toMatch(new RegExp(`Waiting for a second person</[a-z]+><td[^>]*>${pending}<`, "u"));
}

/** Who did what, by event. */
const actorsOf = (events: readonly { event: string; actor: string }[]) =>
  Object.fromEntries(events.map(({ event, actor }) => [event, actor]));

describe("a trace request (TP-API-8, TP-FP-1, TP-FP-4)", () => {
  test("is answered from the other State's firearm register, with proof at every step", async () => {
    const record = { id: "AT-1", make: "GLOCK", serial: "madeup0815", status: "held" };
    const holder = { holder: "Made-up Dealer", madeUp: true, sourceNote: "invented for a test" };
    expect(await importLines("AT", [{ ...record, ...holder }])).toMatchObject({ status: 200 });
    const opened = await post("US", "/v1/traces", traceTo("AT"));
    expect(opened).toMatchObject({ status: 201, body: { state: "SUBMITTED" } });
    const { caseId, messageId } = opened.body;
    const path = `/v1/traces/${caseId}`;
    const found = await until("US", path, ({ state, messages }) => {
      return state === "ANSWERED" && messages[0]?.state === "delivered";
    });
    expect(found).toMatchObject({
      role: "requesting",
      peer: "AT",
      outcome: "LAST_LEGAL_HOLDER_IDENTIFIED",
      request: { firearm: { serialRaw: SERIAL } },
      reply: { final: { outcome: "LAST_LEGAL_HOLDER_IDENTIFIED" } },
    });
    expect(found.reply.sourceNote).toContain("Made up");
    expect(found.messages[0]).toMatchObject({ messageId, logIndex: expect.any(Number) });
    const receipts = found.messages[0].receipts.map((one: { type: string; by: string }) => {
      return `${one.type} ${one.by}`;
    });
    expect(receipts).toEqual(["ACCEPTED GATEWAY", "DELIVERED AT"]);
    const seen = await ask("AT", path);
    expect(seen.body).toMatchObject({ role: "requested", peer: "US", state: "ANSWERED" });
    expect(actorsOf(found.events)).toMatchObject({
      opened: "caseworker",
      "request delivered": "exchange",
      "reply received": "exchange",
    });
    expect(actorsOf(seen.body.events)).toMatchObject({
      opened: "exchange",
      "reply sent": "firearm-register",
    });
  });

  test("waits for an officer, who may acknowledge and answers once", async () => {
    const opened = await post("US", "/v1/traces", traceTo("BR"));
    const path = `/v1/traces/${opened.body.caseId}`;
    await until("BR", path, ({ state }) => state === "DELIVERED");
    const acknowledgement = { nationalReference: "BR-1", expectedBy: "2099-01-01T00:00:00Z" };
    expect(await post("BR", `${path}/reply`, { acknowledgement })).toMatchObject({
      status: 201,
      body: { state: "ACKNOWLEDGED" },
    });
    await until("US", path, ({ state }) => state === "ACKNOWLEDGED");
    const refusal = { ground: "NATIONAL_SECURITY", explanation: "made up" };
    const held = await post("BR", `${path}/reply`, { refusal });
    expect(held).toMatchObject({ status: 202, body: { reasons: ["REFUSAL"] } });
    await expectPending("BR", 1);
    expect(await confirmAsSecond(doorOf("BR").url, held.body.releaseId)).toBe(200);
    await expectPending("BR", 0);
    const { events } = (await ask("BR", path)).body;
    expect(actorsOf(events)).toMatchObject({ opened: "exchange", "reply sent": "caseworker" });
    const ended = await until("US", path, ({ state }) => state === "REFUSED");
    expect(ended).toMatchObject({ outcome: "REFUSED", reply: { refusal } });
    expect(await post("BR", `${path}/reply`, { refusal })).toMatchObject({
      status: 409,
      body: { code: "ILLEGAL_MOVE" },
    });
  });

  test("with an idempotency key is one case however often it is sent", async () => {
    const headers = { "idempotency-key": "one-key" };
    const first = await post("US", "/v1/traces", traceTo("BR"), headers);
    const again = await post("US", "/v1/traces", traceTo("BR"), headers);
    expect([first.status, again.status]).toEqual([201, 200]);
    expect(again.body.caseId).toBe(first.body.caseId);
    const other = traceTo("BR", { officerRef: "desk-8" });
    expect(await post("US", "/v1/traces", other, headers)).toMatchObject({
      status: 409,
      body: { code: "IDEMPOTENCY_MISMATCH" },
    });
  });

  test("that breaks rules is refused with each field, its rule and what to do", async () => {
    const recovery = { ...request.recovery, country: "AT" };
    const answer = await post("US", "/v1/traces", traceTo("AT", { recovery, officerRef: "" }));
    expect(answer).toMatchObject({ status: 422, body: { code: "BODY_INVALID" } });
    const { problems } = answer.body;
    expect(problems.map(({ field, rule }: Answer["body"]) => `${field} ${rule}`)).toEqual([
      "request.officerRef missing",
      "request.recovery.country notRequestingState",
    ]);
    expect(problems.every(({ remedy }: Answer["body"]) => remedy !== "")).toBe(true);
  });

  test.each([
    ["to nobody", traceTo("ZZ"), "RECIPIENT_UNKNOWN"],
    ["to a State that applies no such instrument", traceTo("TR"), "NOT_BOUND_BY_INSTRUMENT"],
    ["with a name of no list", traceTo("AT", { intendedUse: "FUN" }), "INPUT_INVALID"],
    ["with a field nobody knows", { ...traceTo("AT"), colour: "blue" }, "INPUT_INVALID"],
  ])("%s is refused before anything is kept", async (_what, body, code) => {
    const countCases = async () => (await ask("US", "/v1/traces")).body.traces.length;
    const before = await countCases();
    expect(await post("US", "/v1/traces", body)).toMatchObject({ status: 422, body: { code } });
    expect(await countCases()).toBe(before);
  });
});

describe("who may do what", () => {
  const askAs = async (token: string, path: string, body?: object) => {
    const response = await fetch(`${doorOf("US").url}${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json() };
  };
  const missing = (permission: string) => ({
    status: 403,
    body: { code: "FORBIDDEN", permission },
  });

  test("the token of the set-up makes users and sees no case", async () => {
    const { token = "" } = exchange.participants.get("US") ?? {};
    expect(await askAs(token, "/v1/traces")).toMatchObject(missing("traces:read"));
    expect(await askAs(token, "/v1/firearms?serial=1")).toMatchObject(missing("firearms:read"));
    expect((await askAs(token, "/v1/users")).status).toBe(200);
  });

  test("an officer sends and answers, but neither urgently nor by refusing", async () => {
    const [user, label] = ["officer", "test"];
    const admin = exchange.participants.get("US") as ApiDoor;
    const spec = { userId: user, name: "Officer", roles: ["FOCAL_POINT_OFFICER"] } as const;
    await addUserOnce(admin, spec, 30_000);
    const token = await issueToken(admin, user, { label, timeoutMs: 30_000 });
    const urgent = { ...traceTo("BR"), priority: "URGENT" };
    expect(await askAs(token, "/v1/traces", urgent)).toMatchObject(missing("traces:urgent"));
    const refusal = { ground: "NATIONAL_SECURITY" };
    const refused = await askAs(token, "/v1/traces/any/reply", { refusal });
    expect(refused).toMatchObject(missing("traces:refuse"));
    const acknowledgement = { nationalReference: "US-1" };
    const unknown = await askAs(token, "/v1/traces/any/reply", { acknowledgement });
    expect(unknown).toMatchObject({ status: 404 });
    expect(await askAs(token, "/v1/users")).toMatchObject(missing("users:read"));
  });
});

describe("the firearm register", () => {
  test("names bad lines and takes the good ones only when asked to", async () => {
    const lines = [
      { id: "BR-1", make: "TAURUS", serial: "ABC 1", status: "manufactured" },
      { id: "BR-2", make: "TAURUS", serial: "ABC 2", status: "unheard-of" },
    ];
    const refused = await importLines("BR", lines);
    expect(refused).toMatchObject({ status: 422, body: { code: "INPUT_INVALID" } });
    expect(refused.body.problems).toMatchObject([{ field: "line 2: status" }]);
    expect((await ask("BR", "/v1/firearms?serial=abc1")).body).toEqual({ firearms: [] });
    const partly = await importLines("BR", lines, "?partial=true");
    expect(partly).toMatchObject({ status: 200, body: { inserted: 1, badLines: 1 } });
    const found = await ask("BR", "/v1/firearms?make=taurus&serial=ABC%201");
    expect(found.body.firearms).toMatchObject([{ id: "BR-1", exact: true }]);
  });

  test("takes a stream of lines only", async () => {
    const answer = await post("BR", "/v1/firearms/import", []);
    expect(answer).toMatchObject({ status: 415, body: { code: "UNSUPPORTED_MEDIA_TYPE" } });
  });
});

describe("what anybody may see (TP-FP-6)", () => {
  test("holds counts and no content", async () => {
    const url = exchange.participants.get("US")?.url ?? "";
    const page = await (await fetch(url)).text();
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(page).toContain("ANSWERED");
    expect(metrics).toContain("tracepost_focal_point_published_total");
    for (const text of [SERIAL, CASE_NUMBER, "desk-7", "Made-up Dealer"]) {
      expect(page).not.toContain(text);
      expect(metrics).not.toContain(text);
    }
    expect((await fetch(`${url}/v1/traces`)).status).toBe(401);
    expect(await (await fetch(`${url}/readyz`)).json()).toEqual({
      status: "ready",
      checks: { store: true, nats: true, consumers: true, running: true },
    });
  });

  test("counts receipts, replies, effects and no duplicates", async () => {
    const { body } = await ask("US", "/v1/summary");
    expect(body).toMatchObject({
      connection: { connected: true, consuming: true },
      receipts: { refused: 0, rejected: 0 },
      replies: { byOutcome: { LAST_LEGAL_HOLDER_IDENTIFIED: 1, REFUSED: 1 } },
      effects: { messages: 3, duplicates: 0 },
      gaps: { missingNumbers: 0 },
      incidents: {},
    });
    expect(await ask("US", "/v1/incidents")).toMatchObject({ body: { incidents: [] } });
  });

  test("is paged in the order of opening", async () => {
    const first = await ask("US", "/v1/traces?limit=2");
    expect(first.body.traces).toHaveLength(2);
    const second = await ask("US", `/v1/traces?limit=2&after=${first.body.next}`);
    const ids = [...first.body.traces, ...second.body.traces].map(({ caseId }) => caseId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("the logs, at their loudest, hold neither content nor token", async () => {
    const logs = join(dataDir, "run", "logs");
    const tokens = [exchange.participants.get("US")?.token ?? "?", doorOf("US").token];
    for (const name of await readdir(logs)) {
      const text = await readFile(join(logs, name), "utf8");
      for (const secret of [SERIAL, "madeup0815", CASE_NUMBER, "desk-7", ...tokens]) {
        expect(text.includes(secret), `${secret} in ${name}`).toBe(false);
      }
    }
  });
});

describe("a focal point", () => {
  const MAIN = "services/focal-point/main.ts";

  test("names every problem of its configuration and starts nothing", async () => {
    const file = join(dataDir, "broken.json");
    await writeFile(file, '{"participant":"US","answering":"nobody","colour":1}');
    const { code, stderr } = await runProgram(MAIN, ["--config", file]);
    expect(code).toBe(2);
    expect(stderr).toContain("answering: must be one of: officer, register");
    expect(stderr).toContain("colour: is not a known field");
    expect(stderr).toContain("natsUrl: is required");
    expect(stderr).not.toContain("    at ");
  });

  test("does not start under the keys of another participant", async () => {
    const paths = exchange.paths.participant("US");
    const config = JSON.parse(await readFile(paths.config, "utf8"));
    // Beside the true one, because its paths begin at its folder.
    const file = join(dirname(paths.config), "foreign.json");
    const keysDir = exchange.paths.participant("BR").keysDir;
    await writeFile(file, JSON.stringify({ ...config, keysDir, dataDir: join(dataDir, "..") }));
    const { code, stderr } = await runProgram(MAIN, ["--config", file]);
    expect(code).toBe(3);
    expect(stderr).toContain("is not the key of US");
  });

  test("drains and ends with 0 when it is asked to, and goes on where it was", async () => {
    const before = (await ask("US", "/v1/summary")).body;
    await exchange.process("US").stop();
    await exchange.process("US").start();
    const after = await until("US", "/v1/summary", ({ connection }) => connection.consuming);
    expect(after.cases).toEqual(before.cases);
    expect(after.receipts).toEqual(before.receipts);
  });
});
