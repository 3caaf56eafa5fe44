import { describe, expect, it } from "vitest";
import { PeriodLength } from "#proto";
import { dueReleases, releasesOn } from "#statistics";

const at = (text: string): number => Date.parse(text);
const { DAY, MONTH, YEAR } = PeriodLength;

describe("the release calendar (TP-STAT-15)", () => {
  it("has a day two days later, in leap years too", () => {
    const day = { length: DAY, period: "2028-02-29", vintage: 1, releasedOn: "2028-03-02" };
    expect(releasesOn("2028-03-02")).toEqual([day]);
  });

  it("has a month on the tenth of the next, and again three months later", () => {
    const releasedOn = "2027-01-10";
    expect(releasesOn(releasedOn)).toEqual([
      { length: DAY, period: "2027-01-08", vintage: 1, releasedOn },
      { length: MONTH, period: "2026-12", vintage: 1, releasedOn },
      { length: MONTH, period: "2026-09", vintage: 2, releasedOn },
    ]);
  });

  it("has a year on 31 March of the next, and again a year later", () => {
    const releasedOn = "2027-03-31";
    expect(releasesOn(releasedOn)).toEqual([
      { length: DAY, period: "2027-03-29", vintage: 1, releasedOn },
      { length: YEAR, period: "2026", vintage: 1, releasedOn },
      { length: YEAR, period: "2025", vintage: 2, releasedOn },
    ]);
  });

  it("is due from midnight UTC, once, and is caught up with day by day", () => {
    expect(dueReleases(at("2026-12-09T23:59:59.999Z"), "2026-12-09")).toEqual([]);
    const due = dueReleases(at("2026-12-10T00:00:00Z"), "2026-12-09");
    expect(due.map(({ period, vintage }) => `${period} ${vintage}`)).toEqual([
      "2026-12-08 1",
      "2026-11 1",
      "2026-08 2",
    ]);
    const late = dueReleases(at("2027-01-01T12:00:00Z"), "2025-12-31");
    const months = late.filter(({ length }) => length === MONTH);
    expect(late.filter(({ length }) => length === DAY)).toHaveLength(366);
    expect(months.map(({ releasedOn }) => releasedOn)).toEqual(
      months.map(({ releasedOn }) => releasedOn).toSorted(),
    );
    expect(months).toHaveLength(24);
    const releases = late.map(({ period, vintage }) => `${period} ${vintage}`);
    expect(new Set(releases).size).toBe(late.length);
  });
});
