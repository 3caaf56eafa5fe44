import { describe, expect, it } from "vitest";
import { DEFAULT_SCHEDULE_TEXT, defaultSchedule, parseSchedule, RETENTION_CLASSES } from "#records";

function problemsOf(text: string): string[] {
  const parsed = parseSchedule(text, 1);
  return parsed.ok ? [] : parsed.problems.map(({ field, rule }) => `${field} ${rule}`);
}

/** The default schedule with one text in the place of another. */
function altered(before: string, after: string): string {
  expect(DEFAULT_SCHEDULE_TEXT).toContain(before);
  return DEFAULT_SCHEDULE_TEXT.replace(before, after);
}

describe("the retention schedule (TP-RET-1)", () => {
  it("by default has a line with its basis for every class", () => {
    const { lines, version } = defaultSchedule();
    expect(version).toBe(0);
    expect(new Set(lines.map((line) => line.class))).toEqual(new Set(RETENTION_CLASSES));
    expect(lines.filter(({ basis }) => basis.length < 10)).toEqual([]);
  });

  it.each([
    ["P10Y", "10 years", "lines.0.minimum must be an ISO 8601 period of at most 100 years"],
    ["P10Y", "P101Y", "lines.0.minimum must be an ISO 8601 period of at most 100 years"],
    ["CASE_CLOSED", "MAYBE", "lines.0.trigger must be one of"],
    ["maximum: P10Y", "maximum: P4Y", "lines.8.maximum is shorter than the minimum"],
    ["instrument: ITI\n", "\n", "lines.1.class is said in line 1 already"],
    ["as: trace", "as: gossip", "lines.6.as names a class without a line"],
    ["as: trace", "as: consent", "lines.6.as names a class that is itself as one"],
    ["action: REVIEW", "action: DESTROY", "lines.4.review belongs to the action REVIEW"],
    ["maximum: P90D", "review: P90D", "lines.7.review belongs to the action REVIEW"],
    ["class: audit", "class: Audit", "lines say nothing of the class audit"],
    ["closedAfterSilence: P2Y", "closedAfterSilence: soon", "closedAfterSilence must be an ISO"],
    [
      "closedAfterSilence: P2Y",
      "closedAfterSilence: P2Y\nclosed: yes",
      "closed is not a known field",
    ],
    ["lines:", "lines: [", "schedule is not YAML: "],
    ["instrument: ITI", "instrument: TREATY", "lines.1.instrument must be one of"],
  ])("is refused with %s as %s", (before, after, problem) => {
    expect(problemsOf(altered(before, after)).join("\n")).toContain(problem);
  });

  it("unfolds no aliases, and ends at its limit", () => {
    const bomb = "a: &a [x]\nb: &b [*a, *a]\nlines: [*b, *b]\n";
    expect(problemsOf(bomb)).toEqual([expect.stringContaining("is not YAML")]);
    expect(problemsOf("x".repeat(70_000))).toEqual([expect.stringContaining("is longer than")]);
  });

  it("tells all problems together", () => {
    const two = altered("P10Y", "x").replace("P20Y", "y");
    expect(problemsOf(two)).toHaveLength(2);
  });
});
