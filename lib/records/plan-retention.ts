import { type Hold, heldUntil } from "./hold.ts";
import { type LineDates, lineDates, linesFor, type TriggerTimes } from "./line-dates.ts";
import type { RetentionTrigger } from "./schedule.ts";
import type { ScheduleHistory } from "./schedule-history.ts";

/** A part of an item, as far as its keeping depends on it. */
export interface PartFacts {
  readonly name: string;
  readonly class: string;
  /** Class that it is kept as long as, too: its sender chose the other one. */
  readonly atLeastAs?: string | undefined;
  /** Where they differ from the item's: a key part is delivered when its one recipient has it. */
  readonly triggers?: TriggerTimes | undefined;
  /** A person has looked at it and keeps it until then. */
  readonly keptUntilMs?: number | undefined;
}

/** An item: a message with its parts, an alert, an entry of an audit trail. */
export interface ItemFacts {
  readonly class: string;
  readonly triggers: TriggerTimes;
  /** Version of the schedule that was in force when it was taken in. */
  readonly takenUnder: number;
  /** Instruments the message relies on, such as ITI. */
  readonly instruments?: readonly string[] | undefined;
  readonly parts: readonly PartFacts[];
  readonly holds: readonly Hold[];
}

/** Which line of which version a date comes from. */
export interface RetentionReason {
  readonly date: "notBefore" | "reviewBy" | "destroyBy";
  readonly version: number;
  readonly class: string;
  readonly instrument: string | undefined;
  readonly trigger: RetentionTrigger;
  readonly triggerAtMs: number;
  readonly basis: string;
}

/**
 * Where the keeping of a record stands. ENDS: it is due on a day. HELD: a hold without an end lies
 * on it. RUNNING: what its period is counted from has not happened. KEPT: the schedule keeps it.
 * UNLISTED: no line names its class, so it is kept.
 */
export type RetentionStanding = "ENDS" | "HELD" | "RUNNING" | "KEPT" | "UNLISTED";

/** How long something is kept; times in milliseconds since 1970. */
export interface KeepingPlan {
  readonly class: string;
  readonly standing: RetentionStanding;
  /** Never destroyed before; undefined: no minimum, or the end of a hold is not known. */
  readonly notBeforeMs: number | undefined;
  /** A person looks at it by then. */
  readonly reviewByMs: number | undefined;
  /** Destroyed at the latest; undefined: no maximum, or the end of a hold is not known. */
  readonly destroyByMs: number | undefined;
  /** A disposal run takes it from then on; undefined unless it ENDS. */
  readonly dueAtMs: number | undefined;
  /** Lines behind the dates, in the order of the dates. */
  readonly why: readonly RetentionReason[];
}

/** How long a part is kept. */
export interface PartPlan extends KeepingPlan {
  readonly name: string;
}

/** How long an item and its parts are kept. */
export interface RetentionPlan extends KeepingPlan {
  /** The earliest review of the item and its parts. */
  readonly reviewByMs: number | undefined;
  readonly parts: readonly PartPlan[];
}

/**
 * Reckons how long an item and each of its parts are kept (TP-RET-2 to TP-RET-5). Each part has
 * dates of its own, which is how a minimum and a maximum meet in one message. Of all versions since
 * the item was taken in, and of all lines that hold for it, the longest counts. A hold moves every
 * end behind it. Pure: the same facts give the same plan at any time.
 */
export function planRetention(item: ItemFacts, history: ScheduleHistory): RetentionPlan {
  const own = planKeeping({ class: item.class, triggers: item.triggers }, item, history);
  const parts = item.parts.map((part): PartPlan => {
    const triggers = { ...item.triggers, ...part.triggers };
    return { name: part.name, ...planKeeping({ ...part, triggers }, item, history) };
  });
  const reviews = [own, ...parts].flatMap(({ reviewByMs }) => reviewByMs ?? []);
  return { ...own, reviewByMs: reviews.length === 0 ? undefined : Math.min(...reviews), parts };
}

const NO_DATES = {
  notBeforeMs: undefined,
  reviewByMs: undefined,
  destroyByMs: undefined,
  dueAtMs: undefined,
  why: [],
} as const;

function planKeeping(
  one: Omit<PartFacts, "name" | "triggers"> & { readonly triggers: TriggerTimes },
  { class: itemClass, holds, instruments = [], takenUnder }: ItemFacts,
  history: ScheduleHistory,
): KeepingPlan {
  const classes = one.atLeastAs === undefined ? [one.class] : [one.class, one.atLeastAs];
  const found = history
    .since(takenUnder)
    .flatMap((schedule) =>
      classes
        .flatMap((name) => linesFor({ class: name, itemClass, instruments }, schedule))
        .map((line) => lineDates(line, schedule, one.triggers)),
    );
  if (found.length === 0) return { class: one.class, standing: "UNLISTED", ...NO_DATES };
  const dates = found.filter((said) => said !== undefined);
  if (dates.length < found.length) return { class: one.class, standing: "RUNNING", ...NO_DATES };
  return withHolds(longestOf(one.class, dates, one.keptUntilMs), dates, holds);
}

/** Of what all lines say, the longest: of none is anything destroyed earlier (TP-RET-3). */
function longestOf(
  name: string,
  dates: readonly LineDates[],
  keptUntilMs: number | undefined,
): KeepingPlan {
  const notBefore = latest(dates, "notBefore");
  const reviewBy = latest(dates, "reviewBy");
  const hasEnd = dates.every(({ destroyByMs }) => destroyByMs !== undefined);
  const destroyBy = hasEnd ? latest(dates, "destroyBy") : undefined;
  // Only what is reviewed is kept for longer because a person says so.
  const floorMs = reviewBy === undefined ? undefined : keptUntilMs;
  const dueAtMs = Math.max(...dates.map((said) => said.dueAtMs), floorMs ?? -Infinity);
  const isKept = dueAtMs === Infinity;
  return {
    class: name,
    standing: isKept ? "KEPT" : "ENDS",
    notBeforeMs: notBefore?.atMs,
    reviewByMs: notEarlier(reviewBy?.atMs, floorMs),
    destroyByMs: notEarlier(destroyBy?.atMs, floorMs),
    dueAtMs: isKept ? undefined : dueAtMs,
    why: [notBefore, reviewBy, destroyBy].flatMap((said) => said?.reason ?? []),
  };
}

function notEarlier(atMs: number | undefined, floorMs = -Infinity): number | undefined {
  return atMs === undefined ? undefined : Math.max(atMs, floorMs);
}

/** The latest of a date, and which line says so. */
function latest(
  dates: readonly LineDates[],
  date: RetentionReason["date"],
): { readonly atMs: number; readonly reason: RetentionReason } | undefined {
  let found: { readonly atMs: number; readonly said: LineDates } | undefined;
  for (const said of dates) {
    const atMs = said[`${date}Ms`];
    if (atMs !== undefined && (found === undefined || atMs > found.atMs)) found = { atMs, said };
  }
  if (found === undefined) return undefined;
  const { line, triggerAtMs, version } = found.said;
  const { basis, class: name, instrument, trigger } = line;
  const reason = { date, version, class: name, instrument, trigger, triggerAtMs, basis };
  return { atMs: found.atMs, reason };
}

/** A hold always wins (TP-RET-5): nothing ends before the last of them does. */
function withHolds(
  plan: KeepingPlan,
  dates: readonly LineDates[],
  holds: readonly Hold[],
): KeepingPlan {
  const until = heldUntil(holds);
  if (until === "lasts") {
    const open = { notBeforeMs: undefined, destroyByMs: undefined, dueAtMs: undefined };
    return { ...plan, ...open, standing: "HELD" };
  }
  const beginsMs = Math.max(...dates.map(({ triggerAtMs }) => triggerAtMs));
  if (until === undefined || until <= (plan.notBeforeMs ?? beginsMs)) return plan;
  return {
    ...plan,
    notBeforeMs: until,
    destroyByMs: notEarlier(plan.destroyByMs, until),
    dueAtMs: notEarlier(plan.dueAtMs, until),
  };
}
