import { compileSchema, FIREARM_LIMITS } from "#runtime";
import { FirearmLine, problemOfRecord, toRecord } from "../api/firearm-schema.ts";
import type { IncomingFirearm } from "../firearms/put-firearm.ts";
import { type CsvHeader, columnOf, lineOfRecord } from "./csv-columns.ts";
import { parseCsvRecord } from "./csv-record.ts";
import type { FileRecord } from "./read-records.ts";

/** One thing that is wrong with a line. */
export interface LineProblem {
  /** Field or column; empty for the line as a whole. */
  readonly field: string;
  readonly rule: string;
}

/** A firearm, nothing at all, or everything that is wrong with the line. */
export type DecodedLine =
  | { readonly type: "firearm"; readonly firearm: IncomingFirearm }
  | { readonly type: "blank" }
  | { readonly type: "bad"; readonly problems: readonly LineProblem[] };

const checkLine = compileSchema(FirearmLine);
const BLANK: DecodedLine = { type: "blank" };

/** Reads a record of an import; a header makes it one of CSV (TP-FIRE-12). Never throws. */
export function decodeLine(record: FileRecord, header: CsvHeader | undefined): DecodedLine {
  if (record.text === undefined) return bad("", ruleOfFault(record.fault));
  if (record.text.trim() === "") return BLANK;
  if (header === undefined) {
    const value = parseJson(record.text);
    return value === undefined ? bad("", "is not JSON") : check(value, (field) => field);
  }
  const parsed = parseCsvRecord(record.text, header.delimiter);
  if (parsed.type === "open") return bad("", ruleOfFault("openQuote"));
  if (parsed.type === "bad") return bad("", parsed.rule);
  const line = lineOfRecord(header, parsed.fields);
  const { length } = header.columns;
  if (line === undefined) return bad("", `has ${parsed.fields.length} fields instead of ${length}`);
  return check(line, columnOf);
}

/** What is wrong with a line that cannot be read. */
export function ruleOfFault(fault: FileRecord["fault"]): string {
  switch (fault) {
    case "notUtf8":
      return "is not UTF-8; save the file as UTF-8";
    case "openQuote":
      return "opens a quote that is never closed; a quote inside a field is doubled";
    default:
      return `is longer than ${FIREARM_LIMITS.lineBytesMax} bytes`;
  }
}

function check(value: unknown, nameOf: (field: string) => string): DecodedLine {
  const checked = checkLine.check(value);
  if (!checked.ok) {
    const problems = checked.problems.map(({ field, rule }) => ({ field: nameOf(field), rule }));
    return { type: "bad", problems };
  }
  const firearm = toRecord(checked.value);
  const problem = problemOfRecord(firearm);
  return problem === undefined
    ? { type: "firearm", firearm }
    : bad(nameOf(problem.field), problem.rule);
}

function bad(field: string, rule: string): DecodedLine {
  return { type: "bad", problems: [{ field, rule }] };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
