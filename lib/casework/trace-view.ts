import { type FinalReply, Question, RefusalGround, TraceOutcome, type TraceReply } from "#proto";
import { nameOf } from "./list-names.ts";
import { fromCustodyEvent } from "./request/view/from-circumstances.ts";
import { instantText } from "./request/view/given.ts";

/** The type of {@link fromTraceReply}; it holds at most one of the three moves. */
export interface TraceReplyView {
  readonly languageTag: string;
  readonly sourceNote: string;
  readonly final?: ReturnType<typeof fromFinal>;
  readonly refusal?: { readonly ground: string | undefined; readonly explanation: string };
  readonly acknowledgement?: {
    readonly nationalReference: string;
    readonly expectedBy: string | undefined;
  };
}

/** A trace reply as JSON, in the form `POST /v1/traces/:caseId/reply` takes. */
export function fromTraceReply(reply: TraceReply): TraceReplyView {
  const source = { languageTag: reply.languageTag, sourceNote: reply.sourceNote };
  const { content } = reply;
  switch (content?.$case) {
    case "final":
      return { ...source, final: fromFinal(content.value) };
    case "refusal": {
      const { ground, explanation } = content.value;
      return { ...source, refusal: { ground: nameOf(RefusalGround, ground), explanation } };
    }
    case "acknowledgement": {
      const { nationalReference, expectedBy } = content.value;
      const acknowledgement = { nationalReference, expectedBy: instantText(expectedBy) };
      return { ...source, acknowledgement };
    }
    default:
      return source;
  }
}

function fromFinal({ outcome, custodyEvents, nextState, remarks, answers }: FinalReply) {
  return {
    outcome: nameOf(TraceOutcome, outcome),
    custodyEvents: custodyEvents.map(fromCustodyEvent),
    nextState: nextState || undefined,
    remarks,
    answers: answers.map(({ question, answer }) => ({
      question: nameOf(Question, question),
      answer,
    })),
  };
}
