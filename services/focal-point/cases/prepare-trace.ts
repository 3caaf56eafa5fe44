import { checkPersons, checkTraceRequest, toPersonsBlock, toTraceRequest } from "#casework";
import { type Refusal, refuse } from "#errors";
import { instantMsOf } from "#http";
import { authorizeHeader, type RoutingBasis, type RoutingPolicy } from "#policy";
import type { MessageDraft } from "#post";
import {
  Disclosed,
  ExchangeStatus,
  type Finding,
  Handling,
  Header,
  Instrument,
  Kind,
  type PersonsBlock,
  Priority,
  Tlp,
  TraceMove,
  type TraceRequest,
  UseRestriction,
} from "#proto";
import { isStateCode } from "#reference";
import { newMessageId, WIRE_LIMITS } from "#runtime";
import type { RegisterView } from "#trust";
import { refusalNameOf, toTimestamp } from "#wire";
import { codeOf } from "../api/names.ts";

import type { NewTrace } from "../api/trace-schema.ts";
import { letterRefusal, unknownRecipient } from "../letters/off-exchange-address.ts";
import { defaultHandling, type Replier } from "./reply-handling.ts";

/** What a request is prepared from besides the facts. */
export interface TraceContext {
  readonly self: Replier;
  readonly register: () => RegisterView;
  /** The policy in use here: the gateway's, as soon as it has come (TP-POLICY-9). */
  readonly policy: () => RoutingPolicy;
}

/** A request as it would be sent, and everything that speaks against sending it. */
export interface PreparedTrace {
  readonly request: TraceRequest;
  /** Those made before, such as by a screening, and those of the checks; none twice. */
  readonly findings: readonly Finding[];
  readonly draft: MessageDraft & { readonly messageId: string };
  /** Personal data that travels beside it (TP-PERS-1); undefined for none. */
  readonly persons: PersonsBlock | undefined;
  /** What was found about the personal data. */
  readonly personFindings: readonly Finding[];
  /** Why the exchange would not carry it; undefined when it would. */
  readonly refusal: Refusal | undefined;
}

/**
 * Builds request and message, checks the body, and asks our own register whether the exchange would
 * carry it. Keeps and sends nothing.
 */
export function prepareTrace(
  { self, policy, register }: TraceContext,
  facts: NewTrace,
  nowMs: number,
): PreparedTrace {
  const view = register();
  const peer = view.participant(facts.to);
  const byLetter = facts.offExchange === true;
  const requestedState = byLetter && isStateCode(facts.to) ? facts.to : (peer?.state ?? "");
  const request = toTraceRequest(facts.request, {
    requestingState: self.state,
    requestedState,
    nowMs,
  });
  const draft = draftOf(self, facts, nowMs);
  const { priority, instrumentBasis, handling } = draft;
  const acceptedLanguages = peer?.languages ?? [];
  const around = { priority, instrumentBasis, use: handling.use, acceptedLanguages };
  const found = checkTraceRequest(request, around);
  // Without a State to ask, that is all there is to say about it.
  const fitting = found.filter(({ field }) => requestedState !== "" || field !== "requested_state");
  const findings = distinct([...request.findings, ...fitting]);
  const refusal = byLetter
    ? letterRefusal(view, facts.to)
    : peer === undefined
      ? unknownRecipient(facts.to)
      : refusalOf(draft, { register: view, policy: policy() }, nowMs);
  const persons = facts.persons && toPersonsBlock(facts.persons);
  const personFindings = persons === undefined ? [] : checkPersons(persons, nowMs);
  return { request, findings, draft, persons, personFindings, refusal };
}

function draftOf(self: Replier, facts: NewTrace, nowMs: number) {
  return {
    messageId: newMessageId(nowMs),
    sender: self.participant,
    recipients: [facts.to],
    kind: Kind.TRACE_REQUEST,
    conversationId: newMessageId(nowMs),
    priority: codeOf(Priority, facts.priority ?? "ROUTINE"),
    status: codeOf(ExchangeStatus, facts.status ?? "ACTUAL"),
    nowMs,
    expiresAtMs:
      facts.expiresAt === undefined
        ? nowMs + WIRE_LIMITS.traceLifeMs
        : instantMsOf(facts.expiresAt),
    instrumentBasis: facts.instrumentBasis.map((name) => codeOf(Instrument, name)),
    handling: handlingOf(facts, self.state),
    disclosed: Disclosed.create({ move: TraceMove.REQUEST }),
    parts: [],
  } as const;
}

function refusalOf(
  draft: ReturnType<typeof draftOf>,
  basis: RoutingBasis,
  nowMs: number,
): Refusal | undefined {
  if (draft.expiresAtMs <= nowMs) return refuse("EXPIRED", "expiresAt", "is not in the future");
  const header = Header.create({
    sender: draft.sender,
    recipients: [...draft.recipients],
    kind: draft.kind,
    sentAt: toTimestamp(nowMs),
    expiresAt: toTimestamp(draft.expiresAtMs),
    priority: draft.priority,
    status: draft.status,
    conversationId: draft.conversationId,
    instrumentBasis: [...draft.instrumentBasis],
    handling: draft.handling,
    disclosed: draft.disclosed,
  });
  const routed = authorizeHeader(header, basis, nowMs);
  if (!routed.ok) return routed.refusal;
  const no = routed.value.map(({ code }) => refusalNameOf(code)).find((code) => code !== undefined);
  return no === undefined ? undefined : refuse(no, "to");
}

function handlingOf(facts: NewTrace, state: string): Handling {
  const usual = defaultHandling(state);
  const { handling } = facts;
  if (handling === undefined) return usual;
  return Handling.create({
    tlp: handling.tlp === undefined ? usual.tlp : codeOf(Tlp, handling.tlp),
    use: handling.use?.map((name) => codeOf(UseRestriction, name)) ?? usual.use,
    releasableTo: handling.releasableTo ?? [],
    originatorState: state,
  });
}

/** Findings without repetition: a screening before may have found what the checks find again. */
function distinct(findings: readonly Finding[]): Finding[] {
  const byKey = new Map(findings.map((finding) => [`${finding.field} ${finding.rule}`, finding]));
  return [...byKey.values()];
}
