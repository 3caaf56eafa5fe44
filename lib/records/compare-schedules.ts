import { formatPeriod, neverLonger, type Period } from "./period.ts";
import type { RetentionLine, RetentionSchedule } from "./schedule.ts";

/** One difference between two versions of the schedule. */
export interface ScheduleChange {
  readonly class: string;
  readonly instrument: string | undefined;
  /** Of the line, or of the schedule: closedAfterSilence. */
  readonly field: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
  /** Of a period: which of the two keeps a record longer. */
  readonly effect: "LONGER" | "SHORTER" | "OTHER";
}

const FIELDS = ["trigger", "as", "minimum", "maximum", "review", "action", "basis"] as const;

/** What changes between two versions, line by line (TP-RET-9). */
export function compareSchedules(
  before: RetentionSchedule,
  after: RetentionSchedule,
): ScheduleChange[] {
  const keys = new Set([...before.lines, ...after.lines].map(keyOf));
  const lines = [...keys].flatMap((key) => {
    const [old, now] = [before, after].map(({ lines }) => lines.find((one) => keyOf(one) === key));
    return FIELDS.flatMap((field) => changeOf(field, old, now));
  });
  const silence = changed(before.closedAfterSilence, after.closedAfterSilence);
  const whole = { class: "", instrument: undefined, field: "closedAfterSilence" };
  return [...(silence === undefined ? [] : [{ ...whole, ...silence }]), ...lines];
}

function keyOf({ class: name, instrument = "" }: RetentionLine): string {
  return `${name} ${instrument}`;
}

function changeOf(
  field: (typeof FIELDS)[number],
  old: RetentionLine | undefined,
  now: RetentionLine | undefined,
): ScheduleChange[] {
  const line = now ?? old;
  const difference = changed(old?.[field], now?.[field]);
  if (line === undefined || difference === undefined) return [];
  // A minimum that is new keeps longer; a maximum that is new ends what had no end.
  const isNew = difference.before === undefined;
  const isPeriod = field === "minimum" || field === "maximum" || field === "review";
  const isOneSided = isNew || difference.after === undefined;
  const keepsLonger = (field === "minimum") === isNew;
  const effect = isPeriod && isOneSided ? (keepsLonger ? "LONGER" : "SHORTER") : difference.effect;
  return [{ class: line.class, instrument: line.instrument, field, ...difference, effect }];
}

function changed(
  old: Period | string | undefined,
  now: Period | string | undefined,
): Pick<ScheduleChange, "after" | "before" | "effect"> | undefined {
  const [before, after] = [old, now].map((one) =>
    typeof one === "object" ? formatPeriod(one) : one,
  );
  if (before === after) return undefined;
  if (typeof old !== "object" || typeof now !== "object") return { before, after, effect: "OTHER" };
  return { before, after, effect: neverLonger(now, old) ? "SHORTER" : "LONGER" };
}
