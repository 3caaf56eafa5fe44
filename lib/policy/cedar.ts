import * as cedar from "@cedar-policy/cedar-wasm/nodejs";
import { TracepostError } from "#errors";

/** The only file that knows the Cedar engine; it runs in WebAssembly, in this thread. */

/** What somebody wrote wrongly, where Cedar can tell: a byte offset of the text. */
export interface CedarProblem {
  readonly message: string;
  readonly offset: number | undefined;
}

/** One rule as Cedar reads it. */
export interface CedarRule {
  readonly effect: "permit" | "forbid";
  readonly annotations: Readonly<Record<string, string>>;
  /** Scope and conditions in Cedar's JSON form, for what wants to walk them. */
  readonly syntax: unknown;
  readonly text: string;
}

/** A value of a question in Cedar's JSON form. */
export type CedarValue = cedar.CedarValueJson;
/** A participant in Cedar's JSON form. */
export type CedarEntity = cedar.EntityJson;

/** A question in Cedar's JSON form. */
export interface CedarQuestion {
  readonly sender: CedarEntity;
  readonly recipient: CedarEntity;
  readonly action: string;
  readonly context: Record<string, CedarValue>;
}

/** Splits a policy text into its rules; problems when it is none, or holds a template. */
export function readRules(
  text: string,
): { readonly rules: readonly CedarRule[] } | { readonly problems: readonly CedarProblem[] } {
  const parts = cedar.policySetTextToParts(text);
  if (parts.type === "failure") return { problems: parts.errors.map(problemOf) };
  if (parts.policy_templates.length > 0) {
    return { problems: [{ message: "templates are not used here", offset: undefined }] };
  }
  const rules: CedarRule[] = [];
  for (const part of parts.policies) {
    const read = cedar.policyToJson(part);
    if (read.type === "failure") return { problems: read.errors.map(problemOf) };
    const { effect, annotations = {} } = read.json;
    rules.push({ effect, annotations, syntax: read.json, text: part });
  }
  return { rules };
}

/** What contradicts a schema, and what is impossible by it: problems by the id of their rule. */
export function validateRules(
  schema: string,
  rules: Readonly<Record<string, string>>,
): { readonly errors: readonly RuleProblem[]; readonly warnings: readonly RuleProblem[] } {
  const answer = cedar.validate({ schema, policies: { staticPolicies: rules } });
  if (answer.type === "failure") {
    return { errors: answer.errors.map(({ message }) => ({ id: "", message })), warnings: [] };
  }
  const told = ({ policyId, error }: cedar.ValidationError): RuleProblem => {
    const help = error.help === null ? "" : ` (${error.help})`;
    return { id: policyId, message: `${error.message}${help}` };
  };
  return {
    errors: answer.validationErrors.map(told),
    warnings: answer.validationWarnings.map(told),
  };
}

/** A problem of one rule; an empty id: of the whole text. */
export interface RuleProblem {
  readonly id: string;
  readonly message: string;
}

/** Rules that were parsed once, to be asked many times. */
export interface PreparedRules {
  /** Ids of the rules that decide, and of those that failed to evaluate. */
  ask(question: CedarQuestion): { readonly allows: boolean; readonly ids: readonly string[] };
}

let parsedSets = 0;

/**
 * Parses rules by their ids, once. What Cedar keeps of them lasts as long as the thread: a few KiB
 * for each version of a policy. Throws TracepostError INTERNAL for rules that {@link readRules} did
 * not read.
 */
export function prepareRules(rules: Readonly<Record<string, string>>): PreparedRules {
  parsedSets += 1;
  const preparsedPolicySetId = `rules-${parsedSets}`;
  const parsed = cedar.preparsePolicySet(preparsedPolicySetId, { staticPolicies: { ...rules } });
  if (parsed.type === "failure") throw unreadable(parsed.errors);
  return {
    ask: ({ sender, recipient, action, context }) => {
      const answer = cedar.statefulIsAuthorized({
        principal: sender.uid,
        action: { type: "Action", id: action },
        resource: recipient.uid,
        context,
        preparsedPolicySetId,
        entities: isSame(sender, recipient) ? [sender] : [sender, recipient],
      });
      if (answer.type === "failure") throw unreadable(answer.errors);
      const { decision, diagnostics } = answer.response;
      const failed = diagnostics.errors.map(({ policyId }) => policyId);
      return { allows: decision === "allow", ids: [...diagnostics.reason, ...failed] };
    },
  };
}

/** A participant that sends to itself is given once. */
function isSame({ uid: one }: CedarEntity, { uid: other }: CedarEntity): boolean {
  return "id" in one && "id" in other && one.id === other.id;
}

function unreadable(errors: readonly cedar.DetailedError[]): TracepostError {
  return new TracepostError("INTERNAL", `the rules cannot be asked: ${errors[0]?.message ?? ""}`);
}

function problemOf({ message, sourceLocations }: cedar.DetailedError): CedarProblem {
  return { message, offset: sourceLocations?.[0]?.start };
}
