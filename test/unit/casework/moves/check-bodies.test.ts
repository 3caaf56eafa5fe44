import { describe, expect, it } from "vitest";
import { checkFollowUp, checkReply, errorsOf, type ReplyContext } from "#casework";
import {
  Correction,
  CustodyEvent,
  CustodyEventKind,
  DatePrecision,
  EstablishedBy,
  FinalReply,
  Question,
  QuestionAnswer,
  Referral,
  ReferralMode,
  RefusalGround,
  TraceFollowUp,
  TraceOutcome,
  TraceReply,
  TraceRequest,
  WithdrawalReason,
} from "#proto";

type ReplyContent = NonNullable<TraceReply["content"]>;
type FollowUpContent = NonNullable<TraceFollowUp["content"]>;

const request = TraceRequest.create({
  requestedState: "AT",
  questionsAsked: [Question.LAST_LEGAL_HOLDER],
});
const ANSWERED = [
  QuestionAnswer.create({ question: Question.LAST_LEGAL_HOLDER, answer: "Made-up Dealer" }),
];
const good = FinalReply.create({ outcome: TraceOutcome.NO_RECORD, answers: ANSWERED });
const final = (changes: Partial<FinalReply>): ReplyContent => ({
  $case: "final",
  value: { ...good, ...changes },
});
const referral = (changes: Partial<Referral>): ReplyContent => ({
  $case: "referral",
  value: Referral.create({ mode: ReferralMode.POINTER, nextStates: ["DE"], ...changes }),
});
const delay = (changes: object): ReplyContent => ({
  $case: "delay",
  value: {
    ground: RefusalGround.ONGOING_INVESTIGATION,
    explanation: "An investigation would be compromised.",
    reviewOn: "2026-07-01",
    ...changes,
  },
});

const brokenReply = (content: ReplyContent | undefined, context: ReplyContext = {}): string[] =>
  errorsOf(checkReply(TraceReply.create({ content }), context)).map(
    ({ field, rule }) => `${field} ${rule}`,
  );
const brokenFollowUp = (content: FollowUpContent | undefined): string[] =>
  errorsOf(checkFollowUp(TraceFollowUp.create({ content }))).map(
    ({ field, rule }) => `${field} ${rule}`,
  );

describe("a reply (TP-MOVE-10)", () => {
  it.each<[string, ReplyContent]>([
    ["a final reply", final({})],
    ["a referral", referral({})],
    ["a delay", delay({})],
    [
      "a correction",
      {
        $case: "correction",
        value: Correction.create({
          correctedMessageId: "019b0f6e-9d02-7b1e-8a44-51c7e0d3f6b8",
          reason: "The register was wrong.",
          corrected: good,
        }),
      },
    ],
  ])("that is %s and holds what it must breaks no rule", (_what, content) => {
    expect(brokenReply(content, { request, today: "2026-06-01" })).toEqual([]);
  });

  it.each<[string, ReplyContent | undefined, string]>([
    ["holds nothing", undefined, "content missing"],
    [
      "acknowledges without a reference",
      { $case: "acknowledgement", value: { nationalReference: "", expectedBy: undefined } },
      "acknowledgement.national_reference missing",
    ],
    [
      "asks nothing back",
      {
        $case: "requestForInformation",
        value: { fields: [], question: " ", respondBy: undefined },
      },
      "request_for_information.question missing",
    ],
    [
      "asks back about what is no field",
      {
        $case: "requestForInformation",
        value: { fields: ["Serial number"], question: "Which?", respondBy: undefined },
      },
      "request_for_information.fields notAField",
    ],
    [
      "is interim and says nothing",
      {
        $case: "interim",
        value: { custodyEvents: [], answers: [], remarks: "", nextExpectedAt: undefined },
      },
      "interim.remarks missing",
    ],
    ["has no outcome", final({ outcome: 0 }), "final.outcome missing"],
    ["leaves a question open", final({ answers: [] }), "final.answers notAnswered"],
    [
      "answers a question twice",
      final({ answers: [...ANSWERED, ...ANSWERED] }),
      "final.answers repeated",
    ],
    [
      "is exported to nowhere",
      final({ outcome: TraceOutcome.EXPORTED_ONWARD }),
      "final.next_state missing",
    ],
    [
      "leads back to itself",
      final({ outcome: TraceOutcome.EXPORTED_ONWARD, nextState: "AT" }),
      "final.next_state unknownState",
    ],
    ["leads on without an export", final({ nextState: "DE" }), "final.next_state onlyWhenExported"],
    [
      "withholds on an administrative ground",
      final({ restricted: true, restrictionGround: RefusalGround.DUPLICATE }),
      "final.restriction_ground notAGroundOfTheInstrument",
    ],
    [
      "names a restriction and withholds nothing",
      final({ restrictionGround: RefusalGround.NATIONAL_SECURITY }),
      "final.restriction_ground onlyWhenRestricted",
    ],
    ["refers to nobody", referral({ nextStates: [] }), "referral.next_states missing"],
    ["refers to itself", referral({ nextStates: ["AT"] }), "referral.next_states sameState"],
    [
      "passes on without consent",
      referral({
        mode: ReferralMode.FORWARD,
        forwardedMessageId: "019b0f6e-9d02-7b1e-8a44-51c7e0d3f6b8",
      }),
      "referral.mode noConsent",
    ],
    ["delays until no day", delay({ reviewOn: "" }), "delay.review_on missing"],
    ["delays until a day gone by", delay({ reviewOn: "2026-01-01" }), "delay.review_on inThePast"],
    [
      "delays for an administrative reason",
      delay({ ground: RefusalGround.DUPLICATE }),
      "delay.ground notAGroundOfTheInstrument",
    ],
    [
      "refuses without reasons",
      {
        $case: "refusal",
        value: { ground: RefusalGround.DUPLICATE, explanation: "", legalReference: "" },
      },
      "refusal.explanation missing",
    ],
    [
      "clarifies nothing",
      { $case: "clarification", value: { decision: 0, explanation: "" } },
      "clarification.decision missing",
    ],
    [
      "corrects without the answer",
      {
        $case: "correction",
        value: { correctedMessageId: "", reason: "Wrong.", corrected: undefined },
      },
      "correction.corrected missing",
    ],
  ])("that %s is told so", (_what, content, problem) => {
    const context = { request, today: "2026-06-01", mayForwardTo: [] };
    expect(brokenReply(content, context)).toContain(problem);
  });

  it("passes on to the States that its request may go to, and to no other", () => {
    const forwardedMessageId = "019b0f6e-9d02-7b1e-8a44-51c7e0d3f6b8";
    const content = referral({ mode: ReferralMode.FORWARD, forwardedMessageId });
    const [to = ""] = content.$case === "referral" ? content.value.nextStates : [];
    expect(brokenReply(content, { request, mayForwardTo: [to] })).toEqual([]);
    expect(brokenReply(content, { request, mayForwardTo: ["QQ"] })).toEqual([
      "referral.mode noConsent",
    ]);
  });
});

describe("a custody event (TP-MOVE-12)", () => {
  const events = (...dated: Partial<CustodyEvent>[]) =>
    brokenReply(
      final({
        custodyEvents: dated.map((one) =>
          CustodyEvent.create({ kind: CustodyEventKind.SOLD, ...one }),
        ),
      }),
    );

  it("is dated as exactly as it says", () => {
    expect(events({ date: "2009", datePrecision: DatePrecision.YEAR })).toEqual([]);
    expect(events({ date: "2009-13-01" })).toEqual(["final.custody_events[0].date notADate"]);
    expect(events({ date: "2009", datePrecision: DatePrecision.DAY })).toEqual([
      "final.custody_events[0].date_precision notAsExact",
    ]);
  });

  it("that took an interval has its end, and not before its beginning", () => {
    const datePrecision = DatePrecision.INTERVAL;
    expect(events({ date: "2009-01-01", datePrecision })).toEqual([
      "final.custody_events[0].date_until missing",
    ]);
    expect(events({ date: "2009", dateUntil: "2008-01-01", datePrecision })).toEqual([
      "final.custody_events[0].date_until timeOrder",
    ]);
  });

  it("is between States that exist, or have existed", () => {
    expect(events({ fromState: "YUCS", toState: "RS" })).toEqual([]);
    expect(events({ toState: "QQ" })).toEqual(["final.custody_events[0].to_state unknownState"]);
  });

  it("out of the order of time is a warning, which may be sent", () => {
    const custodyEvents = ["2010-05", "2009"].map((date) =>
      CustodyEvent.create({ kind: CustodyEventKind.SOLD, date }),
    );
    const found = checkReply(TraceReply.create({ content: final({ custodyEvents }) }));
    expect(found.map(({ field, rule }) => `${field} ${rule}`)).toContain(
      "final.custody_events timeOrder",
    );
    expect(errorsOf(found)).toEqual([]);
  });
});

describe("a follow-up (TP-MOVE-11)", () => {
  it.each<[string, FollowUpContent | undefined, string[]]>([
    ["holds nothing", undefined, ["content missing"]],
    [
      "gives no information",
      {
        $case: "supplementaryInformation",
        value: { text: "", firearm: undefined, nothingMore: false },
      },
      ["supplementary_information.text missing"],
    ],
    [
      "says there is no more",
      {
        $case: "supplementaryInformation",
        value: { text: "", firearm: undefined, nothingMore: true },
      },
      [],
    ],
    [
      "asks for no reasons",
      { $case: "clarificationRequest", value: { question: "" } },
      ["clarification_request.question missing"],
    ],
    [
      "withdraws for another reason and does not say which",
      {
        $case: "withdrawal",
        value: { reason: WithdrawalReason.OTHER, explanation: "", acceptsFoundFacts: false },
      },
      ["withdrawal.explanation missing"],
    ],
    [
      "reminds for the 0th time",
      { $case: "reminder", value: { number: 0, text: "" } },
      ["reminder.number missing"],
    ],
    [
      "finds an answer neither useful nor not",
      { $case: "outcomeFeedback", value: { usefulness: 0, text: "" } },
      ["outcome_feedback.usefulness missing"],
    ],
    [
      "closes without saying by what the origin was established",
      { $case: "caseClosed", value: { established: true, establishedBy: 0, reason: "Found." } },
      ["case_closed.established_by missing"],
    ],
    [
      "closes as not established, by a trace",
      {
        $case: "caseClosed",
        value: { established: false, establishedBy: EstablishedBy.TRACE, reason: "Nothing." },
      },
      ["case_closed.established_by onlyWhenEstablished"],
    ],
    [
      "reopens without facts",
      { $case: "caseReopened", value: { newFacts: "", firearm: undefined } },
      ["case_reopened.new_facts missing"],
    ],
  ])("that %s is told so", (_what, content, problems) => {
    expect(brokenFollowUp(content)).toEqual(problems);
  });
});
