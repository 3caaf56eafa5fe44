import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { issueToken } from "#http";
import { type FocalPoints, openFocalPoints } from "../../support/focal-points.ts";
import { traceBody } from "../../support/trace-body.ts";

let points: FocalPoints;
const TIMEOUT_MS = 30_000;

beforeAll(async () => {
  points = await openFocalPoints(["KE", "AT"]);
});

afterAll(() => points?.close());

const at = (method: string, path: string, body?: unknown) => points.ask("AT", method, path, body);

/** A request of KE that has come to AT; gives its path. */
async function asked(serial: string): Promise<string> {
  const body = traceBody({ to: "AT", serial });
  const recovery = { ...body.request.recovery, country: "KE", place: "KE-30" };
  const request = { ...body.request, recovery };
  const sent = await points.ask("KE", "POST", "/v1/traces", { ...body, request });
  expect(sent).toMatchObject({ status: 201 });
  const path = `/v1/traces/${sent.body.caseId}`;
  await points.until("the request is there", async () => {
    return (await at("GET", path)).status === 200 ? true : undefined;
  });
  return path;
}

/** What happened, whatever has happened since. */
const eventIn = (events: readonly { readonly event: string }[], event: string) =>
  events.find((one) => one.event === event);

/** Waits until a case stands somewhere. */
async function untilState(id: string, path: string, state: string) {
  return await points.until(`${id} has it ${state}`, async () => {
    const { body } = await points.ask(id, "GET", path);
    return body.state === state ? body : undefined;
  });
}

const importFirearm = async (id: string, serial: string) => {
  const { token, url } = points.door("AT");
  const line = { id, make: "GLOCK", serial, status: "held", holder: "Made-up Dealer" };
  const record = { ...line, madeUp: true, sourceNote: "invented for a test" };
  const answer = await fetch(`${url}/v1/firearms/import`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/x-ndjson" },
    body: `${JSON.stringify(record)}\n`,
  });
  expect(answer.status).toBe(200);
};

describe("the draft of an answer (TP-ANS-14)", () => {
  test("is made on arrival, and released as it was seen or not at all", async () => {
    const path = await asked("ARRIVED 1");
    const { body: before } = await at("GET", `${path}/draft`);
    expect(before).toMatchObject({ candidates: [], rules: { because: ["OFF"], version: 0 } });
    await importFirearm("AT-1", "arrived1");
    const old = await at("POST", `${path}/release`, { draftId: before.draftId });
    expect(old).toMatchObject({ status: 409, body: { code: "DRAFT_CHANGED" } });
    const edit = {
      draftId: before.draftId,
      changes: { interim: { remarks: "Being looked for." } },
    };
    expect(await at("POST", `${path}/release`, edit)).toMatchObject({
      status: 409,
      body: { code: "DRAFT_CHANGED" },
    });
    const { body: draft } = await at("GET", `${path}/draft`);
    expect(draft.candidates).toMatchObject([{ firearm: { id: "AT-1" } }]);
    expect(Date.parse(draft.asOf)).toBeGreaterThanOrEqual(Date.parse(before.asOf));
    const sent = await at("POST", `${path}/release`, { draftId: draft.draftId });
    expect(sent).toMatchObject({ status: 201, body: { state: "ANSWERED" } });
    const { events } = (await at("GET", path)).body;
    expect(eventIn(events, "draft released as it was")).toMatchObject({
      event: "draft released as it was",
      detail: `draft ${draft.draftId}`,
      actor: "caseworker",
    });
  });

  test("leaves as an officer has edited it, and the case says so", async () => {
    const path = await asked("ARRIVED 2");
    const { body: draft } = await at("GET", `${path}/draft`);
    const final = { ...draft.reply.final, remarks: "Neither here nor in the paper records." };
    const changes = { languageTag: "en", final };
    const release = { draftId: draft.draftId, changes };
    const wrong = { ...release, changes: { final, acknowledgement: { nationalReference: "1" } } };
    expect(await at("POST", `${path}/release`, wrong)).toMatchObject({ status: 422 });
    expect(await at("POST", `${path}/release`, release)).toMatchObject({ status: 201 });
    const { events } = (await at("GET", path)).body;
    expect(eventIn(events, "draft released, edited")).toMatchObject({ actor: "caseworker" });
    const answered = await untilState("KE", path, "ANSWERED");
    expect(answered.reply).toMatchObject({ final });
    expect(answered.reply.sourceNote).toBe("");
  });
});

describe("a rule that acknowledges (TP-ANS-11)", () => {
  test("does so for a request that came while the service was away, and after two persons", async () => {
    const rules = { active: true, rules: [{ name: "usual", tlpMax: "AMBER" }] };
    const held = await at("PUT", "/v1/policies/acknowledgement", rules);
    expect(held).toMatchObject({ status: 202, body: { reasons: ["LOOSER_POLICY"] } });
    const { releaseId } = held.body;
    expect(await at("POST", `/v1/releases/${releaseId}/confirm`, {})).toMatchObject({
      status: 403,
      body: { code: "SAME_PERSON" },
    });
    await confirmAsSecond(releaseId);
    await points.stop("AT");
    const body = traceBody({ to: "AT", serial: "ARRIVED 3" });
    const recovery = { ...body.request.recovery, country: "KE", place: "KE-30" };
    const request = { ...body.request, recovery };
    const sent = await points.ask("KE", "POST", "/v1/traces", { ...body, request });
    await points.start("AT");
    const path = `/v1/traces/${sent.body.caseId}`;
    const acknowledged = await untilState("KE", path, "ACKNOWLEDGED");
    expect(acknowledged.reply.sourceNote).toContain("an officer has not read it");
    const { events } = (await at("GET", path)).body;
    expect(eventIn(events, "acknowledged by a rule, read by nobody")).toMatchObject({
      event: "acknowledged by a rule, read by nobody",
      detail: 'rule "usual" of version 1',
      actor: "acknowledgement-rule",
    });
    const { body: draft } = await at("GET", `${path}/draft`);
    expect(draft.rules).toMatchObject({ rule: "usual", version: 1 });
  });
});

async function confirmAsSecond(releaseId: string): Promise<void> {
  const admin = await points.admin("AT");
  const user = { userId: "second", name: "Second", roles: ["FOCAL_POINT_SUPERVISOR"] };
  const { url } = admin;
  const headers = { authorization: `Bearer ${admin.token}`, "content-type": "application/json" };
  await fetch(`${url}/v1/users`, { method: "POST", headers, body: JSON.stringify(user) });
  const token = await issueToken(admin, "second", { label: "test", timeoutMs: TIMEOUT_MS });
  const confirmed = await fetch(`${url}/v1/releases/${releaseId}/confirm`, {
    method: "POST",
    headers: { ...headers, authorization: `Bearer ${token}` },
    body: "{}",
  });
  expect(confirmed.status).toBe(200);
}
