import { type Header, RefusalCode } from "#proto";
import { refusalNameOf } from "#wire";
import { authorizeHeader, type RoutingBasis, routingQuestions } from "./authorize-header.ts";
import type { PolicyRule } from "./policy-rule.ts";

/** What becomes of a message for one recipient, and which rules say so. */
export interface ExplainedRecipient {
  readonly recipient: string;
  /** `routed`, or the code of the refusal. */
  readonly outcome: string;
  readonly permits: readonly PolicyRule[];
  readonly forbids: readonly PolicyRule[];
}

/** What becomes of a message, and why (TP-POLICY-8). */
export interface ExplainedRouting {
  /** What refuses it as a whole: code, field of the header, reason; undefined when routed. */
  readonly refusal:
    | { readonly code: string; readonly field: string; readonly detail: string }
    | undefined;
  readonly recipients: readonly ExplainedRecipient[];
}

/** Explains what the gateway would decide, by the same code. */
export function explainRouting(
  header: Header,
  basis: RoutingBasis,
  nowMs: number,
): ExplainedRouting {
  const outcome = authorizeHeader(header, basis, nowMs);
  const recipients = routingQuestions(header, basis.register, nowMs).map((question, index) => {
    const code = outcome.ok ? outcome.value[index]?.code : undefined;
    const told = outcome.ok
      ? (refusalNameOf(code ?? RefusalCode.UNSPECIFIED) ?? "routed")
      : outcome.refusal.code;
    return {
      recipient: question.recipient.id,
      outcome: told,
      ...basis.policy.decide(question),
    };
  });
  return { refusal: outcome.ok ? undefined : outcome.refusal, recipients };
}
