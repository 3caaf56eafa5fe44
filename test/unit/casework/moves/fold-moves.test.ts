import { describe, expect, it } from "vitest";
import { foldMoves, judgeArrival, judgeNext, movesOpenTo, nextSentAtMs, turnOf } from "#casework";
import { OutcomeClass } from "#proto";
import { madeMove, NOON_MS } from "../../../support/made-moves.ts";

const DAY_MS = 86_400_000;
const options = { openedAtMs: NOON_MS, asOfMs: NOON_MS + DAY_MS };
const ack = madeMove("requested", "ACKNOWLEDGEMENT", 1);
const final = madeMove("requested", "FINAL", 3);
const withdrawal = madeMove("requesting", "WITHDRAWAL", 2);
const stateOf = (...moves: Parameters<typeof foldMoves>[0]) => foldMoves(moves, options).state;
const effectsOf = (...moves: Parameters<typeof foldMoves>[0]) =>
  foldMoves(moves, options).steps.map(({ effect }) => effect);

describe("where a case stands (TP-MOVE-3)", () => {
  it("depends on the moves, and not on the order in which they came", () => {
    const moves = [ack, madeMove("requested", "INTERIM", 2), final];
    expect(stateOf(...moves)).toBe("ANSWERED");
    expect(stateOf(...moves.toReversed())).toBe("ANSWERED");
    expect(effectsOf(...moves.toReversed())).toEqual(["moved", "moved", "moved"]);
  });

  it("tells since when, and when the answer in force was given", () => {
    const { answeredAtMs, sinceMs } = foldMoves([ack, final], options);
    expect([answeredAtMs, sinceMs]).toEqual([final.sentAtMs, final.sentAtMs]);
    expect(foldMoves([], options)).toMatchObject({ state: "DELIVERED", sinceMs: NOON_MS });
  });

  it("counts the time to reopen from a referral and a correction as from an answer", () => {
    const referral = madeMove("requested", "REFERRAL", 2);
    expect(foldMoves([ack, referral], options).answeredAtMs).toBe(referral.sentAtMs);
    const correction = madeMove("requested", "CORRECTION", 9);
    expect(foldMoves([final, correction], options).answeredAtMs).toBe(correction.sentAtMs);
  });

  it("dates a move after every move of the case that is known", () => {
    expect(nextSentAtMs([ack, final], NOON_MS)).toBe(final.sentAtMs + 1);
    expect(nextSentAtMs([ack], NOON_MS + DAY_MS)).toBe(NOON_MS + DAY_MS);
  });
});

describe("what has no message of its own (TP-MOVE-4)", () => {
  it("is implied by the next message: work begins before an interim reply", () => {
    expect(stateOf(ack, madeMove("requested", "INTERIM", 2))).toBe("INTERIM");
    expect(judgeNext({ state: "DELIVERED", answeredAtMs: undefined }, ack).ok).toBe(true);
  });

  it("lets a refused case be taken up again, but not be refused twice", () => {
    const refusal = madeMove("requested", "REFUSAL", 1, OutcomeClass.REFUSED);
    expect(stateOf(refusal, final)).toBe("ANSWERED");
    const again = madeMove("requested", "REFUSAL", 2, OutcomeClass.REFUSED);
    expect(effectsOf(refusal, again)).toEqual(["moved", "crossed"]);
    expect(judgeNext(foldMoves([refusal], options), again)).toMatchObject({
      ok: false,
      refusal: { code: "ILLEGAL_MOVE", field: "header.disclosed.move" },
    });
  });

  it("tells a refusal maintained from one reconsidered by the class that is disclosed", () => {
    const refusal = madeMove("requested", "REFUSAL", 1, OutcomeClass.REFUSED);
    const why = madeMove("requesting", "CLARIFICATION_REQUEST", 2);
    const maintained = madeMove("requested", "CLARIFICATION", 3, OutcomeClass.REFUSED);
    const reconsidered = madeMove("requested", "CLARIFICATION", 3);
    expect(stateOf(refusal, why)).toBe("CLARIFICATION_SOUGHT");
    expect(stateOf(refusal, why, maintained)).toBe("REFUSED");
    expect(stateOf(refusal, why, reconsidered)).toBe("IN_PROGRESS");
  });

  it("has a referral and a correction answer the case, so that it may be closed", () => {
    const closed = madeMove("requesting", "CASE_CLOSED", 5);
    expect(stateOf(madeMove("requested", "REFERRAL", 1), closed)).toBe("DELIVERED");
    expect(stateOf(ack, madeMove("requested", "REFERRAL", 2), closed)).toBe("CLOSED");
    expect(stateOf(final, madeMove("requested", "CORRECTION", 4), closed)).toBe("CLOSED");
  });
});

describe("moves that meet on their way (TP-MOVE-5)", () => {
  it("let a final reply stand against the withdrawal it crosses, whichever is dated first", () => {
    expect(stateOf(ack, withdrawal, final)).toBe("ANSWERED");
    expect(effectsOf(ack, withdrawal, final)).toEqual(["moved", "crossed", "moved"]);
    const later = madeMove("requesting", "WITHDRAWAL", 4);
    expect(stateOf(ack, later, final)).toBe("ANSWERED");
    expect(effectsOf(ack, later, final)).toEqual(["moved", "moved", "crossed"]);
  });

  it.each([
    ["FINAL", "ANSWERED"],
    ["REFERRAL", "REFERRED"],
    ["REFUSAL", "REFUSED"],
  ] as const)("let a %s stand against the withdrawal, as every conclusion does", (name, state) => {
    const conclusion = madeMove("requested", name, 3);
    expect(stateOf(ack, withdrawal, conclusion)).toBe(state);
    expect(effectsOf(ack, withdrawal, conclusion)).toEqual(["moved", "crossed", "moved"]);
  });

  it.each([
    ["FINAL", "ANSWERED"],
    ["REFERRAL", "REFERRED"],
    ["INTERIM", "INTERIM"],
    ["REQUEST_FOR_INFORMATION", "INFORMATION_REQUESTED"],
    ["DELAY", "DELAYED"],
  ] as const)("let a %s take a refused case up against its closing", (name, state) => {
    const refusal = madeMove("requested", "REFUSAL", 1, OutcomeClass.REFUSED);
    const closed = madeMove("requesting", "CASE_CLOSED", 2);
    expect(stateOf(refusal, closed, madeMove("requested", name, 3))).toBe(state);
  });

  it("let the withdrawal stand against what concludes nothing", () => {
    for (const name of ["DELAY", "REQUEST_FOR_INFORMATION", "INTERIM"] as const) {
      expect(stateOf(ack, withdrawal, madeMove("requested", name, 3)), name).toBe("WITHDRAWN");
      const early = madeMove("requested", name, 1.5);
      expect(stateOf(ack, withdrawal, early), name).toBe("WITHDRAWN");
    }
  });

  it("let a case taken up again stand against its closing", () => {
    const refusal = madeMove("requested", "REFUSAL", 1, OutcomeClass.REFUSED);
    const closed = madeMove("requesting", "CASE_CLOSED", 2);
    expect(stateOf(refusal, closed)).toBe("CLOSED");
    expect(stateOf(refusal, closed, madeMove("requested", "INTERIM", 3))).toBe("INTERIM");
  });

  it("keep a correction that comes after the close, and leave the case closed", () => {
    const closed = madeMove("requesting", "CASE_CLOSED", 4);
    const correction = madeMove("requested", "CORRECTION", 5);
    expect(stateOf(final, closed, correction)).toBe("CLOSED");
    expect(effectsOf(final, closed, correction)).toEqual(["moved", "moved", "stood"]);
    expect(stateOf(final, closed, madeMove("requested", "CORRECTION", 3.5))).toBe("CLOSED");
  });
});

describe("a move judged with what its sender could know (TP-MOVE-6)", () => {
  const opened = { openedAtMs: NOON_MS };

  it("is taken when it was legal where it was sent", () => {
    const taken = { ...opened, moves: [ack, withdrawal] };
    expect(judgeArrival(taken, final)).toMatchObject({ ok: true, value: "ANSWERED" });
  });

  it("is refused when its sender had the move that makes it illegal", () => {
    const receiptedAtMs = final.sentAtMs - 1;
    const taken = { ...opened, moves: [ack, { ...withdrawal, receiptedAtMs }] };
    expect(judgeArrival(taken, final)).toMatchObject({
      ok: false,
      refusal: { code: "ILLEGAL_MOVE" },
    });
  });

  it("is taken where the receipt is as old as the move, or is of a move dated later", () => {
    const asOld = { ...withdrawal, receiptedAtMs: final.sentAtMs };
    expect(judgeArrival({ ...opened, moves: [ack, asOld] }, final).ok).toBe(true);
    // Clocks differ: what is dated later cannot have been known for certain.
    const later = madeMove("requesting", "WITHDRAWAL", 4);
    const ahead = { ...later, receiptedAtMs: final.sentAtMs - 1 };
    expect(judgeArrival({ ...opened, moves: [ack, ahead] }, final).ok).toBe(true);
  });

  it("is taken when the receipt was made after it", () => {
    const receiptedAtMs = final.sentAtMs + 1;
    const taken = { ...opened, moves: [ack, { ...withdrawal, receiptedAtMs }] };
    expect(judgeArrival(taken, final).ok).toBe(true);
  });

  it("is taken although a later move of the same sender came first", () => {
    expect(judgeArrival({ ...opened, moves: [final] }, ack).ok).toBe(true);
  });

  it("is refused when it is dated back before a conclusion of the same State", () => {
    const second = { ...madeMove("requested", "FINAL", 2), messageId: "dated-back" };
    const taken = { ...opened, moves: [ack, final] };
    expect(judgeArrival(taken, second)).toMatchObject({
      ok: false,
      refusal: { code: "ILLEGAL_MOVE" },
    });
    const withdrawn = { ...opened, moves: [ack, withdrawal, final] };
    expect(judgeArrival(withdrawn, second).ok).toBe(false);
    const correction = madeMove("requested", "CORRECTION", 4);
    expect(judgeArrival({ ...opened, moves: [ack, correction] }, final).ok).toBe(true);
  });

  it("is taken however many moves of the other State crossed it", () => {
    const referral = madeMove("requested", "REFERRAL", 2);
    const crossing = Array.from({ length: 12 }, (_none, at) =>
      madeMove("requested", at === 0 ? "CORRECTION" : "DELAY", 10 + at),
    );
    const feedback = madeMove("requesting", "OUTCOME_FEEDBACK", 30);
    const moves = [ack, referral, ...crossing];
    expect(judgeArrival({ openedAtMs: NOON_MS, moves }, feedback)).toMatchObject({ ok: true });
    const known = moves.map((move) => ({ ...move, receiptedAtMs: move.sentAtMs + 1 }));
    expect(judgeArrival({ openedAtMs: NOON_MS, moves: known }, feedback).ok).toBe(false);
  });

  it("is refused when no knowledge makes it legal", () => {
    const given = madeMove("requesting", "SUPPLEMENTARY_INFORMATION", 2);
    expect(judgeArrival({ ...opened, moves: [ack] }, given)).toMatchObject({
      ok: false,
      refusal: { code: "ILLEGAL_MOVE" },
    });
    const foreign = madeMove("requesting", "FINAL", 2);
    expect(judgeArrival({ ...opened, moves: [ack] }, foreign)).toMatchObject({
      ok: false,
      refusal: { code: "NOT_YOUR_MOVE" },
    });
  });
});

describe("time (TP-MOVE-8)", () => {
  const asked = madeMove("requested", "REQUEST_FOR_INFORMATION", 2);

  it("closes a case whose information never came, after sixty days", () => {
    const at = (days: number) =>
      foldMoves([ack, asked], { ...options, asOfMs: asked.sentAtMs + days * DAY_MS }).state;
    expect([at(59), at(60)]).toEqual(["INFORMATION_REQUESTED", "CLOSED_NO_INFORMATION"]);
    const late = madeMove("requesting", "SUPPLEMENTARY_INFORMATION", 2 + 61 * 86_400);
    expect(effectsOf(ack, asked, late)).toEqual(["moved", "moved", "crossed"]);
  });

  it("lets new facts reopen a case for thirty days after its answer", () => {
    const reopen = (days: number) =>
      judgeNext(foldMoves([final], options), {
        ...madeMove("requesting", "CASE_REOPENED", 0),
        sentAtMs: final.sentAtMs + days * DAY_MS,
      });
    expect(reopen(30)).toMatchObject({ ok: true, value: "REOPENED" });
    expect(reopen(31)).toMatchObject({ ok: false, refusal: { code: "ILLEGAL_MOVE" } });
  });
});

describe("whose turn it is (TP-MOVE-7)", () => {
  it("is the requested State's until it has answered, and the other's when it was asked", () => {
    expect(turnOf("ACKNOWLEDGED")).toBe("requested");
    expect(turnOf("INFORMATION_REQUESTED")).toBe("requesting");
    expect(turnOf("ANSWERED")).toBe("nobody");
  });

  it("comes with the moves that are open to each side", () => {
    const standing = { state: "ANSWERED", answeredAtMs: NOON_MS } as const;
    expect(movesOpenTo("requesting", standing, NOON_MS)).toEqual([
      "OUTCOME_FEEDBACK",
      "CASE_CLOSED",
      "CASE_REOPENED",
    ]);
    expect(movesOpenTo("requested", standing, NOON_MS)).toEqual(["CORRECTION"]);
    const late = NOON_MS + 31 * DAY_MS;
    expect(movesOpenTo("requesting", standing, late)).not.toContain("CASE_REOPENED");
  });
});
