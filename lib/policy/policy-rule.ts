import { isRefusalCodeName, type RefusalCodeName } from "#errors";
import { type CedarRule, readRules } from "./cedar.ts";

/** One rule of a routing policy. */
export interface PolicyRule {
  /** Stable name, such as TRACE-4. */
  readonly id: string;
  readonly effect: "permit" | "forbid";
  readonly title: string;
  /** Legal ground; empty when none is given. */
  readonly basis: string;
  /** What a refused sender is told; of a permit NOT_PERMITTED, and not used. */
  readonly code: RefusalCodeName;
  /** Field of the header that the refusal names. */
  readonly field: string;
  /** Whether the message goes to nobody, or only not to that recipient. */
  readonly refuses: "message" | "recipient";
  /** Line of the policy text on which the rule begins, from 1. */
  readonly line: number;
  readonly text: string;
  /** Cedar's JSON form. */
  readonly syntax: unknown;
}

/** Something that is wrong with a policy text. */
export interface TextProblem {
  /** Empty: of the whole text. */
  readonly rule: string;
  /** 0: of no line. */
  readonly line: number;
  readonly message: string;
}

const RULE_ID = /^[A-Z][A-Z0-9]*(-[A-Z0-9]+)+$/;
const ID_LINE = /^\s*@id\s*\(\s*"([^"]*)"\s*\)/;
const FIELD = /^header(\.[a-z_]+)+$/;

/** Codes that a rule may refuse with: those of the step that routes, but for what is structure. */
const POLICY_CODES: ReadonlySet<RefusalCodeName> = new Set([
  "NOT_PERMITTED",
  "NOT_BOUND_BY_INSTRUMENT",
  "HANDLING_VIOLATION",
  "PUBLIC_SCOPE_FORBIDDEN",
  "CLASSIFICATION_TOO_HIGH",
]);

/**
 * Reads the rules of a policy text in their order, with everything that is wrong with how they are
 * written (TP-POLICY-3): syntax, ids, titles, codes and fields. Whether they fit the schema is for
 * the analysis.
 */
export function readPolicyText(text: string): {
  readonly rules: readonly PolicyRule[];
  readonly problems: readonly TextProblem[];
} {
  const read = readRules(text);
  if ("problems" in read) {
    const problems = read.problems.map(({ message, offset }) => {
      return { rule: "", line: offset === undefined ? 0 : lineAt(text, offset), message };
    });
    return { rules: [], problems };
  }
  const lines = linesOfIds(text);
  const problems: TextProblem[] = [];
  const rules: PolicyRule[] = [];
  const seen = new Set<string>();
  for (const one of read.rules) {
    const rule = ruleOf(one, lines);
    const told = problemsOf(rule, one, seen);
    seen.add(rule.id);
    problems.push(...told.map((message) => ({ rule: rule.id, line: rule.line, message })));
    rules.push(rule);
  }
  if (rules.length === 0) problems.push({ rule: "", line: 0, message: "there is no rule" });
  return { rules: rules.toSorted((one, other) => one.line - other.line), problems };
}

function ruleOf(one: CedarRule, lines: ReadonlyMap<string, number>): PolicyRule {
  const { basis = "", code = "NOT_PERMITTED", id = "", title = "" } = one.annotations;
  const { field = "header.recipients", refuses } = one.annotations;
  return {
    ...{ id, effect: one.effect, title, basis, field, text: one.text, syntax: one.syntax },
    code: isRefusalCodeName(code) ? code : "NOT_PERMITTED",
    refuses: refuses === "message" ? "message" : "recipient",
    line: lines.get(id) ?? 0,
  };
}

function problemsOf(rule: PolicyRule, one: CedarRule, seen: ReadonlySet<string>): string[] {
  const problems: string[] = [];
  const { code, field, refuses = "recipient" } = one.annotations;
  if (!RULE_ID.test(rule.id)) {
    problems.push(`@id("${rule.id.slice(0, 32)}") must be like TRACE-1, at the start of a line`);
  } else if (seen.has(rule.id)) problems.push(`@id("${rule.id}") is there twice`);
  else if (rule.line === 0) problems.push(`@id("${rule.id}") must stand at the start of a line`);
  if (rule.title === "") problems.push("@title is missing: one sentence that says the rule");
  if (one.effect === "permit") {
    if (code !== undefined) problems.push("@code belongs to a forbid");
    return problems;
  }
  if (code === undefined || !isPolicyCode(code)) {
    problems.push(`@code must be one of ${[...POLICY_CODES].join(", ")}`);
  }
  if (field === undefined || !FIELD.test(field)) {
    problems.push("@field must name the field of the header to correct, such as header.recipients");
  }
  if (refuses !== "message" && refuses !== "recipient") {
    problems.push('@refuses must be "message" or "recipient"');
  }
  return problems;
}

/** Whether rules of a policy may refuse with this code. */
export function isPolicyCode(code: string): boolean {
  return isRefusalCodeName(code) && POLICY_CODES.has(code);
}

function linesOfIds(text: string): ReadonlyMap<string, number> {
  const lines = new Map<string, number>();
  for (const [index, line] of text.split("\n").entries()) {
    const id = ID_LINE.exec(line)?.[1];
    if (id !== undefined && !lines.has(id)) lines.set(id, index + 1);
  }
  return lines;
}

/** Line of a byte offset of the text in UTF-8, from 1. */
function lineAt(text: string, offset: number): number {
  const before = Buffer.from(text).subarray(0, offset).toString();
  return before.split("\n").length;
}
