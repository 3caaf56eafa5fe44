import {
  type CheckQuestion,
  compareMatches,
  keysOfQuestion,
  matchMark,
  nameOf,
  type PossibleMatch,
  type QuestionProblem,
  type WantedMark,
} from "#casework";
import { Alert, AlertKind, type DutyContact, ExchangeStatus } from "#proto";
import { CHECK_LIMITS, type SqlRow, type Transaction } from "#runtime";

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

interface CandidateRow extends SqlRow {
  mark: string;
  message_id: string;
  conversation_id: string;
  sender: string;
  kind: AlertKind;
  status: ExchangeStatus;
  expires_at: number;
}

const CANDIDATES_SQL = `
SELECT m.mark, a.message_id, a.conversation_id, a.sender, a.kind, a.status, a.expires_at
FROM (SELECT DISTINCT mark_id FROM alert_key
      WHERE key IN (SELECT value FROM json_each(?)) LIMIT ?) k
JOIN alert_mark m ON m.mark_id = k.mark_id
JOIN alert_message a ON a.message_id = m.message_id
WHERE a.ended IS NULL AND a.expires_at > ? AND coalesce(a.effective_at, ?) <= ?`;

/** The candidates of a question, by equality of keys alone. A test reads its plan. */
export const CANDIDATES_STATEMENT = CANDIDATES_SQL;

/**
 * Holds questions against the alerts in force of the local copy, one after the other (TP-CHECK-1).
 * Reads only.
 */
export async function checkQuestions(
  tx: Transaction,
  args: { readonly questions: readonly CheckQuestion[]; readonly nowMs: number },
): Promise<CheckAnswer[]> {
  const answers: CheckAnswer[] = [];
  for (const question of args.questions) answers.push(await checkOne(tx, question, args.nowMs));
  return answers;
}

async function checkOne(
  tx: Transaction,
  question: CheckQuestion,
  nowMs: number,
): Promise<CheckAnswer> {
  const found = keysOfQuestion(question);
  const nothing = { matches: [], exercises: [], more: false };
  if (!found.ok) return { result: "NOT_CHECKED", problem: found.problem, ...nothing };
  const { candidatesMax, matchesMax } = CHECK_LIMITS;
  const rows = await tx.all<CandidateRow>(
    CANDIDATES_SQL,
    JSON.stringify(found.keys),
    candidatesMax + 1,
    nowMs,
    nowMs,
    nowMs,
  );
  const all: { readonly row: CandidateRow; readonly mark: WantedMark; match: PossibleMatch }[] = [];
  for (const row of rows) {
    const mark = JSON.parse(row.mark) as WantedMark;
    const match = matchMark(question, mark);
    if (match !== undefined) all.push({ row, mark, match });
  }
  all.sort((one, other) => {
    const rank = compareMatches(one.match, other.match);
    return rank === 0 ? (one.row.message_id < other.row.message_id ? -1 : 1) : rank;
  });
  const told = all.slice(0, matchesMax * 2);
  const views: FoundAlert[] = [];
  for (const { mark, match, row } of told) views.push(await foundAlert(tx, row, mark, match));
  const isReal = ({ status }: FoundAlert): boolean => status === "ACTUAL";
  const matches = views.filter(isReal).slice(0, matchesMax);
  const exercises = views.filter((view) => !isReal(view)).slice(0, matchesMax);
  return {
    result: matches.length > 0 ? "POSSIBLE_MATCH" : "NO_MATCH",
    matches,
    exercises,
    more: rows.length > candidatesMax || matches.length + exercises.length < all.length,
  };
}

/** What there is to know of an alert is read when it matches, which is seldom. */
async function foundAlert(
  tx: Transaction,
  row: CandidateRow,
  mark: WantedMark,
  match: PossibleMatch,
): Promise<FoundAlert> {
  const message = await tx.get<{ body: Uint8Array }>(
    "SELECT body FROM alert_message WHERE message_id = ?",
    row.message_id,
  );
  const alert = Alert.decode(message?.body ?? new Uint8Array());
  return {
    ...match,
    alertId: row.conversation_id,
    messageId: row.message_id,
    sender: row.sender,
    kind: nameOf(AlertKind, row.kind) ?? "",
    status: nameOf(ExchangeStatus, row.status) ?? "TEST",
    item: mark.item,
    wanted: mark.text,
    headline: alert.infos[0]?.headline ?? "",
    dutyContact: alert.dutyContact,
    expiresAtMs: row.expires_at,
  };
}
