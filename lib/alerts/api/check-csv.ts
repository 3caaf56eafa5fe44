import { type CsvError, parse } from "csv-parse/sync";
import { CHECK_LIMITS, compileSchema, type SchemaProblem } from "#runtime";
import { NewChecks, type Question } from "./check-schema.ts";

/** Columns of a list of questions; any order, each once, those without content left out. */
const COLUMNS = [
  "ref",
  "serial",
  "make",
  "model",
  "lot",
  "document",
  "consignmentKind",
  "consignment",
  "country",
  "company",
] as const;

type Column = (typeof COLUMNS)[number];

/** Questions, or everything that is wrong with the lines, by number. */
export type CsvQuestions =
  | { readonly ok: true; readonly questions: Question[] }
  | { readonly ok: false; readonly problems: readonly SchemaProblem[] };

const checkBody = compileSchema(NewChecks);

/** Reads questions from CSV (TP-CHECK-7). All or nothing: a line that is wrong is named. */
export function parseCheckCsv(text: string): CsvQuestions {
  const rows = readRows(text);
  if (!rows.ok) return rows;
  const [header, ...lines] = rows.value;
  const columns = header?.cells ?? [];
  const problems = columns.flatMap((name, at) => {
    const isKnown = (COLUMNS as readonly string[]).includes(name);
    if (isKnown && columns.indexOf(name) === at) return [];
    const rule = isKnown ? `${name} stands twice` : `${name} is no column of a list of questions`;
    return [{ field: "line 1", rule }];
  });
  if (problems.length > 0) return { ok: false, problems };
  if (lines.length === 0 || lines.length > CHECK_LIMITS.questionsMax) {
    const rule = `1 to ${CHECK_LIMITS.questionsMax} questions are taken at once`;
    return { ok: false, problems: [{ field: "", rule }] };
  }
  const questions = lines.map(({ cells }) => questionOf(columns as Column[], cells));
  const checked = checkBody.check({ questions });
  if (checked.ok) return { ok: true, questions: checked.value.questions };
  return {
    ok: false,
    problems: checked.problems.map(({ field, rule }) => ({ field: placeOf(field, lines), rule })),
  };
}

interface Row {
  /** From 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

type Rows =
  | { readonly ok: true; readonly value: readonly Row[] }
  | { readonly ok: false; readonly problems: readonly SchemaProblem[] };

function readRows(text: string): Rows {
  try {
    const records = parse(text, {
      bom: true,
      info: true,
      skip_empty_lines: true,
      trim: true,
      to: CHECK_LIMITS.questionsMax + 2,
    }) as unknown as { record: string[]; info: { lines: number } }[];
    const value = records.map(({ info, record }) => ({ line: info.lines, cells: record }));
    return { ok: true, value };
  } catch (caught) {
    const { lines = 0, message } = caught as CsvError & { lines?: number };
    return { ok: false, problems: [{ field: `line ${lines}`, rule: message }] };
  }
}

function questionOf(columns: readonly Column[], cells: readonly string[]): unknown {
  const given = new Map(columns.map((name, at) => [name, cells[at] ?? ""]));
  const question: Record<string, unknown> = {};
  for (const [name, text] of given) {
    const isOwn = name !== "consignmentKind" && name !== "consignment" && name !== "country";
    if (text !== "" && isOwn) question[name] = text;
  }
  const value = given.get("consignment") ?? "";
  const kind = given.get("consignmentKind") ?? "";
  const country = given.get("country") ?? "";
  if (value !== "" || kind !== "") {
    question.consignment = { kind, value, ...(country === "" ? {} : { country }) };
  }
  return question;
}

/** `questions.4.serial` is the serial number on the line of that question. */
function placeOf(field: string, lines: readonly Row[]): string {
  const [, at = "0", ...rest] = field.split(".");
  const line = lines[Number(at)]?.line ?? 0;
  return rest.length === 0 ? `line ${line}` : `line ${line}: ${rest.join(".")}`;
}
