import { Type } from "typebox";
import {
  compileSchema,
  LEDGER_LIMITS,
  OUTPUT_LIMITS,
  type SchemaCheck,
  type SchemaProblem,
  type SchemaResult,
} from "#runtime";
import type { Figure } from "#statistics";
import { createExport, type ExportSet } from "./export-set.ts";

/** Figures as JSON Lines: whose they are first, then one in a line (TP-OUT-4). */
export function figureLines({ figures, ...about }: ExportSet): string {
  return [about, ...figures].map((line) => `${JSON.stringify(line)}\n`).join("");
}

const COUNT = Type.Integer({ minimum: 0 });
const TEXT = Type.String({ maxLength: OUTPUT_LIMITS.textCharsMax });
const LONG_TEXT = Type.String({ maxLength: LEDGER_LIMITS.methodNoteCharsMax });
const VALUE = Type.Union([Type.Number(), Type.Null()]);

const checkAbout = compileSchema(
  Type.Object(
    {
      body: TEXT,
      bodyName: TEXT,
      exchangeStatus: Type.Enum(["ACTUAL", "EXERCISE", "TEST"]),
      threshold: COUNT,
      preparedAt: TEXT,
      notes: Type.Array(
        Type.Object(
          {
            ...{ state: TEXT, year: COUNT, asOf: TEXT, text: LONG_TEXT },
            national: Type.Array(
              Type.Object(
                { ...{ code: TEXT, title: LONG_TEXT, unit: TEXT }, value: VALUE },
                { additionalProperties: false },
              ),
            ),
          },
          { additionalProperties: false },
        ),
      ),
    },
    { additionalProperties: false },
  ),
);

const checkFigure = compileSchema(
  Type.Object(
    {
      measure: TEXT,
      by: Type.Record(Type.String({ pattern: "^[A-Za-z][A-Za-z0-9_]*$" }), TEXT),
      period: Type.String({ pattern: "^\\d{4}(-\\d{2}(-\\d{2}(T\\d{2})?)?)?$" }),
      value: VALUE,
      unit: Type.Enum(["PIECES", "MESSAGES", "CASES", "HOURS", "PERCENT"]),
      status: Type.Enum(["A", "B", "E", "M", "P"]),
      confidentiality: Type.Enum(["F", "N", "C", "D"]),
      coverage: Type.Object(
        {
          statesExpected: COUNT,
          statesReporting: COUNT,
          monthsExpected: COUNT,
          monthsReporting: COUNT,
        },
        { additionalProperties: false },
      ),
      vintage: TEXT,
    },
    { additionalProperties: false },
  ),
);

/**
 * Reads what {@link figureLines} wrote (TP-OUT-4). Every problem with its line, the first ones
 * listed; none is passed over, so that no report is made of half a file.
 */
export function parseFigureLines(text: string): SchemaResult<ExportSet> {
  const [first = "", ...rest] = text.split("\n").filter((line) => line.trim() !== "");
  const about = readLine(first, 1, checkAbout);
  const problems: SchemaProblem[] = about.ok ? [] : [...about.problems];
  const figures: Figure[] = [];
  for (const [index, line] of rest.entries()) {
    if (problems.length >= OUTPUT_LIMITS.problemsMax) break;
    const read = readLine(line, index + 2, checkFigure);
    if (read.ok) figures.push(read.value);
    else problems.push(...read.problems);
  }
  if (about.ok && problems.length === 0) {
    return { ok: true, value: createExport(about.value, figures) };
  }
  return { ok: false, problems };
}

function readLine<T>(line: string, number: number, schema: SchemaCheck<T>): SchemaResult<T> {
  const place = `line ${number}`;
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return { ok: false, problems: [{ field: place, rule: "is not JSON" }] };
  }
  const result = schema.check(value);
  if (result.ok) return result;
  const problems = result.problems.map(({ field, rule }) => ({
    field: [place, field].filter(Boolean).join(", "),
    rule,
  }));
  return { ok: false, problems };
}
