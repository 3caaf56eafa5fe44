import { CLOCK_LIMITS } from "#runtime";

/**
 * When the requesting State reminds (TP-CLOCK-6): at half of the time, when the answer is due, then
 * every fourteen days, at most six times.
 */
export function reminderTimes(startedAtMs: number, answerByMs: number): number[] {
  const { remindersMax, reminderEveryMs } = CLOCK_LIMITS;
  const half = startedAtMs + Math.floor((answerByMs - startedAtMs) / 2);
  const later = Array.from({ length: remindersMax - 2 }, (_, index) => {
    return answerByMs + (index + 1) * reminderEveryMs;
  });
  return [half, answerByMs, ...later];
}

/** The reminder that is due now, and when the next one will be. */
export interface ReminderDue {
  /** 1 to 6: which one to send now; those passed over meanwhile are not sent any more. */
  readonly number: number | undefined;
  /** When the next one is due; undefined when there will be none. */
  readonly nextAtMs: number | undefined;
}

/**
 * Which reminder is due, when so many were sent or passed over. Whoever was away for long sends one
 * and not a burst.
 */
export function reminderDue(
  { startedAtMs, answerByMs }: { readonly startedAtMs: number; readonly answerByMs: number },
  sent: number,
  nowMs: number,
): ReminderDue {
  const times = reminderTimes(startedAtMs, answerByMs);
  const passed = times.filter((atMs) => atMs <= nowMs).length;
  const number = passed > sent ? passed : undefined;
  return { number, nextAtMs: times[Math.max(passed, sent)] };
}
