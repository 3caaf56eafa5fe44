import { describe, expect, test } from "vitest";
import { completenessTenth } from "#casework";
import type { OpenedInbound } from "#post";
import {
  Disclosed,
  ExchangeStatus,
  FinalReply,
  Header,
  Instrument,
  Kind,
  OutcomeClass,
  Priority,
  RefusalGround,
  RefusalNotice,
  TraceMove,
  TraceOutcome,
  TraceReply,
  TraceRequest,
} from "#proto";
import { createTraceJudge } from "../../../services/focal-point/cases/judge.ts";
import { makeParties } from "../../support/parties.ts";
import { completeTraceRequest } from "../../support/trace-bodies.ts";

const { register } = makeParties([{ id: "KE" }, { id: "AT" }]);
const judge = createTraceJudge({ state: "AT", register: () => register });

function opened(kind: Kind, body: Uint8Array, disclosed: Header["disclosed"]): OpenedInbound {
  const header = Header.create({
    kind,
    sender: "KE",
    recipients: ["AT"],
    priority: Priority.ROUTINE,
    status: ExchangeStatus.TEST,
    instrumentBasis: [Instrument.ITI],
    ...(disclosed === undefined ? {} : { disclosed }),
  });
  const parts = new Map([["body", body]]);
  return { header, headerDigest: new Uint8Array(32), recordedAtMs: 0, parts };
}

const NO_OUTCOME = OutcomeClass.UNSPECIFIED;

function judgeRequest(
  change: (request: TraceRequest) => void,
  move: TraceMove = TraceMove.REQUEST,
  tenth = 0,
) {
  const request = completeTraceRequest();
  change(request);
  const told = { move, outcomeClass: NO_OUTCOME, completenessTenth: tenth };
  const disclosed = Disclosed.create(told);
  const body = TraceRequest.encode(request).finish();
  return judge.judge(opened(Kind.TRACE_REQUEST, body, disclosed));
}

function judgeReply(content: TraceReply["content"], disclosed: Header["disclosed"]) {
  const body = TraceReply.encode(TraceReply.create({ content, languageTag: "en" })).finish();
  return judge.judge(opened(Kind.TRACE_REPLY, body, disclosed));
}

const final = (outcome: TraceOutcome, nextState = ""): TraceReply["content"] => ({
  $case: "final",
  value: FinalReply.create({ outcome, nextState }),
});

describe("a request", () => {
  test("that is complete opens a case", () => {
    expect(judgeRequest(() => {})).toMatchObject({
      ok: true,
      value: { type: "request", nationalCaseNumber: "KE/2026/17" },
    });
  });

  test.each<[string, (request: TraceRequest) => void, string]>([
    [
      "of another State than its sender",
      (r) => (r.requestingState = "UG"),
      "body.requesting_state",
    ],
    ["to another State", (r) => (r.requestedState = "BR"), "body.requested_state"],
    ["without a ground", (r) => (r.illicitGrounds = []), "body.illicit_grounds"],
    ["without a firearm", (r) => (r.firearm = undefined), "body.firearm"],
  ])("%s is invalid in that field", (_what, change, field) => {
    expect(judgeRequest(change)).toMatchObject({
      ok: false,
      refusal: { code: "BODY_INVALID", field },
    });
  });

  test("whose header discloses another move is refused for that (TP-FP-2)", () => {
    expect(judgeRequest(() => {}, TraceMove.FINAL)).toMatchObject({
      refusal: { code: "DISCLOSED_MISMATCH", field: "header.disclosed.move" },
    });
  });

  test("tells how complete its body is, or nothing of it, and nothing else (TP-FEED-12)", () => {
    const request = completeTraceRequest();
    const tenth = completenessTenth(request);
    expect(tenth).toBeGreaterThan(1);
    expect(judgeRequest(() => {}, TraceMove.REQUEST, tenth)).toMatchObject({ ok: true });
    for (const other of [tenth - 1, (tenth % 10) + 1]) {
      expect(judgeRequest(() => {}, TraceMove.REQUEST, other)).toMatchObject({
        refusal: {
          code: "DISCLOSED_MISMATCH",
          field: "header.disclosed.completeness_tenth",
        },
      });
    }
    expect(completenessTenth(TraceRequest.create({}))).toBe(1);
  });

  test("of bytes that are no request is refused, not thrown over", () => {
    const disclosed = Disclosed.create({ move: TraceMove.REQUEST, outcomeClass: NO_OUTCOME });
    const bytes = Buffer.from([0xff, 0xff, 0xff]);
    expect(judge.judge(opened(Kind.TRACE_REQUEST, bytes, disclosed))).toMatchObject({
      refusal: { code: "BODY_INVALID", field: "body" },
    });
  });
});

describe("a reply", () => {
  test("with an outcome concludes its case with it", () => {
    const disclosed = Disclosed.create({
      move: TraceMove.FINAL,
      outcomeClass: OutcomeClass.NOT_ESTABLISHED,
    });
    expect(judgeReply(final(TraceOutcome.NO_RECORD), disclosed)).toMatchObject({
      value: { type: "move", by: "requested", move: TraceMove.FINAL, outcome: "NO_RECORD" },
    });
  });

  test("that refuses concludes its case as refused, whatever the ground", () => {
    const disclosed = Disclosed.create({
      move: TraceMove.REFUSAL,
      outcomeClass: OutcomeClass.REFUSED,
    });
    const value = RefusalNotice.create({
      ground: RefusalGround.NATIONAL_SECURITY,
      explanation: "It would show how a source is protected.",
    });
    expect(judgeReply({ $case: "refusal", value }, disclosed)).toMatchObject({
      value: { outcome: "REFUSED" },
    });
  });

  test("that acknowledges concludes nothing", () => {
    const disclosed = Disclosed.create({
      move: TraceMove.ACKNOWLEDGEMENT,
      outcomeClass: NO_OUTCOME,
    });
    const value = { nationalReference: "AT-1", expectedBy: undefined };
    expect(judgeReply({ $case: "acknowledgement", value }, disclosed)).toMatchObject({
      value: { outcome: null },
    });
  });

  test.each<[string, TraceReply["content"], string]>([
    ["without content", undefined, "body.content"],
    ["without an outcome", final(TraceOutcome.UNSPECIFIED), "body.final.outcome"],
    ["exported to nowhere", final(TraceOutcome.EXPORTED_ONWARD), "body.final.next_state"],
    [
      "refusing without a ground",
      { $case: "refusal", value: RefusalNotice.create() },
      "body.refusal.ground",
    ],
  ])("%s is invalid", (_what, content, field) => {
    const disclosed = Disclosed.create({
      move: TraceMove.FINAL,
      outcomeClass: OutcomeClass.ONWARD,
    });
    expect(judgeReply(content, disclosed)).toMatchObject({
      refusal: { code: "BODY_INVALID", field },
    });
  });

  test("whose header discloses a better outcome than the body has is refused", () => {
    const disclosed = Disclosed.create({
      move: TraceMove.FINAL,
      outcomeClass: OutcomeClass.ESTABLISHED,
    });
    expect(judgeReply(final(TraceOutcome.NO_RECORD), disclosed)).toMatchObject({
      refusal: { code: "DISCLOSED_MISMATCH", field: "header.disclosed.outcome_class" },
    });
  });
});

test("a kind that is not for focal points is refused as unsupported", () => {
  expect(judge.judge(opened(Kind.ALERT, new Uint8Array(), undefined))).toMatchObject({
    refusal: { code: "SCHEMA_UNSUPPORTED" },
  });
});
