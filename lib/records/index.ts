// The door of lib/records: how long records are kept (docs/spec/retention.md).

export { classifyMessage, type MessageClasses } from "./classify-message.ts";
export { compareSchedules, type ScheduleChange } from "./compare-schedules.ts";
export { itemsOf, itemsRoot, openedItem, openItem } from "./disposed-items.ts";
export { type Hold, isHeldAt } from "./hold.ts";
export type { TriggerTimes } from "./line-dates.ts";
export {
  DEFAULT_SCHEDULE_TEXT,
  defaultSchedule,
  type ParsedSchedule,
  parseSchedule,
  RetentionLineText,
  readLines,
} from "./parse-schedule.ts";
export { addPeriod, formatPeriod, type Period, parsePeriod } from "./period.ts";
export {
  type ItemFacts,
  type KeepingPlan,
  type PartFacts,
  type PartPlan,
  planRetention,
  type RetentionPlan,
  type RetentionReason,
  type RetentionStanding,
} from "./plan-retention.ts";
export {
  RETENTION_CLASSES,
  type RetentionLine,
  type RetentionSchedule,
  type RetentionTrigger,
} from "./schedule.ts";
export { ScheduleHistory } from "./schedule-history.ts";
export {
  addScheduleSignature,
  draftSchedule,
  type KeptSchedule,
  openSchedule,
  parseScheduleFile,
  readSchedules,
  type ScheduleFile,
  scheduleSignatures,
  type VerifiedSchedule,
} from "./signed-schedule.ts";
