import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  ClarificationDecision,
  EstablishedBy,
  FinalReply,
  Header,
  InterimReply,
  Priority,
  Question,
  QuestionAnswer,
  Referral,
  ReferralMode,
  RefusalGround,
  TraceFollowUp,
  TraceOutcome,
  TraceReply,
  type TraceRequest,
  WithdrawalReason,
} from "#proto";
import { findCase, insertCase } from "../../../../services/focal-point/cases/case-record.ts";
import { settleClocks } from "../../../../services/focal-point/clocks/clock-record.ts";
import {
  enterAnswer,
  noteDispatched,
} from "../../../../services/focal-point/letters/off-exchange-cases.ts";
import { sendMove } from "../../../../services/focal-point/moves/send-move.ts";
import { Clearance } from "../../../../services/focal-point/releases/hold.ts";
import { openCaseTables } from "../../../support/case-tables.ts";
import type { MemoryTransaction } from "../../../support/memory-transaction.ts";
import { CASE_ID, SENT_MS, TwoFocalPoints } from "../../../support/two-focal-points.ts";

const DAY_MS = 86_400_000;
const explanation = "Reasons that are given in words.";
const FINAL = FinalReply.create({
  outcome: TraceOutcome.NO_RECORD,
  answers: [QuestionAnswer.create({ question: Question.LAST_LEGAL_HOLDER, answer: "Unknown." })],
});

/** What the State that was asked may say. */
const REPLIES = {
  acknowledge: {
    $case: "acknowledgement",
    value: { nationalReference: "AT/1", expectedBy: undefined },
  },
  ask: {
    $case: "requestForInformation",
    value: { fields: ["firearm.serial_raw"], question: "A B or an 8?", respondBy: undefined },
  },
  interim: { $case: "interim", value: InterimReply.create({ remarks: "Made here." }) },
  final: { $case: "final", value: FINAL },
  refer: {
    $case: "referral",
    value: Referral.create({ mode: ReferralMode.POINTER, nextStates: ["IT"] }),
  },
  delay: {
    $case: "delay",
    value: { ground: RefusalGround.ONGOING_INVESTIGATION, explanation, reviewOn: "2026-09-01" },
  },
  refuse: {
    $case: "refusal",
    value: { ground: RefusalGround.DUPLICATE, explanation, legalReference: "" },
  },
  maintain: {
    $case: "clarification",
    value: { decision: ClarificationDecision.MAINTAINED, explanation },
  },
  correct: {
    $case: "correction",
    value: { correctedMessageId: "", reason: "It was wrong.", corrected: FINAL },
  },
} as const satisfies Record<string, NonNullable<TraceReply["content"]>>;

/** What the State that asks may say. */
const FOLLOW_UPS = {
  inform: {
    $case: "supplementaryInformation",
    value: { text: "An 8.", firearm: undefined, nothingMore: false },
  },
  askWhy: { $case: "clarificationRequest", value: { question: "On what law?" } },
  remind: { $case: "reminder", value: { number: 0, text: "" } },
  withdraw: {
    $case: "withdrawal",
    value: {
      reason: WithdrawalReason.NO_LONGER_NEEDED,
      explanation: "",
      acceptsFoundFacts: true,
    },
  },
  close: {
    $case: "caseClosed",
    value: { established: false, establishedBy: EstablishedBy.UNSPECIFIED, reason: "No record." },
  },
} as const satisfies Record<string, NonNullable<TraceFollowUp["content"]>>;

type Said = keyof typeof REPLIES | keyof typeof FOLLOW_UPS;
const isReply = (said: Said): said is keyof typeof REPLIES => said in REPLIES;
const common = { channel: "POST", onDate: "2026-02-03", language: "fr", note: "" } as const;

/** The same case by letter: KE asks AT as if AT were not on the exchange. */
async function openByLetterLike(both: TwoFocalPoints): Promise<MemoryTransaction> {
  const tx = openCaseTables();
  const { request, requestMessageId } = await both.caseOf("KE");
  const header = Header.create({ sender: "KE", priority: Priority.ROUTINE });
  await insertCase(tx, {
    caseId: CASE_ID,
    role: "requesting",
    peer: "AT",
    state: "DRAFT",
    nationalCaseNumber: "1",
    request,
    requestMessageId,
    requestHeader: Header.encode(header).finish(),
    actor: "officer",
    nowMs: SENT_MS,
  });
  await tx.run("UPDATE trace_case SET off_exchange = 1");
  await noteDispatched(tx, { caseId: CASE_ID, letter: letterOf("out", both.nowMs) });
  return tx;
}

function letterOf<D extends "in" | "out">(direction: D, nowMs: number) {
  return { ...common, direction, reference: "R-1", actor: "officer", nowMs };
}

/** Says something over the exchange; whether the State that says it may. */
async function sayByWire(both: TwoFocalPoints, said: Said): Promise<boolean> {
  const sent = isReply(said)
    ? await both.reply(structuredClone(REPLIES[said]))
    : await both.followUp(structuredClone(FOLLOW_UPS[said]));
  if (sent.type !== "sent") return false;
  expect(await both.carry(isReply(said) ? "AT" : "KE")).toBeUndefined();
  return true;
}

async function sayByLetter(tx: MemoryTransaction, said: Said, nowMs: number): Promise<void> {
  if (isReply(said)) {
    const reply = TraceReply.encode(TraceReply.create({ content: REPLIES[said] })).finish();
    const letter = letterOf("in", nowMs);
    expect(await enterAnswer(tx, { caseId: CASE_ID, letter, reply })).toMatchObject({
      type: "done",
    });
    return;
  }
  const content = structuredClone(FOLLOW_UPS[said]);
  const followUp = TraceFollowUp.create({ content, languageTag: "en" });
  const body = TraceFollowUp.encode(followUp).finish();
  const self = { participant: "KE", state: "KE" };
  const letter = said === "close" ? undefined : letterOf("out", nowMs);
  const args = { caseId: CASE_ID, kind: "followUp", body, self, letter } as const;
  const made = { ...args, actor: "officer", nowMs };
  expect(await sendMove(tx, made, Clearance.grant(["RESTRICTED_HANDLING"]))).toMatchObject({
    type: "sent",
  });
}

/** Where a case stands at KE, and its clock. */
async function standingOf(tx: MemoryTransaction) {
  while ((await settleClocks(tx, { limit: 10 })) > 0);
  const known = await findCase(tx, CASE_ID);
  const clock = await tx.get(
    `SELECT phase, started_at, ended_at, stopped_ms, acknowledge_by, answer_by, next_due_at
     FROM trace_clock`,
  );
  const moves = await tx.all(
    "SELECT side, move, outcome, effect FROM trace_move ORDER BY position",
  );
  const { askedBack, outcome, state } = known ?? {};
  return { state, outcome, askedBack, clock, moves };
}

describe("a case by letter (TP-OFF-6, TP-OFF-8)", () => {
  test("comes to the state and the clock that the same moves by wire lead to", async () => {
    const says = fc.constantFrom(
      ...(Object.keys(REPLIES) as Said[]),
      ...(Object.keys(FOLLOW_UPS) as Said[]),
    );
    const step = fc.record({ said: says, days: fc.integer({ min: 0, max: 9 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
        const both = await TwoFocalPoints.open((request: TraceRequest) => {
          request.questionsAsked = [Question.LAST_LEGAL_HOLDER];
        });
        const tx = await openByLetterLike(both);
        for (const { days, said } of steps) {
          both.nowMs += days * DAY_MS;
          // Both are kept when they arrive by wire; what KE says, when it sends it.
          const sentMs = both.nowMs + 1_000;
          if (!(await sayByWire(both, said))) continue;
          await sayByLetter(tx, said, isReply(said) ? both.nowMs : sentMs);
        }
        const byLetter = await standingOf(tx);
        expect(byLetter).toEqual(await standingOf(both.stores.KE));
      }),
      { numRuns: 40 },
    );
  });

  test("waits for a delay's day, stands still for information, and goes on by letter", async () => {
    const both = await TwoFocalPoints.open();
    const tx = await openByLetterLike(both);
    const at = (days: number) => SENT_MS + days * DAY_MS;
    await sayByLetter(tx, "acknowledge", at(1));
    await sayByLetter(tx, "ask", at(2));
    expect(await standingOf(tx)).toMatchObject({ askedBack: true, clock: { phase: "STOPPED" } });
    await sayByLetter(tx, "inform", at(12));
    expect(await standingOf(tx)).toMatchObject({
      state: "IN_PROGRESS",
      clock: { phase: "RUNNING", stopped_ms: 10 * DAY_MS },
    });
    await sayByLetter(tx, "delay", at(13));
    const endOfReview = Date.parse("2026-09-01T23:59:59.999Z");
    expect(await standingOf(tx)).toMatchObject({ clock: { answer_by: endOfReview } });
  });

  test("takes no message, and one on the exchange takes no letter", async () => {
    const both = await TwoFocalPoints.open();
    const tx = await openByLetterLike(both);
    const body = TraceFollowUp.encode(
      TraceFollowUp.create({ content: FOLLOW_UPS.remind }),
    ).finish();
    const self = { participant: "KE", state: "KE" };
    const args = { caseId: CASE_ID, kind: "followUp", body, self, actor: "officer" } as const;
    const nowMs = SENT_MS + DAY_MS;
    expect(await sendMove(tx, { ...args, nowMs })).toEqual({ type: "letter", isNeeded: true });
    const letter = letterOf("out", nowMs);
    expect(await sendMove(both.stores.KE, { ...args, letter, nowMs })).toEqual({
      type: "letter",
      isNeeded: false,
    });
    expect(await tx.all("SELECT 1 FROM post_outbox")).toEqual([]);
  });
});
