import type { ReadAt } from "./byte-reader.ts";
import { type CleanResult, unclean } from "./clean-result.ts";

/** Readers look for the end of a PDF here. */
const TAIL_BYTES = 1_024;
/** A ZIP archive may end this far before the end of the file: its comment has a 16-bit length. */
const ZIP_TAIL_BYTES = 65_557;

const END = Buffer.from("%%EOF");
const ZIP_END = Buffer.of(0x50, 0x4b, 0x05, 0x06);

/**
 * Checks a PDF as a container: it begins and ends as one, and is no archive as well (TP-ATT-4).
 * What is inside is not looked at, so a document is never shown here, only handed out to be saved.
 */
export function checkPdf(read: ReadAt, sizeBytes: number): CleanResult<undefined> {
  const head = textAt(read, 0, 8);
  if (!/^%PDF-[12]\.\d/.test(head.toString("latin1"))) return unclean("DAMAGED", "no version");
  const tail = textAt(read, Math.max(0, sizeBytes - ZIP_TAIL_BYTES), ZIP_TAIL_BYTES);
  const last = tail.subarray(-TAIL_BYTES);
  const end = last.lastIndexOf(END);
  if (end < 0) return unclean("DAMAGED", "no end of document");
  const after = last.subarray(end + END.length);
  if (!after.every((byte) => WHITE_SPACE.includes(byte))) {
    return unclean("POLYGLOT", "something follows the end of the document");
  }
  if (tail.includes(ZIP_END)) return unclean("POLYGLOT", "it ends as an archive does");
  return { ok: true, value: undefined };
}

const WHITE_SPACE = Buffer.from("\0\t\n\f\r ");

function textAt(read: ReadAt, position: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let count = 0;
  while (count < length) {
    const step = read(bytes.subarray(count), position + count);
    if (step === 0) break;
    count += step;
  }
  return bytes.subarray(0, count);
}
