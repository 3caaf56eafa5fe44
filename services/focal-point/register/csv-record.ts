/** One record of a CSV text, or why it is none. */
export type CsvRecord =
  | { readonly type: "record"; readonly fields: readonly string[] }
  /** A quote is open at its end: the record goes on in the next line. */
  | { readonly type: "open" }
  | { readonly type: "bad"; readonly rule: string };

const QUOTE = '"';

/**
 * Takes one record of CSV (RFC 4180) apart. One at a time, so that an import that broke off goes on
 * where it was, and a bad line spoils no other. Never throws.
 */
export function parseCsvRecord(text: string, delimiter: string): CsvRecord {
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    if (text[at] === QUOTE) {
      const quoted = quotedField(text, at);
      if (quoted === undefined) return { type: "open" };
      fields.push(quoted.value);
      at = quoted.end;
      if (at === text.length) return { type: "record", fields };
      if (text[at] !== delimiter) {
        return { type: "bad", rule: `field ${fields.length} goes on behind its closing quote` };
      }
    } else {
      const next = text.indexOf(delimiter, at);
      fields.push(next < 0 ? text.slice(at) : text.slice(at, next));
      if (next < 0) return { type: "record", fields };
      at = next;
    }
    at += 1;
  }
}

/** The field whose opening quote is at `from`, and the place behind its closing one. */
function quotedField(text: string, from: number): { value: string; end: number } | undefined {
  let value = "";
  let start = from + 1;
  for (;;) {
    const at = text.indexOf(QUOTE, start);
    if (at < 0) return undefined;
    value += text.slice(start, at);
    if (text[at + 1] !== QUOTE) return { value, end: at + 1 };
    value += QUOTE;
    start = at + 2;
  }
}

export { csvRecord, withFormula, withoutFormula } from "#runtime";
