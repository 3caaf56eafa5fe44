import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  addPeriod,
  type Hold,
  type ItemFacts,
  isHeldAt,
  type KeepingPlan,
  type Period,
  planRetention,
  RETENTION_CLASSES,
  type RetentionLine,
  type RetentionSchedule,
  ScheduleHistory,
} from "#records";

const DAY_MS = 86_400_000;
const FROM_MS = Date.UTC(1995, 0, 1);
const anyTime = fc.oneof(
  fc.integer({ min: FROM_MS, max: Date.UTC(2060, 0, 1) }),
  // Around the end of February, in years with and without a 29th.
  fc
    .record({ year: fc.integer({ min: 1996, max: 2060 }), offset: fc.integer({ min: -2, max: 3 }) })
    .map(({ year, offset }) => Date.UTC(year, 1, 28, 12) + offset * DAY_MS),
);
const anyPeriod: fc.Arbitrary<Period> = fc.record({
  months: fc.integer({ min: 0, max: 400 }),
  days: fc.integer({ min: 0, max: 400 }),
});
const NONE: Period = { months: 0, days: 0 };
const plus = (one: Period, other: Period): Period => {
  return { months: one.months + other.months, days: one.days + other.days };
};

/** A line of a class that holds: its maximum is never shorter than its minimum. */
const anyLine = (name: string): fc.Arbitrary<RetentionLine> =>
  fc
    .record({
      instrument: fc.constantFrom(undefined, undefined, "ITI"),
      trigger: fc.constantFrom("CASE_CLOSED", "EXPIRED", "DELIVERED", "RECORDED"),
      minimum: fc.option(anyPeriod, { nil: undefined }),
      more: anyPeriod,
      end: fc.constantFrom("MAXIMUM", "MINIMUM", "REVIEW", "KEEP"),
    })
    .map(({ end, instrument, minimum, more, trigger }): RetentionLine => {
      const line = { class: name, instrument, trigger, basis: "drawn" } as const;
      const longer = plus(minimum ?? NONE, more);
      if (end === "KEEP") return { ...line, minimum, action: "KEEP" };
      if (end === "REVIEW") return { ...line, minimum, review: longer, action: "REVIEW" };
      if (end === "MAXIMUM") return { ...line, minimum, maximum: longer, action: "DESTROY" };
      return { ...line, minimum: longer, action: "DESTROY" };
    });
const anyLines = fc.tuple(...RETENTION_CLASSES.flatMap((name) => [anyLine(name), anyLine(name)]));
const anySchedules = fc
  .array(fc.record({ closedAfterSilence: anyPeriod, lines: anyLines }), {
    minLength: 1,
    maxLength: 3,
  })
  .map((all) =>
    all.map((one, index): RetentionSchedule => ({ ...one, version: index + 1, text: "" })),
  );

const anyHolds: fc.Arbitrary<Hold[]> = fc.array(
  fc
    .record({
      fromMs: anyTime,
      days: fc.option(fc.integer({ min: 1, max: 9_000 }), { nil: undefined }),
    })
    .map(({ days, fromMs }) => ({
      fromMs,
      toMs: days === undefined ? undefined : fromMs + days * DAY_MS,
    })),
  { maxLength: 3 },
);
const anyClass = fc.constantFrom(...RETENTION_CLASSES);
const anyItem: fc.Arbitrary<ItemFacts> = fc.record({
  class: anyClass,
  triggers: fc.record(
    {
      RECORDED: anyTime,
      CASE_CLOSED: anyTime,
      EXPIRED: anyTime,
      DELIVERED: anyTime,
      LAST_MESSAGE: anyTime,
    },
    { requiredKeys: ["RECORDED"] },
  ),
  takenUnder: fc.constantFrom(1, 2, 3),
  instruments: fc.subarray(["ITI"]),
  parts: fc.array(fc.record({ name: fc.constantFrom("body", "persons", "key"), class: anyClass }), {
    maxLength: 3,
  }),
  holds: anyHolds,
});

/** The item and its parts, each with its dates. */
function plansOf(item: ItemFacts, schedules: readonly RetentionSchedule[]): readonly KeepingPlan[] {
  const plan = planRetention(item, new ScheduleHistory(schedules));
  return [plan, ...plan.parts];
}

const dueOf = ({ dueAtMs }: KeepingPlan): number => dueAtMs ?? Number.POSITIVE_INFINITY;

describe("what is reckoned of any record by any schedules", () => {
  it("is due never before its minimum, never in a hold, and not after its maximum (TP-RET-5)", () => {
    fc.assert(
      fc.property(anyItem, anySchedules, (item, schedules) => {
        for (const one of plansOf(item, schedules)) {
          expect(one.standing === "ENDS").toBe(one.dueAtMs !== undefined);
          if (one.dueAtMs === undefined) continue;
          expect(one.dueAtMs).toBeGreaterThanOrEqual(one.notBeforeMs ?? one.dueAtMs);
          expect(one.dueAtMs).toBeLessThanOrEqual(one.destroyByMs ?? one.dueAtMs);
          for (const atMs of [one.dueAtMs, one.notBeforeMs, one.destroyByMs]) {
            if (atMs !== undefined) expect(isHeldAt(item.holds, atMs)).toBe(false);
          }
        }
      }),
    );
  });

  it("comes never earlier by one more version, whatever it says (TP-RET-3)", () => {
    fc.assert(
      fc.property(anyItem, anySchedules, (item, schedules) => {
        const before = plansOf(item, schedules.slice(0, 1));
        const after = plansOf(item, schedules);
        if (item.takenUnder !== 1) return;
        for (const [index, one] of after.entries()) {
          const old = before[index];
          // What no line named so far may be named by the next version.
          if (old === undefined || old.standing === "UNLISTED") continue;
          expect(dueOf(one)).toBeGreaterThanOrEqual(dueOf(old));
          if (one.notBeforeMs === undefined) continue;
          expect(one.notBeforeMs).toBeGreaterThanOrEqual(old.notBeforeMs ?? one.notBeforeMs);
        }
      }),
    );
  });

  it("comes never earlier by longer periods, one more hold or a later trigger", () => {
    fc.assert(
      fc.property(anyItem, anySchedules, anyPeriod, anyHolds, (item, schedules, more, holds) => {
        const before = plansOf(item, schedules);
        const longer = schedules.map((one) => ({ ...one, lines: one.lines.map(lengthen(more)) }));
        const later = Object.fromEntries(
          Object.entries(item.triggers).map(([name, atMs]) => [name, atMs + DAY_MS]),
        );
        for (const after of [
          plansOf(item, longer),
          plansOf({ ...item, holds: [...item.holds, ...holds] }, schedules),
          plansOf({ ...item, triggers: later }, schedules),
        ]) {
          for (const [index, one] of after.entries()) {
            const old = before[index];
            if (old !== undefined) expect(dueOf(one)).toBeGreaterThanOrEqual(dueOf(old));
          }
        }
      }),
    );
  });

  it("is the same in every time zone, on the calendar, to the time of the day (TP-RET-2)", () => {
    const zone = process.env.TZ;
    try {
      fc.assert(
        fc.property(anyTime, anyPeriod, (atMs, period) => {
          process.env.TZ = "UTC";
          const end = addPeriod(atMs, period);
          process.env.TZ = "America/New_York";
          expect(addPeriod(atMs, period)).toBe(end);
          expect(end % DAY_MS).toBe(atMs % DAY_MS);
          expect(addPeriod(atMs + 1, period)).toBeGreaterThanOrEqual(end);
          // Counted month by month the day is the same, or the last one of a shorter month.
          const months = addPeriod(atMs, { ...period, days: 0 });
          const [from, to] = [new Date(atMs), new Date(months)];
          const passed = (to.getUTCFullYear() - from.getUTCFullYear()) * 12;
          expect(passed + to.getUTCMonth() - from.getUTCMonth()).toBe(period.months);
          const isSameDay = from.getUTCDate() === to.getUTCDate();
          const isLastDay = new Date(months + DAY_MS).getUTCDate() === 1;
          expect(isSameDay || (isLastDay && to.getUTCDate() < from.getUTCDate())).toBe(true);
        }),
      );
    } finally {
      if (zone === undefined) delete process.env.TZ;
      else process.env.TZ = zone;
    }
  });
});

function lengthen(more: Period): (line: RetentionLine) => RetentionLine {
  const longer = (period: Period | undefined) => period && plus(period, more);
  return ({ maximum, minimum, review, ...line }) => {
    return { ...line, maximum: longer(maximum), minimum: longer(minimum), review: longer(review) };
  };
}
