import { beforeEach, describe, expect, test } from "vitest";
import { draftMessage } from "#post";
import { Kind, Notice } from "#proto";
import {
  decideRelease,
  NOTICE_PROCEDURES,
} from "../../../services/focal-point/notices/notice-procedures.ts";
import { findNotice } from "../../../services/focal-point/notices/notice-record.ts";
import { sendNotices } from "../../../services/focal-point/notices/send-notice.ts";
import { grantsOf } from "../../../services/focal-point/onward/onward-record.ts";
import { Clearance } from "../../../services/focal-point/releases/hold.ts";
import { CASE, effectOf, inbound, NOW, NoticeDesk } from "../../support/notice-desk.ts";

const BR = { participant: "BR", state: "BR" };
let desk: NoticeDesk;

beforeEach(() => {
  desk = new NoticeDesk();
});

describe("onward release (TP-PERS-15, TP-PERS-16)", () => {
  const purpose = "The importer moved to that State; it is asked next.";
  const repeat = undefined;
  const { confirmNoticeOnce, decideReleaseOnce } = NOTICE_PROCEDURES;

  /** BR sent US a message; US asks whether KE and NE may see it. */
  async function asked(): Promise<{ noticeId: string; about: string }> {
    const { messageId: about } = await draftMessage(desk.tx, {
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
    await desk.take(notice, effectOf({ $case: "onwardReleaseRequest", value }));
    return { noticeId: notice.messageId, about };
  }

  test("is decided once, for those it was asked for", async () => {
    const { about, noticeId } = await asked();
    const base = { noticeId, self: BR, actor: "supervisor", repeat, nowMs: NOW };
    const decision = { granted: true, releaseTo: ["KE"], conditions: "", reason: "" };
    const other = { ...decision, releaseTo: ["AT"] };
    expect(await decideReleaseOnce(desk.tx, { ...base, decision: other })).toMatchObject({
      type: "not-asked",
    });
    expect(
      await confirmNoticeOnce(desk.tx, { ...base, done: true, explanation: "" }),
    ).toMatchObject({
      type: "illegal",
    });
    // One person prepares a grant; it leaves once a second one has confirmed it (TP-ANS-1).
    const again = { userId: "supervisor", key: "k", digest: Buffer.alloc(32) };
    const held = await decideReleaseOnce(desk.tx, { ...base, decision, repeat: again });
    expect(held).toMatchObject({ type: "held", reasons: ["ONWARD_RELEASE"], repeated: false });
    // The same request again is the same release (TP-ANS-10).
    expect(await decideReleaseOnce(desk.tx, { ...base, decision, repeat: again })).toEqual({
      ...held,
      repeated: true,
    });
    expect(await findNotice(desk.tx, { noticeId })).toMatchObject({ state: "OPEN" });
    const cleared = Clearance.grant(["ONWARD_RELEASE"]);
    expect(await decideRelease(desk.tx, { ...base, decision }, cleared)).toMatchObject({
      type: "sent",
    });
    expect(await decideReleaseOnce(desk.tx, { ...base, decision })).toMatchObject({
      type: "illegal",
      state: "GRANTED",
    });
    const rows = await desk.tx.all(
      "SELECT release_to FROM release_grant WHERE about_message_id = ?",
      about,
    );
    expect(rows.map((row) => row.release_to)).toEqual(["KE"]);
  });

  test("gives leave where it was asked for, and for nobody else", async () => {
    const about = await desk.receivedRequest();
    const place = { sender: "US", messageId: about, part: "body" };
    const subject = { originalSender: "US", messageId: about, part: "body" };
    const value = { subject, releaseTo: ["KE"], purpose };
    const notice = Notice.encode(
      Notice.create({ content: { $case: "onwardReleaseRequest", value } }),
    ).finish();
    const sent = await sendNotices(desk.tx, {
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
    expect(await desk.take(inbound(Kind.NOTICE), answer(["KE", "AT"]))).toMatchObject({
      code: "BODY_INVALID",
    });
    expect(await desk.take(inbound(Kind.NOTICE), answer(["KE"]))).toBeUndefined();
    expect(await findNotice(desk.tx, { noticeId })).toMatchObject({ state: "GRANTED" });
    expect(await grantsOf(desk.tx, place)).toEqual(["KE"]);
    // An answer is given once.
    expect(await desk.take(inbound(Kind.NOTICE), answer(["KE"]))).toMatchObject({
      code: "ILLEGAL_MOVE",
    });
  });
});
