import {
  checkFollowUp,
  checkReply,
  checkTraceRequest,
  completenessTenth,
  errorsOf,
  type Side,
} from "#casework";
import { accepted, type Outcome, refused } from "#errors";
import type { OpenedInbound, PostApplication } from "#post";
import {
  Disclosed,
  Kind,
  OutcomeClass,
  TraceFollowUp,
  TraceMove,
  TraceReply,
  TraceRequest,
} from "#proto";
import type { RegisterView } from "#trust";
import { decodeExactly } from "#wire";
import { conclusionOf } from "../moves/conclusion.ts";
import { disclosedOf, encodeBody, type MoveBody } from "../moves/move-draft.ts";
import type { TraceEffect } from "./case-hooks.ts";

/**
 * Judges what other States send: the body must be well formed and complete (domain notes 1.2), be
 * about the States that exchange it, and say what the header discloses (TP-FP-2). Bodies of replies
 * and follow-ups: TP-MOVE-10, TP-MOVE-11.
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
          return judgeMoveOf(message, replyIn(message), "requested");
        case Kind.TRACE_FOLLOW_UP:
          return judgeMoveOf(message, followUpIn(message), "requesting");
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
  // Not told by an older version; who tells it, tells what is so (TP-FEED-12).
  const told = disclosed.completenessTenth;
  if (told !== 0 && told !== completenessTenth(request)) {
    return refused("DISCLOSED_MISMATCH", "header.disclosed.completeness_tenth", "not the body's");
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

function judgeMoveOf(
  { header }: OpenedInbound,
  said: MoveBody | undefined,
  by: Side,
): Outcome<TraceEffect> {
  if (said === undefined) return refused("BODY_INVALID", "body", "not the body of this kind");
  const findings = said.kind === "reply" ? checkReply(said.body) : checkFollowUp(said.body);
  const [error] = errorsOf(findings);
  if (error !== undefined) return refused("BODY_INVALID", `body.${error.field}`, error.rule);
  const { move, outcomeClass } = disclosedOf(said);
  const disclosed = header.disclosed ?? Disclosed.create();
  if (disclosed.move !== move) {
    return refused("DISCLOSED_MISMATCH", "header.disclosed.move", "the body makes another move");
  }
  if (disclosed.outcomeClass !== outcomeClass) {
    return refused("DISCLOSED_MISMATCH", "header.disclosed.outcome_class", "not the body's");
  }
  const outcome = said.kind === "reply" ? conclusionOf(said.body) : null;
  return accepted({ type: "move", by, move, outcomeClass, outcome, body: encodeBody(said) });
}

function replyIn({ parts }: OpenedInbound): MoveBody | undefined {
  const body = decodeExactly(TraceReply, parts.get("body") ?? new Uint8Array());
  return body === undefined ? undefined : { kind: "reply", body };
}

function followUpIn({ parts }: OpenedInbound): MoveBody | undefined {
  const body = decodeExactly(TraceFollowUp, parts.get("body") ?? new Uint8Array());
  return body === undefined ? undefined : { kind: "followUp", body };
}
