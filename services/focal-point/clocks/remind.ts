import { reminderDue } from "#casework";
import { TraceFollowUp } from "#proto";
import type { SqlRow, Transaction } from "#runtime";
import { CLOCK_ACTOR } from "#users";
import type { Replier } from "../cases/reply-handling.ts";
import { sendMove } from "../moves/send-move.ts";

/** Cases of which a reminder is due, and when the next one will be. */
export interface DueReminders {
  readonly caseIds: readonly string[];
  readonly nextAtMs: number | null;
}

/** Which requests of this State are to be reminded of (TP-CLOCK-6), the longest due first. */
export async function dueReminders(
  tx: Transaction,
  args: { nowMs: number; limit: number },
): Promise<DueReminders> {
  const due = await tx.all<{ case_id: string }>(
    `SELECT case_id FROM trace_clock WHERE next_reminder_at <= ?
     ORDER BY next_reminder_at LIMIT ?`,
    args.nowMs,
    args.limit,
  );
  const next = await tx.get<{ at: number | null }>(
    "SELECT min(next_reminder_at) AS at FROM trace_clock WHERE next_reminder_at > ?",
    args.nowMs,
  );
  return { caseIds: due.map((row) => row.case_id), nextAtMs: next?.at ?? null };
}

interface ReminderRow extends SqlRow {
  started_at: number;
  answer_by: number;
  reminders: number;
}

/**
 * Reminds the requested State and writes down that it was, as one step, so that a reminder is sent
 * once whatever happens between two of them (TP-CLOCK-6). One that the case does not allow now is
 * passed over. Returns whether one was sent.
 */
export async function remindCase(
  tx: Transaction,
  args: { caseId: string; self: Replier; nowMs: number },
): Promise<boolean> {
  const { caseId, self, nowMs } = args;
  const row = await tx.get<ReminderRow>(
    `SELECT started_at, answer_by, reminders FROM trace_clock
     WHERE case_id = ? AND settled = 1 AND next_reminder_at <= ?`,
    caseId,
    nowMs,
  );
  if (row === undefined) return false;
  const span = { startedAtMs: row.started_at, answerByMs: row.answer_by };
  const { number = row.reminders, nextAtMs = null } = reminderDue(span, row.reminders, nowMs);
  const said = TraceFollowUp.create({
    content: { $case: "reminder", value: { number: 0, text: "" } },
    languageTag: "en",
  });
  const body = TraceFollowUp.encode(said).finish();
  const actor = CLOCK_ACTOR;
  const sent = await sendMove(tx, { caseId, kind: "followUp", body, self, actor, nowMs });
  await tx.run(
    "UPDATE trace_clock SET reminders = ?, next_reminder_at = ? WHERE case_id = ?",
    number,
    nextAtMs,
    caseId,
  );
  return sent.type === "sent";
}
