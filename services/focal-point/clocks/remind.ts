import { TraceFollowUp } from "#proto";
import type { Transaction } from "#runtime";
import { CLOCK_ACTOR } from "#users";
import type { Replier } from "../cases/reply-handling.ts";
import { sendMove } from "../moves/send-move.ts";
import { noteReminded } from "./reminded.ts";

/** Cases of which a reminder is due, and when the next one will be. */
export interface DueReminders {
  readonly caseIds: readonly string[];
  readonly nextAtMs: number | null;
}

/**
 * Which requests of this State are to be reminded of (TP-CLOCK-6), the longest due first. Those off
 * the exchange are left to an officer.
 */
export async function dueReminders(
  tx: Transaction,
  args: { nowMs: number; limit: number },
): Promise<DueReminders> {
  const due = await tx.all<{ case_id: string }>(
    `SELECT clock.case_id FROM trace_clock AS clock INDEXED BY trace_clock_reminder
     CROSS JOIN trace_case AS kept ON kept.case_id = clock.case_id
     WHERE clock.next_reminder_at <= ? AND kept.off_exchange = 0
     ORDER BY clock.next_reminder_at LIMIT ?`,
    args.nowMs,
    args.limit,
  );
  const next = await tx.get<{ at: number | null }>(
    "SELECT min(next_reminder_at) AS at FROM trace_clock WHERE next_reminder_at > ?",
    args.nowMs,
  );
  return { caseIds: due.map((row) => row.case_id), nextAtMs: next?.at ?? null };
}

/**
 * Reminds the requested State and writes down that it was, as one step, so that a reminder is sent
 * once whatever happens between two of them (TP-CLOCK-6). One that the case does not allow now is
 * passed over; one that goes by letter stays due until an officer notes it. Returns whether one was
 * sent.
 */
export async function remindCase(
  tx: Transaction,
  args: { caseId: string; self: Replier; nowMs: number },
): Promise<boolean> {
  const { caseId, self, nowMs } = args;
  const isDue = await tx.get(
    "SELECT 1 FROM trace_clock WHERE case_id = ? AND settled = 1 AND next_reminder_at <= ?",
    caseId,
    nowMs,
  );
  if (isDue === undefined) return false;
  const said = TraceFollowUp.create({
    content: { $case: "reminder", value: { number: 0, text: "" } },
    languageTag: "en",
  });
  const body = TraceFollowUp.encode(said).finish();
  const actor = CLOCK_ACTOR;
  const sent = await sendMove(tx, { caseId, kind: "followUp", body, self, actor, nowMs });
  if (sent.type === "letter") return false;
  await noteReminded(tx, { caseId, nowMs });
  return sent.type === "sent";
}
