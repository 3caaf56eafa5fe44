/** Writing values into CSV that people open in a spreadsheet. */

/** One record as a line of CSV, without its end. */
export function csvRecord(fields: readonly string[]): string {
  return fields
    .map((field) => (/["\r\n,;]/u.test(field) ? `"${field.replaceAll('"', '""')}"` : field))
    .join(",");
}

/** What a spreadsheet would take for a formula, however often it was kept from it before. */
const FORMULA = /^'*[=+\-@\t\r]/u;

/** A value that no spreadsheet runs: an apostrophe stands before what would be a formula. */
export function withoutFormula(value: string): string {
  return FORMULA.test(value) ? `'${value}` : value;
}

/** The value that was written by {@link withoutFormula}. */
export function withFormula(text: string): string {
  return text.startsWith("'") && FORMULA.test(text) ? text.slice(1) : text;
}
