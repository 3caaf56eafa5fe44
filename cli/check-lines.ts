import type { CheckReport } from "#alerts-api";
import { printable } from "#runtime";
import { paint, type Screen } from "./screen.ts";

type Answer = CheckReport["answers"][number];
type Found = NonNullable<Answer["matches"]>[number];

/** Answers to checks as a person reads them; red for what is stale and for what is found. */
export function checkLines(report: CheckReport, screen: Screen): string[] {
  const { alertsInForce, answers, asOf, notChecked, notice, possibleMatches, questions } = report;
  const told = answers.filter(
    ({ exercises, result }) => result !== "NO_MATCH" || exercises !== undefined,
  );
  const nothing = questions - possibleMatches - notChecked;
  const age = `As of ${asOf ?? "never"}, ${alertsInForce} alerts.`;
  const stale = `STALE: no word from the exchange for ${report.staleAfterHours} hours or more. ${age}`;
  return [
    ...told.flatMap((answer) => answerLines(answer, screen)),
    printable(
      `${questions} asked: ${possibleMatches} possible, ${nothing} without a match, ` +
        `${notChecked} not checked.`,
    ),
    report.stale ? paint(screen, "bad", printable(stale)) : printable(age),
    ...(possibleMatches > 0 ? [notice] : []),
  ];
}

function answerLines(answer: Answer, screen: Screen): string[] {
  const { advice = "", exercises = [], field, index, matches = [], more, ref, rule } = answer;
  const name = ref ?? `question ${index + 1}`;
  if (answer.result === "NOT_CHECKED") {
    const line = printable(`${name}: not checked, ${field} ${rule}. ${advice}`);
    return [paint(screen, "waiting", line)];
  }
  const head = printable(`${name}: POSSIBLE MATCH, verify. ${advice}`);
  return [
    ...(matches.length > 0 ? [paint(screen, "bad", head)] : [printable(`${name}: no match.`)]),
    ...matches.map((match) => foundLine(match)),
    ...exercises.map((match) => foundLine(match)),
    ...(more === true ? ["  There is more: ask more exactly."] : []),
  ];
}

function foundLine({ basis, differs, headline, kind, messageId, sender, ...found }: Found) {
  const { keyCompromised, status, wanted } = found;
  const doubt = keyCompromised === true ? " SIGNED BY A COMPROMISED KEY." : "";
  const mark = status === "ACTUAL" ? "" : `${status}, no hit: `;
  const other = differs.length === 0 ? "" : `; differs: ${differs.join(", ")}`;
  return printable(
    `  ${mark}${basis} ${wanted} (${kind} of ${sender}, ${messageId})${other}.${doubt} ${headline}`,
  );
}
