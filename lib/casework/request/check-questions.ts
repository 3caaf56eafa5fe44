import { Priority, Question, type TraceRequest } from "#proto";
import { timestampMs } from "#wire";
import type { FindingList } from "../finding-list.ts";
import { TARGET_DAYS } from "../reply-clock.ts";

const DAY_MS = 86_400_000;

/** Checks what is asked, and by when an answer is wished (domain notes 2.5; TP-REQ-2). */
export function checkQuestions(
  request: TraceRequest,
  around: { readonly createdAtMs: number | undefined; readonly priority?: Priority },
  found: FindingList,
): void {
  const { createdAtMs = 0, priority } = around;
  found.choices(request.questionsAsked, Question, "questions_asked");
  const respondByMs = timestampMs(request.respondBy);
  found.demand(respondByMs !== undefined, "respond_by", "missing", "ADVICE");
  if (respondByMs === undefined) return;
  found.demand(respondByMs > createdAtMs, "respond_by", "beforeCreation");
  const soonestMs = createdAtMs + targetDaysOf(priority) * DAY_MS;
  const isFair = respondByMs <= createdAtMs || respondByMs >= soonestMs;
  found.demand(isFair, "respond_by", "soonerThanPriority", "WARNING");
}

/** Days an answer may take at this priority; without one the shortest is taken. */
function targetDaysOf(priority: Priority | undefined): number {
  switch (priority) {
    case Priority.ROUTINE:
      return TARGET_DAYS.ROUTINE;
    case Priority.PRIORITY:
      return TARGET_DAYS.PRIORITY;
    default:
      return TARGET_DAYS.URGENT;
  }
}
