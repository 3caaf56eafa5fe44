import { hash } from "node:crypto";
import { copyFile, type FileHandle, open, stat, truncate } from "node:fs/promises";
import { PROCESS_LIMITS } from "#runtime";

/** A whole line of a file, without its end. */
export interface FileLine {
  readonly text: string;
  /** Place in the file behind it, in bytes. */
  readonly end: number;
}

/** Where a file is put aside when it has grown too large; one older file is kept. */
export function olderFile(file: string): string {
  return `${file}.1`;
}

/**
 * Names the content of a file by its first line, which says when it was begun: the same before and
 * after it is put aside, and another one for what is written then. Undefined while there is no
 * whole line.
 */
export async function contentId(file: string): Promise<string | undefined> {
  const [first] = await readLines(file, 0, FIRST_LINE_BYTES_MAX);
  return first === undefined ? undefined : hash("sha256", first.text, "hex").slice(0, ID_CHARS);
}

const FIRST_LINE_BYTES_MAX = 4_096;
const ID_CHARS = 16;

/** Reads the whole lines that begin at a place; none when there is no file, or no more in it. */
export async function readLines(
  file: string,
  from: number,
  bytesMax: number = PROCESS_LIMITS.logPortionBytes,
): Promise<FileLine[]> {
  let handle: FileHandle;
  try {
    handle = await open(file, "r");
  } catch (caught) {
    if (isAbsent(caught)) return [];
    throw caught;
  }
  try {
    const buffer = Buffer.alloc(bytesMax);
    const { bytesRead } = await handle.read(buffer, { position: from });
    return linesIn(buffer.subarray(0, bytesRead), from);
  } finally {
    await handle.close();
  }
}

function linesIn(bytes: Buffer, from: number): FileLine[] {
  const lines: FileLine[] = [];
  let start = 0;
  for (;;) {
    const newline = bytes.indexOf(NEWLINE, start);
    if (newline < 0) return lines;
    lines.push({ text: bytes.toString("utf8", start, newline), end: from + newline + 1 });
    start = newline + 1;
  }
}

const NEWLINE = 0x0a;

/**
 * Puts a large file aside while its writer goes on appending to it. What is written between the
 * copy and the cut, a moment, is lost.
 */
export async function keepSmall(file: string): Promise<void> {
  const size = await stat(file).then(
    (info) => info.size,
    () => 0,
  );
  if (size <= PROCESS_LIMITS.logBytesMax) return;
  await copyFile(file, olderFile(file));
  await truncate(file, 0);
}

function isAbsent(caught: unknown): boolean {
  return caught instanceof Error && "code" in caught && caught.code === "ENOENT";
}
