import { describe, expect, it } from "vitest";
import {
  caseClock,
  checkCalendar,
  DEFAULT_TARGETS,
  dueAfter,
  openCalendar,
  openZone,
  rankOf,
  reminderDue,
  reminderTimes,
  type StateChange,
  type WorkingCalendar,
} from "#casework";

const at = (text: string): number => Date.parse(text);
const told = (atMs: number | undefined): string | undefined =>
  atMs === undefined ? undefined : new Date(atMs).toISOString();
const change = (state: StateChange["state"], text: string): StateChange => ({
  state,
  atMs: at(text),
});

const VIENNA: WorkingCalendar = {
  timeZone: "Europe/Vienna",
  weekend: ["SATURDAY", "SUNDAY"],
  holidays: ["2026-04-06", "2026-12-25", "2027-01-01"],
};
const RIYADH: WorkingCalendar = {
  timeZone: "Asia/Riyadh",
  weekend: ["FRIDAY", "SATURDAY"],
  holidays: [],
};

describe("targets (TP-CLOCK-1, TP-CLOCK-2)", () => {
  it.each([
    ["URGENT", "2026-03-02T16:00:00.000Z", "2026-03-05T08:00:00.000Z"],
    ["PRIORITY", "2026-03-05T08:00:00.000Z", "2026-03-09T08:00:00.000Z"],
    ["ROUTINE", "2026-03-09T08:00:00.000Z", "2026-04-01T08:00:00.000Z"],
  ] as const)("of %s are those of the domain notes", (priority, acknowledge, final) => {
    const calendar = openCalendar(undefined);
    const { acknowledge: first, final: last } = DEFAULT_TARGETS[priority];
    const start = at("2026-03-02T08:00:00Z");
    expect(told(dueAfter(first, start, 0, calendar))).toBe(acknowledge);
    expect(told(dueAfter(last, start, 0, calendar))).toBe(final);
  });

  it("in hours run day and night, whatever the calendar says", () => {
    const friday = at("2026-04-03T20:00:00Z");
    const target = { count: 72, unit: "HOURS" } as const;
    const due = dueAfter(target, friday, 0, openCalendar(VIENNA));
    expect(told(due)).toBe("2026-04-06T20:00:00.000Z");
  });
});

describe("the calendar of the requested State (TP-CLOCK-3)", () => {
  it.each([
    [
      "a Saturday, to the end of Monday",
      VIENNA,
      "2026-02-21T09:00:00Z",
      "2026-03-02T22:59:59.999Z",
    ],
    [
      "a holiday, to the end of Tuesday",
      VIENNA,
      "2026-03-30T09:00:00Z",
      "2026-04-07T21:59:59.999Z",
    ],
    ["Friday in Riyadh, to Sunday", RIYADH, "2026-02-27T09:00:00Z", "2026-03-08T20:59:59.999Z"],
    ["a working day, to its end", VIENNA, "2026-02-23T09:00:00Z", "2026-03-02T22:59:59.999Z"],
  ])("moves what falls on %s", (_what, calendar, start, due) => {
    const week = { count: 7, unit: "DAYS" } as const;
    expect(told(dueAfter(week, at(start), 0, openCalendar(calendar)))).toBe(due);
  });

  it("keeps the time of day across the change of the clock", () => {
    const calendar = openCalendar(VIENNA);
    const before = at("2026-03-27T08:00:00Z");
    expect(told(calendar.addDays(before, 4))).toBe("2026-03-31T07:00:00.000Z");
    const autumn = at("2026-10-23T07:00:00Z");
    expect(told(calendar.addDays(autumn, 4))).toBe("2026-10-27T08:00:00.000Z");
  });

  it("counts working days alone where the States agreed so, across the end of the year", () => {
    const target = { count: 5, unit: "WORKING_DAYS" } as const;
    const start = at("2026-12-23T09:00:00Z");
    const due = dueAfter(target, start, 0, openCalendar(VIENNA));
    expect(told(due)).toBe("2026-12-31T22:59:59.999Z");
  });

  it("sees its own day, not that of UTC", () => {
    const calendar = openCalendar({ ...RIYADH, timeZone: "Pacific/Auckland", weekend: ["MONDAY"] });
    expect(calendar.isWorkingTime(at("2026-03-01T10:00:00Z"))).toBe(true);
    expect(calendar.isWorkingTime(at("2026-03-01T12:00:00Z"))).toBe(false);
  });

  it("is refused with each wrong field, its rule and what to do", () => {
    const wrong = checkCalendar({
      timeZone: "Mars/Olympus",
      weekend: ["SUNDAY", "MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY"],
      holidays: ["2026-02-29", "2026-12-25"],
    });
    expect(wrong.map(({ field }) => field)).toEqual(["timeZone", "weekend", "holidays.0"]);
    expect(wrong.every(({ remedy }) => remedy !== "")).toBe(true);
    expect(checkCalendar(VIENNA)).toEqual([]);
    expect(checkCalendar({ ...VIENNA, timeZone: "+02:00" })).toHaveLength(1);
    const many = Array.from({ length: 1_001 }, () => "2026-12-25");
    expect(checkCalendar({ ...VIENNA, holidays: many })).toMatchObject([{ field: "holidays" }]);
  });
});

describe("a time zone", () => {
  it("gives the jump for a time that its clock never shows", () => {
    const zone = openZone("Europe/Vienna");
    const shown = Date.parse("2026-03-29T02:30:00Z");
    expect(told(zone?.instantOf(shown))).toBe("2026-03-29T01:00:00.000Z");
    // Samoa skipped a whole day.
    const apia = openZone("Pacific/Apia");
    expect(told(apia?.instantOf(Date.parse("2011-12-30T12:00:00Z")))).toBe(
      "2011-12-30T10:00:00.000Z",
    );
  });

  it("gives the first of two instants for a time that its clock shows twice", () => {
    const zone = openZone("America/New_York");
    const shown = Date.parse("2026-11-01T01:30:00Z");
    expect(told(zone?.instantOf(shown))).toBe("2026-11-01T05:30:00.000Z");
  });

  it("is found by its name in any capitals, and none by another", () => {
    expect(openZone("europe/VIENNA")).toBe(openZone("Europe/Vienna"));
    for (const name of ["", "Nowhere", "+01:00", "Europe/"]) expect(openZone(name)).toBeUndefined();
  });
});

describe("the clock of a case (TP-CLOCK-4)", () => {
  const settings = { targets: DEFAULT_TARGETS.ROUTINE, calendar: openCalendar(undefined) };
  const delivered = change("DELIVERED", "2026-03-01T10:00:00Z");

  it("has not begun before the delivery", () => {
    const clock = caseClock([change("SUBMITTED", "2026-02-01T00:00:00Z")], settings);
    expect(clock).toMatchObject({ phase: "NONE", answerByMs: undefined });
  });

  it("runs from the delivery, and owes an acknowledgement until something comes", () => {
    const running = caseClock([delivered], settings);
    expect(told(running.acknowledgeByMs)).toBe("2026-03-08T10:00:00.000Z");
    expect(told(running.answerByMs)).toBe("2026-03-31T10:00:00.000Z");
    const taken = caseClock([delivered, change("ACKNOWLEDGED", "2026-03-02T00:00:00Z")], settings);
    expect(taken).toMatchObject({ phase: "RUNNING", acknowledgeByMs: undefined });
    expect(told(taken.acknowledgedAtMs)).toBe("2026-03-02T00:00:00.000Z");
  });

  it("stands still while information is asked for, and is as much later after it", () => {
    const asked = [delivered, change("INFORMATION_REQUESTED", "2026-03-03T10:00:00Z")];
    const stopped = caseClock(asked, settings);
    expect(stopped).toMatchObject({ phase: "STOPPED", answerByMs: undefined });
    const told5 = caseClock([...asked, change("IN_PROGRESS", "2026-03-08T10:00:00Z")], settings);
    expect(told(told5.answerByMs)).toBe("2026-04-05T10:00:00.000Z");
  });

  it("ends with the answer, and begins anew when the case is reopened", () => {
    const answered = [delivered, change("ANSWERED", "2026-03-05T10:00:00Z")];
    expect(caseClock(answered, settings)).toMatchObject({
      phase: "ENDED",
      endedAtMs: at("2026-03-05T10:00:00Z"),
      answerByMs: undefined,
    });
    const reopened = caseClock([...answered, change("REOPENED", "2026-03-20T10:00:00Z")], settings);
    expect(told(reopened.answerByMs)).toBe("2026-04-19T10:00:00.000Z");
    expect(reopened.acknowledgeByMs).toBeUndefined();
  });

  it("ends with a withdrawal, which acknowledges nothing", () => {
    const clock = caseClock([delivered, change("WITHDRAWN", "2026-03-02T10:00:00Z")], settings);
    expect(clock).toMatchObject({ phase: "ENDED", acknowledgedAtMs: undefined });
  });
});

describe("reminders (TP-CLOCK-6)", () => {
  const span = { startedAtMs: 0, answerByMs: 30 * 86_400_000 };

  it("are six: at half, when it is due, then every fourteen days", () => {
    const days = reminderTimes(span.startedAtMs, span.answerByMs).map((ms) => ms / 86_400_000);
    expect(days).toEqual([15, 30, 44, 58, 72, 86]);
  });

  it("are sent once each, and one instead of many after a long absence", () => {
    const day = 86_400_000;
    expect(reminderDue(span, 0, 14 * day)).toEqual({ number: undefined, nextAtMs: 15 * day });
    expect(reminderDue(span, 0, 15 * day)).toEqual({ number: 1, nextAtMs: 30 * day });
    expect(reminderDue(span, 1, 16 * day)).toEqual({ number: undefined, nextAtMs: 30 * day });
    expect(reminderDue(span, 1, 60 * day)).toEqual({ number: 4, nextAtMs: 72 * day });
    expect(reminderDue(span, 6, 999 * day)).toEqual({ number: undefined, nextAtMs: undefined });
  });
});

describe("the place of a quantile (TP-CLOCK-7)", () => {
  it("is that of the nearest rank", () => {
    const ranks = [1, 2, 9, 10, 11].map((count) => [rankOf(count, 0.5), rankOf(count, 0.9)]);
    expect(ranks).toEqual([
      [0, 0],
      [0, 1],
      [4, 8],
      [4, 8],
      [5, 9],
    ]);
    expect(rankOf(0, 0.5)).toBe(0);
  });
});
