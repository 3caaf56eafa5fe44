import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ALERT_PROCEDURES } from "#alerts";
import { type AlertRouteDeps, addAlertRoutes, EXAMPLE_ALERT } from "#alerts-api";
import { parseCap } from "#casework";
import { createHttpServer, type HttpServer } from "#http";
import { AlertMove } from "#proto";
import { createLogger } from "#runtime";
import { addCapRoutes } from "../../../lib/alerts/api/cap-routes.ts";
import { AlertDesk } from "../../support/alert-desk.ts";
import { tracepostHere as tracepost } from "../../support/in-process.ts";
import { ManualTime } from "../../support/manual-time.ts";
import { openMemoryUsers } from "../../support/memory-users.ts";
import { makeParties } from "../../support/parties.ts";
import { TEST_TITLE } from "../../support/test-route.ts";

const SCHEMA = fileURLToPath(new URL("../../vectors/cap/cap-1.2.xsd", import.meta.url));
const CAP = "application/cap+xml";
const { register } = makeParties([{ id: "KE" }, { id: "AT" }, { id: "TZ" }]);

let desk: AlertDesk;
let server: HttpServer;
let token: string;
let auditor: string;
const time = new ManualTime();

beforeEach(async () => {
  desk = new AlertDesk("KE");
  const call = async (name: keyof typeof ALERT_PROCEDURES, args: unknown) => {
    const procedure = ALERT_PROCEDURES[name] as (tx: unknown, args: unknown) => Promise<never>;
    return await procedure(desk.tx, args);
  };
  const store = { call } as AlertRouteDeps["store"];
  const users = await openMemoryUsers(time);
  token = await users.person("duty", "FOCAL_POINT_OFFICER");
  auditor = await users.person("auditor", "AUDITOR");
  const self = desk.self;
  const deps = { store, self, register: () => register, clock: time, onDrafted: () => {} };
  server = await createHttpServer({
    ...{ host: "127.0.0.1", port: 0, health: {}, title: TEST_TITLE },
    logger: createLogger({ name: "test", level: "silent" }),
    api: {
      guard: users.guard,
      routes: (api) => {
        addAlertRoutes(api, deps);
        addCapRoutes(api, deps);
      },
    },
  });
});

afterEach(async () => {
  await server.close();
  desk[Symbol.dispose]();
});

// biome-ignore lint/suspicious/noExplicitAny: answers of several routes are looked into
type Body = any;

async function ask(path: string, body?: string | Uint8Array | object, who = token) {
  const isDocument = typeof body === "string" || body instanceof Uint8Array;
  const type = isDocument ? CAP : "application/json";
  const response = await fetch(`${server.url}/v1/alerts${path}`, {
    method: body === undefined ? "GET" : "POST",
    headers: {
      authorization: `Bearer ${who}`,
      ...(body === undefined ? {} : { "content-type": type }),
    },
    body: body === undefined ? null : ((isDocument ? body : JSON.stringify(body)) as string),
  });
  const text = await response.text();
  const answered = response.headers.get("content-type") ?? "";
  return {
    status: response.status,
    type: answered,
    xml: text,
    body: (answered.includes("json") ? JSON.parse(text) : undefined) as Body,
  };
}

async function send(changes: object = {}): Promise<{ alertId: string; messageId: string }> {
  const { body, status } = await ask("", { ...EXAMPLE_ALERT, ...changes });
  expect(status, JSON.stringify(body)).toBe(201);
  return body;
}

const exported = async (alertId: string, query = "") => (await ask(`/${alertId}/cap${query}`)).xml;
const read = async (xml: string) => (await ask("/from-cap", xml)).body;
const fieldsOf = ({ findings }: Body) =>
  findings.map(({ field, rule }: { field: string; rule: string }) => `${field} ${rule}`);

describe("an alert as a CAP document (TP-ALERT-46)", () => {
  test("is valid, and says what was sent", async () => {
    const { alertId, messageId } = await send();
    const { status, type, xml } = await ask(`/${alertId}/cap`);
    expect([status, type]).toEqual([200, `${CAP}; charset=utf-8`]);
    const parsed = parseCap(xml);
    expect(parsed).toMatchObject({
      ok: true,
      value: {
        ...{ identifier: messageId, sender: "KE", status: "Actual", msgType: "Alert" },
        ...{ scope: "Private", addresses: ["AT"], code: ["TLP:AMBER", "NO_ONWARD"] },
      },
    });
    const args = ["--noout", "--nonet", "--schema", SCHEMA, "-"];
    const end = spawnSync("xmllint", args, { input: xml, encoding: "utf8" });
    if (end.error === undefined) expect(end.stderr).toBe("- validates\n");
    expect((await ask(`/${alertId}/cap`, undefined, auditor)).status).toBe(403);
  });

  test.each(["Exercise", "Test"])("marks what is %s", async (name) => {
    const { alertId } = await send({ status: name.toUpperCase() });
    const xml = await exported(alertId);
    expect(xml).toContain(`<status>${name}</status>`);
    expect((await read(xml)).body.status).toBe(name.toUpperCase());
  });

  test("is of the version that stands, of one that is asked for, or the cancel", async () => {
    const { alertId, messageId } = await send();
    const { body: update } = await ask(`/${alertId}/update`, EXAMPLE_ALERT);
    expect(await exported(alertId)).toContain(`<identifier>${update.messageId}</identifier>`);
    expect(await exported(alertId)).toContain(`<references>KE,${messageId},`);
    expect(await exported(alertId, `?version=${messageId}`)).toContain("<msgType>Alert</msgType>");
    expect((await ask(`/${alertId}/cap?version=none`)).body.code).toBe("NOT_FOUND");
    expect((await ask("/none/cap")).body.code).toBe("NOT_FOUND");
    await ask(`/${alertId}/cancel`, { reason: "The pistol was found (made up)." });
    const xml = await exported(alertId);
    expect(xml).toContain("<msgType>Cancel</msgType>");
    expect(xml).toContain("<note>The pistol was found (made up).</note>");
  });

  test("is none of what XML cannot carry, or has not left", async () => {
    const [info] = EXAMPLE_ALERT.alert.infos;
    const infos = [{ ...info, headline: "bell \u0007" }];
    const { alertId } = await send({ alert: { ...EXAMPLE_ALERT.alert, infos } });
    expect((await ask(`/${alertId}/cap`)).body).toMatchObject({
      ...{ status: 409, code: "NOT_AS_CAP" },
      problems: [{ field: "info.0.headline", rule: "has a character that XML cannot carry" }],
    });
    const asked = { alertId: "asked-1", messageId: "asked-m1", sender: "KE-CUSTOMS" };
    const move = AlertMove.ALERT;
    await desk.receive({ ...asked, move, sentAtMs: 1_000, isAsked: true }, 1_000);
    expect((await ask("/asked-1/cap")).body).toMatchObject({
      code: "NOT_AS_CAP",
      problems: [{ field: "version", rule: "must have left; this version is pending" }],
    });
  });
});

describe("a CAP document as an alert (TP-ALERT-47)", () => {
  test.each([
    ["States", { states: ["AT", "TZ"] }],
    ["the parties of an instrument", { instrument: "ITI" }],
  ])("sent to %s comes back as the same facts, and can be sent", async (_to, to) => {
    const areas = [{ description: "Mombasa", geocodes: ["KE", "KE-28"] }];
    const { alertId, messageId } = await send({
      to,
      alert: { ...EXAMPLE_ALERT.alert, areas, responseTypes: ["MONITOR"], incidents: ["a b", "c"] },
    });
    const answer = await read(await exported(alertId));
    expect(answer).toMatchObject({
      ...{ move: "ALERT", complete: true, leftOut: [], source: { identifier: messageId } },
      body: { to, status: "ACTUAL" },
    });
    expect(fieldsOf(answer)).toEqual(["identifier alreadyHere"]);
    const again = await send(answer.body);
    const [first, second] = [await ask(`/${alertId}`), await ask(`/${again.alertId}`)];
    const { expiresAt, ...facts } = first.body.alert;
    const whole = `${expiresAt.slice(0, 19)}.000Z`;
    expect(second.body.alert).toEqual({ ...facts, expiresAt: whole });
  });

  test("maps an update and a cancel to the alert they are about", async () => {
    const { alertId } = await send();
    await ask(`/${alertId}/update`, EXAMPLE_ALERT);
    const xml = await exported(alertId);
    const fresh = xml.replace(/<identifier>.*<\/identifier>/, "<identifier>desk-7</identifier>");
    const update = await read(fresh);
    expect(update).toMatchObject({ move: "UPDATE", alertId, complete: true, findings: [] });
    expect((await ask(`/${alertId}/update`, update.body)).status).toBe(201);
    const reason = "The pistol was found (made up).";
    const cancel = fresh
      .replace("<msgType>Update", "<msgType>Cancel")
      .replace("<references>", `<note>${reason}</note>\n  <references>`);
    const answer = await read(cancel);
    expect(answer).toMatchObject({ move: "CANCEL", alertId, complete: true, body: { reason } });
    expect((await ask(`/${alertId}/cancel`, answer.body)).status).toBe(201);
  });

  test("finds what it refers to unknown, of another sender, or of another kind", async () => {
    const { alertId } = await send();
    const { body } = await ask(`/${alertId}/update`, EXAMPLE_ALERT);
    const xml = await exported(alertId);
    const elsewhere = await read(xml.replace(/KE,[^,]*,/, "KE,elsewhere,"));
    expect(elsewhere).toMatchObject({ move: "UPDATE", complete: false });
    expect(elsewhere.alertId).toBeUndefined();
    expect(fieldsOf(elsewhere)).toContain("references.0 unresolved");
    const other = xml.replace("WANTED_FIREARM", "LOST_STOLEN_CONSIGNMENT");
    const changed = await read(other.replace("<status>Actual", "<status>Test"));
    expect(fieldsOf(changed)).toEqual(
      expect.arrayContaining(["alert.kind neverChanges", "status neverChanges"]),
    );
    const received = { alertId: "theirs", messageId: "theirs-1", sender: "TZ" };
    await desk.receive({ ...received, move: AlertMove.ALERT, sentAtMs: 5_000 }, 5_000);
    const theirs = xml
      .replace(/<references>.*</, "<references>TZ,theirs-1,1970-01-01T00:00:05-00:00<")
      .replace(body.messageId, "desk-8");
    expect(fieldsOf(await read(theirs))).toEqual(["references notOriginalSender"]);
  });

  test("of another system is a draft with what is to be chosen", async () => {
    const answer = await read(
      `<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>p-1</identifier>
        <sender>police.example</sender><sent>2026-03-01T10:00:00+01:00</sent>
        <status>Actual</status><msgType>Alert</msgType><scope>Private</scope>
        <addresses>AT "Port of Tema"</addresses><code>TLP:RED</code>
        <info><category>Security</category><event>Theft</event><urgency>Immediate</urgency>
        <severity>Severe</severity><certainty>Observed</certainty>
        <eventCode><valueName>local</valueName><value>7</value></eventCode>
        <headline>Pistols stolen</headline><contact>Desk 7</contact></info></alert>`,
    );
    expect(answer).toMatchObject({
      complete: false,
      body: { to: { states: ["AT"] }, alert: { urgency: "IMMEDIATE" } },
      source: { sentAt: "2026-03-01T09:00:00.000Z" },
    });
    expect(fieldsOf(answer)).toEqual(
      expect.arrayContaining(["alert.kind missing", "alert.dutyContact missing"]),
    );
    expect(fieldsOf(answer)).not.toContain("alert.expiresAt missing");
    expect(answer.leftOut).toEqual([
      "info.0.event",
      "info.0.eventCode local",
      "info.0.contact",
      "addresses Port of Tema",
      "code TLP:RED",
    ]);
  });

  test("says who is not to be reached", async () => {
    const { alertId } = await send();
    const xml = await exported(alertId);
    const to = async (addresses: string) =>
      fieldsOf(await read(xml.replace(/<addresses>.*</, `<addresses>${addresses}<`)));
    expect(await to("ZZ")).toContain("to.states[0] has no active focal point");
    expect(await to("somebody")).toContain("to missing");
    expect(await to("AT group:EAC")).toContain(
      "to must be named States, or a group, or an instrument",
    );
  });

  test("is refused for everybody, as no CAP, as no text, and as too long", async () => {
    const { alertId } = await send();
    const xml = await exported(alertId);
    const refused = async (body: string | Uint8Array) => {
      const answer = await ask("/from-cap", body);
      return [answer.status, answer.body.code, answer.body.problems?.[0]?.rule];
    };
    const open = xml.replace("<scope>Private", "<scope>Public");
    expect(await refused(open)).toEqual([422, "PUBLIC_SCOPE_FORBIDDEN", undefined]);
    const bomb = xml.replace("<alert", '<!DOCTYPE x [<!ENTITY a "b">]><alert');
    expect(await refused(bomb)).toEqual([422, "INPUT_INVALID", "must have no document type (DTD)"]);
    expect(await refused(Buffer.from([0x3c, 0xff]))).toEqual([
      422,
      "INPUT_INVALID",
      "must be text in UTF-8",
    ]);
    expect(await refused("<a>".repeat(400_000))).toEqual([413, "TOO_LARGE", undefined]);
    expect((await ask("/from-cap", xml, auditor)).status).toBe(403);
  });
});

describe("alert export and alert import", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "tracepost-cap-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  test("write a document, and a request that can be sent again", async () => {
    const { alertId } = await send();
    const access = ["--url", server.url];
    const [xml, yaml] = [join(folder, "alert.xml"), join(folder, "alert.yaml")];
    const run = (...args: string[]) => tracepost([...args, ...access], { token });
    const shown = await run("alert", "export", alertId.slice(0, 20));
    expect(shown).toMatchObject({ code: 0, out: await exported(alertId) });
    const written = await run("alert", "export", alertId, "--out", xml, "--json");
    expect(JSON.parse(written.out)).toMatchObject({ alertId, file: xml });
    expect(await readFile(xml, "utf8")).toBe(shown.out);
    expect((await run("alert", "export", alertId, "--out", xml)).err).toContain("not written");
    const told = await run("alert", "import", xml, "--out", yaml);
    expect(told.out).toContain("WARNING identifier: alreadyHere.");
    expect(told.out).toContain(`To send it: tracepost alert send ${yaml}`);
    const sent = await run("alert", "send", yaml, "--json");
    expect(JSON.parse(sent.out).alertId).not.toBe(alertId);
    await writeFile(xml, "<html/>");
    expect((await run("alert", "import", xml)).err).toContain("must be an element alert");
  });
});
