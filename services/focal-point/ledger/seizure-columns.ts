import { withFormula, withoutFormula } from "#runtime";
import { parseCsvRecord } from "../register/csv-record.ts";

/** Columns of a file of reports, one item to a line (docs/spec/ledger.md). */
export const SEIZURE_COLUMNS = [
  "institution",
  "agency",
  "seizureNumber",
  "eventId",
  "date",
  "place",
  "recovery",
  "justification",
  "offences",
  "modusOperandi",
  "routeDeparture",
  "routeTransit",
  "routeDestination",
  "routeClaimed",
  "personsArrested",
  "item",
  "kind",
  "type",
  "make",
  "model",
  "calibre",
  "serial",
  "marking",
  "countryOfManufacture",
  "yearOfManufacture",
  "quantity",
  "unit",
  "estimated",
  "craftMade",
  "traceCaseIds",
  "establishedBy",
  "establishedOn",
  "establishedBasis",
] as const;

type Column = (typeof SEIZURE_COLUMNS)[number];

const REQUIRED: readonly Column[] = [
  "institution",
  "agency",
  "seizureNumber",
  "date",
  "place",
  "recovery",
  "item",
  "kind",
  "quantity",
  "unit",
];
const NUMBERS: readonly string[] = ["item", "quantity", "yearOfManufacture", "personsArrested"];
const TRUTHS: readonly string[] = ["estimated", "craftMade", "routeClaimed"];
/** Columns of which a field has several values, parted by a blank or `|`. */
const LISTS: readonly string[] = ["traceCaseIds", "offences", "modusOperandi", "routeTransit"];
/** Fields that have fields, by the columns these stand in; the first stands for the whole. */
const PARTS: Readonly<Record<string, readonly [field: string, part: string]>> = {
  establishedBy: ["origin", "by"],
  establishedOn: ["origin", "on"],
  establishedBasis: ["origin", "basis"],
  routeDeparture: ["route", "departure"],
  routeTransit: ["route", "transit"],
  routeDestination: ["route", "destination"],
  routeClaimed: ["route", "claimed"],
};
const DELIMITERS = [",", ";", "\t"];

/** What the first line of a file says. */
export interface SeizureHeader {
  readonly delimiter: string;
  readonly columns: readonly Column[];
}

/** The header of a file, or why its lines cannot be read. */
export type ReadSeizureHeader =
  | { readonly ok: true; readonly header: SeizureHeader }
  | { readonly ok: false; readonly problems: readonly { field: string; rule: string }[] };

const bareName = (name: string): string => name.toLowerCase().replaceAll(/[\s_-]/gu, "");
const byName: ReadonlyMap<string, Column> = new Map(
  SEIZURE_COLUMNS.map((column) => [bareName(column), column]),
);

/** Which of the signs that may part columns stands in a first line most often. */
export function delimiterOf(line: string): string {
  const count = (delimiter: string): number => line.split(delimiter).length;
  return DELIMITERS.toSorted((a, b) => count(b) - count(a))[0] ?? ",";
}

/** Reads the first line; columns may stand in any order, and be written with `_` or in capitals. */
export function parseSeizureHeader(text: string): ReadSeizureHeader {
  const delimiter = delimiterOf(text);
  const record = parseCsvRecord(text, delimiter);
  if (record.type !== "record") {
    return { ok: false, problems: [{ field: "", rule: "is no line with names of columns" }] };
  }
  const columns = record.fields.map((name) => byName.get(bareName(name)));
  const known = columns.filter((column) => column !== undefined);
  const problems = [
    ...record.fields
      .filter((_name, at) => columns[at] === undefined)
      .map((field) => ({ field, rule: `is no column; there are ${SEIZURE_COLUMNS.join(", ")}` })),
    ...known
      .filter((column, at) => known.indexOf(column) !== at)
      .map((field) => ({ field, rule: "stands there twice" })),
    ...REQUIRED.filter((column) => !known.includes(column)).map((field) => ({
      field,
      rule: "is missing as a column",
    })),
  ];
  return problems.length === 0
    ? { ok: true, header: { delimiter, columns: known } }
    : { ok: false, problems };
}

/** What a line says, unchecked, and the columns that a spreadsheet would run. */
export interface RawLine {
  readonly facts: Readonly<Record<string, unknown>>;
  readonly formulas: readonly string[];
}

/** A record as facts; undefined when it has another number of fields. */
export function lineOfFields(
  { columns }: SeizureHeader,
  fields: readonly string[],
): RawLine | undefined {
  if (fields.length !== columns.length) return undefined;
  const facts: Record<string, unknown> = {};
  const formulas: string[] = [];
  for (const [at, column] of columns.entries()) {
    const text = (fields[at] ?? "").trim();
    if (isFormula(column, text)) formulas.push(column);
    const value = withFormula(text);
    if (value === "") continue;
    const typed = typedValue(column, value);
    const [field, part] = PARTS[column] ?? [column];
    if (part === undefined) facts[field] = typed;
    else facts[field] = { ...(facts[field] as object | undefined), [part]: typed };
  }
  return { facts, formulas };
}

/** An apostrophe before it says that it is meant, and a number below zero is only a bad number. */
function isFormula(column: string, text: string): boolean {
  if (text.startsWith("'") || withoutFormula(text) === text) return false;
  return !(NUMBERS.includes(column) && /^[+-]\d/u.test(text));
}

function typedValue(column: string, value: string): unknown {
  if (NUMBERS.includes(column) && /^[+-]?\d{1,12}(?:\.\d{1,6})?$/u.test(value))
    return Number(value);
  if (TRUTHS.includes(column) && (value === "true" || value === "false")) return value === "true";
  if (LISTS.includes(column)) return value.split(/[\s|]+/u).filter((one) => one !== "");
  return value;
}

/** The column that a field of a line stands in. */
export function columnOfField(field: string): string {
  const [first = field, second] = field.split(".");
  const columns = Object.keys(PARTS).filter((name) => PARTS[name]?.[0] === first);
  return columns.find((name) => PARTS[name]?.[1] === second) ?? columns[0] ?? first;
}
