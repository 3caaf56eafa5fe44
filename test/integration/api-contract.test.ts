import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { connect, credsAuthenticator } from "nats";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { EXAMPLE_ALERT, EXAMPLE_HIT } from "#alerts-api";
import {
  type ApiDoor,
  callApi,
  EXAMPLE_IDS,
  EXAMPLE_ORIGIN,
  EXAMPLE_USER,
  issueToken,
} from "#http";
import { mayHold, ROLE_NAMES } from "#users";
import { initExchange, type RunningExchange, startExchange } from "../../deploy/local/index.ts";
import {
  EXAMPLE_KEY,
  EXAMPLE_TRACE,
  EXAMPLE_TRACE_WITH_PERSONS,
} from "../../services/focal-point/api/trace-examples.ts";
import { describeDoor, differences, lint } from "../support/described-door.ts";
import { arrangeHolds } from "../support/example-holds.ts";
import { arrangeNotices } from "../support/example-notices.ts";
import { recordedRequest } from "../support/example-record.ts";
import { prepareReleases } from "../support/example-releases.ts";
import { arrangeSeizures, EXAMPLE_MONITOR } from "../support/example-seizures.ts";
import { exampleFeedRequest } from "../support/feed-requests.ts";
import { specsOf } from "../support/nats-carrier.ts";
import { JPEG } from "../support/pictures.ts";
import { publishSchedule } from "../support/published-schedule.ts";
import { renewedRegister } from "../support/renewed-register.ts";
import { allowWebhooks, WebhookReceiver } from "../support/webhook-receiver.ts";

/** TP-API-12 to TP-API-14: the description is true of the service that serves it. */

const TIMEOUT_MS = 30_000;

const receiver = new WebhookReceiver();
let dataDir: string;
let exchange: RunningExchange;
/** As a person who may do everything; by participant id, or `gateway`. */
let doors: Map<string, ApiDoor>;

beforeAll(async () => {
  dataDir = join(await mkdtemp(join(tmpdir(), "tracepost-contract-")), "data");
  const [ke, at, customs, port] = specsOf(["KE", "AT", "KE-CUSTOMS", "KE-PORT"]);
  if (!(ke && at && customs && port)) return;
  const asking = { ...customs, alerts: "approved" as const };
  const participants = [
    { ...ke, answering: "officer" as const },
    at,
    asking,
    port,
    EXAMPLE_MONITOR,
  ];
  await initExchange({ dataDir, participants });
  await receiver.start();
  await allowWebhooks(dataDir, "KE", [receiver.origin]);
  await allowWebhooks(dataDir, "KE-PORT", [receiver.origin]);
  await allowWebhooks(dataDir, "ORG-ECOWAS", [receiver.origin]);
  exchange = await startExchange({ dataDir });
  doors = new Map();
  for (const [id, door] of exchange.participants) doors.set(id, await openDoor(door));
  const token = (await readFile(exchange.paths.gateway.apiToken, "utf8")).trim();
  doors.set("gateway", await openDoor({ url: exchange.gateway.url ?? "", token }));
});

afterAll(async () => {
  await exchange?.stop();
  await receiver.stop();
  await rm(join(dataDir, ".."), { recursive: true, force: true });
});

async function openDoor(admin: ApiDoor): Promise<ApiDoor> {
  const userId = "everything";
  const roles = ROLE_NAMES.filter((role) => mayHold("person", role));
  await make(admin, "/v1/users", { userId, name: "Made up for a test", roles });
  const label = "test";
  return {
    url: admin.url,
    token: await issueToken(admin, userId, { label, timeoutMs: TIMEOUT_MS }),
  };
}

async function make(door: ApiDoor, path: string, body: unknown, headers = {}) {
  const call = { method: "POST", path, body, headers, timeoutMs: TIMEOUT_MS } as const;
  return await callApi<Record<string, string>>(door, call);
}

const makeWebhook = (door: ApiDoor) =>
  make(door, "/v1/webhooks", { url: `${receiver.origin}/hook` });

function doorOf(id: string): ApiDoor {
  const door = doors.get(id);
  if (door === undefined) throw new TypeError(`no door ${id}`);
  return door;
}

/** The user of examples; gives the id of her token. */
async function addExampleUser(door: ApiDoor): Promise<string> {
  const roles = ["FOCAL_POINT_OFFICER"];
  await make(door, "/v1/users", { userId: EXAMPLE_USER, name: "Mariama Diallo", roles });
  const issued = await make(door, `/v1/users/${EXAMPLE_USER}/tokens`, { label: "desk 7" });
  return issued.tokenId ?? "";
}

/** Makes what examples of a focal point are about, and tells what stands for their ids here. */
async function arrangeCases(): Promise<Map<string, string>> {
  const [ke, at] = [doorOf("KE"), doorOf("AT")];
  const tokenId = await addExampleUser(ke);
  const sent = await make(ke, "/v1/traces", EXAMPLE_TRACE, { "idempotency-key": EXAMPLE_KEY });
  const recovery = { ...EXAMPLE_TRACE.request.recovery, country: "AT", place: "AT-9" };
  const fromAt = { ...EXAMPLE_TRACE, to: "KE", request: { ...EXAMPLE_TRACE.request, recovery } };
  const attachments = [{ attachmentId: await upload(at, "serial.jpg", JPEG), view: "SERIAL" }];
  const received = await make(at, "/v1/traces", { ...fromAt, attachments });
  const other = await make(at, "/v1/traces", fromAt);
  const drafted = await make(at, "/v1/traces", fromAt);
  const edited = await make(at, "/v1/traces", fromAt);
  const waiting = await prepareReleases(exchange.participants.get("KE") as ApiDoor);
  const byLetter = { ...EXAMPLE_TRACE, to: "ML", offExchange: true };
  const letter = await make(ke, "/v1/traces", byLetter);
  const persons = await make(ke, "/v1/traces", EXAMPLE_TRACE_WITH_PERSONS);
  const [webhook, otherWebhook] = [await makeWebhook(ke), await makeWebhook(ke)];
  const photograph = await upload(ke, "marking.jpg", JPEG);
  const document = Buffer.from("%PDF-1.7\n%%EOF\n");
  const begun = await announce(ke, "invoice.pdf", document);
  const unneeded = await announce(ke, "unneeded.pdf", document);
  const files = await arrangeRegisterFiles(ke);
  for (const { caseId } of [received, other, drafted, edited]) {
    await untilCase(ke, caseId, "DELIVERED");
  }
  const path = `/v1/traces/${drafted.caseId}/draft`;
  const draft = await callApi<{ draftId: string }>(ke, { path, timeoutMs: TIMEOUT_MS });
  await untilCase(ke, sent.caseId, "ANSWERED");
  const notices = await arrangeNotices({ ke, at }, { sent, trace: fromAt });
  return new Map(
    Object.entries({
      ...notices,
      [EXAMPLE_IDS.sentCase]: sent.caseId ?? "",
      [EXAMPLE_IDS.sentMessage]: sent.messageId ?? "",
      [EXAMPLE_IDS.receivedCase]: received.caseId ?? "",
      [EXAMPLE_IDS.otherReceivedCase]: other.caseId ?? "",
      [EXAMPLE_IDS.draftedCase]: drafted.caseId ?? "",
      [EXAMPLE_IDS.editedCase]: edited.caseId ?? "",
      [EXAMPLE_IDS.draft]: draft.draftId,
      [EXAMPLE_IDS.receivedPhotograph]: await firstAttachment(ke, received.caseId ?? ""),
      [EXAMPLE_IDS.photograph]: photograph,
      [EXAMPLE_IDS.upload]: begun,
      [EXAMPLE_IDS.otherUpload]: unneeded,
      [EXAMPLE_IDS.letterCase]: letter.caseId ?? "",
      [EXAMPLE_IDS.personsCase]: persons.caseId ?? "",
      [EXAMPLE_IDS.personsMessage]: persons.messageId ?? "",
      [EXAMPLE_IDS.token]: tokenId,
      [EXAMPLE_IDS.release]: waiting[0] ?? "",
      [EXAMPLE_IDS.otherRelease]: waiting[1] ?? "",
      [EXAMPLE_IDS.sentAlone]: waiting[2] ?? "",
      [EXAMPLE_IDS.webhook]: webhook.webhookId ?? "",
      [EXAMPLE_IDS.otherWebhook]: otherWebhook.webhookId ?? "",
      [EXAMPLE_ORIGIN]: receiver.origin,
      ...files,
      ...(await arrangeSeizures(ke)),
    }),
  );
}

/** Imports of a register: two that are begun, and one of which no line can be taken. */
async function arrangeRegisterFiles(door: ApiDoor): Promise<Record<string, string>> {
  const begin = async (): Promise<string> => {
    const body = { name: "register-2026.jsonl", format: "jsonl", partial: true };
    return (await make(door, "/v1/register/uploads", body)).uploadId ?? "";
  };
  const [bad, other, begun] = [await begin(), await begin(), await begin()];
  const authorization = `Bearer ${door.token}`;
  await fetch(`${door.url}/v1/register/uploads/${bad}/bytes?offset=0&last=true`, {
    method: "POST",
    headers: { authorization, "content-type": "application/x-ndjson" },
    body: "{\n",
  });
  const isDone = ({ state }: { state?: string }) => state === "DONE";
  await until(door, `/v1/register/uploads/${bad}`, isDone);
  return {
    [EXAMPLE_IDS.registerFile]: begun,
    [EXAMPLE_IDS.otherRegisterFile]: other,
    [EXAMPLE_IDS.badRegisterFile]: bad,
  };
}

/** Announces a file; gives the id of the attachment. */
async function announce(door: ApiDoor, name: string, file: Buffer): Promise<string> {
  const sha256 = createHash("sha256").update(file).digest("hex");
  const made = await make(door, "/v1/attachments", { name, sizeBytes: file.length, sha256 });
  return made.attachmentId ?? "";
}

/** The attachment that came with a request. */
async function firstAttachment(door: ApiDoor, caseId: string): Promise<string> {
  const headers = { authorization: `Bearer ${door.token}` };
  const response = await fetch(`${door.url}/v1/traces/${caseId}/attachments`, { headers });
  const { attachments } = (await response.json()) as { attachments: { attachmentId: string }[] };
  return attachments[0]?.attachmentId ?? "";
}

/** Brings a file of one piece. */
async function upload(door: ApiDoor, name: string, file: Buffer): Promise<string> {
  const attachmentId = await announce(door, name, file);
  const authorization = `Bearer ${door.token}`;
  await fetch(`${door.url}/v1/attachments/${attachmentId}/pieces/0`, {
    method: "PUT",
    headers: { authorization, "content-type": "application/octet-stream" },
    body: new Uint8Array(file),
  });
  const path = `/v1/attachments/${attachmentId}/complete`;
  await fetch(`${door.url}${path}`, { method: "POST", headers: { authorization } });
  return attachmentId;
}

/** The newest message an agency sent, once it has the receipts that examples show. */
async function newestMessage(door: ApiDoor): Promise<string> {
  const sent = await make(door, "/v1/alerts", EXAMPLE_ALERT);
  await until(door, `/v1/messages/${sent.messageId}/receipts?recipient=AT`, (answer) => {
    return (answer as { receipts?: object[] }).receipts?.length === 1;
  });
  return sent.messageId ?? "";
}

/** Makes what examples of holds and alerts are about: one sent, one with a hit, one to approve. */
async function arrangeAlerts(id: string): Promise<[string, string][]> {
  const [door, abroad] = [doorOf(id), doorOf("AT")];
  await arrangeHolds(door, exchange, id);
  const sent = await make(door, "/v1/alerts", EXAMPLE_ALERT);
  const received = await make(abroad, "/v1/alerts", { ...EXAMPLE_ALERT, to: { states: ["KE"] } });
  const asked = await make(doorOf("KE-CUSTOMS"), "/v1/alerts", EXAMPLE_ALERT);
  const isInForce = ({ state }: { state?: string }) => state === "IN_FORCE";
  await until(door, `/v1/alerts/${received.alertId}`, isInForce);
  await until(doorOf("KE"), `/v1/alerts/${asked.alertId}`, ({ state }: { state?: string }) => {
    return state === "PENDING_APPROVAL";
  });
  const hit = await make(door, `/v1/alerts/${received.alertId}/hits`, EXAMPLE_HIT);
  return [
    [EXAMPLE_IDS.sentAlert, sent.alertId ?? ""],
    [EXAMPLE_IDS.receivedAlert, received.alertId ?? ""],
    [EXAMPLE_IDS.hit, hit.hitId ?? ""],
    [EXAMPLE_IDS.askedAlert, asked.alertId ?? ""],
    [EXAMPLE_IDS.askedVersion, asked.messageId ?? ""],
  ];
}

/** Items 1 and 2 of quarantine: bytes that are no message, from a participant of the exchange. */
async function arrangeQuarantine(): Promise<Map<string, string>> {
  const door = doorOf("gateway");
  const tokenId = await addExampleUser(door);
  const connection = await connect({
    servers: exchange.nats.url ?? "",
    authenticator: credsAuthenticator(await readFile(exchange.paths.participant("KE").natsCreds)),
    inboxPrefix: "_I.KE",
  });
  for (const junk of ["no message", "nor is this"]) {
    connection.publish("tp.out.KE.normal.trace-request", junk);
  }
  await connection.flush();
  await connection.close();
  await until(door, "/v1/quarantine", ({ items = [] }: { items?: object[] }) => items.length === 2);
  await arrangeHolds(door, exchange, "gateway");
  const register = await renewedRegister(exchange.paths, door);
  await publishSchedule(exchange.paths, door);
  const recorded = await recordedRequest(doorOf("KE"), door);
  const feed = await exampleFeedRequest(exchange, EXAMPLE_MONITOR.id);
  return new Map([[EXAMPLE_IDS.token, tokenId], ...register, ...recorded, feed]);
}

function untilCase(door: ApiDoor, caseId: string | undefined, wanted: string): Promise<void> {
  const isThere = ({ state }: { state?: string }) => state === wanted;
  return until(door, `/v1/traces/${caseId}`, isThere);
}

/** Asks again until the answer is as wanted. */
async function until(door: ApiDoor, path: string, isWanted: (answer: object) => boolean) {
  const givenUpAt = Date.now() + TIMEOUT_MS;
  for (;;) {
    const headers = { authorization: `Bearer ${door.token}` };
    const response = await fetch(`${door.url}${path}`, { headers });
    const found = (await response.json()) as object;
    if (isWanted(found)) return;
    if (Date.now() > givenUpAt) throw new TypeError(`it never came: ${JSON.stringify(found)}`);
    await pause(50);
  }
}

describe("the description of a focal point", () => {
  test("breaks no rule of the linter", async () => {
    expect(await lint(await describeDoor(doorOf("KE").url))).toEqual([]);
  });

  test("promises nothing in its examples that the service does not do", async () => {
    const { count, found } = await differences(
      doorOf("KE"),
      new Map([...(await arrangeCases()), ...(await arrangeAlerts("KE"))]),
    );
    expect(found).toEqual({});
    expect(count).toBeGreaterThan(20);
  });

  test("asks for a token below /v1 and nowhere else, and names the permission", async () => {
    const { paths } = await describeDoor(doorOf("KE").url);
    for (const [path, item] of Object.entries<Record<string, { security: object[] }>>(paths)) {
      for (const { security } of Object.values(item)) {
        expect(security, path).toEqual(path.startsWith("/v1/") ? [{ bearer: [] }] : []);
      }
    }
    expect(paths["/v1/traces"].post.description).toContain("`traces:send`");
    expect(Object.keys(paths["/v1/traces"].post.responses)).toEqual(
      expect.arrayContaining(["201", "401", "403", "409", "422"]),
    );
  });
});

describe("the description of a border agency", () => {
  test("breaks no rule of the linter, and its examples are true", async () => {
    const door = doorOf("KE-PORT");
    expect(await lint(await describeDoor(door.url))).toEqual([]);
    const tokenId = await addExampleUser(door);
    const [webhook, otherWebhook] = [await makeWebhook(door), await makeWebhook(door)];
    const ids = new Map([
      ...(await arrangeAlerts("KE-PORT")),
      [EXAMPLE_IDS.sentMessage, await newestMessage(door)],
      [EXAMPLE_IDS.token, tokenId],
      [EXAMPLE_IDS.webhook, webhook.webhookId ?? ""],
      [EXAMPLE_IDS.otherWebhook, otherWebhook.webhookId ?? ""],
      [EXAMPLE_ORIGIN, receiver.origin],
    ] as const);
    const { found } = await differences(door, ids);
    expect(found).toEqual({});
  });
});

describe("the description of a regional monitor (TP-MON-1, TP-MON-18)", () => {
  test("breaks no rule of the linter, and its examples are true", async () => {
    const door = doorOf("ORG-ECOWAS");
    expect(await lint(await describeDoor(door.url))).toEqual([]);
    const page = await (await fetch(door.url)).text();
    expect(page).toContain("Tracepost regional monitor ORG-ECOWAS");
    const metrics = await (await fetch(`${door.url}/metrics`)).text();
    expect(metrics).toContain("tracepost_regional_monitor_days_differing 0");
    await arrangeHolds(door, exchange, "ORG-ECOWAS");
    const [webhook, otherWebhook] = [await makeWebhook(door), await makeWebhook(door)];
    const ids = new Map([
      [EXAMPLE_IDS.token, await addExampleUser(door)],
      [EXAMPLE_IDS.webhook, webhook.webhookId ?? ""],
      [EXAMPLE_IDS.otherWebhook, otherWebhook.webhookId ?? ""],
      [EXAMPLE_ORIGIN, receiver.origin],
    ] as const);
    const { found } = await differences(door, ids);
    // A monitor sends nothing, so of no message of its own is there a receipt or a proof.
    expect(Object.keys(found)).toEqual(["listReceipts delivered", "showProof sent"]);
  });
});

describe("the description of the gateway", () => {
  test("breaks no rule of the linter, and its examples are true", async () => {
    const door = doorOf("gateway");
    expect(await lint(await describeDoor(door.url))).toEqual([]);
    const { count, found } = await differences(door, await arrangeQuarantine());
    expect(found).toEqual({});
    expect(count).toBeGreaterThan(15);
  });
});
