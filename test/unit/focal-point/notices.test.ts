import { beforeEach, describe, expect, test } from "vitest";
import { draftMessage, type InboundRecord, type PostHooks } from "#post";
import { Envelope, Header, Kind, Lane, Notice, PersonsBlock } from "#proto";
import { REPEAT_MIGRATION_SQL } from "#repeats";
import { newMessageId } from "#runtime";
import {
  withNoticeHooks,
  withWaitingNotices,
} from "../../../services/focal-point/notices/notice-hooks.ts";
import {
  decideRelease,
  NOTICE_PROCEDURES,
} from "../../../services/focal-point/notices/notice-procedures.ts";
import { findNotice } from "../../../services/focal-point/notices/notice-record.ts";
import { judgeNotice } from "../../../services/focal-point/notices/receive-notice.ts";
import { sendNotices } from "../../../services/focal-point/notices/send-notice.ts";
import { grantsOf, keepOnwardCopy } from "../../../services/focal-point/onward/onward-record.ts";
import { withPersonHooks } from "../../../services/focal-point/persons/person-hooks.ts";
import { blocksOf } from "../../../services/focal-point/persons/person-record.ts";
import { Clearance } from "../../../services/focal-point/releases/hold.ts";
import { openCaseTables } from "../../support/case-tables.ts";
import type { MemoryTransaction } from "../../support/memory-transaction.ts";

const CASE = "0199b1f0-7c1a-7000-8000-000000000001";
const NOW = Date.UTC(2026, 2, 1);
const BR = { participant: "BR", state: "BR" };
const DATA = PersonsBlock.encode(
  PersonsBlock.create({ persons: [{ personRef: "P1", name: "Madeup Nobody" }] }),
).finish();

let tx: MemoryTransaction;
const inner = { onMessage: async () => undefined, onFate: async () => undefined };
const hooks = withWaitingNotices(withPersonHooks(withNoticeHooks(inner as unknown as PostHooks)));

beforeEach(() => {
  tx = openCaseTables(REPEAT_MIGRATION_SQL);
});

/** A message that BR takes in from US. */
function inbound(kind: Kind, messageId = newMessageId(NOW)): InboundRecord {
  const header = Header.encode(Header.create({ messageId, sender: "US", recipients: ["BR"] }));
  return {
    sender: "US",
    messageId,
    kind,
    lane: Lane.NORMAL,
    conversationId: CASE,
    headerDigest: Buffer.alloc(32, 1),
    header: header.finish(),
    recordedAtMs: NOW,
    nowMs: NOW,
  };
}

/** Takes a message in, as the post does, and applies it. */
async function take(message: InboundRecord, effect: unknown, persons?: Uint8Array) {
  const kept = persons && { data: persons, persons: 1, reviewOn: "" };
  const refusal = await hooks.onMessage(tx, message, { effect, persons: kept });
  if (refusal !== undefined) return refusal;
  await tx.run(
    `INSERT INTO post_inbox (sender, message_id, header_digest, kind, lane, exchange_status,
       conversation_id, state, envelope, received_at) VALUES (?, ?, ?, ?, 1, 3, ?, 'delivered', ?, 0)`,
    message.sender,
    message.messageId,
    message.headerDigest,
    message.kind,
    CASE,
    Envelope.encode(Envelope.create({ header: message.header })).finish(),
  );
  return undefined;
}

async function receivedRequest(): Promise<string> {
  const message = inbound(Kind.TRACE_REQUEST);
  await take(message, "request", DATA);
  return message.messageId;
}

const effectOf = (content: Notice["content"]) => {
  const notice = Notice.encode(Notice.create({ content, languageTag: "en" })).finish();
  const judged = judgeNotice({ parts: new Map([["body", notice]]) });
  return judged.ok ? judged.value : judged.refusal;
};
const erasure = (messageId: string, originalSender = "US") =>
  effectOf({
    $case: "erasure",
    value: {
      subject: { originalSender, messageId, part: "persons" },
      reason: 1,
      explanation: "",
    },
  });
/** What was drafted, as it would be sealed: to whom, and which answer. */
async function drafted() {
  const rows = await tx.all<{ recipient: string; draft: Uint8Array }>(
    `SELECT r.recipient, o.draft FROM post_outbox o JOIN post_outbox_recipient r
     ON r.message_id = o.message_id WHERE o.kind = 11 ORDER BY o.position`,
  );
  return rows.map(({ draft, recipient }) => {
    const { content } = Notice.decode(Envelope.decode(draft).parts[0]?.content ?? Buffer.alloc(0));
    return { to: recipient, content };
  });
}

describe("a notice about personal data (TP-PERS-12 to TP-PERS-14)", () => {
  test("is carried out and confirmed in the step that takes it in", async () => {
    const about = await receivedRequest();
    const notice = inbound(Kind.NOTICE);
    expect(await take(notice, erasure(about))).toBeUndefined();
    expect(await blocksOf(tx, CASE)).toMatchObject([
      { messageId: about, erased: { by: "exchange", because: "erasure notice: PURPOSE_ENDED" } },
    ]);
    const known = await findNotice(tx, { noticeId: notice.messageId });
    expect(known).toMatchObject({ state: "DONE", direction: "received", kind: "ERASURE" });
    expect(await drafted()).toMatchObject([
      { to: "US", content: { $case: "confirmation", value: { done: true, passedOnTo: [] } } },
    ]);
  });

  test("waits for the message it is about, and is carried out when that comes", async () => {
    const about = newMessageId(NOW);
    const notice = inbound(Kind.NOTICE);
    await take(notice, erasure(about));
    expect(await findNotice(tx, { noticeId: notice.messageId })).toMatchObject({
      state: "WAITING",
    });
    expect(await drafted()).toEqual([]);
    const late = inbound(Kind.TRACE_REQUEST, about);
    await hooks.onMessage(tx, late, {
      effect: "request",
      persons: { data: DATA, persons: 1, reviewOn: "" },
    });
    expect(await blocksOf(tx, CASE)).toMatchObject([{ messageId: about, erased: {} }]);
    expect(await findNotice(tx, { noticeId: notice.messageId })).toMatchObject({ state: "DONE" });
  });

  test("follows the information to those it was passed on to", async () => {
    const about = await receivedRequest();
    const onward = await draftMessage(tx, {
      sender: "BR",
      recipients: ["KE"],
      kind: Kind.TRACE_REQUEST,
      conversationId: "0199b1f0-7c1a-7000-8000-000000000002",
      nowMs: NOW,
      parts: [{ name: "body", plaintext: Buffer.alloc(1), schema: "S", retentionClass: "trace" }],
    });
    await keepOnwardCopy(tx, {
      of: { sender: "US", messageId: about, part: "persons" },
      messageId: onward.messageId,
      caseId: "0199b1f0-7c1a-7000-8000-000000000002",
      to: "KE",
      byLetter: false,
      ground: "GRANTED",
      actor: "desk-7",
      atMs: NOW,
    });
    await take(inbound(Kind.NOTICE), erasure(about));
    expect(await drafted()).toMatchObject([
      {
        to: "KE",
        content: {
          $case: "erasure",
          value: { subject: { originalSender: "BR", messageId: onward.messageId } },
        },
      },
      { to: "US", content: { $case: "confirmation", value: { passedOnTo: ["KE"] } } },
    ]);
  });

  test("replaces what was corrected", async () => {
    const about = await receivedRequest();
    const notice = inbound(Kind.NOTICE);
    const value = {
      subject: { originalSender: "US", messageId: about, part: "persons" },
      reason: "The number of the licence was misread.",
      fields: [],
      personsReplaced: true,
    };
    const bytes = Notice.encode(
      Notice.create({ content: { $case: "correction", value } }),
    ).finish();
    const withPart = new Map([
      ["body", bytes],
      ["persons", DATA],
    ]);
    const judged = judgeNotice({ parts: withPart });
    expect(judged.ok).toBe(true);
    // The part and the body say the same, or nothing is taken.
    expect(judgeNotice({ parts: new Map([["body", bytes]]) }).ok).toBe(false);
    await take(notice, judged.ok ? judged.value : "", DATA);
    const blocks = await blocksOf(tx, CASE);
    const because = new Map(blocks.map(({ erased, messageId }) => [messageId, erased?.because]));
    expect(because.get(about)).toBe("replaced by a correction notice");
    expect(because.get(notice.messageId)).toBeUndefined();
    expect(blocks).toHaveLength(2);
  });
});

describe("whose a notice is (TP-PERS-10, TP-PERS-11)", () => {
  test("only who sent the information erases it", async () => {
    const about = await receivedRequest();
    expect(await take(inbound(Kind.NOTICE), erasure(about, "AT"))).toMatchObject({
      code: "NOT_PERMITTED",
    });
    expect(await blocksOf(tx, CASE)).toMatchObject([{ erased: null }]);
    const bytes = Notice.encode(Notice.create()).finish();
    const base = { notice: bytes, persons: undefined, self: BR, actor: "x", nowMs: NOW };
    const place = { sender: "US", messageId: about, part: "persons" };
    const sent = await sendNotices(tx, { ...base, kind: "ERASURE", about: place });
    expect(sent).toEqual({ type: "not-yours" });
  });

  test("with personal data waits for a second person (TP-ANS-1)", async () => {
    const { messageId } = await draftMessage(tx, {
      sender: "BR",
      recipients: ["US"],
      kind: Kind.TRACE_REQUEST,
      conversationId: CASE,
      nowMs: NOW,
      parts: [{ name: "body", plaintext: Buffer.alloc(1), schema: "S", retentionClass: "trace" }],
    });
    const subject = { originalSender: "BR", messageId, part: "persons" };
    const reason = "The name was misspelt in the request.";
    const value = { subject, reason, fields: [], personsReplaced: true };
    const content = { $case: "correction", value } as const;
    const correction = {
      kind: "CORRECTION",
      about: { sender: "BR", messageId, part: "persons" },
      notice: Notice.encode(Notice.create({ content, languageTag: "en" })).finish(),
      persons: DATA,
      self: BR,
      actor: "desk-7",
      nowMs: NOW,
    } as const;
    const held = await sendNotices(tx, correction);
    expect(held).toMatchObject({ type: "held", reasons: ["PERSONS"] });
    expect(await drafted()).toEqual([]);
    const cleared = Clearance.grant(["PERSONS"]);
    expect(await sendNotices(tx, correction, cleared)).toMatchObject({ type: "sent" });
    expect(await drafted()).toMatchObject([{ to: "US" }]);
  });

  test("says what it is about, and why", () => {
    const subject = { originalSender: "US", messageId: "none", part: "everything" };
    const wrong = effectOf({ $case: "erasure", value: { subject, reason: 0, explanation: "" } });
    expect(wrong).toMatchObject({ code: "BODY_INVALID", field: "body.erasure.subject.message_id" });
    const about = { ...subject, messageId: newMessageId(NOW), part: "persons" };
    const inClear = effectOf({
      $case: "correction",
      value: {
        subject: about,
        reason: "The name was misspelt in the request.",
        fields: [{ path: "name", value: "Nobody" }],
        personsReplaced: false,
      },
    });
    expect(inClear).toMatchObject({ field: "body.correction.fields", detail: "personalData" });
  });
});

describe("onward release (TP-PERS-15, TP-PERS-16)", () => {
  const purpose = "The importer moved to that State; it is asked next.";
  const repeat = undefined;
  const { confirmNoticeOnce, decideReleaseOnce } = NOTICE_PROCEDURES;

  /** BR sent US a message; US asks whether KE and NE may see it. */
  async function asked(): Promise<{ noticeId: string; about: string }> {
    const { messageId: about } = await draftMessage(tx, {
      sender: "BR",
      recipients: ["US"],
      kind: Kind.TRACE_REPLY,
      conversationId: CASE,
      nowMs: NOW,
      parts: [{ name: "body", plaintext: Buffer.alloc(1), schema: "S", retentionClass: "trace" }],
    });
    const notice = inbound(Kind.NOTICE);
    const subject = { originalSender: "BR", messageId: about, part: "body" };
    const value = { subject, releaseTo: ["KE", "NE"], purpose };
    await take(notice, effectOf({ $case: "onwardReleaseRequest", value }));
    return { noticeId: notice.messageId, about };
  }

  test("is decided once, for those it was asked for", async () => {
    const { about, noticeId } = await asked();
    const base = { noticeId, self: BR, actor: "supervisor", repeat, nowMs: NOW };
    const decision = { granted: true, releaseTo: ["KE"], conditions: "", reason: "" };
    const other = { ...decision, releaseTo: ["AT"] };
    expect(await decideReleaseOnce(tx, { ...base, decision: other })).toMatchObject({
      type: "not-asked",
    });
    expect(await confirmNoticeOnce(tx, { ...base, done: true, explanation: "" })).toMatchObject({
      type: "illegal",
    });
    // One person prepares a grant; it leaves once a second one has confirmed it (TP-ANS-1).
    const again = { userId: "supervisor", key: "k", digest: Buffer.alloc(32) };
    const held = await decideReleaseOnce(tx, { ...base, decision, repeat: again });
    expect(held).toMatchObject({ type: "held", reasons: ["ONWARD_RELEASE"], repeated: false });
    // The same request again is the same release (TP-ANS-10).
    expect(await decideReleaseOnce(tx, { ...base, decision, repeat: again })).toEqual({
      ...held,
      repeated: true,
    });
    expect(await findNotice(tx, { noticeId })).toMatchObject({ state: "OPEN" });
    const cleared = Clearance.grant(["ONWARD_RELEASE"]);
    expect(await decideRelease(tx, { ...base, decision }, cleared)).toMatchObject({ type: "sent" });
    expect(await decideReleaseOnce(tx, { ...base, decision })).toMatchObject({
      type: "illegal",
      state: "GRANTED",
    });
    const rows = await tx.all(
      "SELECT release_to FROM release_grant WHERE about_message_id = ?",
      about,
    );
    expect(rows.map((row) => row.release_to)).toEqual(["KE"]);
  });

  test("gives leave where it was asked for, and for nobody else", async () => {
    const about = await receivedRequest();
    const place = { sender: "US", messageId: about, part: "body" };
    const subject = { originalSender: "US", messageId: about, part: "body" };
    const value = { subject, releaseTo: ["KE"], purpose };
    const notice = Notice.encode(
      Notice.create({ content: { $case: "onwardReleaseRequest", value } }),
    ).finish();
    const sent = await sendNotices(tx, {
      kind: "ONWARD_RELEASE_REQUEST",
      about: place,
      notice,
      persons: undefined,
      self: BR,
      actor: "desk-7",
      nowMs: NOW,
    });
    const noticeId = sent.type === "sent" ? (sent.notices[0]?.noticeId ?? "") : "";
    const answer = (releaseTo: string[]) =>
      effectOf({
        $case: "onwardReleaseDecision",
        value: {
          requestMessageId: noticeId,
          granted: true,
          releaseTo,
          conditions: "",
          reason: "",
        },
      });
    expect(await take(inbound(Kind.NOTICE), answer(["KE", "AT"]))).toMatchObject({
      code: "BODY_INVALID",
    });
    expect(await take(inbound(Kind.NOTICE), answer(["KE"]))).toBeUndefined();
    expect(await findNotice(tx, { noticeId })).toMatchObject({ state: "GRANTED" });
    expect(await grantsOf(tx, place)).toEqual(["KE"]);
    // An answer is given once.
    expect(await take(inbound(Kind.NOTICE), answer(["KE"]))).toMatchObject({
      code: "ILLEGAL_MOVE",
    });
  });
});
