import { readFileSync } from "node:fs";
import { TracepostError } from "#errors";
import { Kind } from "#proto";
import { POLICY_LIMITS } from "#runtime";
import { askedQuestion, questionKey } from "./asked-question.ts";
import { type PreparedRules, prepareRules } from "./cedar.ts";
import type { PolicyQuestion } from "./policy-question.ts";
import { type PolicyRule, readPolicyText } from "./policy-rule.ts";
import { coversKind, type RuleTerms, termsOf } from "./rule-terms.ts";

/** What the rules say about one message and one recipient. */
export interface PolicyDecision {
  /** Rules that permit it. */
  readonly permits: readonly PolicyRule[];
  /** Rules that forbid it, in the order of the text; one is enough. */
  readonly forbids: readonly PolicyRule[];
}

/** A routing policy in force. */
export interface RoutingPolicy {
  /** 0: the default policy of the program, which nobody has signed. */
  readonly version: bigint;
  readonly text: string;
  /** In the order of the text. */
  readonly rules: readonly PolicyRule[];
  /** Decides, or finds what was decided about the same question before (TP-POLICY-1). */
  decide(question: PolicyQuestion): PolicyDecision;
}

/** Whether a decision lets the message go to that recipient. */
export function isPermitted({ permits, forbids }: PolicyDecision): boolean {
  return permits.length > 0 && forbids.length === 0;
}

/** The names that every policy is written in. */
export const SCHEMA_TEXT = readFileSync(new URL("routing.cedarschema", import.meta.url), "utf8");
/** Text of the default policy. */
export const DEFAULT_POLICY_TEXT = readFileSync(new URL("default.cedar", import.meta.url), "utf8");

let defaultOne: RoutingPolicy | undefined;

/** The policy that decides where no signed one is given: version 0 (TP-POLICY-1). */
export function defaultPolicy(): RoutingPolicy {
  defaultOne ??= compileDefault();
  return defaultOne;
}

function compileDefault(): RoutingPolicy {
  const { rules, problems } = readPolicyText(DEFAULT_POLICY_TEXT);
  const [first] = problems;
  if (first !== undefined) {
    throw new TracepostError("INTERNAL", `default.cedar:${first.line} ${first.message}`);
  }
  return compilePolicy(rules, { version: 0n, text: DEFAULT_POLICY_TEXT });
}

/** Makes rules that were read and checked ready to decide. */
export function compilePolicy(
  rules: readonly PolicyRule[],
  { version, text }: { readonly version: bigint; readonly text: string },
): RoutingPolicy {
  // Before it is in force: no message waits for its rules to be parsed.
  const byKind = new Map(Object.keys(Kind).map((kind) => [kind, prepareKind(kind, rules)]));
  const decided = new Map<string, PolicyDecision>();
  return {
    ...{ version, text, rules },
    decide: (question) => {
      const { kind } = question.message;
      const own = byKind.get(kind);
      if (own === undefined) return { permits: [], forbids: [] };
      const key = `${kind} ${questionKey(question, own.terms)}`;
      const known = decided.get(key);
      if (known !== undefined) return known;
      const decision = decideAnew(question, own);
      if (decided.size >= POLICY_LIMITS.decisionsKeptMax) decided.clear();
      decided.set(key, decision);
      return decision;
    },
  };
}

/** The rules for one kind of message, parsed; undefined where there is none. */
interface KindRules {
  readonly rules: readonly PolicyRule[];
  readonly terms: RuleTerms;
  readonly permits: PreparedRules | undefined;
  readonly forbids: PreparedRules | undefined;
}

/** Asked apart from the permits, so that a decision names both. */
const OTHERWISE = "otherwise";
const PERMIT_ALL = "permit (principal, action, resource);";

function prepareKind(kind: string, all: readonly PolicyRule[]): KindRules {
  const rules = all.filter((rule) => coversKind(rule, kind));
  const permits = textsOf(rules, "permit");
  const forbids = textsOf(rules, "forbid");
  const isNone = (texts: Readonly<Record<string, string>>) => Object.keys(texts).length === 0;
  return {
    rules,
    terms: termsOf(rules),
    permits: isNone(permits) ? undefined : prepareRules(permits),
    forbids: isNone(forbids) ? undefined : prepareRules({ ...forbids, [OTHERWISE]: PERMIT_ALL }),
  };
}

function textsOf(rules: readonly PolicyRule[], effect: PolicyRule["effect"]) {
  const chosen = rules.filter((rule) => rule.effect === effect);
  return Object.fromEntries(chosen.map(({ id, text }) => [id, text]));
}

function decideAnew(question: PolicyQuestion, own: KindRules): PolicyDecision {
  const asked = askedQuestion(question, own.terms);
  const permitting = own.permits?.ask(asked);
  const forbidding = own.forbids?.ask(asked);
  const named = (ids: readonly string[]) => own.rules.filter(({ id }) => ids.includes(id));
  // A permit that fails to evaluate permits nothing; a forbid that fails forbids.
  return {
    permits: permitting?.allows ? named(permitting.ids) : [],
    forbids: named(forbidding?.ids ?? []),
  };
}
