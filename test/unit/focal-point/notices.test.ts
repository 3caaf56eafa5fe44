import { beforeEach, describe, expect, test } from "vitest";
import { draftMessage } from "#post";
import { Kind, Notice, type OnwardConfirmation, OnwardStanding } from "#proto";
import { newMessageId } from "#runtime";
import { confirmationIn } from "../../../services/focal-point/notices/confirm-notice.ts";
import { noteNoticeLetter } from "../../../services/focal-point/notices/note-notice-letter.ts";
import { noticeLetters } from "../../../services/focal-point/notices/notice-letters.ts";
import { findNotice } from "../../../services/focal-point/notices/notice-record.ts";
import { judgeNotice } from "../../../services/focal-point/notices/receive-notice.ts";
import { sendNotices } from "../../../services/focal-point/notices/send-notice.ts";
import { keepOnwardCopy } from "../../../services/focal-point/onward/onward-record.ts";
import { blocksOf, keepBlock } from "../../../services/focal-point/persons/person-record.ts";
import { Clearance } from "../../../services/focal-point/releases/hold.ts";
import { CASE, DATA, effectOf, inbound, NOW, NoticeDesk } from "../../support/notice-desk.ts";

const BR = { participant: "BR", state: "BR" };
let desk: NoticeDesk;

beforeEach(() => {
  desk = new NoticeDesk();
});

const erasure = (messageId: string, originalSender = "US") =>
  effectOf({
    $case: "erasure",
    value: {
      subject: { originalSender, messageId, part: "persons" },
      reason: 1,
      explanation: "",
    },
  });
describe("a notice about personal data (TP-PERS-12 to TP-PERS-14)", () => {
  test("is carried out and confirmed in the step that takes it in", async () => {
    const about = await desk.receivedRequest();
    const notice = inbound(Kind.NOTICE);
    expect(await desk.take(notice, erasure(about))).toBeUndefined();
    expect(await blocksOf(desk.tx, CASE)).toMatchObject([
      { messageId: about, erased: { by: "exchange", because: "erasure notice: PURPOSE_ENDED" } },
    ]);
    const known = await findNotice(desk.tx, { noticeId: notice.messageId });
    expect(known).toMatchObject({ state: "DONE", direction: "received", kind: "ERASURE" });
    expect(await desk.drafted()).toMatchObject([
      { to: "US", content: { $case: "confirmation", value: { done: true, passedOnTo: [] } } },
    ]);
  });

  test("waits for the message it is about, and is carried out when that comes", async () => {
    const about = newMessageId(NOW);
    const notice = inbound(Kind.NOTICE);
    await desk.take(notice, erasure(about));
    expect(await findNotice(desk.tx, { noticeId: notice.messageId })).toMatchObject({
      state: "WAITING",
    });
    expect(await desk.drafted()).toEqual([]);
    const late = inbound(Kind.TRACE_REQUEST, about);
    await desk.take(late, "request", DATA);
    expect(await blocksOf(desk.tx, CASE)).toMatchObject([{ messageId: about, erased: {} }]);
    expect(await findNotice(desk.tx, { noticeId: notice.messageId })).toMatchObject({
      state: "DONE",
    });
  });

  /** BR passed what US sent on to KE, in a message of its own. */
  async function passedOn(about: string, letterTo?: string): Promise<string> {
    const caseId = "0199b1f0-7c1a-7000-8000-000000000002";
    const { messageId } = await draftMessage(desk.tx, {
      sender: "BR",
      recipients: ["KE"],
      kind: Kind.TRACE_REQUEST,
      conversationId: caseId,
      nowMs: NOW,
      parts: [{ name: "body", plaintext: Buffer.alloc(1), schema: "S", retentionClass: "trace" }],
    });
    await keepOnwardCopy(desk.tx, {
      of: { sender: "US", messageId: about, part: "persons" },
      messageId,
      caseId,
      to: letterTo ?? "KE",
      byLetter: letterTo !== undefined,
      ground: "GRANTED",
      actor: "desk-7",
      atMs: NOW,
    });
    if (letterTo !== undefined) {
      const kept = { caseId, direction: "sent", peer: letterTo, sender: "BR", messageId } as const;
      const block = { ...kept, data: DATA, persons: 1, reviewAtMs: NOW, actor: "desk-7" };
      await keepBlock(desk.tx, { ...block, nowMs: NOW });
    }
    return messageId;
  }
  const confirmed = (noticeMessageId: string, onward: OnwardConfirmation[]) =>
    effectOf({
      $case: "confirmation",
      value: { noticeMessageId, done: true, explanation: "", passedOnTo: [], onward },
    });

  test("follows the information to those it was passed on to (TP-PERS-13)", async () => {
    const about = await desk.receivedRequest();
    const onward = await passedOn(about);
    await desk.take(inbound(Kind.NOTICE), erasure(about));
    expect(await desk.drafted()).toMatchObject([
      {
        to: "KE",
        content: {
          $case: "erasure",
          value: { subject: { originalSender: "BR", messageId: onward } },
        },
      },
      {
        to: "US",
        content: {
          value: {
            passedOnTo: ["KE"],
            onward: [{ participant: "KE", passedOnBy: "BR", standing: OnwardStanding.TOLD }],
          },
        },
      },
    ]);
  });

  test("is noted as told by letter where it went by letter, and who began it hears (TP-PERS-18)", async () => {
    const about = await desk.receivedRequest();
    const messageId = await passedOn(about, "ML");
    const notice = inbound(Kind.NOTICE);
    await desk.take(notice, erasure(about));
    const { messageId: noticeId } = notice;
    expect(await findNotice(desk.tx, { noticeId })).toMatchObject({ outstanding: 1 });
    // Words of an officer here, and longer than a confirmation may say in all.
    const note = "Ask the attaché, whom the source knows. ".repeat(120);
    const common = { channel: "POST", onDate: "2026-03-03", note, actor: "desk-7" } as const;
    const tell = (to: string, answer?: "DONE" | "NOT_DONE") => {
      const letter = { ...common, to, reference: `KE/${answer ?? "OUT"}`, answer, nowMs: NOW };
      return noteNoticeLetter(desk.tx, { noticeId, letter, self: BR });
    };
    expect(await tell("KE")).toEqual({ type: "not-passed-on" });
    expect(await tell("ML")).toEqual({ type: "noted" });
    expect(await findNotice(desk.tx, { noticeId })).toMatchObject({ outstanding: 1 });
    expect(await tell("ML", "DONE")).toEqual({ type: "noted" });
    expect(await findNotice(desk.tx, { noticeId })).toMatchObject({ outstanding: 0 });
    const heard = (await desk.drafted()).filter(({ to }) => to === "US");
    const { NOT_TOLD, TOLD, DONE } = OnwardStanding;
    expect(heard.map(({ content }) => content)).toMatchObject(
      [NOT_TOLD, TOLD, DONE].map((standing) => ({
        value: { onward: [{ participant: "ML", passedOnBy: "BR", standing }] },
      })),
    );
    expect(await noticeLetters(desk.tx, { noticeId })).toMatchObject([
      { to: "ML", reference: "KE/OUT", actor: "desk-7", answer: undefined, note },
      { to: "ML", reference: "KE/DONE", answer: "DONE", note },
    ]);
    expect(JSON.stringify(heard)).toContain("ML told by POST KE/OUT, 2026-03-03");
    expect(JSON.stringify(heard)).not.toContain("attaché");
    const events = await desk.tx.all<{ detail: string }>("SELECT detail FROM trace_case_event");
    expect(JSON.stringify(events)).not.toContain("attaché");
    const log = await desk.tx.all<{ act: string; reason: string }>(
      "SELECT act, reason FROM person_access WHERE block_id = ?",
      `BR.${messageId}`,
    );
    expect(log.map(({ act }) => act)).toEqual(["kept", "erased", "told", "told"]);
    expect(log.at(-1)?.reason).toMatch(/ML answered DONE by POST KE\/DONE, 2026-03-03$/u);
  });

  test("is done at a State that has it by letter and by wire when both are (TP-PERS-18)", async () => {
    const about = await desk.receivedRequest();
    await passedOn(about);
    await passedOn(about, "KE");
    const notice = inbound(Kind.NOTICE);
    await desk.take(notice, erasure(about));
    const standing = async () => {
      const known = await findNotice(desk.tx, { noticeId: notice.messageId });
      return confirmationIn(known?.answer ?? null)?.onward.map((one) => one.standing);
    };
    expect(await standing()).toEqual([OnwardStanding.NOT_TOLD]);
    const common = { channel: "POST", onDate: "2026-03-03", note: "", actor: "desk-7" } as const;
    const letter = { ...common, to: "KE", reference: "KE/1", answer: "DONE", nowMs: NOW } as const;
    await noteNoticeLetter(desk.tx, { noticeId: notice.messageId, letter, self: BR });
    expect(await standing()).toEqual([OnwardStanding.TOLD]);
  });

  test("and tells who began it whenever more is known of them (TP-PERS-13)", async () => {
    const about = await desk.receivedRequest();
    await passedOn(about);
    const notice = inbound(Kind.NOTICE);
    await desk.take(notice, erasure(about));
    const [child] = await desk.tx.all<{ notice_id: string }>(
      "SELECT notice_id FROM notice WHERE cause_id = ?",
      notice.messageId,
    );
    const further = { participant: "NE", passedOnBy: "KE", explanation: "" };
    const told = { ...further, standing: OnwardStanding.TOLD };
    const fromKenya = (onward: OnwardConfirmation[]) =>
      desk.take(
        { ...inbound(Kind.NOTICE), sender: "KE" },
        confirmed(child?.notice_id ?? "", onward),
      );
    expect(await fromKenya([told])).toBeUndefined();
    expect(await findNotice(desk.tx, { noticeId: notice.messageId })).toMatchObject({
      state: "DONE",
      outstanding: 1,
    });
    expect(await fromKenya([{ ...told, standing: OnwardStanding.DONE }])).toBeUndefined();
    // What overtook it does not put it back.
    expect(await fromKenya([told])).toBeUndefined();
    expect(await findNotice(desk.tx, { noticeId: notice.messageId })).toMatchObject({
      outstanding: 0,
    });
    const answers = (await desk.drafted()).filter(({ to }) => to === "US");
    expect(answers.at(-1)?.content).toMatchObject({
      value: {
        onward: [
          { participant: "KE", passedOnBy: "BR", standing: OnwardStanding.DONE },
          { participant: "NE", passedOnBy: "KE", standing: OnwardStanding.DONE },
        ],
      },
    });
  });

  test("replaces what was corrected", async () => {
    const about = await desk.receivedRequest();
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
    await passedOn(about);
    await desk.take(notice, judged.ok ? judged.value : "", DATA);
    // It goes on with personal data, so a second person is waited for; who began it hears so.
    const onward = [{ participant: "KE", passedOnBy: "BR", standing: OnwardStanding.NOT_TOLD }];
    expect(await desk.drafted()).toMatchObject([{ to: "US", content: { value: { onward } } }]);
    const [release] = await desk.tx.all<{ action: string; prepared_by: string }>(
      "SELECT * FROM release",
    );
    expect(release).toMatchObject({ action: "passed-on notice", prepared_by: "exchange" });
    const blocks = await blocksOf(desk.tx, CASE);
    const because = new Map(blocks.map(({ erased, messageId }) => [messageId, erased?.because]));
    expect(because.get(about)).toBe("replaced by a correction notice");
    expect(because.get(notice.messageId)).toBeUndefined();
    expect(blocks).toHaveLength(2);
    // An erasure of the first one ends what was put in its place too.
    await desk.take(inbound(Kind.NOTICE), erasure(about));
    expect((await blocksOf(desk.tx, CASE)).every(({ erased }) => erased !== null)).toBe(true);
  });
});

describe("whose a notice is (TP-PERS-10, TP-PERS-11)", () => {
  test("only who sent the information erases it", async () => {
    const about = await desk.receivedRequest();
    expect(await desk.take(inbound(Kind.NOTICE), erasure(about, "AT"))).toMatchObject({
      code: "NOT_PERMITTED",
    });
    expect(await blocksOf(desk.tx, CASE)).toMatchObject([{ erased: null }]);
    const bytes = Notice.encode(Notice.create()).finish();
    const base = { notice: bytes, persons: undefined, self: BR, actor: "x", nowMs: NOW };
    const place = { sender: "US", messageId: about, part: "persons" };
    const sent = await sendNotices(desk.tx, { ...base, kind: "ERASURE", about: place });
    expect(sent).toEqual({ type: "not-yours" });
  });

  test("with personal data waits for a second person (TP-ANS-1)", async () => {
    const { messageId } = await draftMessage(desk.tx, {
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
    const held = await sendNotices(desk.tx, correction);
    expect(held).toMatchObject({ type: "held", reasons: ["PERSONS"] });
    expect(await desk.drafted()).toEqual([]);
    const cleared = Clearance.grant(["PERSONS"]);
    expect(await sendNotices(desk.tx, correction, cleared)).toMatchObject({ type: "sent" });
    expect(await desk.drafted()).toMatchObject([{ to: "US" }]);
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
