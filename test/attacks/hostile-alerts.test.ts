import { beforeAll, describe, expect, it } from "vitest";
import { type ApiDoor, addUserOnce, callApi, issueToken } from "#http";
import {
  AckLevel,
  AlertHit,
  AlertKind,
  AlertMove,
  type AlertResponse,
  AlertScope,
  ExchangeStatus,
  HitConfidence,
  HitKind,
  HitMethod,
  HitNextStep,
  Kind,
  type MessageRef,
} from "#proto";
import { newMessageId } from "#runtime";
import { type AssembledEnvelope, sha256, toTimestamp } from "#wire";
import { alertBody } from "../support/alert-bodies.ts";
import { AttackedExchange, type Forged, PATIENCE } from "../support/attacked-exchange.ts";
import {
  type AlertChanges,
  alertOf,
  alertSubject,
  answerOf,
  versionOf,
} from "../support/hostile-alerts.ts";
import type { HostileParticipant } from "../support/hostile-participant.ts";
import { headerOf } from "../support/messages.ts";
import { CASEWORKER } from "../support/test-doors.ts";

// Alerts, hits and their ends that are another's to send, or not what they say (TP-ALERT-34 to
// TP-ALERT-43), against a running gateway and a running focal point.

const DELIVERED = { by: "BR", said: "delivered" };
const CALL_MS = 10_000;
const HOUR_MS = 3_600_000;

const exchange = new AttackedExchange({ "NE-CUSTOMS": { alerts: "approved" } });
const niger = () => exchange.niger;
const ghana = () => exchange.ghana;

/** The officer of BR. */
let brazil: ApiDoor;
/** An agency of NE, which is not sent anything of BR. */
let customs: HostileParticipant;

beforeAll(async () => {
  customs = await exchange.range.hostile("NE-CUSTOMS");
  const { door } = exchange.range;
  await addUserOnce(door, CASEWORKER, CALL_MS);
  const issued = { label: "made up for a test", timeoutMs: CALL_MS };
  brazil = { url: door.url, token: await issueToken(door, CASEWORKER.userId, issued) };
});

const ask = <T>(path: string, body?: unknown): Promise<T> =>
  callApi<T>(brazil, {
    path,
    timeoutMs: CALL_MS,
    ...(body === undefined ? {} : { method: "POST" as const, body }),
  });

/** What BR knows of an alert. */
interface AlertHere {
  readonly state: string;
  readonly versions: readonly unknown[];
  readonly hits: readonly { readonly state: string; readonly reporter: string }[];
  readonly acknowledgements: readonly unknown[];
}
const alertHere = (alertId: string): Promise<AlertHere> => ask(`/v1/alerts/${alertId}`);

/** Sends what must be taken. */
async function take(from: HostileParticipant, message: AssembledEnvelope): Promise<void> {
  await from.put(message.bytes, alertSubject(from, headerOf(message).kind));
  expect(await from.verdictOn(message.headerDigest)).toMatchObject(DELIVERED);
  from.book(message);
}

const forged = async (from: HostileParticipant, message: Promise<AssembledEnvelope>) => {
  const { bytes } = await message;
  return { data: bytes, subject: alertSubject(from, Kind.ALERT) } satisfies Forged;
};

describe("an alert of another State", () => {
  let alert: AssembledEnvelope;
  const change = (from: HostileParticipant, changes: AlertChanges) =>
    versionOf(from, "BR", alert, changes);

  it("is in force at BR", async () => {
    alert = await alertOf(niger(), "BR");
    await take(niger(), alert);
    expect(await alertHere(headerOf(alert).conversationId)).toMatchObject({ state: "IN_FORCE" });
  });

  const notYours = { code: "NOT_YOUR_MOVE", field: "header.conversation_id" } as const;
  exchange.refusedByGateway(
    "updates another's alert",
    notYours,
    () => forged(ghana(), change(ghana(), {})),
    ghana,
  );
  exchange.refusedByGateway(
    "cancels another's alert",
    notYours,
    () => {
      const note = "It was found again in the meantime.";
      return forged(ghana(), change(ghana(), { alert: { move: AlertMove.CANCEL, note } }));
    },
    ghana,
  );
  exchange.refusedByGateway(
    "passes on another State's alert abroad, as only its own State may",
    notYours,
    () => forged(ghana(), change(ghana(), relayOf(alert))),
    ghana,
  );
  exchange.rejectedByRecipient(
    "passes it on abroad as an alert of its own, with the header its originator signed",
    { code: "BODY_INVALID", field: "body.relay" },
    () => alertOf(ghana(), "BR", relayOf(alert)),
    ghana,
  );
  exchange.rejectedByRecipient(
    "makes something else of its alert by an update",
    { code: "ILLEGAL_MOVE", field: "header.disclosed.alert_kind" },
    () => change(niger(), { alert: { kind: AlertKind.LOST_STOLEN_CONSIGNMENT } }),
  );
  exchange.rejectedByRecipient(
    "makes an exercise of its alert by an update",
    { code: "ILLEGAL_MOVE", field: "header.status" },
    () => change(niger(), { header: { status: ExchangeStatus.EXERCISE } }),
  );
  exchange.rejectedByRecipient(
    "refers in an update to a message at a time it was not sent",
    { code: "ILLEGAL_MOVE", field: "body.references[0]" },
    () => {
      const { messageId, sender } = headerOf(alert);
      const references = [{ sender, messageId, sentAt: toTimestamp(Date.now() - HOUR_MS) }];
      return change(niger(), { alert: { references } });
    },
  );

  it("is in force as it was sent, after all this", async () => {
    const here = await alertHere(headerOf(alert).conversationId);
    expect(here).toMatchObject({ state: "IN_FORCE", originator: "NE" });
    expect(here.versions).toHaveLength(1);
  });

  exchange.refusedByGateway(
    "raises its alert again after it has cancelled it",
    { code: "ILLEGAL_MOVE", field: "header.disclosed.alert_move" },
    async () => {
      const note = "It was found again in the meantime.";
      await take(niger(), await change(niger(), { alert: { move: AlertMove.CANCEL, note } }));
      return await forged(niger(), change(niger(), {}));
    },
  );
});

describe("an alert that is not what it may be", () => {
  exchange.refusedByGateway(
    "sends an alert to the public",
    { code: "PUBLIC_SCOPE_FORBIDDEN", field: "header.disclosed.alert_scope" },
    () => forged(niger(), alertOf(niger(), "BR", { alert: { scope: AlertScope.PUBLIC } })),
  );
  exchange.rejectedByRecipient(
    "hides an alert to the public from the gateway",
    { code: "DISCLOSED_MISMATCH", field: "header.disclosed.alert_scope" },
    async () => {
      const { disclosed } = headerOf(await alertOf(niger(), "BR"));
      const alert = { scope: AlertScope.PUBLIC };
      return await alertOf(niger(), "BR", { alert, header: { disclosed } });
    },
  );
  exchange.rejectedByRecipient(
    "sends an alert that had expired before it was sent",
    { code: "BODY_INVALID", field: "body.expires_at" },
    () => {
      const expiresAt = toTimestamp(Date.now() - HOUR_MS);
      return alertOf(niger(), "BR", { alert: { expiresAt } });
    },
  );

  exchange.harmless(
    "sends an alert once more when it has expired",
    "the id is known; it stays expired and matches nothing",
    async () => {
      const expiresAt = toTimestamp(Date.now() + 1_500);
      const alert = await alertOf(niger(), "BR", { alert: { expiresAt } });
      await take(niger(), alert);
      const { conversationId } = headerOf(alert);
      const state = async () => (await alertHere(conversationId)).state;
      await expect.poll(state, PATIENCE).toBe("EXPIRED");
      await niger().put(alert.bytes, alertSubject(niger(), Kind.ALERT));
      await exchange.goesOn();
      const here = await alertHere(conversationId);
      expect(here.state).toBe("EXPIRED");
      expect(here.versions).toHaveLength(1);
      const questions = [{ serial: "MADEUP-4711", make: "GLOCK" }];
      expect(await ask("/v1/checks", { questions })).toMatchObject({ possibleMatches: 0 });
    },
  );
});

describe("an agency whose State approves its alerts", () => {
  exchange.refusedByGateway(
    "sends an alert abroad past its focal point",
    { code: "NOT_PERMITTED", field: "header.recipients" },
    () => forged(customs, alertOf(customs, "BR")),
    () => customs,
  );
});

describe("answers to an alert of BR", () => {
  let alert: AlertRef;
  let exercise: AlertRef;
  const honest = newMessageId();

  it("count from whom it was sent to", async () => {
    alert = await sendFromBrazil("ACTUAL");
    exercise = await sendFromBrazil("EXERCISE");
    await take(niger(), await answerOf(niger(), alert, hitOf("NE", honest)));
    const hits = async () => (await alertHere(alert.conversationId)).hits;
    await expect.poll(hits, PATIENCE).toMatchObject([{ reporter: "NE", state: "reported" }]);
  });

  const answered = async (from: HostileParticipant, message: Promise<AssembledEnvelope>) => {
    const { bytes } = await message;
    return { data: bytes, subject: alertSubject(from, Kind.ALERT_RESPONSE) } satisfies Forged;
  };
  const ack = {
    $case: "acknowledgement",
    value: { level: AckLevel.ACTED, unit: "", at: toTimestamp(Date.now()) },
  } as const;

  exchange.refusedByGateway(
    "answers an alert that was not sent to it",
    { code: "NOT_YOUR_MOVE", field: "header.in_reply_to" },
    () => answered(customs, answerOf(customs, alert, ack)),
    () => customs,
  );
  exchange.refusedByGateway(
    "reports a hit on an alert that was not sent to it",
    { code: "NOT_YOUR_MOVE", field: "header.in_reply_to" },
    () => answered(customs, answerOf(customs, alert, hitOf("NE"))),
    () => customs,
  );
  exchange.refusedByGateway(
    "answers a message of another digest",
    { code: "ILLEGAL_MOVE", field: "header.in_reply_to" },
    () => {
      const wrong = { ...alert, headerDigest: sha256(Buffer.from("another one")) };
      return answered(niger(), answerOf(niger(), wrong, ack));
    },
  );
  exchange.rejectedByRecipient(
    "reports a hit in the name of another State's agency",
    { code: "BODY_INVALID", field: "body.hit.found_by" },
    () => answerOf(ghana(), alert, hitOf("NE", newMessageId(), { foundBy: "NE-CUSTOMS" })),
    ghana,
  );
  exchange.rejectedByRecipient(
    "reports a hit in another State",
    { code: "BODY_INVALID", field: "body.hit.country" },
    () => answerOf(ghana(), alert, hitOf("NE")),
    ghana,
  );
  exchange.rejectedByRecipient(
    "reports a hit under the id of another's",
    { code: "ILLEGAL_MOVE", field: "body.hit.hit_id" },
    () => answerOf(ghana(), alert, hitOf("GH", honest)),
    ghana,
  );
  exchange.rejectedByRecipient(
    "takes back a hit that another reported",
    { code: "NOT_YOUR_MOVE", field: "header.sender" },
    () => {
      const value = { hitId: honest, reason: "The number was misread." };
      return answerOf(ghana(), alert, { $case: "retraction", value });
    },
    ghana,
  );
  exchange.rejectedByRecipient(
    "decides on an alert of another State",
    { code: "NOT_PERMITTED", field: "header.sender" },
    () => {
      const value = { approved: false, reason: "We do not like it." };
      return answerOf(ghana(), alert, { $case: "decision", value });
    },
    ghana,
  );
  exchange.rejectedByRecipient(
    "makes an exercise fire a hit",
    { code: "ILLEGAL_MOVE", field: "header.status" },
    () => {
      const status = ExchangeStatus.EXERCISE;
      return answerOf(ghana(), exercise, hitOf("GH"), { status });
    },
    ghana,
  );
  exchange.rejectedByRecipient(
    "answers an exercise as if it were real",
    { code: "ILLEGAL_MOVE", field: "header.status" },
    () => answerOf(ghana(), exercise, hitOf("GH")),
    ghana,
  );

  it("are what was honest, and nothing else", async () => {
    const here = await alertHere(alert.conversationId);
    expect(here.hits).toMatchObject([{ reporter: "NE", state: "reported" }]);
    expect(here.acknowledgements).toEqual([]);
    expect((await alertHere(exercise.conversationId)).hits).toEqual([]);
  });
});

type AlertRef = MessageRef & { readonly conversationId: string };

/** BR sends an alert to NE and GH; gives what answers must name. */
async function sendFromBrazil(status: string): Promise<AlertRef> {
  const body = { ...alertBody({ states: ["NE", "GH"] }), status };
  const sent = await ask<{ alertId: string; messageId: string }>("/v1/alerts", body);
  const digest = async () => {
    const sql = "SELECT header_digest AS digest FROM messages WHERE message_id = ?";
    const [row] = await exchange.range.rows<{ digest: Uint8Array }>("gateway", sql, sent.messageId);
    return row?.digest;
  };
  await expect.poll(digest, PATIENCE).toBeDefined();
  const headerDigest = (await digest()) ?? new Uint8Array();
  const { alertId: conversationId, messageId } = sent;
  return { originalSender: "BR", messageId, headerDigest, conversationId };
}

/** A hit as it should be. */
function hitOf(
  country: string,
  hitId: string = newMessageId(),
  changes: Partial<AlertHit> = {},
): NonNullable<AlertResponse["content"]> {
  const value = AlertHit.fromPartial({
    ...{ hitId, country },
    kind: HitKind.EXACT,
    at: toTimestamp(Date.now()),
    method: HitMethod.FOUND,
    confidence: HitConfidence.MEDIUM,
    nextStep: HitNextStep.CONTACT,
    dutyContact: { unit: "Made up", telephone: "+22720123456" },
    ...changes,
  });
  return { $case: "hit", value };
}

/** What a receiving unit adds when it passes a message on. */
function relayOf(original: AssembledEnvelope): AlertChanges {
  const { messageId, sender: originalSender } = headerOf(original);
  const inReplyTo = { originalSender, messageId, headerDigest: original.headerDigest };
  const relay = { header: original.headerBytes, signature: undefined };
  return { header: { inReplyTo }, alert: { relay } };
}
