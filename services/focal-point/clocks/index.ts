// Clocks of a focal point: its tables, and the procedures its store runs.

import { hasUnsettledClocks, settleClocks } from "./clock-record.ts";
import { clockSettings, setCalendar, setTargets } from "./clock-settings.ts";
import { ageingByState, countOverdue, listOverdue } from "./overdue.ts";
import { dueReminders, remindCase } from "./remind.ts";
import { reminderLettersDue } from "./reminded.ts";

export { CLOCK_MIGRATION_SQL, CLOCK_PEER_MIGRATION_SQL } from "./clock-tables.ts";

/** Procedures of clocks, to be spread into the store's definition. */
export const CLOCK_PROCEDURES = {
  hasUnsettledClocks,
  settleClocks,
  clockSettings,
  setCalendar,
  setTargets,
  listOverdue,
  countOverdue,
  ageingByState,
  dueReminders,
  reminderLettersDue,
  remindCase,
};

/** Those of them that only read. */
export const CLOCK_READ_ONLY = [
  "hasUnsettledClocks",
  "clockSettings",
  "listOverdue",
  "countOverdue",
  "ageingByState",
  "dueReminders",
  "reminderLettersDue",
] as const;
