import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ANSWER_COLUMNS, checkCsv } from "../../../lib/alerts/api/check-answers-csv.ts";
import type { CheckReport } from "../../../lib/alerts/api/check-schema.ts";

type Found = NonNullable<CheckReport["answers"][number]["matches"]>[number];

const found: Found = {
  alertId: "alert-1",
  messageId: "m1",
  sender: "KE",
  kind: "WANTED_FIREARM",
  status: "ACTUAL",
  basis: "PARTIAL",
  differs: ["make"],
  item: 0,
  wanted: "AB 12?4",
  headline: "Stolen from a dealer (made up)",
  dutyContact: { unit: "Desk", telephone: "+254201234567", email: "" },
  expiresAt: "2026-06-01T00:00:00.000Z",
};

function report(answers: CheckReport["answers"], stale = false): CheckReport {
  return {
    checkedAt: "2026-03-01T12:00:00.000Z",
    asOf: "2026-03-01T11:59:00.000Z",
    stale,
    staleAfterHours: 24,
    alertsInForce: 1,
    questions: answers.length,
    possibleMatches: 0,
    notChecked: 0,
    notice: "",
    answers,
  };
}

const rowsOf = (text: string) => parse(text, { columns: true }) as Record<string, string>[];

describe("answers to checks as CSV (TP-CHECK-15)", () => {
  it("leave no question out, and name each possible match with whom to call", () => {
    const rows = rowsOf(
      checkCsv(
        report([
          { index: 0, ref: "A", result: "NO_MATCH" },
          { index: 1, ref: "B", result: "POSSIBLE_MATCH", matches: [found, found] },
          { index: 2, result: "NOT_CHECKED", field: "serial", rule: "tooVague", advice: "More." },
        ]),
      ),
    );
    expect(rows.map(({ line, ref, result }) => [line, ref, result])).toEqual([
      ["1", "A", "NO_MATCH"],
      ["2", "B", "POSSIBLE_MATCH"],
      ["2", "B", "POSSIBLE_MATCH"],
      ["3", "", "NOT_CHECKED"],
    ]);
    expect(rows[1]).toMatchObject({ basis: "PARTIAL", differs: "make", callUnit: "Desk" });
    expect(rows[3]?.advice).toBe("serial tooVague More.");
  });

  it("mark what an exercise looks for, which is no match, and what is stale", () => {
    const exercise = { ...found, status: "EXERCISE" };
    const answer = { index: 0, result: "NO_MATCH", exercises: [exercise] } as const;
    const [row] = rowsOf(checkCsv(report([{ ...answer, exercises: [exercise] }], true)));
    expect(row).toMatchObject({ result: "NO_MATCH", exercise: "EXERCISE", stale: "STALE" });
  });

  it("hold nothing that a spreadsheet runs, whatever an alert or a question says", () => {
    const signs = fc.constantFrom("=", "+", "-", "@", "\t", "\r", "'", '"', ",", "\n", "a", "1");
    const text = fc.string({ unit: signs, minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(text, text, (ref, headline) => {
        const matches = [{ ...found, headline }];
        const csv = checkCsv(report([{ index: 0, ref, result: "POSSIBLE_MATCH", matches }]));
        const rows = parse(csv, { relax_column_count: false }) as string[][];
        expect(rows).toHaveLength(2);
        expect(rows[0]).toEqual([...ANSWER_COLUMNS]);
        for (const cell of rows[1] ?? []) expect(cell).not.toMatch(/^[=+\-@\t\r]/u);
      }),
    );
  });
});
