import { addPeriod, sumPeriods } from "./period.ts";
import type { RetentionLine, RetentionSchedule, RetentionTrigger } from "./schedule.ts";

/** When what periods are counted from has happened, in milliseconds since 1970. */
export interface TriggerTimes extends Partial<Readonly<Record<RetentionTrigger, number>>> {
  /** Of the conversation: where nobody closed it, silence after it does. */
  readonly LAST_MESSAGE?: number;
}

/** What one line of one version says of a record. */
export interface LineDates {
  readonly line: RetentionLine;
  readonly version: number;
  readonly triggerAtMs: number;
  readonly notBeforeMs: number | undefined;
  readonly reviewByMs: number | undefined;
  readonly destroyByMs: number | undefined;
  /** Infinity: the line keeps it. */
  readonly dueAtMs: number;
}

/** A record that lines are looked for. */
interface Sought {
  readonly class: string;
  /** Class of the item it is part of. */
  readonly itemClass: string;
  readonly instruments: readonly string[];
}

/** The lines of a version that hold for a record, each `as` replaced by what it is kept as. */
export function linesFor(sought: Sought, { lines }: RetentionSchedule): readonly RetentionLine[] {
  const linesOf = (name: string): RetentionLine[] =>
    lines.filter(
      ({ class: own, instrument }) =>
        own === name && (instrument === undefined || sought.instruments.includes(instrument)),
    );
  // What no line names is kept, and so is what is kept as it.
  const basesOf = (name: string): RetentionLine[] =>
    linesOf(name).flatMap((item) =>
      item.as === undefined ? [item] : linesOf(item.as).map((base) => keptAs(item, base)),
    );
  return linesOf(sought.class).flatMap((line) => {
    if (line.as === undefined) return [line];
    // It lasts as long as its item; by itself it says what it is taken for.
    const base = sought.itemClass === line.class ? line.as : sought.itemClass;
    return basesOf(base).map((item) => keptAs(line, item));
  });
}

function keptAs(line: RetentionLine, item: RetentionLine): RetentionLine {
  const { minimum = NO_TIME } = item;
  return {
    ...line,
    instrument: item.instrument ?? line.instrument,
    trigger: item.trigger,
    action: item.action === "KEEP" ? item.action : line.action,
    minimum: sumPeriods(minimum, line.minimum ?? NO_TIME),
    basis: `${line.basis}; ${item.basis}`,
  };
}

const NO_TIME = { months: 0, days: 0 } as const;

/**
 * What a line says of a record (TP-RET-2); undefined while what it counts from has not happened.
 * A minimum is stronger than a maximum of the same record.
 */
export function lineDates(
  line: RetentionLine,
  schedule: RetentionSchedule,
  triggers: TriggerTimes,
): LineDates | undefined {
  const triggerAtMs = triggerTime(line.trigger, schedule, triggers);
  if (triggerAtMs === undefined) return undefined;
  const after = (period: RetentionLine["minimum"]): number | undefined =>
    period === undefined ? undefined : addPeriod(triggerAtMs, period);
  const notBeforeMs = after(line.minimum);
  const reviewByMs = after(line.review);
  const end = after(line.maximum) ?? reviewByMs;
  const destroyByMs = end === undefined ? undefined : Math.max(end, notBeforeMs ?? end);
  const dueAtMs = line.action === "KEEP" ? Infinity : (destroyByMs ?? notBeforeMs ?? triggerAtMs);
  const version = schedule.version;
  return { line, version, triggerAtMs, notBeforeMs, reviewByMs, destroyByMs, dueAtMs };
}

/** Silence ends a conversation that nobody closed and an alert without an end (TP-RET-4). */
function triggerTime(
  trigger: RetentionTrigger,
  { closedAfterSilence }: RetentionSchedule,
  triggers: TriggerTimes,
): number | undefined {
  const happened = triggers[trigger];
  if (happened !== undefined || trigger === "RECORDED" || trigger === "DELIVERED") return happened;
  const last = triggers.LAST_MESSAGE;
  return last === undefined ? undefined : addPeriod(last, closedAfterSilence);
}
