import { beforeEach, describe, expect, test } from "vitest";
import type { TraceState } from "#casework";
import { ErasureReason, Kind, Notice, TraceRequest } from "#proto";
import { newMessageId } from "#runtime";
import { toldOf } from "../../../cli/commands/notice-look.ts";
import { toldCommand } from "../../../cli/commands/notice-told.ts";
import { insertCase } from "../../../services/focal-point/cases/case-record.ts";
import { linkCase, linkOf } from "../../../services/focal-point/chain/link-record.ts";
import { noteNoticeLetter } from "../../../services/focal-point/notices/note-notice-letter.ts";
import { findNotice } from "../../../services/focal-point/notices/notice-record.ts";
import { sendNotices } from "../../../services/focal-point/notices/send-notice.ts";
import { illegalText } from "../../../services/focal-point/notices/told-by-letter-route.ts";
import { blocksOf, keepBlock } from "../../../services/focal-point/persons/person-record.ts";
import { Clearance } from "../../../services/focal-point/releases/hold.ts";
import { CASE, DATA, effectOf, inbound, NOW, NoticeDesk } from "../../support/notice-desk.ts";

const BR = { participant: "BR", state: "BR" };
const COMMON = { channel: "POST", onDate: "2026-03-03", note: "", actor: "desk-7" } as const;
let desk: NoticeDesk;

beforeEach(() => {
  desk = new NoticeDesk();
});

/** A request of BR to ML by letter, with personal data; gives its id. */
async function askedByLetter(state: TraceState): Promise<string> {
  const { caseId, messageId } = { caseId: CASE, messageId: newMessageId(NOW) };
  const facts = { caseId, peer: "ML", nationalCaseNumber: "1", actor: "desk-7", nowMs: NOW };
  await insertCase(desk.tx, {
    ...facts,
    ...{ role: "requesting", state, requestMessageId: messageId },
    request: TraceRequest.encode(TraceRequest.create()).finish(),
  });
  await desk.tx.run("UPDATE trace_case SET off_exchange = 1");
  const link = { caseId, requestId: messageId, isOwn: true, isActual: true };
  await linkCase(desk.tx, linkOf(TraceRequest.create(), link));
  const kept = { caseId, direction: "sent", peer: "ML", sender: "BR", messageId } as const;
  const block = { ...kept, data: DATA, persons: 1, reviewAtMs: NOW, actor: "desk-7" };
  await keepBlock(desk.tx, { ...block, nowMs: NOW });
  return messageId;
}

async function send(kind: "ERASURE" | "CORRECTION", messageId: string) {
  const subject = { originalSender: "BR", messageId, part: "persons" };
  const erasure = { $case: "erasure", value: { subject, reason: 1, explanation: "" } } as const;
  const value = { subject, reason: "The name was misspelt.", fields: [], personsReplaced: true };
  const correction = { $case: "correction", value } as const;
  const content = kind === "ERASURE" ? erasure : correction;
  const args = {
    ...{ kind, self: BR, actor: "desk-7", nowMs: NOW },
    about: { sender: "BR", messageId, part: "persons" },
    notice: Notice.encode(Notice.create({ content })).finish(),
    persons: kind === "ERASURE" ? undefined : DATA,
  };
  return await sendNotices(desk.tx, args, Clearance.grant(["PERSONS"]));
}

describe("a notice about a request that went by letter (TP-PERS-19)", () => {
  test("is kept without a message, and open until the State's answer is noted", async () => {
    const sent = await send("ERASURE", await askedByLetter("DELIVERED"));
    expect(sent).toMatchObject({ type: "sent", notices: [{ to: "ML", byLetter: true }] });
    expect(await desk.drafted()).toEqual([]);
    expect(await blocksOf(desk.tx, CASE)).toMatchObject([{ erased: { by: "desk-7" } }]);
    const noticeId = sent.type === "sent" ? (sent.notices[0]?.noticeId ?? "") : "";
    const note = async (to: string, answer?: "DONE") => {
      const letter = { ...COMMON, to, reference: "BR/1", answer, nowMs: NOW };
      const noted = await noteNoticeLetter(desk.tx, { noticeId, letter, self: BR });
      return [noted.type, (await findNotice(desk.tx, { noticeId }))?.state];
    };
    expect(await note("KE")).toEqual(["not-passed-on", "OPEN"]);
    expect(await note("ML")).toEqual(["noted", "OPEN"]);
    expect(await note("ML", "DONE")).toEqual(["noted", "DONE"]);
    expect(await note("ML")).toEqual(["illegal", "DONE"]);
    const events = await desk.tx.all<{ event: string }>("SELECT event FROM trace_case_event");
    expect(events.map(({ event }) => event)).toEqual([
      "opened",
      "notice told by letter",
      "notice answered by letter",
    ]);
  });

  test.each(["DRAFT", "DISCARDED"] as const)(
    "is none while its case is %s: no letter left; an erasure is done at home alone",
    async (state) => {
      const messageId = await askedByLetter(state);
      expect(await send("CORRECTION", messageId)).toEqual({ type: "sent", notices: [] });
      expect(await blocksOf(desk.tx, CASE)).toMatchObject([{ erased: null }]);
      expect(await send("ERASURE", messageId)).toEqual({ type: "sent", notices: [] });
      expect(await blocksOf(desk.tx, CASE)).toMatchObject([{ erased: { by: "desk-7" } }]);
      expect(await desk.tx.all("SELECT 1 FROM notice")).toEqual([]);
    },
  );
});

describe("a letter that is not noted (TP-PERS-18)", () => {
  test("is about a notice that waits, of another kind, or answered; each is said", async () => {
    const about = newMessageId(NOW);
    const subject = { originalSender: "US", messageId: about, part: "persons" };
    const notice = inbound(Kind.NOTICE);
    const { messageId: noticeId } = notice;
    const value = { subject, reason: ErasureReason.PURPOSE_ENDED, explanation: "" };
    await desk.take(notice, effectOf({ $case: "erasure", value }));
    const letter = { ...COMMON, to: "ML", reference: "BR/1", nowMs: NOW };
    const said = async () => {
      const noted = await noteNoticeLetter(desk.tx, { noticeId, letter, self: BR });
      return noted.type === "illegal" ? illegalText("019b", noted) : noted.type;
    };
    const shown = "It is shown by: tracepost notice show 019b";
    expect(await said()).toBe(
      `This erasure waits for the message it is about, and was not carried out yet. ${shown}`,
    );
    await desk.tx.run("UPDATE notice SET kind = 'PRIOR_DISCLOSURE', state = 'OPEN'");
    expect(await said()).toBe(
      `Only a correction or an erasure is told by letter; this is PRIOR_DISCLOSURE. ${shown}`,
    );
    await desk.tx.run(
      "UPDATE notice SET kind = 'ERASURE', direction = 'sent', peer = 'ML', state = 'DONE'",
    );
    expect(await said()).toBe(
      `This erasure of ours is DONE: what that State answered was noted already. ${shown}`,
    );
  });
});

describe("a notice at the command line (TP-PERS-18)", () => {
  const notice = {
    ...{ noticeId: "019b", direction: "sent", peer: "ML", kind: "ERASURE", state: "OPEN" },
    ...{ caseId: CASE, updatedAt: "2026-03-03T09:00:00.000Z" },
    subject: { sender: "BR", messageId: "019a", part: "persons" },
  };
  const letter = { to: "ML", channel: "POST", reference: "BR/1", on: "2026-03-03", by: "desk-7" };

  test("shows its letters, with what was answered and noted", () => {
    const answered = { ...letter, answer: "NOT_DONE", note: "They ask for the law." };
    const { lines } = toldOf({ ...notice, letters: [letter, answered] });
    expect(lines.slice(-2)).toEqual([
      expect.stringMatching(/^ML +told +2026-03-03 +POST BR\/1 +desk-7/u),
      expect.stringMatching(/^ML +answered NOT_DONE .* They ask for the law\.$/u),
    ]);
  });

  test("is noted by a command that names all it needs", () => {
    expect(toldCommand({ noticeId: "019b", to: "ML" }, "--data exchange --participant BR")).toBe(
      "tracepost notice told 019b --to ML --channel POST --reference REFERENCE --on YYYY-MM-DD " +
        "--data exchange --participant BR",
    );
  });
});
