import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ApiDoor, issueToken } from "#http";
import { Envelope, Header, Tlp, TraceMove } from "#proto";
import { mayHold, ROLE_NAMES } from "#users";
import { initExchange, type RunningExchange, startExchange } from "../../deploy/local/index.ts";
import { examplesOf } from "../support/api-examples.ts";
import { specsOf } from "../support/nats-carrier.ts";
import { traceBody } from "../support/trace-body.ts";

// One person with every role there is tries to send alone what needs two (TP-ANS-7).

const TIMEOUT_MS = 30_000;
let dataDir: string;
let exchange: RunningExchange;
let own: ApiDoor;
let other: ApiDoor;

const ROLES = ROLE_NAMES.filter((role) => mayHold("person", role));

beforeAll(async () => {
  dataDir = join(await mkdtemp(join(tmpdir(), "tracepost-one-person-")), "data");
  const [us, br] = specsOf(["US", "BR"]);
  if (us === undefined || br === undefined) return;
  const participants = [us, br].map((one) => ({ ...one, answering: "officer" as const }));
  await initExchange({ dataDir, participants });
  exchange = await startExchange({ dataDir });
  own = await openDoor("US");
  other = await openDoor("BR");
});

afterAll(async () => {
  await exchange?.stop();
  await rm(join(dataDir, ".."), { recursive: true, force: true });
});

async function openDoor(id: string): Promise<ApiDoor> {
  const admin = exchange.participants.get(id) as ApiDoor;
  await call(admin, "POST", "/v1/users", { userId: "alone", name: "Alone", roles: ROLES });
  const token = await issueToken(admin, "alone", { label: "test", timeoutMs: TIMEOUT_MS });
  return { url: admin.url, token };
}

async function call(door: ApiDoor, method: string, path: string, body?: unknown) {
  const response = await fetch(`${door.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${door.token}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text.startsWith("{") ? JSON.parse(text) : {} };
}

/** Everything in the outbox of the US that needs two persons. */
function sentAlone(): string[] {
  const file = join(exchange.paths.participant("US").dir, "focal-point.sqlite");
  using db = new DatabaseSync(file, { readOnly: true });
  const rows = db.prepare("SELECT coalesce(envelope, draft) AS bytes FROM post_outbox").all();
  return rows.flatMap(({ bytes }) => {
    const { disclosed, handling, messageId, parts } = Header.decode(
      Envelope.decode(bytes as Uint8Array).header,
    );
    const isRestricted = (handling?.tlp ?? 0) >= Tlp.AMBER_STRICT;
    const isRefusal = disclosed?.move === TraceMove.REFUSAL;
    const hasPersons = parts.some(({ name }) => name === "persons");
    return isRestricted || isRefusal || hasPersons ? [messageId] : [];
  });
}

const RED = { handling: { tlp: "RED" } };
const held = async () =>
  (await call(own, "GET", "/v1/releases?state=PENDING")).body.releases as {
    releaseId: string;
    action: string;
  }[];

describe("one person with every role", () => {
  test("sends nothing restricted and no refusal, confirms nothing of his own (TP-ANS-7)", async () => {
    const restricted = { ...traceBody({ to: "BR", serial: "ALONE-1" }), ...RED };
    expect(await call(own, "POST", "/v1/traces", restricted)).toMatchObject({ status: 202 });
    const breakGlass = { reason: "there is nobody else in the office" };
    const alone = { ...restricted, breakGlass };
    expect(await call(own, "POST", "/v1/traces", alone)).toMatchObject({
      status: 409,
      body: { code: "NOT_ALONE" },
    });
    const recovery = { ...restricted.request.recovery, country: "BR", place: "BR-SP" };
    const asked = traceBody({ to: "US", serial: "ALONE-2" });
    const request = { ...asked.request, recovery };
    const { caseId } = (await call(other, "POST", "/v1/traces", { ...asked, request })).body;
    await untilThere(`/v1/traces/${caseId}`);
    const refusal = { refusal: { ground: "NATIONAL_SECURITY", explanation: "made up" } };
    const refused = await call(own, "POST", `/v1/traces/${caseId}/reply`, refusal);
    expect(refused).toMatchObject({ status: 202, body: { reasons: ["REFUSAL"] } });
    for (const { releaseId } of await held()) {
      const path = `/v1/releases/${releaseId}/confirm`;
      expect(await call(own, "POST", path, {})).toMatchObject({
        status: 403,
        body: { code: "SAME_PERSON" },
      });
    }
    expect(sentAlone()).toEqual([]);
  });

  test("gets nothing through by an account, a deputy or a policy of his own making", async () => {
    const accomplice = { userId: "accomplice", name: "Made by the first", roles: ROLES };
    expect((await call(own, "POST", "/v1/users", accomplice)).status).toBe(201);
    const issued = await call(own, "POST", "/v1/users/accomplice/tokens", { label: "kept" });
    const puppet = { url: own.url, token: issued.body.token };
    const validUntil = new Date(Date.now() + 86_400_000).toISOString();
    const deputy = { validUntil, reason: "nobody else is here today" };
    const named = await call(own, "POST", "/v1/deputies", { userId: "accomplice", ...deputy });
    expect(named.status).toBe(201);
    expect((await call(own, "POST", "/v1/deputies", { userId: "alone", ...deputy })).status).toBe(
      422,
    );
    const { body: policy } = await call(own, "GET", "/v1/policies/release");
    const { version: _version, ...now } = policy;
    const looser = { ...now, refusals: false, restrictedFrom: "RED" };
    expect((await call(own, "PUT", "/v1/policies/release", looser)).status).toBe(202);
    const waiting = await held();
    expect(waiting.map(({ action }) => action).toSorted()).toEqual(["move", "policy", "request"]);
    for (const { releaseId } of waiting) {
      for (const door of [own, puppet]) {
        const confirmed = await call(door, "POST", `/v1/releases/${releaseId}/confirm`, {});
        expect(confirmed).toMatchObject({ status: 403, body: { code: "SAME_PERSON" } });
      }
    }
    expect((await call(own, "GET", "/v1/policies/release")).body.version).toBe(0);
    expect(sentAlone()).toEqual([]);
  });

  test("gets nothing through on any other route of the description", async () => {
    const description = await (await fetch(`${own.url}/openapi.json`)).json();
    let tried = 0;
    for (const { method, path, body, isOpen } of examplesOf(description)) {
      // What stops accounts or the service itself would end the attack.
      if (isOpen || method === "GET" || /users|webhooks|\/me/u.test(path)) continue;
      const given = body?.startsWith("{") === true ? JSON.parse(body) : {};
      for (const change of [{}, RED, { breakGlass: { reason: "there is nobody else here" } }]) {
        await call(own, method, path, {
          ...given,
          ...change,
          ...("to" in given ? { to: "BR" } : {}),
        });
        tried += 1;
      }
    }
    expect(tried).toBeGreaterThan(30);
    expect(sentAlone()).toEqual([]);
    const released = await call(own, "GET", "/v1/releases?state=RELEASED");
    expect(released.body.releases).toEqual([]);
  });
});

async function untilThere(path: string): Promise<void> {
  const givenUpAt = Date.now() + TIMEOUT_MS;
  while ((await call(own, "GET", path)).status !== 200) {
    if (Date.now() > givenUpAt) throw new TypeError(`it never came: ${path}`);
    await pause(50);
  }
}
