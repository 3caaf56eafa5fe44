import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  caseClock,
  DEFAULT_TARGETS,
  dueAfter,
  openCalendar,
  openZone,
  reminderDue,
  reminderTimes,
  replyClock,
  TARGET_UNITS,
  type TraceState,
  WEEKDAYS,
} from "#casework";

const ZONES = [
  "UTC",
  "Europe/Vienna",
  "America/New_York",
  "America/Sao_Paulo",
  "Africa/Casablanca",
  "Asia/Kathmandu",
  "Australia/Lord_Howe",
  "Pacific/Apia",
  "Pacific/Kiritimati",
];
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const FROM_MS = Date.UTC(1990, 0, 1);

const anyInstant = fc.integer({ min: FROM_MS, max: Date.UTC(2050, 0, 1) });
/** Around the changes of the clock and the ends of years, where mistakes are made. */
const anyHardInstant = fc
  .record({
    base: fc.constantFrom(
      Date.UTC(2026, 2, 29, 1),
      Date.UTC(2026, 9, 25, 1),
      Date.UTC(2026, 10, 1, 6),
      Date.UTC(2027, 0, 1),
      Date.UTC(2011, 11, 30, 10),
      Date.UTC(2028, 1, 29),
    ),
    offset: fc.integer({ min: -3 * DAY_MS, max: 3 * DAY_MS }),
  })
  .map(({ base, offset }) => base + offset);
const anyTime = fc.oneof(anyInstant, anyHardInstant);
const anyZone = fc.constantFrom(...ZONES);
const anyDate = fc
  .integer({ min: 0, max: 21_000 })
  .map((day) => new Date(FROM_MS + day * DAY_MS).toISOString().slice(0, 10));
const anyCalendar = fc.record({
  timeZone: anyZone,
  weekend: fc.uniqueArray(fc.constantFrom(...WEEKDAYS), { maxLength: 6 }),
  holidays: fc.array(fc.oneof(anyDate, fc.constantFrom("2026-03-30", "2027-01-01")), {
    maxLength: 12,
  }),
});
const anyTarget = fc.record({
  count: fc.integer({ min: 0, max: 60 }),
  unit: fc.constantFrom(...TARGET_UNITS),
});
const anySpan = fc.oneof(
  fc.integer({ min: 0, max: 40 * DAY_MS }),
  fc.integer({ min: 0, max: 3 * HOUR_MS }),
);

describe("a time zone", () => {
  it("comes back from the local time to an instant that shows it", () => {
    fc.assert(
      fc.property(anyZone, anyTime, (name, atMs) => {
        const zone = openZone(name);
        if (zone === undefined) throw new TypeError(name);
        const local = zone.localOf(atMs);
        const back = zone.instantOf(local);
        expect(zone.localOf(back)).toBe(local);
        expect(back).toBeLessThanOrEqual(atMs);
      }),
    );
  });

  it("never gives an earlier instant for a later local time", () => {
    fc.assert(
      fc.property(anyZone, anyTime, anySpan, (name, localMs, later) => {
        const zone = openZone(name);
        if (zone === undefined) throw new TypeError(name);
        expect(zone.instantOf(localMs + later)).toBeGreaterThanOrEqual(zone.instantOf(localMs));
      }),
    );
  });
});

describe("when something is due (TP-CLOCK-2, TP-CLOCK-5)", () => {
  it("is never before it began, and never earlier because the clock stood still", () => {
    fc.assert(
      fc.property(anyCalendar, anyTarget, anyTime, anySpan, anySpan, (calendar, ...rest) => {
        const [target, startMs, stopped, more] = rest;
        const open = openCalendar(calendar);
        const due = dueAfter(target, startMs, stopped, open);
        expect(due).toBeGreaterThanOrEqual(startMs + stopped);
        expect(dueAfter(target, startMs, stopped + more, open)).toBeGreaterThanOrEqual(due);
      }),
      { numRuns: 300 },
    );
  });

  it("in days lies on a working day of the calendar", () => {
    fc.assert(
      fc.property(
        anyCalendar,
        anyTarget,
        anyTime,
        anySpan,
        (calendar, target, startMs, stopped) => {
          fc.pre(target.unit !== "HOURS");
          const open = openCalendar(calendar);
          expect(open.isWorkingTime(dueAfter(target, startMs, stopped, open))).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("is never earlier by a larger target, nor by one more holiday", () => {
    fc.assert(
      fc.property(anyCalendar, anyTarget, anyTime, anyDate, (calendar, target, startMs, date) => {
        const due = dueAfter(target, startMs, 0, openCalendar(calendar));
        const larger = { ...target, count: target.count + 1 };
        const later = dueAfter(larger, startMs, 0, openCalendar(calendar));
        expect(later).toBeGreaterThanOrEqual(due);
        const more = { ...calendar, holidays: [...calendar.holidays, date] };
        expect(dueAfter(target, startMs, 0, openCalendar(more))).toBeGreaterThanOrEqual(due);
      }),
      { numRuns: 300 },
    );
  });
});

const anyChanges = fc.array(
  fc.record({
    state: fc.constantFrom<TraceState>(
      "SUBMITTED",
      "DELIVERED",
      "ACKNOWLEDGED",
      "INFORMATION_REQUESTED",
      "IN_PROGRESS",
      "INTERIM",
      "DELAYED",
    ),
    atMs: anyInstant,
  }),
  { maxLength: 8 },
);

describe("the clock of a case (TP-CLOCK-4)", () => {
  it("agrees with the rule that can be tried from outside, until the case ends", () => {
    fc.assert(
      fc.property(anyChanges, (changes) => {
        const calendar = openCalendar(undefined);
        const clock = caseClock(changes, { targets: DEFAULT_TARGETS.ROUTINE, calendar });
        const rule = replyClock(changes, 30);
        expect(clock.answerByMs).toBe(rule.dueAtMs);
        const begun = clock.phase !== "NONE";
        expect(clock.stoppedMs).toBe(begun ? rule.stoppedMs : 0);
      }),
    );
  });
});

describe("reminders (TP-CLOCK-6)", () => {
  it("are sent at most once each and in order, whenever somebody looks", () => {
    const looks = fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 30 });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 60 }), looks, (days, times) => {
        const span = { startedAtMs: 0, answerByMs: days * DAY_MS };
        const sent: number[] = [];
        for (const day of times.toSorted((one, other) => one - other)) {
          const { number, nextAtMs } = reminderDue(span, sent.at(-1) ?? 0, day * DAY_MS);
          if (number !== undefined) sent.push(number);
          if (nextAtMs !== undefined) expect(nextAtMs).toBeGreaterThan(day * DAY_MS);
        }
        expect(sent).toEqual([...new Set(sent)].toSorted((one, other) => one - other));
        expect(sent.length).toBeLessThanOrEqual(6);
        expect(reminderTimes(0, span.answerByMs)).toHaveLength(6);
      }),
    );
  });
});
