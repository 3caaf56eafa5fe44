import { describe, expect, it } from "vitest";
import { countIndicator, type RecoveredArm } from "#statistics";
import { RULES } from "../../../cli/rules/index.ts";

const arm = (
  id: string,
  recoveredOn: string,
  establishedOn: string | null = null,
): RecoveredArm => {
  const establishedBy = establishedOn === null ? null : "TRACE";
  return { id, recovered: "SEIZED", recoveredOn, establishedBy, establishedOn };
};

describe("indicator 16.4.2", () => {
  const arms = [
    arm("A", "2026-02-03", "2026-12-24"),
    arm("A", "2026-02-01"),
    arm("B", "2026-12-31", "2027-06-01"),
    arm("C", "2025-12-31", "2026-01-01"),
    arm("C", "2026-01-02"),
  ];

  it("counts an arm once, under its first recovery, as established by any report (TP-STAT-1)", () => {
    const expected = { numerator: 1, denominator: 2, value: 50, vintage: "2027-01-01" };
    expect(countIndicator(arms, 2026, "2027-01-01")).toEqual(expected);
    expect(countIndicator(arms.toReversed(), 2026, "2027-01-01")).toEqual(expected);
    expect(countIndicator(arms, 2025, "2027-01-01")).toMatchObject({
      numerator: 1,
      denominator: 1,
    });
  });

  it("is revised by what is established later, in a later vintage (TP-STAT-2)", () => {
    expect(countIndicator(arms, 2026, "2027-05-31").numerator).toBe(1);
    expect(countIndicator(arms, 2026, "2027-06-01").numerator).toBe(2);
    expect(countIndicator(arms, 2026, "2026-02-02")).toMatchObject({
      numerator: 0,
      denominator: 1,
    });
  });

  it("is absent where no arm was recovered, and zero where none was traced (TP-STAT-3)", () => {
    expect(countIndicator(arms, 2024, "2027-01-01").value).toBeNull();
    expect(countIndicator([arm("D", "2026-05-05")], 2026, "2027-01-01").value).toBe(0);
  });

  it("takes no origin without a day, and says which arm it is of (TP-STAT-4)", () => {
    const undated = { ...arm("A", "2026-01-01"), establishedBy: "TRACE" };
    const given = { year: 2026, arms: [arm("B", "2026-01-01"), undated], asOf: "2027-01-01" };
    const answer = RULES.get("indicator")?.run(given);
    expect(answer).toMatchObject({
      ok: false,
      problem: { problems: [{ field: "arms.1.establishedOn" }] },
    });
  });
});
