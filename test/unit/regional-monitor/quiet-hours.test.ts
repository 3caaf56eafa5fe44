import { describe, expect, it } from "vitest";
import { isQuiet } from "../../../services/regional-monitor/watch/quiet-hours.ts";

describe("quiet hours (TP-WATCH-7)", () => {
  // A Friday.
  const at = (time: string, day = 6) => Date.parse(`2026-11-0${day}T${time}Z`);

  it("go from a minute up to another, in UTC", () => {
    const noon = [{ from: "12:00", to: "13:30" }];
    expect(isQuiet(noon, at("11:59:59.999"))).toBe(false);
    expect(isQuiet(noon, at("12:00:00"))).toBe(true);
    expect(isQuiet(noon, at("13:29:59.999"))).toBe(true);
    expect(isQuiet(noon, at("13:30:00"))).toBe(false);
    expect(isQuiet([], at("12:00:00"))).toBe(false);
  });

  it("go over midnight, on the days on which they begin", () => {
    const weekend = [{ days: ["FRI" as const, "SAT" as const], from: "18:00", to: "07:00" }];
    const times = ["17:59", "18:00", "23:59"].map((time) => isQuiet(weekend, at(`${time}:00`)));
    expect(times).toEqual([false, true, true]);
    expect(isQuiet(weekend, at("06:59:00", 7))).toBe(true);
    expect(isQuiet(weekend, at("07:00:00", 7))).toBe(false);
    expect(isQuiet(weekend, at("06:59:00", 8))).toBe(true);
    // Sunday evening.
    expect(isQuiet(weekend, at("18:00:00", 8))).toBe(false);
  });

  it("are a whole day where they end as they begin", () => {
    const sunday = [{ days: ["SUN" as const], from: "00:00", to: "00:00" }];
    expect(isQuiet(sunday, at("23:59:59", 7))).toBe(false);
    expect(isQuiet(sunday, at("00:00:00", 8))).toBe(true);
    expect(isQuiet(sunday, at("23:59:59", 8))).toBe(true);
    expect(isQuiet(sunday, at("00:00:00", 9))).toBe(false);
  });
});
