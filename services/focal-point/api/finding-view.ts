import { jsonPath, nameOf } from "#casework";
import { type Problem, problemOf } from "#http";
import { type Finding, FindingLevel } from "#proto";
import type { CheckedTrace } from "../cases/check-trace.ts";
import { refusedProblem } from "../onward/onward-problem.ts";
import { REMEDIES } from "./finding-remedies.ts";
import { MOVE_REMEDIES } from "./move-remedies.ts";

/** Path in the body of `POST /v1/traces`: persons stand beside the request. */
function bodyPath(field: string): string {
  return field.startsWith("persons.") ? jsonPath(field) : `request.${jsonPath(field)}`;
}

/** A finding with what to do; its field is named as the body of the request has it. */
function findingView({ field, rule, level }: Finding) {
  const isError = level === FindingLevel.ERROR;
  return {
    field: bodyPath(field),
    rule,
    level: nameOf(FindingLevel, level) ?? "ADVICE",
    remedy: REMEDIES[rule] ?? (isError ? "Correct this field." : undefined),
  };
}

/** The problem of a request that breaks rules. */
export function findingsProblem(errors: readonly Finding[]): Problem {
  const problems = errors.map(findingView).map(({ field, rule, remedy = "" }) => ({
    field,
    rule,
    remedy,
  }));
  const detail = `${problems.length} rule(s) of a trace request are broken`;
  const remedy = "Correct every field named in problems; nothing was sent.";
  return problemOf("BODY_INVALID", { detail, remedy, problems });
}

/** The problem of a reply or a follow-up that breaks rules; fields as the body has them. */
export function moveProblem(errors: readonly Finding[]): Problem {
  const problems = errors.map(({ field, rule }) => ({
    field: jsonPath(field),
    rule,
    remedy: MOVE_REMEDIES[rule] ?? REMEDIES[rule] ?? "Correct this field.",
  }));
  const detail = `${problems.length} rule(s) of this message are broken`;
  const remedy = "Correct every field named in problems; nothing was sent.";
  return problemOf("BODY_INVALID", { detail, remedy, problems });
}

/** What a check tells. */
export function checkedView({ sendable, findings, completeness, refusal }: CheckedTrace) {
  const { points, of, lacking } = completeness;
  return {
    sendable,
    refusal: refusal === undefined ? undefined : refusalView(refusal),
    findings: findings.map(findingView),
    completeness: {
      points,
      of,
      lacking: lacking.map((item) => ({ ...item, field: bodyPath(item.field) })),
    },
  };
}

function refusalView(refusal: NonNullable<CheckedTrace["refusal"]>) {
  const { code, title, field, detail, remedy } = refusedProblem(refusal);
  return { code, title, field, detail, remedy };
}
