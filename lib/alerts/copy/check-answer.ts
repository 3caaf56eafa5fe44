import {
  type CheckQuestion,
  compareMatches,
  matchMark,
  nameOf,
  type PossibleMatch,
  type QuestionProblem,
  type WantedMark,
} from "#casework";
import { AlertKind, type DutyContact, ExchangeStatus } from "#proto";
import { CHECK_LIMITS } from "#runtime";
import type { AlertSummary } from "./alert-summary.ts";

/** An alert that may look for what was asked about. */
export interface FoundAlert extends PossibleMatch {
  /** The alert: the conversation. */
  readonly alertId: string;
  /** The message that is in force. */
  readonly messageId: string;
  readonly sender: string;
  readonly kind: string;
  /** EXERCISE and TEST are never hits. */
  readonly status: string;
  /** Position in the alert's items; -1: what the alert itself is about. */
  readonly item: number;
  /** As the alert has it. */
  readonly wanted: string;
  readonly headline: string;
  readonly dutyContact: DutyContact | undefined;
  readonly expiresAtMs: number;
  /** Signed by a key that others may have had by then: it matches, and is to be doubted. */
  readonly isKeyCompromised: boolean;
}

/** What came of one question. */
export interface CheckAnswer {
  readonly result: "NO_MATCH" | "POSSIBLE_MATCH" | "NOT_CHECKED";
  /** Why it was not checked. */
  readonly problem?: QuestionProblem;
  /** The surest first. */
  readonly matches: readonly FoundAlert[];
  /** What exercises and tests would match: marked, and never a hit (TP-CHECK-9). */
  readonly exercises: readonly FoundAlert[];
  /** There are more than were looked at or told: the question is too vague. */
  readonly more: boolean;
}

/** What is filed under a key of a question, with what is known of its alert. */
export interface Candidate {
  readonly mark: WantedMark;
  readonly alertId: string;
  readonly messageId: string;
  readonly sender: string;
  readonly kind: AlertKind;
  readonly status: ExchangeStatus;
  readonly expiresAtMs: number;
  readonly isKeyCompromised: boolean;
}

/** The answer to a question that cannot be looked up (TP-CHECK-3). */
export function notChecked(problem: QuestionProblem): CheckAnswer {
  return { result: "NOT_CHECKED", problem, matches: [], exercises: [], more: false };
}

/** The answer from candidates of one more than `candidatesMax`: the same for tables and files. */
export async function answerFrom(
  question: CheckQuestion,
  candidates: readonly Candidate[],
  summaryFor: (messageId: string) => Promise<AlertSummary>,
): Promise<CheckAnswer> {
  const { candidatesMax, matchesMax } = CHECK_LIMITS;
  const all = candidates.flatMap((candidate) => {
    const match = matchMark(question, candidate.mark);
    return match === undefined ? [] : [{ candidate, match }];
  });
  all.sort((one, other) => {
    const rank = compareMatches(one.match, other.match);
    return rank === 0 ? (one.candidate.messageId < other.candidate.messageId ? -1 : 1) : rank;
  });
  const isReal = ({ candidate }: (typeof all)[number]): boolean =>
    candidate.status === ExchangeStatus.ACTUAL;
  const real = all.filter(isReal);
  const unreal = all.filter((each) => !isReal(each));
  const tell = async (list: typeof all): Promise<FoundAlert[]> => {
    const told: FoundAlert[] = [];
    for (const { candidate, match } of list.slice(0, matchesMax)) {
      told.push(foundAlert(candidate, match, await summaryFor(candidate.messageId)));
    }
    return told;
  };
  return {
    result: real.length > 0 ? "POSSIBLE_MATCH" : "NO_MATCH",
    matches: await tell(real),
    exercises: await tell(unreal),
    more: candidates.length > candidatesMax || Math.max(real.length, unreal.length) > matchesMax,
  };
}

function foundAlert(
  candidate: Candidate,
  match: PossibleMatch,
  { dutyContact, headline }: AlertSummary,
): FoundAlert {
  const { alertId, kind, mark, messageId, sender, status } = candidate;
  const { expiresAtMs, isKeyCompromised } = candidate;
  return {
    ...match,
    ...{ alertId, messageId, sender, expiresAtMs, isKeyCompromised },
    kind: nameOf(AlertKind, kind) ?? "",
    status: nameOf(ExchangeStatus, status) ?? "TEST",
    item: mark.item,
    wanted: mark.text,
    headline,
    dutyContact,
  };
}
