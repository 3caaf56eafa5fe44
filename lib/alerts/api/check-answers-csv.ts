import { csvRecord, withoutFormula } from "#runtime";
import type { CheckReport } from "./check-schema.ts";

/** Columns of answers, in their order. */
export const ANSWER_COLUMNS = [
  "line",
  "ref",
  "result",
  "basis",
  "differs",
  "wanted",
  "headline",
  "alertId",
  "sender",
  "callUnit",
  "callTelephone",
  "expiresAt",
  "exercise",
  "keyCompromised",
  "advice",
  "asOf",
  "stale",
] as const;

type Column = (typeof ANSWER_COLUMNS)[number];
type Answer = CheckReport["answers"][number];
type Found = NonNullable<Answer["matches"]>[number];

/**
 * Answers to checks as CSV (TP-CHECK-15): a line for each possible match, and one for a question
 * without any, so that no question is left out. What an exercise looks for is marked. No value is
 * run by a spreadsheet as a formula. Lines end as RFC 4180 has it.
 */
export function checkCsv(report: CheckReport): string {
  const lines = report.answers.flatMap((answer) => linesOf(answer, report));
  return [ANSWER_COLUMNS.join(","), ...lines.map(recordOf), ""].join("\r\n");
}

function linesOf(answer: Answer, report: CheckReport): Partial<Record<Column, string>>[] {
  const { advice, exercises = [], field, index, matches = [], ref, result, rule } = answer;
  const own = {
    line: String(index + 1),
    ref: ref ?? "",
    result,
    advice: [field, rule, advice].filter(Boolean).join(" "),
    asOf: report.asOf ?? "never",
    stale: report.stale ? "STALE" : "",
  };
  const found = [
    ...matches.map((match) => ({ ...own, ...foundOf(match) })),
    ...exercises.map((match) => ({
      ...own,
      ...foundOf(match),
      ...{ result: "NO_MATCH", advice: "" },
      exercise: match.status,
    })),
  ];
  return found.length > 0 ? found : [own];
}

function foundOf({ dutyContact, ...match }: Found): Partial<Record<Column, string>> {
  return {
    basis: match.basis,
    differs: match.differs.join(" "),
    wanted: match.wanted,
    headline: match.headline,
    alertId: match.alertId,
    sender: match.sender,
    callUnit: dutyContact?.unit ?? "",
    callTelephone: dutyContact?.telephone ?? "",
    expiresAt: match.expiresAt,
    keyCompromised: match.keyCompromised === true ? "COMPROMISED" : "",
  };
}

function recordOf(values: Partial<Record<Column, string>>): string {
  return csvRecord(ANSWER_COLUMNS.map((name) => withoutFormula(values[name] ?? "")));
}
