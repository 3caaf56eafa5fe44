import { validateRules } from "./cedar.ts";
import { type PolicyRule, readPolicyText } from "./policy-rule.ts";
import { SCHEMA_TEXT } from "./routing-policy.ts";

/** What may be wrong with a policy. */
export type FindingName =
  | "TEXT"
  | "SCHEMA"
  | "NEVER_APPLIES"
  | "ALWAYS_FORBIDDEN"
  | "FORBIDS_NOTHING"
  | "ADDS_NOTHING"
  | "TOO_MANY_POINTS";

/** One thing that is wrong with a policy; an error keeps it from being published. */
export interface Finding {
  readonly name: FindingName;
  readonly severity: "error" | "warning";
  /** Empty: of the whole text. */
  readonly rule: string;
  readonly line: number;
  readonly message: string;
}

/**
 * Reads a policy text and holds it against the schema (TP-POLICY-3): what every reader of a policy
 * asks for. Whether its rules make sense together is for the analysis.
 */
export function checkPolicyText(text: string): {
  readonly rules: readonly PolicyRule[];
  readonly findings: readonly Finding[];
} {
  const { rules, problems } = readPolicyText(text);
  if (problems.length === 0) return { rules, findings: schemaFindings(rules) };
  return { rules, findings: problems.map((problem) => finding("TEXT", problem)) };
}

/** Builds a finding. */
export function finding(
  name: FindingName,
  at: { readonly rule: string; readonly line: number; readonly message: string },
  severity: Finding["severity"] = "error",
): Finding {
  return { name, severity, rule: at.rule, line: at.line, message: at.message };
}

function schemaFindings(rules: readonly PolicyRule[]): Finding[] {
  const texts = Object.fromEntries(rules.map(({ id, text }) => [id, text]));
  const { errors, warnings } = validateRules(SCHEMA_TEXT, texts);
  const at = ({ id, message }: { id: string; message: string }) => {
    return { rule: id, line: rules.find((rule) => rule.id === id)?.line ?? 0, message };
  };
  return [
    ...errors.map((problem) => finding("SCHEMA", at(problem))),
    ...warnings.map((problem) => finding("NEVER_APPLIES", at(problem))),
  ];
}
