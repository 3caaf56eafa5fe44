import { FIREARM_LIMITS } from "#runtime";
import { parseCsvRecord } from "./csv-record.ts";
import { type Line, type ReadFrom, readLines } from "./read-lines.ts";

/** One record of a file: a line of JSON, or of CSV with the lines its quotes reach over. */
export interface FileRecord {
  /** Of its first line, from 1. */
  readonly line: number;
  /** Of its last line. */
  readonly lastLine: number;
  /** Place in the file behind it, in bytes. */
  readonly endsAt: number;
  /** As it stands in the file; undefined when it cannot be read. */
  readonly text: string | undefined;
  readonly fault?: Line["fault"] | "openQuote";
}

/** How a file is cut into records. */
export interface FileForm {
  readonly format: "csv" | "jsonl";
  /** Of CSV. */
  readonly delimiter: string;
}

/**
 * Cuts a file into records, one at a time (TP-FIRE-12). A quote of CSV that is never closed spoils
 * its own line alone: what follows is read again.
 */
export async function* readRecords(
  source: AsyncIterable<Uint8Array>,
  form: FileForm,
  from: ReadFrom,
): AsyncGenerator<FileRecord> {
  const lines = readLines(source, FIREARM_LIMITS.lineBytesMax, from);
  const waiting: Line[] = [];
  for await (const line of lines) {
    if (form.format === "jsonl") {
      yield { ...line, lastLine: line.line };
      continue;
    }
    waiting.push(line);
    while (waiting.length > 0) {
      const record = joined(waiting, form.delimiter, false);
      if (record === undefined) break;
      yield record;
    }
  }
  while (waiting.length > 0) {
    const record = joined(waiting, form.delimiter, true);
    if (record !== undefined) yield record;
  }
}

/** The first record of the lines, taken off them; undefined when it may go on in the next line. */
function joined(waiting: Line[], delimiter: string, isEnd: boolean): FileRecord | undefined {
  const [first] = waiting;
  if (first === undefined) return undefined;
  const { endsAt, line } = first;
  if (first.text === undefined) {
    waiting.shift();
    return { ...first, lastLine: line };
  }
  let text = "";
  for (const [index, each] of waiting.entries()) {
    if (each.text === undefined) break;
    text = index === 0 ? each.text : `${text}\n${each.text}`;
    // The shortest that is whole: lines behind a quote that was never closed are their own again.
    if (parseCsvRecord(text, delimiter).type === "open") continue;
    waiting.splice(0, index + 1);
    return { line, lastLine: each.line, endsAt: each.endsAt, text };
  }
  const mayGoOn =
    !isEnd &&
    waiting.every((each) => each.text !== undefined) &&
    waiting.length < FIREARM_LIMITS.csvLinesMax &&
    text.length < FIREARM_LIMITS.lineBytesMax;
  if (mayGoOn) return undefined;
  waiting.shift();
  return { line, lastLine: line, endsAt, text: undefined, fault: "openQuote" };
}
