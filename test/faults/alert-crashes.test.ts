import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ATTACHMENT_LIMITS, type CrashPoint } from "#runtime";
import { alertBody, hitBody } from "../support/alert-bodies.ts";
import { type Answer, AskedExchange } from "../support/asked-exchange.ts";
import { Blows } from "../support/blows.ts";
import { pdf } from "../support/pictures.ts";
import { traceBody } from "../support/trace-body.ts";

/** A focal point is killed between taking an alert and relaying it, and in mid-transfer. */

const blows = new Blows();
let asked: AskedExchange;

beforeAll(async () => {
  const participants = ["KE", "TZ", "TZ-CUSTOMS"];
  asked = await AskedExchange.start({ participants, officers: participants, blows });
}, 180_000);

afterAll(() => asked?.stop());

const post = (id: string, path: string, body: unknown) => asked.ask(id, path, { body });

/** Where the receiving focal point stands with an alert when it is ended. */
const POINTS: readonly (readonly [CrashPoint, string])[] = [
  ["focal-point.inbox-opened", "opened it, and stored nothing"],
  ["focal-point.inbox-stored", "stored it, and passed nothing on"],
  ["focal-point.drafted", "drafted what it passes on"],
  ["focal-point.sealed", "sealed it"],
  ["focal-point.published", "published it"],
];

/** Messages that an agency took in, of any kind. */
const takenBy = async (id: string): Promise<number> =>
  (await asked.ask(id, "/v1/summary")).body.inbox.byState.delivered ?? 0;

/** Waits until a participant has sent all it had to, and knows that it came. */
const untilQuiet = (id: string) =>
  asked.until(id, "/v1/summary", ({ outbox, inbox }) => outbox.pending + inbox.receiptsOwed === 0);

const isThere = (body: Answer["body"]) => body.state === "IN_FORCE";
const isReceived = (body: Answer["body"]) =>
  body.recipients.every(({ level }: { level: string }) => level === "RECEIVED");
const isHeard = (body: Answer["body"]) => body.hits.length > 0;

for (const [point, when] of POINTS) {
  test(`kill -9 of a receiving unit that has ${when}: the alert is relayed once (TP-ALERT-41)`, async () => {
    const before = await takenBy("TZ-CUSTOMS");
    let alertId = "";
    await blows.during(point, 1, "TZ", async () => {
      const sent = await post("KE", "/v1/alerts", alertBody({ states: ["TZ"] }));
      expect(sent.status).toBe(201);
      alertId = sent.body.alertId;
    });
    const path = `/v1/alerts/${alertId}`;
    for (const id of ["TZ", "TZ-CUSTOMS"]) {
      expect((await asked.until(id, path, isThere)).versions).toHaveLength(1);
    }
    await asked.until("TZ", path, isReceived);
    await untilQuiet("TZ");
    expect(await takenBy("TZ-CUSTOMS")).toBe(before + 1);
  }, 240_000);
}

test("kill -9 between taking a hit of an agency and passing it on: it is heard of once (TP-ALERT-37)", async () => {
  const sent = await post("KE", "/v1/alerts", alertBody({ states: ["TZ"] }));
  const path = `/v1/alerts/${sent.body.alertId}`;
  await asked.until("TZ-CUSTOMS", path, isThere);
  await blows.during("focal-point.inbox-stored", 1, "TZ", async () => {
    expect((await post("TZ-CUSTOMS", `${path}/hits`, hitBody())).status).toBe(201);
  });
  await asked.until("KE", path, isHeard);
  await untilQuiet("TZ");
  const heard = (await asked.ask("KE", path)).body;
  expect(heard.hits).toMatchObject([{ reporter: "TZ", foundBy: "TZ-CUSTOMS" }]);
}, 240_000);

for (const [owner, point] of [
  ["KE", "focal-point.sealed"],
  ["TZ", "focal-point.inbox-stored"],
] as const) {
  test(`kill -9 of ${owner} in the middle of a transfer: the original comes whole (TP-ATT-18)`, async () => {
    const bytes = pdf(5 * ATTACHMENT_LIMITS.pieceBytes + 7);
    const attachmentId = await upload("KE", bytes);
    const caseId = await request(`MADE-UP ${owner}`, attachmentId);
    const list = `/v1/traces/${caseId}/attachments`;
    const { attachments } = await asked.until("TZ", list, isNamed);
    const named = attachments[0].attachmentId;
    await blows.during(point, 3, owner, async () => {
      expect((await post("TZ", `/v1/attachments/${named}/call`, {})).status).toBe(200);
    });
    await asked.until("TZ", list, isWhole);
    expect(digest(await original("TZ", named))).toBe(digest(await original("KE", attachmentId)));
  }, 240_000);
}

const isNamed = (body: Answer["body"]) => body.attachments?.length === 1;
const isWhole = (body: Answer["body"]) => body.attachments[0].state === "ready";

const digest = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

/** Asks TZ about a pistol found in KE, with an attachment; gives the case. */
async function request(serial: string, attachmentId: string): Promise<string> {
  const trace = traceBody({ to: "TZ", serial });
  const recovery = { ...trace.request.recovery, country: "KE", place: "KE-30" };
  const body = { ...trace, request: { ...trace.request, recovery } };
  const sent = await post("KE", "/v1/traces", { ...body, attachments: [{ attachmentId }] });
  expect(sent.status, JSON.stringify(sent.body)).toBe(201);
  return sent.body.caseId;
}

/** Uploads a file at a State in pieces and completes it; gives its id. */
async function upload(id: string, bytes: Uint8Array): Promise<string> {
  const facts = { name: "register.pdf", sizeBytes: bytes.length, sha256: digest(bytes) };
  const { attachmentId, pieceBytes } = (await post(id, "/v1/attachments", facts)).body;
  const path = `/v1/attachments/${attachmentId}`;
  for (let at = 0; at * pieceBytes < bytes.length; at += 1) {
    const body = Buffer.from(bytes.subarray(at * pieceBytes, (at + 1) * pieceBytes));
    const response = await callRaw(id, `${path}/pieces/${at}`, { method: "PUT", body });
    expect(response.ok, await response.text()).toBe(true);
  }
  const completed = await callRaw(id, `${path}/complete`, { method: "POST" });
  expect(completed.status, await completed.text()).toBe(200);
  return attachmentId;
}

async function original(id: string, attachmentId: string): Promise<Buffer> {
  const response = await callRaw(id, `/v1/attachments/${attachmentId}/original`, {});
  expect(response.status).toBe(200);
  return Buffer.from(await response.arrayBuffer());
}

async function callRaw(id: string, path: string, init: RequestInit): Promise<Response> {
  const { token, url } = asked.door(id);
  const type = init.body === undefined ? {} : { "content-type": "application/octet-stream" };
  return await fetch(`${url}${path}`, {
    ...init,
    headers: { authorization: `Bearer ${token}`, ...type },
  });
}
