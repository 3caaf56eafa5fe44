import { jsonPath, nameOf } from "#casework";
import { type Problem, problemFromRefusal, problemOf } from "#http";
import { type Finding, FindingLevel } from "#proto";
import type { CheckedTrace } from "../cases/check-trace.ts";

/** A finding with what to do; its field is named as the body of the request has it. */
function findingView({ field, rule, level }: Finding) {
  const isError = level === FindingLevel.ERROR;
  return {
    field: `request.${jsonPath(field)}`,
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
      lacking: lacking.map((item) => ({ ...item, field: `request.${jsonPath(item.field)}` })),
    },
  };
}

function refusalView(refusal: NonNullable<CheckedTrace["refusal"]>) {
  const { code, title, field, detail, remedy } = problemFromRefusal(refusal);
  return { code, title, field, detail, remedy };
}

/** What to do about the rules that are broken most. */
const REMEDIES: Readonly<Record<string, string>> = {
  missing: "Fill it in.",
  tooShort: "Give more: the identifier or the reason is too short to be used.",
  tooLong: "Shorten it.",
  unusable: "Give what is marked; a placeholder is no identifier.",
  unknownState: "Use a current ISO 3166-1 alpha-2 code.",
  notDone: "Do this national check first and give its result.",
  notRequestingState: "Ask only about firearms found in your own jurisdiction.",
  inTheFuture: "Correct the date.",
  notADate: "Write the date as YYYY-MM-DD.",
  unknown: "Give it if anybody can read it; an answer is found more often.",
  notInReference: "Compare the spelling with what is marked; it may be right.",
  ambiguousOrigin: "The brand is made in several States; look at the marks again.",
  refusalAllowed: "Send it knowing that the other State may refuse for this alone.",
  amnestyExcepted: "Arms collected under an amnesty are not traced; ask only about others.",
};
