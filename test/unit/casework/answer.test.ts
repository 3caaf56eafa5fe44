import { describe, expect, it } from "vitest";
import {
  answerFromRegister,
  type FirearmRecord,
  moveOf,
  outcomeClassOf,
  outcomeName,
} from "#casework";
import {
  CustodyEventKind,
  DatePrecision,
  EvidenceKind,
  type FinalReply,
  OutcomeClass,
  Question,
  RefusalGround,
  TraceMove,
  TraceOutcome,
  TraceReply,
} from "#proto";
import { completeTraceRequest } from "../../support/trace-bodies.ts";

const record: FirearmRecord = {
  id: "AT-1",
  make: "GLOCK",
  serialRaw: "MADE-123",
  serialNormalized: "MADE123",
  calibre: "9 mm Luger",
  status: "held",
  holder: "Example Arms Trading",
  eventDate: "2001-05",
  madeUp: true,
  sourceNote: "Register of the test.",
};

const answer = (...matches: FirearmRecord[]): TraceReply =>
  answerFromRegister(completeTraceRequest(), matches, "2026-03-02");

const final = (...matches: FirearmRecord[]): FinalReply => {
  const { content } = answer(...matches);
  if (content?.$case !== "final") throw new TypeError("not a final reply");
  return content.value;
};

describe("answering from a register (TP-CASE-3)", () => {
  it.each([
    ["held", "LAST_LEGAL_HOLDER_IDENTIFIED", OutcomeClass.ESTABLISHED],
    ["exported", "EXPORTED_ONWARD", OutcomeClass.ONWARD],
    ["stolen", "REPORTED_LOST_OR_STOLEN", OutcomeClass.ESTABLISHED],
    ["destroyed", "RECORDED_DESTROYED", OutcomeClass.ESTABLISHED],
    ["deactivated", "RECORDED_DEACTIVATED", OutcomeClass.ESTABLISHED],
    ["manufactured", "MANUFACTURE_CONFIRMED_ONLY", OutcomeClass.NOT_ESTABLISHED],
  ] as const)("says of a firearm that is %s: %s", (status, name, outcomeClass) => {
    const match = { ...record, status, exportedTo: "FR" };
    expect(outcomeName(final(match))).toBe(name);
    expect(outcomeClassOf(answer(match))).toBe(outcomeClass);
    expect(moveOf(answer(match))).toBe(TraceMove.FINAL);
  });

  it("tells every event on record in the order of time (TP-FIRE-6)", () => {
    const events = [
      { kind: "SOLD", date: "2001-05-03", evidence: "INVOICE", toParty: "Example" },
      { kind: "MANUFACTURED", date: "2001" },
    ] as const;
    expect(final({ ...record, events }).custodyEvents).toMatchObject([
      { kind: CustodyEventKind.MANUFACTURED, datePrecision: DatePrecision.YEAR },
      {
        kind: CustodyEventKind.SOLD,
        datePrecision: DatePrecision.DAY,
        evidenceKind: EvidenceKind.INVOICE,
        toParty: "Example",
      },
    ]);
  });

  it("names the last legal holder with date and State", () => {
    expect(final(record).custodyEvents).toMatchObject([
      {
        kind: CustodyEventKind.SOLD,
        date: "2001-05",
        fromParty: "",
        fromState: "",
        toParty: "Example Arms Trading",
        toState: "AT",
      },
    ]);
  });

  it("points to the State an exported firearm went to", () => {
    const reply = final({ ...record, status: "exported", exportedTo: "FR" });
    expect(reply.nextState).toBe("FR");
    expect(reply.custodyEvents[0]).toMatchObject({ fromState: "AT", toState: "FR" });
    expect(reply.remarks).toContain("France");
  });

  it("says that nothing is on record, and answers each question so", () => {
    const reply = final();
    expect(outcomeName(reply)).toBe("NO_RECORD");
    expect(reply.answers.map((each) => each.question)).toEqual([Question.LAST_LEGAL_HOLDER]);
    expect(reply.answers[0]?.answer).toBe(reply.remarks);
  });

  it("does not choose between records the request does not tell apart", () => {
    const reply = final(record, { ...record, id: "AT-2", holder: "Another" });
    expect(outcomeName(reply)).toBe("INSUFFICIENT_IDENTIFICATION");
    expect(JSON.stringify(reply)).not.toContain("Another");
    expect(reply.custodyEvents).toEqual([]);
  });

  it("prefers the record with the exact serial number, then the one with its calibre", () => {
    const spelled = { ...record, id: "AT-2", serialRaw: "MADE 123", holder: "Another" };
    expect(final(record, spelled).remarks).toContain("Example Arms Trading");
    const calibre = { ...record, id: "AT-3", calibre: ".380 Auto", holder: "Another" };
    expect(final(calibre, record).remarks).toContain("Example Arms Trading");
  });

  it("refuses a restricted record with its ground and tells nothing of it", () => {
    const reply = answer({ ...record, restriction: "NATIONAL_SECURITY" });
    expect(reply.content).toMatchObject({
      $case: "refusal",
      value: { ground: RefusalGround.NATIONAL_SECURITY },
    });
    expect(JSON.stringify(reply)).not.toContain("Example Arms Trading");
    expect(outcomeClassOf(reply)).toBe(OutcomeClass.REFUSED);
    expect(moveOf(reply)).toBe(TraceMove.REFUSAL);
  });

  it("answers every question that was asked", () => {
    const questionsAsked = Object.values(Question).filter((question) => question !== 0);
    const request = { ...completeTraceRequest(), questionsAsked };
    const { content } = answerFromRegister(request, [record], "2026-03-02");
    const answers = content?.$case === "final" ? content.value.answers : [];
    expect(answers.map((each) => each.question)).toEqual(questionsAsked);
    for (const each of answers) expect(each.answer).not.toBe("");
  });

  it("says where the answer comes from, on which day, and that it is made up", () => {
    expect(answer(record).sourceNote).toBe(
      "Made up: Register of the test. Consulted on 2026-03-02.",
    );
    const reply = answerFromRegister(completeTraceRequest(), [], "2026-03-02", {
      registerNote: "Register of the test.",
    });
    expect(reply.sourceNote).toBe("Register of the test. Consulted on 2026-03-02.");
  });

  it("survives its own encoding", () => {
    const reply = answer({ ...record, status: "exported", exportedTo: "FR" });
    expect(TraceReply.decode(TraceReply.encode(reply).finish())).toEqual(reply);
  });
});

describe("the class of an outcome (TP-CASE-4)", () => {
  it("is given for each outcome of the closed list", () => {
    for (const [name, outcome] of Object.entries(TraceOutcome)) {
      const reply = TraceReply.create({ content: { $case: "final", value: { outcome } } });
      const unspecified = outcomeClassOf(reply) === OutcomeClass.UNSPECIFIED;
      expect(unspecified, name).toBe(name === "UNSPECIFIED");
    }
  });

  it("is none for an acknowledgement, for nothing, and for an outcome of a later version", () => {
    const later = { outcome: 99 as TraceOutcome };
    for (const reply of [
      TraceReply.create({ content: { $case: "acknowledgement", value: {} } }),
      TraceReply.create({}),
      TraceReply.create({ content: { $case: "final", value: later } }),
    ]) {
      expect(outcomeClassOf(reply)).toBe(OutcomeClass.UNSPECIFIED);
    }
    expect(moveOf(TraceReply.create({}))).toBe(TraceMove.UNSPECIFIED);
  });
});
