import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { type CsvError, parse } from "csv-parse/sync";
import { TracepostError } from "#errors";
import { alpha2Of } from "#reference";
import { CASEWORK_LIMITS, isCalendarDate, SCENARIO_LIMITS } from "#runtime";

/** The columns of the input, in order (docs/spec/screening.md, TP-SCR-5). */
export const COLUMNS = [
  "ref",
  "manufacturer",
  "serial_number",
  "calibre",
  "first_sale_date",
  "recovery_date",
  "dealer_state",
  "recovered_in",
] as const;

/** One recovered firearm, every field as recorded. */
export interface RecoveredRow {
  readonly ref: string;
  readonly manufacturer: string;
  readonly serialNumber: string;
  readonly calibre: string;
  /** ISO 8601 date, or empty. */
  readonly recoveryDate: string;
  /** Requesting State, ISO 3166-1 alpha-2. */
  readonly recoveredIn: string;
}

/** The input as read. */
export interface RecoveredFile {
  readonly rows: readonly RecoveredRow[];
  /** SHA-256 of the bytes, lower-case hex: what a data folder belongs to. */
  readonly digest: string;
}

const HEADER_REMEDY = `The first line must be exactly: ${COLUMNS.join(",")}`;

/** Reads the input. Throws TracepostError INPUT_INVALID naming every bad line. */
export async function readRecoveredFile(file: string): Promise<RecoveredFile> {
  const bytes = await readBytes(file);
  const digest = createHash("sha256").update(bytes).digest("hex");
  return { rows: parseRecoveredRows(bytes, file), digest };
}

async function readBytes(file: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(file);
    if (size <= SCENARIO_LIMITS.inputBytesMax) return await readFile(file);
  } catch (caught) {
    const why = caught instanceof Error ? caught.message : String(caught);
    throw new TracepostError("INPUT_INVALID", `The input cannot be read: ${why}`, {
      cause: caught,
      remedy: "Give the path of a CSV file with --input.",
    });
  }
  const limit = SCENARIO_LIMITS.inputBytesMax / (1024 * 1024);
  throw new TracepostError("INPUT_INVALID", `${file} is larger than ${limit} MiB`, {
    remedy: "Split it into several files.",
  });
}

/** Reads the rows of a CSV text. Throws TracepostError INPUT_INVALID naming every bad line. */
export function parseRecoveredRows(bytes: Uint8Array, file: string): RecoveredRow[] {
  const [header, ...records] = parseCsv(decodeUtf8(bytes, file), file);
  if (header === undefined || header.record.join("\n") !== COLUMNS.join("\n")) {
    const found = header === undefined ? "nothing" : header.record.join(",");
    throw new TracepostError("INPUT_INVALID", `${file} has another header`, {
      problems: [`line ${header?.line ?? 1}: found ${found}`],
      remedy: HEADER_REMEDY,
    });
  }
  const problems: string[] = [];
  const lineOfRef = new Map<string, number>();
  const rows = records.map(({ line, record }) => {
    problems.push(...checkRecord(record, line, lineOfRef));
    return toRow(record);
  });
  if (problems.length === 0) return rows;
  throw new TracepostError("INPUT_INVALID", `${file} has ${problems.length} problem(s)`, {
    problems,
    remedy: "Nothing was sent. Mend these lines and start again.",
  });
}

function decodeUtf8(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (caught) {
    throw new TracepostError("INPUT_INVALID", `${file} is not UTF-8 text`, {
      cause: caught,
      remedy: "Save it as CSV in UTF-8.",
    });
  }
}

/** A record and the line it ends on. */
interface CsvRecord {
  readonly line: number;
  readonly record: string[];
}

function parseCsv(text: string, file: string): CsvRecord[] {
  try {
    const parsed = parse(text, {
      bom: true,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
    }) as unknown as { info: { lines: number }; record: string[] }[];
    return parsed.map(({ info, record }) => ({ line: info.lines, record }));
  } catch (caught) {
    const { code, lines } = caught as CsvError & { lines?: number };
    const where = lines === undefined ? "" : `line ${lines}: `;
    throw new TracepostError("INPUT_INVALID", `${file} is not well-formed CSV`, {
      cause: caught,
      problems: [`${where}${code}`],
      remedy: "Check the quotes on and before that line; a quote inside a field is doubled.",
    });
  }
}

function toRow(record: readonly string[]): RecoveredRow {
  const [ref = "", manufacturer = "", serialNumber = "", calibre = "", , date = ""] = record;
  return {
    ref,
    manufacturer,
    serialNumber,
    calibre,
    recoveryDate: date,
    recoveredIn: alpha2Of(record[7] ?? "") ?? "",
  };
}

/** Every problem of one record: line, field, rule, way out. */
function checkRecord(
  record: readonly string[],
  line: number,
  lineOfRef: Map<string, number>,
): string[] {
  if (record.length !== COLUMNS.length) {
    const found = `found ${record.length} fields, need ${COLUMNS.length}`;
    return [`line ${line}: wrongFieldCount (${found}); quote a field that holds a comma`];
  }
  const problems: string[] = [];
  const say = (field: string, rule: string, wayOut: string): void => {
    problems.push(`line ${line}, ${field}: ${rule}; ${wayOut}`);
  };
  const [ref = "", make = "", serial = "", calibre = "", sold = "", date = ""] = record;
  const country = record[7] ?? "";
  const { caseNumberCharsMax, markingCharsMax, serialCharsMax } = CASEWORK_LIMITS;
  const bounds = [
    ["ref", ref, caseNumberCharsMax],
    ["manufacturer", make, markingCharsMax],
    ["serial_number", serial, serialCharsMax],
    ["calibre", calibre, markingCharsMax],
  ] as const;
  for (const [field, value, charsMax] of bounds) {
    if (value.length > charsMax) say(field, "tooLong", `at most ${charsMax} characters`);
  }
  const earlier = lineOfRef.get(ref);
  if (ref.trim() === "") say("ref", "missing", "give each row a reference of its own");
  else if (earlier !== undefined) say("ref", "doubled", `${ref} stands on line ${earlier} too`);
  else lineOfRef.set(ref, line);
  for (const [field, value] of Object.entries({ first_sale_date: sold, recovery_date: date })) {
    const fits = value === "" || isCalendarDate(value);
    if (!fits) say(field, "notADate", "write YYYY-MM-DD or leave it empty");
  }
  if (alpha2Of(country) === undefined) {
    const rule = country === "" ? "missing" : "unknownState";
    say("recovered_in", rule, "write an ISO 3166-1 alpha-3 code such as USA");
  }
  return problems;
}
