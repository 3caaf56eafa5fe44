import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  AckLevel,
  Alert,
  AlertAddressing,
  AlertHit,
  AlertKind,
  AlertMove,
  AlertResponse,
  AlertScope,
  Disclosed,
  Envelope,
  ExchangeStatus,
  Header,
  Kind,
  type MessageRef,
} from "#proto";
import type { Transaction } from "#runtime";
import { judgeAlertMessage } from "../../../lib/alerts/exchange/alert-judge.ts";
import {
  alertAcknowledge,
  alertReportHit,
} from "../../../lib/alerts/exchange/answer-procedures.ts";
import { alertCounts } from "../../../lib/alerts/exchange/count-procedures.ts";
import { alertDue } from "../../../lib/alerts/exchange/due-procedures.ts";
import { expandRecipients } from "../../../lib/alerts/exchange/expand-recipients.ts";
import { acksOf, hitsOf } from "../../../lib/alerts/exchange/response-record.ts";
import { alertSend } from "../../../lib/alerts/exchange/send-procedures.ts";
import { AlertDesk } from "../../support/alert-desk.ts";
import { makeParties } from "../../support/parties.ts";

const NOW_MS = 1_000;
const LATER_MS = 9_000_000;

let desk: AlertDesk;
beforeEach(() => {
  desk = new AlertDesk("KE");
});
afterEach(() => desk[Symbol.dispose]());

/** Sends an alert of KE to TZ and UG, and seals it. */
async function send(): Promise<{ alertId: string; sent: MessageRef }> {
  const alert = Alert.fromPartial({
    move: AlertMove.ALERT,
    kind: AlertKind.WANTED_FIREARM,
    scope: AlertScope.PRIVATE,
    infos: [{ languageTag: "en", headline: "made up" }],
    items: [{ quantity: 1 }],
  });
  const result = await alertSend(desk.tx, {
    self: desk.self,
    alertId: undefined,
    body: Alert.encode(alert).finish(),
    recipients: ["TZ", "UG"],
    group: "",
    status: ExchangeStatus.ACTUAL,
    approver: undefined,
    repeat: undefined,
    actor: "officer",
    nowMs: NOW_MS,
  });
  if (result.type !== "sent") throw new TypeError(result.type);
  return { alertId: result.alertId, sent: await desk.seal(result.messageId) };
}

const hitOf = (hitId: string): AlertResponse =>
  AlertResponse.fromPartial({ content: { $case: "hit", value: AlertHit.fromPartial({ hitId }) } });
const retractionOf = (hitId: string): AlertResponse =>
  AlertResponse.fromPartial({
    content: { $case: "retraction", value: { hitId, reason: "misread" } },
  });
const ackOf = (level: AckLevel, unit = ""): AlertResponse =>
  AlertResponse.fromPartial({ content: { $case: "acknowledgement", value: { level, unit } } });

describe("answers to an alert of this participant", () => {
  test("count from recipients alone, and only with the exact message (TP-ALERT-39)", async () => {
    const { alertId, sent } = await send();
    const answer = { alertId, response: ackOf(AckLevel.READ) };
    const stranger = await desk.receiveAnswer({ ...answer, sender: "RW", inReplyTo: sent }, 2_000);
    expect(stranger?.code).toBe("ILLEGAL_MOVE");
    const otherDigest = { ...sent, headerDigest: new Uint8Array(32) };
    const forged = await desk.receiveAnswer(
      { ...answer, sender: "TZ", inReplyTo: otherDigest },
      2_001,
    );
    expect(forged?.code).toBe("ILLEGAL_MOVE");
    expect(await acksOf(desk.tx, alertId)).toEqual([]);
    await desk.receiveAnswer({ ...answer, sender: "TZ", inReplyTo: sent }, 2_002);
    expect(await acksOf(desk.tx, alertId)).toMatchObject([{ participant: "TZ", level: 2 }]);
  });

  test("never lower a level that was reached (TP-ALERT-36)", async () => {
    const { alertId, sent } = await send();
    for (const [at, level] of [AckLevel.ACTED, AckLevel.RECEIVED].entries()) {
      const answer = { alertId, sender: "TZ", inReplyTo: sent, response: ackOf(level, "port") };
      await desk.receiveAnswer(answer, 2_000 + at);
    }
    expect(await acksOf(desk.tx, alertId)).toMatchObject([{ unit: "port", level: AckLevel.ACTED }]);
  });

  test("retract a hit only of who reported it (TP-ALERT-38)", async () => {
    const { alertId, sent } = await send();
    const of = (sender: string, response: AlertResponse) => {
      return { alertId, sender, inReplyTo: sent, response };
    };
    expect(await desk.receiveAnswer(of("TZ", hitOf("hit-1")), 2_000)).toBeUndefined();
    const again = await desk.receiveAnswer(of("UG", hitOf("hit-1")), 2_001);
    expect(again?.code).toBe("ILLEGAL_MOVE");
    const forged = await desk.receiveAnswer(of("UG", retractionOf("hit-1")), 2_002);
    expect(forged?.code).toBe("NOT_YOUR_MOVE");
    expect(await hitsOf(desk.tx, alertId)).toMatchObject([{ state: "reported", reporter: "TZ" }]);
    await desk.receiveAnswer(of("TZ", retractionOf("hit-1")), 2_003);
    expect(await hitsOf(desk.tx, alertId)).toMatchObject([{ state: "retracted" }]);
  });
});

describe("an alert received", () => {
  const received = {
    alertId: "alert-1",
    messageId: "message-1",
    sender: "TZ",
    move: AlertMove.ALERT,
    sentAtMs: 500,
    expiresAtMs: LATER_MS,
  };

  test("never changes its kind or status, and refers to what was sent (TP-ALERT-40)", async () => {
    await desk.receive(received, NOW_MS);
    const update = { ...received, messageId: "message-2", move: AlertMove.UPDATE, sentAtMs: 600 };
    const codes = [
      await desk.receive({ ...update, kind: AlertKind.WANTED_CONSIGNEE }, NOW_MS),
      await desk.receive({ ...update, status: ExchangeStatus.EXERCISE }, NOW_MS),
      await desk.receive(
        { ...update, references: [{ messageId: "message-1", sentAtMs: 501 }] },
        NOW_MS,
      ),
      await desk.receive({ ...update, sender: "UG" }, NOW_MS),
    ].map((refusal) => refusal?.code);
    expect(codes).toEqual(["ILLEGAL_MOVE", "ILLEGAL_MOVE", "ILLEGAL_MOVE", "NOT_YOUR_MOVE"]);
    const references = [{ messageId: "message-1", sentAtMs: 500 }];
    expect(await desk.receive({ ...update, references }, NOW_MS)).toBeUndefined();
  });

  test("is hit only while it is in force, and never as an exercise (TP-ALERT-37, TP-ALERT-43)", async () => {
    await desk.receive(received, NOW_MS);
    const exercise = { ...received, alertId: "alert-2", messageId: "message-9" };
    await desk.receive({ ...exercise, status: ExchangeStatus.EXERCISE }, NOW_MS);
    const hit = (alertId: string, nowMs: number, hitId: string) =>
      alertReportHit(desk.tx, {
        ...{ self: desk.self, alertId, hitId, nowMs, actor: "officer", repeat: undefined },
        hit: AlertHit.encode(AlertHit.fromPartial({ hitId })).finish(),
      });
    expect(await hit("alert-1", NOW_MS, "hit-1")).toMatchObject({ type: "answered" });
    expect(await hit("alert-1", LATER_MS, "hit-2")).toMatchObject({ why: "the alert is EXPIRED" });
    expect((await hit("alert-2", NOW_MS, "hit-3")).type).toBe("illegal");
    const { participant } = desk.self;
    expect(await alertCounts(desk.tx, { participant, nowMs: NOW_MS })).toEqual({
      inForceSent: 0,
      inForceReceived: 1,
      awaitingApproval: 0,
      unacknowledgedHere: 1,
      unacknowledgedByOthers: 0,
      hits: 1,
      exercises: 1,
    });
    const later = await alertCounts(desk.tx, { participant, nowMs: LATER_MS });
    expect(later).toMatchObject({ inForceReceived: 0, unacknowledgedHere: 0, hits: 0 });
  });

  test("is counted until it is acknowledged, without a table read through (TP-ALERT-45)", async () => {
    await desk.receive(received, NOW_MS);
    const { participant } = desk.self;
    const counted = () => alertCounts(desk.tx, { participant, nowMs: NOW_MS });
    const acknowledge = (level: AckLevel) =>
      alertAcknowledge(desk.tx, {
        ...{ self: desk.self, alertId: "alert-1", unit: "", level, nowMs: NOW_MS },
        ...{ actor: "officer", repeat: undefined },
      });
    await acknowledge(AckLevel.RECEIVED);
    expect((await counted()).unacknowledgedHere).toBe(1);
    await acknowledge(AckLevel.READ);
    expect((await counted()).unacknowledgedHere).toBe(0);
    const plans: string[] = [];
    const watched: Transaction = {
      ...desk.tx,
      async get(sql, ...params) {
        const plan = await desk.tx.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, ...params);
        plans.push(...plan.map(({ detail }) => detail));
        return await desk.tx.get(sql, ...params);
      },
    };
    await alertCounts(watched, { participant, nowMs: NOW_MS });
    expect(plans.length).toBeGreaterThan(7);
    expect(plans.filter((plan) => plan.startsWith("SCAN") && !plan.includes("INDEX"))).toEqual([]);
  });

  test("is passed on in force to who joins late, with what comes after (TP-ALERT-42)", async () => {
    const inbox = async (messageId: string, sentAtMs: number) => {
      const header = Header.encode(Header.create({ messageId, sender: "TZ" })).finish();
      await desk.tx.run(
        `INSERT INTO post_inbox (sender, message_id, header_digest, kind, lane, exchange_status,
           conversation_id, state, envelope, received_at)
         VALUES ('TZ', ?, ?, 3, 1, 1, 'alert-1', 'delivered', ?, ?)`,
        messageId,
        new Uint8Array(32),
        Envelope.encode({ header, signatures: [], parts: [] }).finish(),
        sentAtMs,
      );
    };
    await desk.receive(received, NOW_MS);
    await inbox("message-1", NOW_MS);
    const due = (agencies: string[]) =>
      alertDue(desk.tx, { self: desk.self, agencies, nowMs: NOW_MS, limit: 10 });
    expect((await due(["KE-CUSTOMS"])).drafted).toBe(1);
    expect((await due(["KE-CUSTOMS"])).drafted).toBe(0);
    const references = [{ messageId: "message-1", sentAtMs: 500 }];
    const update = { ...received, move: AlertMove.UPDATE, sentAtMs: 600, references };
    await desk.receive({ ...update, messageId: "message-2" }, NOW_MS);
    await inbox("message-2", NOW_MS);
    // The late one gets what stands; the other the update of what it has.
    expect((await due(["KE-CUSTOMS", "KE-PORT"])).drafted).toBe(2);
    const relayed = await desk.tx.all("SELECT message_id, agency FROM alert_relay ORDER BY 2, 1");
    expect(relayed.map((row) => Object.values(row))).toEqual([
      ["message-1", "KE-CUSTOMS"],
      ["message-2", "KE-CUSTOMS"],
      ["message-2", "KE-PORT"],
    ]);
  });
});

describe("whom an alert goes to (TP-ALERT-33)", () => {
  const many = Array.from({ length: 26 * 11 }, (_, at) => {
    return String.fromCharCode(65 + Math.floor(at / 26), 65 + (at % 26));
  });
  const { register } = makeParties(many.map((id) => ({ id })));
  const expand = (addressing: Partial<AlertAddressing>) =>
    expandRecipients(
      AlertAddressing.fromPartial(addressing),
      { participant: "AA", state: "AA" },
      register,
      Date.UTC(2026, 5, 1),
    );

  test("is one of the three ways, a State that is there, and at most 256", () => {
    const codes = [
      expand({}),
      expand({ states: ["AB"], group: "EAC" }),
      expand({ states: ["AB", "ZZ"] }),
      expand({ group: "EAC" }),
      expand({ states: many.slice(1) }),
    ].map((outcome) => (outcome.ok ? "ok" : outcome.refusal.code));
    const unknown = "RECIPIENT_UNKNOWN";
    expect(codes).toEqual(["BODY_INVALID", "BODY_INVALID", unknown, unknown, "TOO_LARGE"]);
    expect(expand({ states: ["AB", "AB"] })).toMatchObject({ value: { recipients: ["AB"] } });
  });
});

describe("who may send an alert to whom (TP-ALERT-39)", () => {
  const { register } = makeParties([{ id: "KE" }, { id: "TZ" }]);

  test("is not a State that passes on what another State sent", () => {
    const alert = Alert.fromPartial({
      move: AlertMove.CANCEL,
      kind: AlertKind.WANTED_FIREARM,
      scope: AlertScope.PRIVATE,
      note: "It was found again in the meantime.",
      relay: { header: new Uint8Array() },
    });
    const header = Header.create({
      kind: Kind.ALERT,
      sender: "TZ",
      recipients: ["KE"],
      disclosed: Disclosed.create({
        alertMove: alert.move,
        alertKind: alert.kind,
        alertScope: alert.scope,
      }),
    });
    const judged = judgeAlertMessage(
      {
        header,
        headerDigest: new Uint8Array(32),
        recordedAtMs: NOW_MS,
        parts: new Map([["body", Alert.encode(alert).finish()]]),
      },
      { self: { participant: "KE", state: "KE" }, register },
    );
    expect(judged).toMatchObject({ ok: false, refusal: { code: "BODY_INVALID" } });
  });
});
