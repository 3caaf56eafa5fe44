import { parsePeriod, parseSchedule, parseScheduleFile } from "#records";
import { ofOptional, ofOutcome, type Target, textTarget } from "../verdict.ts";

/** Parsers of retention schedules (TP-RET-1, TP-RET-2, TP-RET-7). */
export const RECORDS_TARGETS: readonly Target[] = [
  textTarget("period", ["parsePeriod"], (text) => ofOptional(parsePeriod(text))),
  textTarget("schedule", ["parseSchedule"], (text) => {
    const parsed = parseSchedule(text, 1);
    if (parsed.ok) return ofOptional(parsed.value, (schedule) => schedule.text);
    if (parsed.problems.length === 0)
      throw new TypeError("refused, and nothing is said to be wrong");
    return ofOptional(undefined);
  }),
  {
    corpus: "schedule-file",
    parses: ["parseScheduleFile"],
    read: (input) => ofOutcome(parseScheduleFile(input), () => input),
  },
];
