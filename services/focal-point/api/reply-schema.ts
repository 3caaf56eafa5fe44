import { type Static, Type } from "typebox";
import { instantOf } from "#casework";
import { Instant } from "#http";
import {
  CustodyEvent,
  CustodyEventKind,
  FinalReply,
  Question,
  QuestionAnswer,
  RefusalGround,
  RefusalNotice,
  TraceOutcome,
  TraceReply,
} from "#proto";
import { CASEWORK_LIMITS } from "#runtime";
import { codeOf, nameSchema } from "./names.ts";

const closed = { additionalProperties: false } as const;
const text = Type.Optional(Type.String({ maxLength: CASEWORK_LIMITS.freeTextCharsMax }));
const state = Type.Optional(Type.String({ pattern: "^[A-Z]{2}$" }));

const CustodyEventFacts = Type.Object(
  {
    kind: nameSchema(CustodyEventKind),
    /** ISO 8601, to the day, month or year known. */
    date: text,
    fromParty: text,
    fromState: state,
    toParty: text,
    toState: state,
  },
  closed,
);

const FinalFacts = Type.Object(
  {
    outcome: nameSchema(TraceOutcome),
    custodyEvents: Type.Optional(Type.Array(CustodyEventFacts, { maxItems: 64 })),
    /** With EXPORTED_ONWARD: the State the trail leads to. */
    nextState: state,
    remarks: text,
    answers: Type.Optional(
      Type.Array(Type.Object({ question: nameSchema(Question), answer: Type.String() }, closed), {
        maxItems: 16,
      }),
    ),
  },
  closed,
);

const AcknowledgementFacts = Type.Object(
  {
    nationalReference: Type.String({ minLength: 1, maxLength: CASEWORK_LIMITS.caseNumberCharsMax }),
    expectedBy: Type.Optional(Instant),
  },
  closed,
);

const RefusalFacts = Type.Object({ ground: nameSchema(RefusalGround), explanation: text }, closed);

/** Body of `POST /v1/traces/:caseId/reply`: exactly one of the three moves. */
export const NewReply = Type.Object(
  {
    languageTag: text,
    sourceNote: text,
    acknowledgement: Type.Optional(AcknowledgementFacts),
    final: Type.Optional(FinalFacts),
    refusal: Type.Optional(RefusalFacts),
  },
  closed,
);

/** The type of {@link NewReply}. */
export type NewReply = Static<typeof NewReply>;

/** Builds the body of a trace reply; undefined unless exactly one move is given. */
export function toTraceReply(facts: NewReply): TraceReply | undefined {
  const contents = [acknowledgementOf(facts), finalOf(facts), refusalOf(facts)];
  const [content, ...others] = contents.filter((one) => one !== undefined);
  if (content === undefined || others.length > 0) return undefined;
  return TraceReply.create({
    content,
    languageTag: facts.languageTag ?? "en",
    sourceNote: facts.sourceNote ?? "",
  });
}

type Content = TraceReply["content"];

function acknowledgementOf({ acknowledgement }: NewReply): Content {
  if (acknowledgement === undefined) return undefined;
  const { nationalReference, expectedBy } = acknowledgement;
  const value = { nationalReference, expectedBy: instantOf(expectedBy) };
  return { $case: "acknowledgement", value };
}

function refusalOf({ refusal }: NewReply): Content {
  if (refusal === undefined) return undefined;
  const { ground, explanation = "" } = refusal;
  const value = RefusalNotice.create({ ground: codeOf(RefusalGround, ground), explanation });
  return { $case: "refusal", value };
}

function finalOf({ final }: NewReply): Content {
  if (final === undefined) return undefined;
  const { outcome, custodyEvents = [], nextState = "", remarks = "", answers = [] } = final;
  const value = FinalReply.create({
    outcome: codeOf(TraceOutcome, outcome),
    custodyEvents: custodyEvents.map((event) =>
      CustodyEvent.create({ ...event, kind: codeOf(CustodyEventKind, event.kind) }),
    ),
    nextState,
    remarks,
    answers: answers.map(({ question, answer }) =>
      QuestionAnswer.create({ question: codeOf(Question, question), answer }),
    ),
  });
  return { $case: "final", value };
}
