import { hash } from "node:crypto";
import { checkTraceRequest, errorsOf } from "#casework";
import { type Outcome, type Refusal, refuse } from "#errors";
import type { MessageDraft } from "#post";
import {
  ExchangeStatus,
  type Finding,
  Handling,
  Header,
  Instrument,
  Kind,
  Priority,
  Tlp,
  TraceMove,
  TraceRequest,
  UseRestriction,
} from "#proto";
import { type Clock, type Database, newMessageId, WIRE_LIMITS } from "#runtime";
import { authorizeHeader, type RegisterView } from "#trust";
import { refusalNameOf, toTimestamp } from "#wire";
import { codeOf } from "../api/names.ts";
import { toTraceRequest } from "../api/trace-facts.ts";
import type { NewTrace } from "../api/trace-schema.ts";
import type { FocalPointProcedures } from "../store.ts";
import type { CaseRecord } from "./case-record.ts";
import { defaultHandling, type Replier } from "./reply-draft.ts";

/** What opening a case needs. */
export interface OpenTraceDeps {
  readonly store: Pick<Database<FocalPointProcedures>, "call">;
  readonly self: Replier;
  readonly register: () => RegisterView;
  readonly clock: Clock;
  /** Told after a request was drafted. */
  readonly onDrafted: () => void;
}

/** What became of a request of an officer. */
export type OpenTraceResult =
  | {
      readonly type: "opened" | "repeated";
      readonly record: CaseRecord;
      readonly findings: readonly Finding[];
    }
  | { readonly type: "mismatch" }
  /** The exchange would not carry it. */
  | { readonly type: "refused"; readonly refusal: Refusal }
  /** The body breaks rules of domain notes 1.2. */
  | { readonly type: "invalid"; readonly errors: readonly Finding[] };

/**
 * Opens a trace case and asks the other State. Everything the gateway or the recipient would refuse
 * for is said here, before anything is kept or sent (TP-FP-1). With an idempotency key, the same
 * body finds the case of the first time.
 */
export async function openTrace(
  deps: OpenTraceDeps,
  facts: NewTrace,
  caller: { readonly actor: string; readonly idempotencyKey: string | undefined },
): Promise<OpenTraceResult> {
  const { actor, idempotencyKey } = caller;
  const idempotency =
    idempotencyKey === undefined
      ? undefined
      : { key: idempotencyKey, bodyDigest: hash("sha256", canonicalJson(facts), "buffer") };
  if (idempotency !== undefined) {
    const earlier = await deps.store.call("findRepeated", idempotency);
    if (earlier !== null) return withFindings(earlier);
  }
  const nowMs = deps.clock.now();
  const prepared = prepare(deps, facts, nowMs);
  if (!prepared.ok) return { type: "refused", refusal: prepared.refusal };
  const { request, draft, header } = prepared.value;
  const { priority, instrumentBasis } = header;
  const findings = [
    ...request.findings,
    ...checkTraceRequest(request, { priority, instrumentBasis }),
  ];
  const errors = errorsOf(findings);
  if (errors.length > 0) return { type: "invalid", errors };
  const body = TraceRequest.encode({ ...request, findings: distinct(findings) }).finish();
  const opened = await deps.store.call("openCase", {
    caseId: draft.conversationId,
    peer: facts.to,
    nationalCaseNumber: request.nationalCaseNumber,
    request: body,
    draft: { ...draft, parts: [{ ...BODY, plaintext: body }] },
    ...(idempotency === undefined ? {} : { idempotency }),
    actor,
    nowMs,
  });
  if (opened.type === "opened") deps.onDrafted();
  return withFindings(opened);
}

const BODY = {
  name: "body",
  schema: "tracepost.v1.TraceRequest",
  retentionClass: "trace",
} as const;

function withFindings(
  opened: { type: "opened" | "repeated"; record: CaseRecord } | { type: "mismatch" },
): OpenTraceResult {
  if (opened.type === "mismatch") return opened;
  return { ...opened, findings: TraceRequest.decode(opened.record.request).findings };
}

interface Prepared {
  readonly request: TraceRequest;
  readonly draft: MessageDraft & { readonly messageId: string };
  readonly header: Header;
}

/** Builds request and message, and asks our own register whether the exchange would carry it. */
function prepare(deps: OpenTraceDeps, facts: NewTrace, nowMs: number): Outcome<Prepared> {
  const { self } = deps;
  const register = deps.register();
  const peer = register.participant(facts.to);
  if (peer === undefined) {
    return { ok: false, refusal: refuse("RECIPIENT_UNKNOWN", "to", "not in the register") };
  }
  const requested = { requestingState: self.state, requestedState: peer.state, nowMs };
  const request = toTraceRequest(facts.request, requested);
  const draft = {
    messageId: newMessageId(nowMs),
    sender: self.participant,
    recipients: [facts.to],
    kind: Kind.TRACE_REQUEST,
    conversationId: newMessageId(nowMs),
    priority: codeOf(Priority, facts.priority ?? "ROUTINE"),
    status: codeOf(ExchangeStatus, facts.status ?? "ACTUAL"),
    nowMs,
    expiresAtMs:
      facts.expiresAt === undefined ? nowMs + WIRE_LIMITS.traceLifeMs : Date.parse(facts.expiresAt),
    instrumentBasis: facts.instrumentBasis.map((name) => codeOf(Instrument, name)),
    handling: handlingOf(facts, self.state),
    disclosed: { move: TraceMove.REQUEST, outcomeClass: 0 },
    parts: [],
  } as const;
  if (draft.expiresAtMs <= nowMs) {
    return { ok: false, refusal: refuse("EXPIRED", "expiresAt", "is not in the future") };
  }
  const header = Header.create({
    sender: draft.sender,
    recipients: [...draft.recipients],
    kind: draft.kind,
    sentAt: toTimestamp(nowMs),
    expiresAt: toTimestamp(draft.expiresAtMs),
    priority: draft.priority,
    instrumentBasis: [...draft.instrumentBasis],
    handling: draft.handling,
    disclosed: draft.disclosed,
  });
  const routed = authorizeHeader(header, register, nowMs);
  if (!routed.ok) return routed;
  const no = routed.value.map(({ code }) => refusalNameOf(code)).find((code) => code !== undefined);
  if (no !== undefined) return { ok: false, refusal: refuse(no, "to") };
  return { ok: true, value: { request, draft, header } };
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

/** JSON with the names of each object in order, so that equal facts give equal texts. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_name, inner: unknown) => {
    if (typeof inner !== "object" || inner === null || Array.isArray(inner)) return inner;
    const entries = Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(entries);
  });
}
