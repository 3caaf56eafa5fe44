import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { NOTICE } from "#alerts-api";
import { alertBody, hitBody } from "../support/alert-bodies.ts";
import { AskedExchange } from "../support/asked-exchange.ts";

/** An alert through three States and two agencies, from the first warning to its end. */

const EAC = { groups: ["EAC"] };

let asked: AskedExchange;
let alertId = "";

beforeAll(async () => {
  const participants = ["KE", "KE-CUSTOMS", "TZ", "TZ-CUSTOMS", "UG"];
  asked = await AskedExchange.start({
    participants,
    officers: participants,
    changes: { KE: EAC, TZ: EAC, UG: EAC, "KE-CUSTOMS": { alerts: "approved" } },
  });
}, 120_000);

afterAll(() => asked?.stop());

const post = (id: string, path: string, body: unknown) => asked.ask(id, path, { body });
const counts = async (id: string) => (await asked.ask(id, "/v1/summary")).body.alerts;
const stateIs = (state: string) => (body: { state?: string }) => body.state === state;

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into
type Json = any;

describe("an alert to a regional group, counted without content (TP-ALERT-45)", () => {
  test("goes to one receiving unit per State, which passes it on nationally (TP-ALERT-41)", async () => {
    const sent = await post("KE", "/v1/alerts", alertBody({ group: "EAC" }));
    expect(sent.status).toBe(201);
    alertId = sent.body.alertId;
    for (const id of ["TZ", "UG", "TZ-CUSTOMS", "KE-CUSTOMS"]) {
      const got = await asked.until(id, `/v1/alerts/${alertId}`, stateIs("IN_FORCE"));
      expect(got).toMatchObject({ side: "received", originator: "KE", notice: NOTICE });
      expect(got.alert.dutyContact.telephone).toBe("+254201234567");
      const carrier = id.includes("-") ? id.slice(0, 2) : undefined;
      expect(got.versions.map((one: Json) => one.carrier)).toEqual([carrier]);
    }
    const isDelivered = (body: Json) =>
      body.recipients.length === 3 &&
      body.recipients.every((one: Json) => one.level === "RECEIVED");
    const own = await asked.until("KE", `/v1/alerts/${alertId}`, isDelivered);
    expect(own.recipients.map((one: Json) => one.participant).toSorted()).toEqual([
      "KE-CUSTOMS",
      "TZ",
      "UG",
    ]);
  });

  test("shows its sender who has taken it up how far, and nobody else (TP-ALERT-36)", async () => {
    const ack = { level: "READ", unit: "Border post Namanga" };
    expect((await post("UG", `/v1/alerts/${alertId}/acknowledge`, ack)).status).toBe(201);
    const isRead = ({ recipients }: Json) =>
      recipients.some((one: Json) => one.participant === "UG" && one.level === "READ");
    const own = await asked.until("KE", `/v1/alerts/${alertId}`, isRead);
    expect(own.acknowledgements).toMatchObject([{ participant: "UG", unit: ack.unit }]);
    expect(await counts("KE")).toMatchObject({ inForceSent: 1, unacknowledgedByOthers: 1 });
    expect(await counts("UG")).toMatchObject({ inForceReceived: 1, unacknowledgedHere: 0 });
    expect(await counts("TZ")).toMatchObject({ inForceReceived: 1, unacknowledgedHere: 1 });
    const other = await asked.ask("TZ", `/v1/alerts/${alertId}`);
    expect(other.body.acknowledgements).toEqual([]);
    expect(other.body.recipients.map((one: Json) => one.participant)).toEqual(["TZ-CUSTOMS"]);
  });

  test("is updated by its originator alone, everywhere (TP-ALERT-40)", async () => {
    const infos = [{ languageTag: "en", headline: "Now thought to be near Namanga (made up)" }];
    const update = alertBody({ group: "EAC" }, { infos });
    const forged = await post("TZ", `/v1/alerts/${alertId}/update`, update);
    expect(forged).toMatchObject({ status: 409, body: { code: "ILLEGAL_MOVE" } });
    expect((await post("KE", `/v1/alerts/${alertId}/update`, update)).status).toBe(201);
    const isNew = ({ headline }: Json) => headline === infos[0]?.headline;
    for (const id of ["TZ", "UG", "TZ-CUSTOMS", "KE-CUSTOMS"]) {
      const got = await asked.until(id, `/v1/alerts/${alertId}`, isNew);
      expect(got.versions).toHaveLength(2);
      expect(got.messageId).toBe(got.versions[1].messageId);
    }
  });

  test("is hit in two States; originator and own focal point hear of it, nobody else (TP-ALERT-37)", async () => {
    const found = await post("TZ-CUSTOMS", `/v1/alerts/${alertId}/hits`, hitBody());
    expect(found.status).toBe(201);
    const inUganda = hitBody({ kind: "PARTIAL_SERIAL", place: "UG KLA" });
    expect((await post("UG", `/v1/alerts/${alertId}/hits`, inUganda)).status).toBe(201);
    const count = (wanted: number) => (body: Json) => body.hits.length === wanted;
    const own = await asked.until("KE", `/v1/alerts/${alertId}`, count(2));
    const finders = own.hits.map((one: Json) => [one.reporter, one.foundBy]).toSorted();
    expect(finders).toEqual([
      ["TZ", "TZ-CUSTOMS"],
      ["UG", "UG"],
    ]);
    expect(own.hits.every((one: Json) => one.notice === NOTICE)).toBe(true);
    expect(await counts("KE")).toMatchObject({ hits: 2 });
    expect((await asked.ask("TZ", `/v1/alerts/${alertId}`)).body.hits).toMatchObject([
      { hitId: found.body.hitId, foundBy: "TZ-CUSTOMS" },
    ]);
    // Neither the other State that has the alert, nor an agency of the originator's State.
    expect((await asked.ask("UG", `/v1/alerts/${alertId}`)).body.hits).toHaveLength(1);
    expect((await asked.ask("KE-CUSTOMS", `/v1/alerts/${alertId}`)).body.hits).toEqual([]);
  });

  test("prefills a trace request where it was found, and nowhere else (TP-ALERT-44)", async () => {
    const { body } = await asked.ask("TZ", `/v1/alerts/${alertId}`);
    const [{ hitId }] = body.hits;
    const trace = await asked.ask("TZ", `/v1/alerts/${alertId}/hits/${hitId}/trace`);
    expect(trace.body).toMatchObject({
      request: {
        firearm: { make: "GLOCK", model: "17", serialRaw: "MADEUP-4711" },
        recovery: { country: "TZ", place: "TZ DAR", date: "2026-02-03", method: "FOUND" },
      },
    });
    const elsewhere = await asked.ask("KE", `/v1/alerts/${alertId}/hits/${hitId}/trace`);
    expect(elsewhere.status).toBe(409);
  });

  test("has a hit that is retracted by whoever reported it (TP-ALERT-38)", async () => {
    const { body } = await asked.ask("TZ-CUSTOMS", `/v1/alerts/${alertId}`);
    const path = `/v1/alerts/${alertId}/hits/${body.hits[0].hitId}/retract`;
    const reason = { reason: "The last digit was misread." };
    expect((await post("UG", path, reason)).status).toBe(404);
    expect((await post("TZ", path, reason)).status).toBe(409);
    expect((await post("TZ-CUSTOMS", path, reason)).status).toBe(201);
    const isBack = ({ hits }: Json) => hits.some((one: Json) => one.state === "retracted");
    const own = await asked.until("KE", `/v1/alerts/${alertId}`, isBack);
    expect(own.hits.map((one: Json) => one.state).toSorted()).toEqual(["reported", "retracted"]);
  });

  test("is cancelled while one State is offline, which hears of it when it is back", async () => {
    const uganda = asked.exchange.process("UG");
    await uganda.stop();
    const reason = { reason: "The pistol was found at the dealer's own premises." };
    expect((await post("KE", `/v1/alerts/${alertId}/cancel`, reason)).status).toBe(201);
    for (const id of ["TZ", "TZ-CUSTOMS", "KE-CUSTOMS"]) {
      await asked.until(id, `/v1/alerts/${alertId}`, stateIs("CANCELLED"));
    }
    await uganda.start();
    const late = await asked.until("UG", `/v1/alerts/${alertId}`, stateIs("CANCELLED"));
    expect(late.versions.at(-1)).toMatchObject({ move: "CANCEL", note: reason.reason });
    const hit = await post("UG", `/v1/alerts/${alertId}/hits`, hitBody({ place: "UG KLA" }));
    expect(hit).toMatchObject({ status: 409, body: { detail: "the alert is CANCELLED" } });
    const again = await post("KE", `/v1/alerts/${alertId}/cancel`, reason);
    expect(again).toMatchObject({ status: 409, body: { detail: "it was cancelled" } });
  }, 60_000);
});

describe("an alert of an agency whose State approves its alerts (TP-ALERT-35)", () => {
  test("goes to the focal point, leaves when it is approved, and its hits come back", async () => {
    const sent = await post("KE-CUSTOMS", "/v1/alerts", alertBody({ states: ["TZ"] }));
    expect(sent.status).toBe(201);
    const path = `/v1/alerts/${sent.body.alertId}`;
    await asked.until("KE-CUSTOMS", path, stateIs("PENDING_APPROVAL"));
    const { messageId } = sent.body;
    await asked.until("KE", path, stateIs("PENDING_APPROVAL"));
    expect(await counts("KE")).toMatchObject({ awaitingApproval: 1 });
    expect(await counts("KE-CUSTOMS")).toMatchObject({ awaitingApproval: 1 });
    expect((await asked.ask("TZ", path)).status).toBe(404);
    const approved = await post("KE", `${path}/approve`, { messageId, approved: true });
    expect(approved).toMatchObject({ status: 201, body: { approved: true } });
    const again = await post("KE", `${path}/approve`, { messageId, approved: false, reason: "no" });
    expect(again).toMatchObject({ status: 409, body: { code: "DECIDED_OTHERWISE" } });
    await asked.until("TZ-CUSTOMS", path, stateIs("IN_FORCE"));
    const back = await asked.until("KE-CUSTOMS", path, stateIs("IN_FORCE"));
    expect(back.versions).toMatchObject([
      { state: "approved", sender: "KE-CUSTOMS" },
      { state: "received", sender: "KE", messageId: approved.body.leftAs },
    ]);
    await post("TZ", `${path}/hits`, hitBody());
    const isHit = ({ hits }: Json) => hits.length === 1;
    const heard = await asked.until("KE-CUSTOMS", path, isHit);
    expect(heard.hits).toMatchObject([{ reporter: "KE", foundBy: "TZ" }]);
  });

  test("stays when it is declined, with the reason", async () => {
    const sent = await post("KE-CUSTOMS", "/v1/alerts", alertBody({ states: ["TZ"] }));
    const { alertId: id, messageId } = sent.body;
    await asked.until("KE", `/v1/alerts/${id}`, stateIs("PENDING_APPROVAL"));
    const reason = "Speak with the investigators first.";
    const silent = await post("KE", `/v1/alerts/${id}/approve`, { messageId, approved: false });
    expect(silent.status).toBe(422);
    await post("KE", `/v1/alerts/${id}/approve`, { messageId, approved: false, reason });
    const back = await asked.until("KE-CUSTOMS", `/v1/alerts/${id}`, stateIs("DECLINED"));
    expect(back.versions).toMatchObject([{ state: "declined", reason }]);
    expect((await asked.ask("TZ", `/v1/alerts/${id}`)).status).toBe(404);
  });
});

describe("what an alert may not be", () => {
  test("is Public, without somebody to call, to nobody, or to the own State", async () => {
    const tries = [
      [alertBody({ states: ["TZ"] }, { scope: "PUBLIC" }), "PUBLIC_SCOPE_FORBIDDEN"],
      [alertBody({ states: ["TZ"] }, { dutyContact: { unit: "x" } }), "BODY_INVALID"],
      [alertBody({ states: ["KE"] }), "RECIPIENT_UNKNOWN"],
      [alertBody({ states: ["XK"] }), "RECIPIENT_UNKNOWN"],
      [alertBody({ group: "NATO" }), "RECIPIENT_UNKNOWN"],
      [alertBody({}), "BODY_INVALID"],
      [alertBody({ group: "EAC", states: ["TZ"] }), "BODY_INVALID"],
    ] as const;
    for (const [body, code] of tries) {
      const answer = await post("KE", "/v1/alerts", body);
      expect([answer.status, answer.body.code]).toEqual([422, code]);
    }
  });

  test("is an exercise that fires hits; it is marked everywhere (TP-ALERT-43)", async () => {
    const body = { ...alertBody({ instrument: "ITI" }), status: "EXERCISE" };
    const { body: sent } = await post("KE", "/v1/alerts", body);
    const path = `/v1/alerts/${sent.alertId}`;
    const got = await asked.until("TZ-CUSTOMS", path, stateIs("IN_FORCE"));
    expect(got).toMatchObject({ status: "EXERCISE", mark: "EXERCISE" });
    const hit = await post("TZ-CUSTOMS", `${path}/hits`, hitBody());
    expect(hit).toMatchObject({ status: 409, body: { code: "ILLEGAL_MOVE" } });
    expect(await counts("TZ-CUSTOMS")).toMatchObject({ exercises: 1 });
  });
});
