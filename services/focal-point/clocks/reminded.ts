import { reminderDue } from "#casework";
import type { SqlRow, Transaction } from "#runtime";

interface ClockRow extends SqlRow {
  started_at: number;
  answer_by: number;
  reminders: number;
}

/**
 * Writes down that the reminder that is due was sent or passed over, and when the next one is due
 * (TP-CLOCK-6). Nothing changes where none is due, or no clock runs.
 */
export async function noteReminded(
  tx: Transaction,
  { caseId, nowMs }: { readonly caseId: string; readonly nowMs: number },
): Promise<void> {
  const row = await tx.get<ClockRow>(
    `SELECT started_at, answer_by, reminders FROM trace_clock
     WHERE case_id = ? AND next_reminder_at <= ?
       AND started_at IS NOT NULL AND answer_by IS NOT NULL`,
    caseId,
    nowMs,
  );
  if (row === undefined) return;
  const span = { startedAtMs: row.started_at, answerByMs: row.answer_by };
  const { number = row.reminders, nextAtMs = null } = reminderDue(span, row.reminders, nowMs);
  await tx.run(
    "UPDATE trace_clock SET reminders = ?, next_reminder_at = ? WHERE case_id = ?",
    number,
    nextAtMs,
    caseId,
  );
}

/** Reminders that an officer has to write, by the State they go to. */
export interface LettersDue {
  readonly peer: string;
  readonly count: number;
}

/** How many reminders are due in cases off the exchange (TP-CLOCK-6); ordered by State. */
export async function reminderLettersDue(
  tx: Transaction,
  { nowMs }: { readonly nowMs: number },
): Promise<LettersDue[]> {
  return await tx.all<LettersDue & SqlRow>(
    `SELECT kept.peer, count(*) AS count
     FROM trace_clock AS clock INDEXED BY trace_clock_reminder
     CROSS JOIN trace_case AS kept ON kept.case_id = clock.case_id
     WHERE clock.next_reminder_at <= ? AND kept.off_exchange = 1
     GROUP BY kept.peer ORDER BY kept.peer`,
    nowMs,
  );
}
