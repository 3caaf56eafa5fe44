import { beforeEach, describe, expect, test } from "vitest";
import { createPostProcedures } from "#post";
import {
  ClarificationDecision,
  EstablishedBy,
  FinalReply,
  Handling,
  Header,
  Kind,
  Question,
  QuestionAnswer,
  RefusalGround,
  Tlp,
  TraceFollowUp,
  TraceMove,
  TraceOutcome,
  TraceReply,
  WithdrawalReason,
} from "#proto";
import { caseHooks } from "../../../services/focal-point/cases/case-hooks.ts";
import { caseCounts } from "../../../services/focal-point/cases/case-procedures.ts";
import { lapseCases } from "../../../services/focal-point/moves/lapse.ts";
import { movesOf } from "../../../services/focal-point/moves/move-record.ts";
import { CASE_ID, TwoFocalPoints } from "../../support/two-focal-points.ts";

let both: TwoFocalPoints;
const ACK = {
  $case: "acknowledgement",
  value: { nationalReference: "AT/1", expectedBy: undefined },
} as const;
const NO_RECORD = {
  $case: "final",
  value: FinalReply.create({
    outcome: TraceOutcome.NO_RECORD,
    answers: [
      QuestionAnswer.create({ question: Question.LAST_LEGAL_HOLDER, answer: "Not known here." }),
    ],
  }),
} as const;
const REFUSAL = {
  $case: "refusal",
  value: {
    ground: RefusalGround.ONGOING_INVESTIGATION,
    explanation: "An investigation would be compromised.",
    legalReference: "",
  },
} as const;
const WITHDRAWAL = {
  $case: "withdrawal",
  value: {
    reason: WithdrawalReason.RESOLVED_DOMESTICALLY,
    explanation: "",
    acceptsFoundFacts: false,
  },
} as const;
const CLOSED = {
  $case: "caseClosed",
  value: { established: false, establishedBy: EstablishedBy.UNSPECIFIED, reason: "No record." },
} as const;
type Content = NonNullable<TraceReply["content"]>;
const asked = (question: string): Content => ({
  $case: "requestForInformation",
  value: { fields: ["firearm.serial_raw"], question, respondBy: undefined },
});
const given = (text: string) =>
  ({
    $case: "supplementaryInformation",
    value: { text, firearm: undefined, nothingMore: false },
  }) as const;

beforeEach(async () => {
  both = await TwoFocalPoints.open((request) => {
    request.questionsAsked = [Question.LAST_LEGAL_HOLDER];
  });
});

describe("what a focal point keeps of a case (TP-MOVE-20)", () => {
  test("is every message with its body, both ways, and the answer in force", async () => {
    for (const content of [ACK, asked("Is the third character a B or an 8?")]) {
      expect(await both.reply(content)).toMatchObject({ type: "sent" });
    }
    await both.carry("AT");
    expect(await both.states()).toEqual(["INFORMATION_REQUESTED", "INFORMATION_REQUESTED"]);
    expect(await both.caseOf("KE")).toMatchObject({ askedBack: true });
    expect(await both.caseOf("AT")).toMatchObject({ awaitingAnswer: false });
    await both.followUp(given("An 8: the mark was etched."));
    await both.carry("KE");
    expect(await both.caseOf("AT")).toMatchObject({ state: "IN_PROGRESS", awaitingAnswer: true });
    await both.reply(NO_RECORD);
    await both.carry("AT");
    for (const who of ["KE", "AT"] as const) {
      const kept = await movesOf(both.stores[who], CASE_ID);
      expect(kept.map(({ move }) => move)).toEqual([
        TraceMove.ACKNOWLEDGEMENT,
        TraceMove.REQUEST_FOR_INFORMATION,
        TraceMove.SUPPLEMENTARY_INFORMATION,
        TraceMove.FINAL,
      ]);
      const said = TraceFollowUp.decode(kept[2]?.body ?? new Uint8Array()).content;
      expect(said).toMatchObject({ value: { text: "An 8: the mark was etched." } });
      expect(await both.caseOf(who)).toMatchObject({ state: "ANSWERED", outcome: "NO_RECORD" });
    }
  });

  test("tells an answer after it was corrected, also when the case is closed", async () => {
    await both.reply(NO_RECORD);
    await both.carry("AT");
    await both.followUp(CLOSED);
    await both.carry("KE");
    const corrected = { ...NO_RECORD.value, outcome: TraceOutcome.REPORTED_LOST_OR_STOLEN };
    const value = { correctedMessageId: "", reason: "It was reported since.", corrected };
    expect(await both.reply({ $case: "correction", value })).toMatchObject({ state: "CLOSED" });
    await both.carry("AT");
    const kept = await both.caseOf("KE");
    expect(kept).toMatchObject({ state: "CLOSED", outcome: "REPORTED_LOST_OR_STOLEN" });
    const { content } = TraceReply.decode(kept.reply ?? new Uint8Array());
    const [answer] = await movesOf(both.stores.KE, CASE_ID);
    expect(content).toMatchObject({ value: { correctedMessageId: answer?.messageId } });
    expect(await caseCounts(both.stores.KE, undefined)).toMatchObject({
      repliesReceived: { REPORTED_LOST_OR_STOLEN: 1 },
    });
  });
});

describe("making a move (TP-MOVE-21)", () => {
  test("drafts its message: bound, dated after the case, as strict as the request", async () => {
    const tlp = Tlp.AMBER_STRICT;
    both.nowMs -= 60_000;
    await both.followUp({ $case: "reminder", value: { number: 0, text: "" } });
    await both.followUp({ $case: "reminder", value: { number: 0, text: "" } });
    const [first, second] = (await both.underWay("KE")).map(({ body, header, kind }) => ({
      kind,
      header: Header.decode(header),
      body: TraceFollowUp.decode(body),
    }));
    expect(first?.kind).toBe(Kind.TRACE_FOLLOW_UP);
    expect(first?.header).toMatchObject({
      conversationId: CASE_ID,
      inReplyTo: { originalSender: "KE" },
      disclosed: { move: TraceMove.REMINDER },
      handling: Handling.create({ tlp, use: [4], originatorState: "KE" }),
    });
    const numbers = [first, second].map((one) => one?.body.content?.value);
    expect(numbers).toMatchObject([{ number: 1 }, { number: 2 }]);
    const times = [first, second].map((one) => Number(one?.header.sentAt?.seconds));
    expect((times[1] ?? 0) >= (times[0] ?? 0)).toBe(true);
  });

  test("is refused where the case does not allow it, or its body breaks a rule", async () => {
    expect(await both.followUp(CLOSED)).toMatchObject({
      type: "illegal",
      state: "DELIVERED",
      refusal: { code: "ILLEGAL_MOVE" },
    });
    const value = { ...NO_RECORD.value, answers: [] };
    const unanswered: Content = { $case: "final", value };
    expect(await both.reply(unanswered)).toMatchObject({
      type: "invalid",
      errors: [{ field: "final.answers", rule: "notAnswered" }],
    });
    expect(await both.underWay("AT")).toEqual([]);
  });

  test("says when an answer is expected, though the officer did not", async () => {
    await both.reply(ACK);
    const [message] = await both.underWay("AT");
    const { content } = TraceReply.decode(message?.body ?? new Uint8Array());
    expect(content).toMatchObject({ value: { expectedBy: expect.anything() } });
  });

  test("refuses a case once; the other State may ask why, and it may be taken up again", async () => {
    await both.reply(REFUSAL);
    await both.carry("AT");
    expect(await both.reply(REFUSAL)).toMatchObject({ type: "illegal", state: "REFUSED" });
    await both.followUp({ $case: "clarificationRequest", value: { question: "On what law?" } });
    await both.carry("KE");
    expect(await both.states()).toEqual(["CLARIFICATION_SOUGHT", "CLARIFICATION_SOUGHT"]);
    const decision = ClarificationDecision.RECONSIDERED;
    const explanation = "The investigation has ended meanwhile.";
    await both.reply({ $case: "clarification", value: { decision, explanation } });
    await both.carry("AT");
    expect(await both.states()).toEqual(["IN_PROGRESS", "IN_PROGRESS"]);
    expect(await both.caseOf("KE")).toMatchObject({ outcome: null });
    await both.reply(NO_RECORD);
    await both.carry("AT");
    expect(await both.caseOf("KE")).toMatchObject({ state: "ANSWERED", outcome: "NO_RECORD" });
  });

  test("after a withdrawal tells only what it asked for", async () => {
    await both.reply(ACK);
    await both.carry("AT");
    const found: Content = {
      $case: "interim",
      value: { custodyEvents: [], answers: [], remarks: "Made here.", nextExpectedAt: undefined },
    };
    await both.followUp(WITHDRAWAL);
    await both.carry("KE");
    expect(await both.reply(found)).toMatchObject({ type: "illegal", state: "WITHDRAWN" });
    const other = await TwoFocalPoints.open();
    await other.reply(ACK);
    await other.carry("AT");
    const value = { ...WITHDRAWAL.value, acceptsFoundFacts: true };
    await other.followUp({ $case: "withdrawal", value });
    await other.carry("KE");
    expect(await other.reply(found)).toMatchObject({ type: "sent", state: "WITHDRAWN" });
    expect(await other.carry("AT")).toBeUndefined();
  });
});

describe("taking a move (TP-MOVE-22)", () => {
  test("keeps a withdrawal that crossed a final reply, without effect, on both sides", async () => {
    await both.reply(ACK);
    await both.carry("AT");
    await both.followUp(WITHDRAWAL);
    await both.reply(NO_RECORD);
    expect(await both.states()).toEqual(["WITHDRAWN", "ANSWERED"]);
    expect(await both.carry("KE")).toBeUndefined();
    expect(await both.carry("AT")).toBeUndefined();
    expect(await both.states()).toEqual(["ANSWERED", "ANSWERED"]);
    for (const who of ["KE", "AT"] as const) {
      expect(await both.eventsOf(who)).toContain("crossed on its way, without effect WITHDRAWAL");
    }
  });

  test("takes messages that overtake each other", async () => {
    await both.reply(ACK);
    const remarks = "Made here.";
    const value = { custodyEvents: [], answers: [], remarks, nextExpectedAt: undefined };
    await both.reply({ $case: "interim", value });
    for (const message of (await both.underWay("AT")).toReversed()) {
      expect(await both.arrive("KE", message)).toBeUndefined();
    }
    expect(await both.states()).toEqual(["INTERIM", "INTERIM"]);
  });

  test("refuses what no knowledge makes legal, and keeps nothing of it", async () => {
    await both.reply(NO_RECORD);
    await both.carry("AT");
    await both.stores.AT.run("DELETE FROM trace_move");
    await both.stores.AT.run("UPDATE trace_case SET state = 'DELIVERED'");
    expect(await both.reply(NO_RECORD)).toMatchObject({ type: "sent" });
    expect(await both.carry("AT")).toMatchObject({ code: "ILLEGAL_MOVE" });
    expect(await movesOf(both.stores.KE, CASE_ID)).toHaveLength(1);
  });
});

describe("taking a move back (TP-MOVE-23)", () => {
  test("leaves the case where it stood, says why, and lets another move be made", async () => {
    await both.reply(ACK);
    await both.carry("AT");
    await both.reply(NO_RECORD);
    const [message] = await both.underWay("AT");
    await both.fate("AT", message?.messageId ?? "", "refused", "ILLEGAL_MOVE");
    expect(await both.caseOf("AT")).toMatchObject({
      state: "ACKNOWLEDGED",
      outcome: null,
      awaitingAnswer: true,
      refusalCode: "ILLEGAL_MOVE",
    });
    expect(await caseCounts(both.stores.AT, undefined)).toMatchObject({ repliesSent: {} });
    expect(await both.reply(NO_RECORD)).toMatchObject({ type: "sent", state: "ANSWERED" });
    expect(await both.caseOf("AT")).toMatchObject({ refusalCode: null });
  });

  test("is undone when the message is delivered after all", async () => {
    await both.reply(NO_RECORD);
    const [message] = await both.underWay("AT");
    const messageId = message?.messageId ?? "";
    await both.fate("AT", messageId, "expired");
    expect((await both.caseOf("AT")).state).toBe("DELIVERED");
    await both.fate("AT", messageId, "delivered");
    expect(await both.caseOf("AT")).toMatchObject({ state: "ANSWERED", refusalCode: null });
  });
});

describe("moves of one side (TP-POST-21)", () => {
  test("leave one after the other, each when the exchange has the one before", async () => {
    const post = createPostProcedures(caseHooks);
    const tx = both.stores.AT;
    for (const content of [ACK, NO_RECORD]) await both.reply(content);
    const [ack, final] = (await both.underWay("AT")).map(({ messageId }) => messageId);
    const sealed = [ack, final].map((messageId = "") => ({
      messageId,
      envelope: Buffer.from("sealed"),
      headerDigest: Buffer.alloc(32),
    }));
    await post.postStoreSealed(tx, { sealed, unsealable: [], nowMs: 1_000 });
    const due = async (nowMs: number) => {
      const taken = await post.postTakeDue(tx, { nowMs, room: 100, firstMs: 60_000 });
      return taken.due.map(({ messageId }) => messageId);
    };
    expect(await due(2_000)).toEqual([ack]);
    await post.postResume(tx, { nowMs: 3_000 });
    expect(await due(3_000)).toEqual([ack]);
    await tx.run("UPDATE post_outbox SET state = 'refused' WHERE message_id = ?", ack ?? "");
    expect(await due(4_000)).toEqual([final]);
  });
});

describe("information that never comes (TP-MOVE-8)", () => {
  test("closes the case after sixty days, on both sides, and nobody waits for it", async () => {
    for (const content of [ACK, asked("Which mark?")]) await both.reply(content);
    await both.carry("AT");
    const days = (count: number) => both.nowMs + count * 86_400_000;
    for (const who of ["KE", "AT"] as const) {
      await lapseCases(both.stores[who], { nowMs: days(59), limit: 10 });
      expect((await both.caseOf(who)).state).toBe("INFORMATION_REQUESTED");
      await lapseCases(both.stores[who], { nowMs: days(61), limit: 10 });
      expect(await both.caseOf(who)).toMatchObject({
        state: "CLOSED_NO_INFORMATION",
        askedBack: false,
        awaitingAnswer: false,
      });
      expect(await both.eventsOf(who)).toContain("no information came in time");
    }
    both.nowMs = days(62);
    expect(await both.followUp(given("Too late."))).toMatchObject({ type: "illegal" });
    expect(await both.followUp(CLOSED)).toMatchObject({ type: "sent", state: "CLOSED" });
    expect(await both.carry("KE")).toBeUndefined();
    expect(await both.states()).toEqual(["CLOSED", "CLOSED"]);
  });
});
