import { compileSchema, LEDGER_LIMITS } from "#runtime";
import { parseCsvRecord } from "../register/csv-record.ts";
import { type FileRecord, readRecords } from "../register/read-records.ts";
import {
  checkAbout,
  checkItem,
  type SeizureContext,
  type SeizureProblem,
  type SeizureProblemCode,
} from "./check-seizure.ts";
import {
  columnOfField,
  delimiterOf,
  lineOfFields,
  parseSeizureHeader,
  type SeizureHeader,
} from "./seizure-columns.ts";
import { SeizureLine, type SeizureLineFacts } from "./seizure-schema.ts";

/** A line that can be taken. */
export interface GoodLine {
  /** From 1. */
  readonly line: number;
  readonly facts: SeizureLineFacts;
}

/** Something that is wrong with a line. */
export interface LineProblem extends SeizureProblem {
  /** From 1; of a record that reaches over several, the first. */
  readonly line: number;
}

/** A file as it was read. */
export interface ReadSeizures {
  /** Lines of the file with something on them, without the header. */
  readonly lines: number;
  readonly good: readonly GoodLine[];
  readonly problems: readonly LineProblem[];
}

const shape = compileSchema(SeizureLine);

/**
 * Reads a CSV file of reports, one item to a line, and tells everything that is wrong with it line
 * by line (TP-LEDG-5). What only the store knows is looked at when it is taken. Never throws.
 */
export async function readSeizures(
  bytes: Uint8Array,
  context: SeizureContext,
): Promise<ReadSeizures> {
  const good: GoodLine[] = [];
  const problems: LineProblem[] = [];
  let header: SeizureHeader | undefined;
  let lines = 0;
  for await (const record of recordsOf(bytes)) {
    const { line, text } = record;
    if (text?.trim() === "") continue;
    const found: SeizureProblem[] = [];
    if (text === undefined) {
      found.push(faultOf(record));
    } else if (header === undefined) {
      const read = parseSeizureHeader(text);
      if (read.ok) header = read.header;
      else found.push(...read.problems.map((one) => ({ code: "BAD_HEADER" as const, ...one })));
    } else {
      const read = readLine(header, text, context);
      if (Array.isArray(read)) found.push(...read);
      else good.push({ line, facts: read });
    }
    problems.push(...found.map((one) => ({ line, ...one })));
    // Without the names of the columns no line says anything.
    if (header === undefined) return { lines, good, problems };
    lines += 1;
    if (lines > LEDGER_LIMITS.fileLinesMax + 1) {
      const rule = `must have at most ${LEDGER_LIMITS.fileLinesMax} lines: cut it into several`;
      return { lines, good: [], problems: [{ line, code: "FILE_TOO_LARGE", field: "", rule }] };
    }
  }
  if (header === undefined) {
    problems.push({
      line: 1,
      code: "BAD_HEADER",
      field: "",
      rule: "is missing: the file is empty",
    });
  }
  return { lines: Math.max(0, lines - 1), good, problems };
}

async function* recordsOf(bytes: Uint8Array): AsyncGenerator<FileRecord> {
  async function* once(): AsyncGenerator<Uint8Array> {
    yield bytes;
  }
  const end = bytes.indexOf(0x0a);
  const first = Buffer.from(bytes.subarray(0, end < 0 ? bytes.length : end)).toString("latin1");
  const form = { format: "csv", delimiter: delimiterOf(first) } as const;
  yield* readRecords(once(), form, { line: 0, offset: 0 });
}

const FAULTS = {
  notUtf8: { code: "NOT_UTF8", rule: "must be UTF-8: save the table as UTF-8" },
  tooLong: { code: "LINE_TOO_LONG", rule: "is longer than any record" },
  openQuote: { code: "OPEN_QUOTE", rule: "has a quote that is never closed" },
} as const;

function faultOf({ fault = "openQuote" }: FileRecord): SeizureProblem {
  return { field: "", ...FAULTS[fault] };
}

function readLine(
  header: SeizureHeader,
  text: string,
  context: SeizureContext,
): SeizureLineFacts | SeizureProblem[] {
  const record = parseCsvRecord(text, header.delimiter);
  if (record.type !== "record") {
    return [{ code: "OPEN_QUOTE", field: "", rule: "has a quote that does not end its field" }];
  }
  const raw = lineOfFields(header, record.fields);
  if (raw === undefined) {
    const rule = `has ${record.fields.length} fields, and the header ${header.columns.length}`;
    return [{ code: "COLUMN_COUNT", field: "", rule }];
  }
  const formulas = raw.formulas.map((field) => ({
    code: "FORMULA" as const,
    field,
    rule: "begins like a formula: put an apostrophe before it if it is meant",
  }));
  const read = shape.check(raw.facts);
  if (!read.ok) {
    return [
      ...formulas,
      ...read.problems.map(({ field, rule }) => ({
        code: codeOf(field, raw.facts),
        field: columnOfField(field),
        rule,
      })),
    ];
  }
  const facts = read.value;
  const found = [...checkAbout(facts, context), ...checkItem(facts, facts, context)];
  const told = found.map((one) => ({ ...one, field: columnOfField(one.field) }));
  return formulas.length + told.length === 0 ? facts : [...formulas, ...told];
}

const LISTED = [
  "institution",
  "recovery",
  "justification",
  "kind",
  "type",
  "marking",
  "unit",
  "estimated",
  "craftMade",
  "origin.by",
  "route.claimed",
  "offences",
  "modusOperandi",
];

/** Which code says that a field has not the shape it must have. */
function codeOf(field: string, facts: Readonly<Record<string, unknown>>): SeizureProblemCode {
  const [first = "", second] = field.split(".");
  const there =
    second === undefined ? facts[first] : (facts[first] as Record<string, unknown>)?.[second];
  if (there === undefined) return "MISSING";
  if (LISTED.includes(field) || LISTED.includes(first)) return "UNKNOWN_VALUE";
  if (["quantity", "item", "personsArrested"].includes(field)) return "BAD_QUANTITY";
  if (field === "date" || field === "origin.on" || field === "yearOfManufacture") return "BAD_DATE";
  if (field === "countryOfManufacture" || first === "route") return "UNKNOWN_STATE";
  return field === "place" ? "UNKNOWN_PLACE" : "TOO_LONG";
}
