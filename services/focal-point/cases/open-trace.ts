import { hash } from "node:crypto";
import { completenessTenth, errorsOf } from "#casework";
import type { Refusal } from "#errors";
import { Disclosed, type Finding, TraceMove, TraceRequest } from "#proto";
import { canonicalJson } from "#repeats";
import type { Clock, Database } from "#runtime";
import type { NewTrace } from "../api/trace-schema.ts";
import { manifestsFor } from "../attachments/attach.ts";
import { attachedOf } from "../attachments/attached-schema.ts";
import { isActual, linkOf } from "../chain/link-record.ts";
import { prepareChained } from "../chain/prepare-chained.ts";
import type { SameCase } from "../chain/same-firearm.ts";
import { personsParts } from "../persons/person-part.ts";
import type { NotAlone } from "../releases/hold.ts";
import type { FocalPointProcedures } from "../store.ts";
import type { CaseRecord } from "./case-record.ts";
import type { TraceContext } from "./prepare-trace.ts";

/** What opening a case needs. */
export interface OpenTraceDeps extends TraceContext {
  readonly store: Pick<Database<FocalPointProcedures>, "call">;
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
  /** The firearm is in these cases already (TP-CHAIN-3). */
  | { readonly type: "same"; readonly cases: readonly SameCase[] }
  | NotAlone
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
    if (earlier !== null) {
      return "record" in earlier ? withFindings(earlier.record, "repeated") : earlier;
    }
  }
  const nowMs = deps.clock.now();
  const { persons, personFindings, ...prepared } = await prepareChained(deps, facts, nowMs);
  const { request, findings, draft, refusal } = prepared;
  if (refusal !== undefined) return { type: "refused", refusal };
  const errors = errorsOf([...findings, ...personFindings]);
  if (errors.length > 0) return { type: "invalid", errors };
  const attached = await manifestsFor(deps.store, attachedOf(facts.attachments));
  if (!attached.ok) return { type: "refused", refusal: attached.refusal };
  const attachments = attached.value;
  const sent = { ...request, findings: [...findings], attachments };
  const body = TraceRequest.encode(sent).finish();
  const move = TraceMove.REQUEST;
  const disclosed = Disclosed.create({ move, completenessTenth: completenessTenth(sent) });
  const opened = await deps.store.call("openCase", {
    caseId: draft.conversationId,
    peer: facts.to,
    nationalCaseNumber: request.nationalCaseNumber,
    request: body,
    draft: { ...draft, disclosed, parts: [{ ...BODY, plaintext: body }, ...personsParts(persons)] },
    ...(persons === undefined ? {} : { persons }),
    ...(idempotency === undefined ? {} : { idempotency }),
    link: linkOf(request, {
      caseId: draft.conversationId,
      requestId: draft.messageId,
      isOwn: true,
      isActual: isActual(draft.status),
    }),
    ...(facts.breakGlass === undefined ? {} : { alone: facts.breakGlass }),
    byLetter: facts.offExchange === true,
    ...(facts.despite === true ? { despite: facts.despiteReason ?? "" } : {}),
    actor,
    nowMs,
  });
  if (!("record" in opened)) return opened;
  if (opened.type === "opened" && facts.offExchange !== true) deps.onDrafted();
  return withFindings(opened.record, opened.type);
}

const BODY = {
  name: "body",
  schema: "tracepost.v1.TraceRequest",
  retentionClass: "trace",
} as const;

function withFindings(record: CaseRecord, type: "opened" | "repeated"): OpenTraceResult {
  return { type, record, findings: TraceRequest.decode(record.request).findings };
}
