import {
  type AcknowledgeBar,
  type ArrivedRequest,
  acknowledgeBy,
  checkTraceRequest,
  completenessOf,
  priorityName,
} from "#casework";
import { Header, Kind, TraceAcknowledgement, TraceReply, TraceRequest } from "#proto";
import type { SqlRow, Transaction } from "#runtime";
import { RULE_ACTOR } from "#users";
import { addEvent, type CaseRecord } from "../cases/case-record.ts";
import type { Replier } from "../cases/reply-handling.ts";
import { sendMove } from "../moves/send-move.ts";
import { outgoingOf } from "../releases/outgoing.ts";
import { releasePolicy } from "../releases/release-policy.ts";
import { acknowledgeRules } from "./rule-record.ts";
import { notSent, type SendingBar } from "./sending-bars.ts";

/** What the rules decided about a request; kept with the case. */
export interface RuleDecision {
  /** Version of the rules that decided. */
  readonly rulesVersion: number;
  /** Name of the rule that acknowledged it; empty for none. */
  readonly rule: string;
  /** Why none did. */
  readonly because: readonly (AcknowledgeBar | SendingBar)[];
  /** The acknowledgement; empty for none. */
  readonly messageId: string;
  readonly atMs: number;
}

/**
 * Holds a request that has arrived against the rules of this State, once; the first rule that takes
 * it acknowledges it (TP-ANS-11). Decision, message, case and its event are one step.
 */
export async function acknowledgeCase(
  tx: Transaction,
  known: CaseRecord,
  { self, nowMs }: { readonly self: Replier; readonly nowMs: number },
): Promise<RuleDecision> {
  const { rules, version: rulesVersion } = await acknowledgeRules(tx, undefined);
  const { policy } = await releasePolicy(tx, undefined);
  const decided = acknowledgeBy(arrivedOf(known), rules, policy);
  const none = { rulesVersion, rule: "", messageId: "", atMs: nowMs };
  if (!decided.acknowledge) return await keep(tx, known, { ...none, because: decided.because });
  const { rule } = decided;
  const body = acknowledgementOf(known);
  const { caseId } = known;
  const actor = RULE_ACTOR;
  const sent = await sendMove(tx, { caseId, kind: "reply", body, self, actor, nowMs });
  if (sent.type !== "sent") {
    const { bar, detail } = notSent(sent);
    const event = "not acknowledged by a rule";
    const { state } = known;
    await addEvent(tx, { caseId, event, state, messageId: "", detail, actor, nowMs });
    return await keep(tx, known, { ...none, because: [bar] });
  }
  const { messageId, state } = sent;
  const detail = `rule "${rule}" of version ${rulesVersion}`;
  const event = "acknowledged by a rule, read by nobody";
  await addEvent(tx, { caseId, event, state, messageId, detail, actor, nowMs });
  return await keep(tx, known, { ...none, rule, because: [], messageId });
}

/** What is known of a request when it has arrived, as the rules see it. */
function arrivedOf(known: CaseRecord): ArrivedRequest {
  const request = TraceRequest.decode(known.request);
  const header = Header.decode(known.requestHeader ?? new Uint8Array());
  const { disclosed, handling, instrumentBasis, parts, priority } = header;
  const around = { priority, instrumentBasis, use: handling?.use ?? [] };
  const findings = checkTraceRequest(request, around);
  return {
    priority: priorityName(priority),
    requestingState: request.requestingState,
    completeness: completenessOf(request, findings).points,
    what: outgoingOf({
      kind: Kind.TRACE_REQUEST,
      partNames: parts.map(({ name }) => name),
      body: known.request,
      disclosed,
      handling,
    }),
  };
}

/** It says when an answer is expected, as every acknowledgement without a date does. */
function acknowledgementOf({ caseId }: CaseRecord): Uint8Array {
  const value = TraceAcknowledgement.create({ nationalReference: caseId });
  const content = { $case: "acknowledgement", value } as const;
  const sourceNote = "Acknowledged by a rule; an officer has not read it yet.";
  return TraceReply.encode(TraceReply.create({ content, languageTag: "en", sourceNote })).finish();
}

async function keep(
  tx: Transaction,
  { caseId }: CaseRecord,
  decision: RuleDecision,
): Promise<RuleDecision> {
  const { atMs, because, messageId, rule, rulesVersion } = decision;
  await tx.run(
    "INSERT INTO trace_acknowledge VALUES (?, ?, ?, ?, ?, ?)",
    caseId,
    rulesVersion,
    rule,
    because.join(" "),
    messageId,
    atMs,
  );
  return decision;
}

/** What the rules decided about the request of a case; null while they have not looked. */
export async function ruleDecision(
  tx: Transaction,
  { caseId }: { readonly caseId: string },
): Promise<RuleDecision | null> {
  const row = await tx.get<
    SqlRow & {
      rules_version: number;
      rule: string;
      because: string;
      message_id: string;
      at: number;
    }
  >("SELECT * FROM trace_acknowledge WHERE case_id = ?", caseId);
  if (row === undefined) return null;
  return {
    rulesVersion: row.rules_version,
    rule: row.rule,
    because: row.because.split(" ").filter((bar) => bar !== "") as RuleDecision["because"],
    messageId: row.message_id,
    atMs: row.at,
  };
}
