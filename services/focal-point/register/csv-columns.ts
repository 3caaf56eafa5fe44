import type { FirearmLine } from "../api/firearm-schema.ts";
import { csvRecord, parseCsvRecord, withFormula, withoutFormula } from "./csv-record.ts";

/** Columns about the firearm itself, in the order in which they are written. */
const FIREARM_COLUMNS = [
  "id",
  "make",
  "serial",
  "maker",
  "licensee",
  "model",
  "calibre",
  "type",
  "countryOfManufacture",
  "yearOfManufacture",
  "importCountry",
  "importYear",
  "recordHolder",
  "status",
  "holder",
  "exportedTo",
  "eventDate",
  "restriction",
  "madeUp",
  "sourceNote",
] as const satisfies readonly (keyof FirearmLine)[];

/** Columns about one event of it; a firearm has a line for each of its events. */
const EVENT_COLUMNS = [
  "event",
  "eventId",
  "date",
  "fromParty",
  "fromState",
  "toParty",
  "toState",
  "authorizationRef",
  "holderKind",
  "evidence",
] as const;

/** Every column of a register as CSV. */
export const CSV_COLUMNS: readonly string[] = [...FIREARM_COLUMNS, ...EVENT_COLUMNS];

const REQUIRED: readonly string[] = ["id", "make", "serial"];
const NUMBERS: readonly string[] = ["yearOfManufacture", "importYear"];
const DELIMITERS = [",", ";", "\t"];

/** What the first line of a CSV file says: kept with the import, which may go on without it. */
export interface CsvHeader {
  readonly delimiter: string;
  /** Names of {@link CSV_COLUMNS}, as they stand in the file. */
  readonly columns: readonly string[];
}

/** The header of a file, or why its lines cannot be read. */
export type ReadHeader =
  | { readonly ok: true; readonly header: CsvHeader }
  | { readonly ok: false; readonly problems: readonly { field: string; rule: string }[] };

const bareName = (name: string): string => name.toLowerCase().replaceAll(/[\s_-]/gu, "");
const byName: ReadonlyMap<string, string> = new Map(
  CSV_COLUMNS.map((column) => [bareName(column), column]),
);

/** Reads the first line; columns may stand in any order, and be written with `_` or in capitals. */
export function parseCsvHeader(text: string): ReadHeader {
  const count = (delimiter: string): number => text.split(delimiter).length;
  const delimiter = DELIMITERS.toSorted((a, b) => count(b) - count(a))[0] ?? ",";
  const record = parseCsvRecord(text, delimiter);
  if (record.type !== "record") {
    return { ok: false, problems: [{ field: "", rule: "is no line with names of columns" }] };
  }
  const problems: { field: string; rule: string }[] = [];
  const columns = record.fields.map((name) => {
    const column = byName.get(bareName(name));
    if (column === undefined) {
      problems.push({ field: name, rule: `is no column; there are ${CSV_COLUMNS.join(", ")}` });
    }
    return column ?? "";
  });
  for (const [index, column] of columns.entries()) {
    if (column === "" || columns.indexOf(column) === index) continue;
    problems.push({ field: column, rule: "stands there twice" });
  }
  for (const column of REQUIRED) {
    if (!columns.includes(column)) problems.push({ field: column, rule: "is missing as a column" });
  }
  return problems.length === 0
    ? { ok: true, header: { delimiter, columns } }
    : { ok: false, problems };
}

/** A record as a line of an import, unchecked; undefined when it has another number of fields. */
export function lineOfRecord(
  { columns }: CsvHeader,
  fields: readonly string[],
): Record<string, unknown> | undefined {
  if (fields.length !== columns.length) return undefined;
  const line: Record<string, unknown> = {};
  const event: Record<string, unknown> = {};
  for (const [index, column] of columns.entries()) {
    const value = withFormula(fields[index] ?? "");
    if (value === "") continue;
    if (column === "event") event.kind = value;
    else if ((EVENT_COLUMNS as readonly string[]).includes(column)) event[column] = value;
    else line[column] = typedValue(column, value);
  }
  return Object.keys(event).length === 0 ? line : { ...line, events: [event] };
}

function typedValue(column: string, value: string): unknown {
  if (NUMBERS.includes(column) && /^\d{1,6}$/.test(value)) return Number(value);
  if (column === "madeUp" && (value === "true" || value === "false")) return value === "true";
  return value;
}

/** The column that a field of a line stands in. */
export function columnOf(field: string): string {
  const event = /^events\.0\.(.*)$/.exec(field)?.[1];
  return event === undefined ? field : event.replace(/^kind$/, "event");
}

/** The lines of a firearm in CSV: one for each event, or one. */
export function csvLinesOf(line: FirearmLine): string[] {
  const { events = [] } = line;
  const about = FIREARM_COLUMNS.map((column) => textOf(line[column]));
  const told = events.map(({ kind, ...event }) => {
    const values: Record<string, unknown> = { ...event, event: kind };
    return EVENT_COLUMNS.map((column) => textOf(values[column]));
  });
  const none = EVENT_COLUMNS.map(() => "");
  return (told.length === 0 ? [none] : told).map((fields) => csvRecord([...about, ...fields]));
}

function textOf(value: unknown): string {
  return value === undefined ? "" : withoutFormula(String(value));
}
