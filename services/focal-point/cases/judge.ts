import { checkTraceRequest, errorsOf, moveOf, outcomeClassOf, outcomeName } from "#casework";
import { accepted, type Outcome, refused } from "#errors";
import type { OpenedInbound, PostApplication } from "#post";
import {
  Disclosed,
  Kind,
  OutcomeClass,
  RefusalGround,
  TraceMove,
  TraceReply,
  TraceRequest,
} from "#proto";
import type { RegisterView } from "#trust";
import { decodeExactly } from "#wire";
import type { TraceEffect } from "./case-hooks.ts";

/** What a case is concluded with when the answer is a refusal notice. */
export const REFUSED_OUTCOME = "REFUSED";

/**
 * Judges what other States send: the body must be well formed and complete (domain notes 1.2), be
 * about the States that exchange it, and say what the header discloses (TP-FP-2).
 */
export function createTraceJudge(options: {
  /** State of this focal point, ISO 3166-1 alpha-2. */
  readonly state: string;
  readonly register: () => RegisterView;
}): PostApplication {
  return {
    judge(message): Outcome<TraceEffect> {
      switch (message.header.kind) {
        case Kind.TRACE_REQUEST: {
          const sender = options.register().participant(message.header.sender);
          return judgeRequest(message, sender?.state ?? "", options.state);
        }
        case Kind.TRACE_REPLY:
          return judgeReply(message);
        default:
          return refused("SCHEMA_UNSUPPORTED", "header.kind", "not for a focal point");
      }
    },
  };
}

function judgeRequest(
  { header, parts }: OpenedInbound,
  senderState: string,
  ownState: string,
): Outcome<TraceEffect> {
  const bytes = parts.get("body") ?? new Uint8Array();
  const request = decodeExactly(TraceRequest, bytes);
  if (request === undefined) return refused("BODY_INVALID", "body", "not a trace request");
  const disclosed = header.disclosed ?? Disclosed.create();
  if (disclosed.move !== TraceMove.REQUEST) {
    return refused("DISCLOSED_MISMATCH", "header.disclosed.move", "the body is a request");
  }
  if (disclosed.outcomeClass !== OutcomeClass.UNSPECIFIED) {
    return refused("DISCLOSED_MISMATCH", "header.disclosed.outcome_class", "a request has none");
  }
  if (request.requestingState !== senderState) {
    return refused("BODY_INVALID", "body.requesting_state", "not the sender's State");
  }
  if (request.requestedState !== ownState) {
    return refused("BODY_INVALID", "body.requested_state", "not this State");
  }
  const { priority, instrumentBasis } = header;
  const around = { priority, instrumentBasis, use: header.handling?.use ?? [] };
  const [error] = errorsOf(checkTraceRequest(request, around));
  if (error !== undefined) return refused("BODY_INVALID", `body.${error.field}`, error.rule);
  const { nationalCaseNumber } = request;
  return accepted({ type: "request", request: bytes, nationalCaseNumber });
}

function judgeReply({ header, parts }: OpenedInbound): Outcome<TraceEffect> {
  const bytes = parts.get("body") ?? new Uint8Array();
  const reply = decodeExactly(TraceReply, bytes);
  if (reply?.content === undefined) return refused("BODY_INVALID", "body", "not a trace reply");
  const conclusion = conclusionOf(reply);
  if (!conclusion.ok) return conclusion;
  const disclosed = header.disclosed ?? Disclosed.create();
  if (disclosed.move !== moveOf(reply)) {
    return refused("DISCLOSED_MISMATCH", "header.disclosed.move", "the body makes another move");
  }
  if (disclosed.outcomeClass !== outcomeClassOf(reply)) {
    return refused("DISCLOSED_MISMATCH", "header.disclosed.outcome_class", "not the body's");
  }
  const move = moveOf(reply);
  return accepted({ type: "reply", reply: bytes, move, outcome: conclusion.value });
}

/** What a reply concludes its case with; null when it concludes nothing (domain notes 2.2, 2.3). */
export function conclusionOf(reply: TraceReply): Outcome<string | null> {
  switch (reply.content?.$case) {
    case "final": {
      const outcome = outcomeName(reply.content.value);
      if (outcome === undefined) return refused("BODY_INVALID", "body.final.outcome", "missing");
      const { nextState } = reply.content.value;
      if (outcome === "EXPORTED_ONWARD" && !/^[A-Z]{2}$/.test(nextState)) {
        return refused("BODY_INVALID", "body.final.next_state", "the State it was exported to");
      }
      return accepted(outcome);
    }
    case "refusal": {
      const { ground } = reply.content.value;
      const isGround = ground !== 0 && Object.values(RefusalGround).includes(ground);
      if (!isGround) return refused("BODY_INVALID", "body.refusal.ground", "missing");
      return accepted(REFUSED_OUTCOME);
    }
    case undefined:
      return refused("BODY_INVALID", "body.content", "missing");
    default:
      return accepted(null);
  }
}
