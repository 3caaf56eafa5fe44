import type { CheckAnswer, FoundAlert } from "../copy/check-answer.ts";
import type { AlertCopyState } from "../copy/copy-state.ts";
import type { CheckReport, Question } from "./check-schema.ts";

/** Stands with every answer (TP-CHECK-1). */
export const NOTICE =
  "A match is possible, never certain: verify it and call the duty contact. It is no order to detain.";

const HOUR_MS = 3_600_000;

/** What the answers stand on. */
export interface CheckBasis {
  readonly state: AlertCopyState;
  readonly nowMs: number;
  readonly staleAfterMs: number;
}

/** Whether the copy is too old to be relied on: it never was current, or not for so long. */
export function isStale({ nowMs, staleAfterMs, state }: CheckBasis): boolean {
  return state.currentAtMs === 0 || nowMs - state.currentAtMs > staleAfterMs;
}

/** Answers as a person or a program gets them (TP-CHECK-1, TP-CHECK-6). */
export function checkReport(
  questions: readonly Question[],
  answers: readonly CheckAnswer[],
  basis: CheckBasis,
): CheckReport {
  const { nowMs, staleAfterMs, state } = basis;
  const count = (result: CheckAnswer["result"]): number =>
    answers.filter((answer) => answer.result === result).length;
  return {
    checkedAt: new Date(nowMs).toISOString(),
    asOf: state.currentAtMs === 0 ? null : new Date(state.currentAtMs).toISOString(),
    stale: isStale(basis),
    staleAfterHours: staleAfterMs / HOUR_MS,
    alertsInForce: state.inForce,
    questions: questions.length,
    possibleMatches: count("POSSIBLE_MATCH"),
    notChecked: count("NOT_CHECKED"),
    notice: NOTICE,
    answers: answers.map((answer, index) => answerView(answer, index, questions[index]?.ref)),
  };
}

function answerView(answer: CheckAnswer, index: number, ref: string | undefined) {
  const { exercises, matches, more, problem, result } = answer;
  return {
    index,
    ...(ref === undefined ? {} : { ref }),
    result,
    ...(matches.length > 0 ? { advice: adviceOf(matches), matches: matches.map(foundView) } : {}),
    ...(exercises.length > 0 ? { exercises: exercises.map(foundView) } : {}),
    ...(more ? { more } : {}),
    ...(problem === undefined
      ? {}
      : { field: problem.field, rule: problem.rule, advice: problem.wayOut }),
  };
}

function adviceOf(matches: readonly FoundAlert[]): string {
  const { telephone = "", unit = "" } = matches[0]?.dutyContact ?? {};
  const advice = `Possible match, verify: compare every mark, then call ${unit} ${telephone}.`;
  const doubted = matches.filter(({ isKeyCompromised }) => isKeyCompromised);
  if (doubted.length === 0) return advice;
  const senders = [...new Set(doubted.map(({ sender }) => sender))].join(", ");
  const doubt = `Others may have had the key of ${senders} when it was signed`;
  return `${advice} ${doubt}: use contacts of the register, not those of the alert.`;
}

function foundView({ dutyContact, expiresAtMs, isKeyCompromised, ...rest }: FoundAlert) {
  return {
    ...rest,
    ...(isKeyCompromised ? { keyCompromised: true } : {}),
    differs: [...rest.differs],
    ...(dutyContact === undefined
      ? {}
      : {
          dutyContact: {
            unit: dutyContact.unit,
            telephone: dutyContact.telephone,
            email: dutyContact.email,
          },
        }),
    expiresAt: new Date(expiresAtMs).toISOString(),
  };
}
