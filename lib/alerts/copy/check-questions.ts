import { type CheckQuestion, keysOfQuestion, type WantedMark } from "#casework";
import type { AlertKind, ExchangeStatus } from "#proto";
import { CHECK_LIMITS, type SqlRow, type Transaction } from "#runtime";
import { loadSummary } from "./alert-summary.ts";
import { answerFrom, type CheckAnswer, notChecked } from "./check-answer.ts";

interface CandidateRow extends SqlRow {
  mark: string;
  message_id: string;
  conversation_id: string;
  sender: string;
  kind: AlertKind;
  status: ExchangeStatus;
  expires_at: number;
  key_compromised: number;
}

/**
 * The candidates of a question, by equality of keys alone; parameters are the keys as JSON, the
 * most candidates, and the instant three times. A test reads its plan.
 */
export const CANDIDATES_STATEMENT = `
SELECT m.mark, a.message_id, a.conversation_id, a.sender, a.kind, a.status, a.expires_at,
  a.key_compromised
FROM (SELECT DISTINCT mark_id FROM alert_key
      WHERE key IN (SELECT value FROM json_each(?)) LIMIT ?) k
JOIN alert_mark m ON m.mark_id = k.mark_id
JOIN alert_message a ON a.message_id = m.message_id
WHERE a.ended IS NULL AND a.expires_at > ? AND coalesce(a.effective_at, ?) <= ?`;

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
  if (!found.ok) return notChecked(found.problem);
  const rows = await tx.all<CandidateRow>(
    CANDIDATES_STATEMENT,
    JSON.stringify(found.keys),
    CHECK_LIMITS.candidatesMax + 1,
    nowMs,
    nowMs,
    nowMs,
  );
  const candidates = rows.map((row) => ({
    mark: JSON.parse(row.mark) as WantedMark,
    alertId: row.conversation_id,
    messageId: row.message_id,
    sender: row.sender,
    kind: row.kind,
    status: row.status,
    expiresAtMs: row.expires_at,
    isKeyCompromised: row.key_compromised === 1,
  }));
  return await answerFrom(question, candidates, (messageId) => loadSummary(tx, messageId));
}
