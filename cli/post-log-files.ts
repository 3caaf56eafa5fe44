import { appendFile, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { PostLogEntry } from "#alerts";
import { CHECK_LIMITS } from "#runtime";

/**
 * Who asked what at a post, one line each (TP-CHECK-14). The name of a file has the number of its
 * first line; one that is full is followed by another, and the oldest give way.
 */
const LOG = /^checks-(\d{9})\.jsonl$/u;

function nameOf(first: number): string {
  return `checks-${String(first).padStart(9, "0")}.jsonl`;
}

interface LogFile {
  readonly file: string;
  /** Number of its first line. */
  readonly first: number;
}

async function logFiles(folder: string): Promise<LogFile[]> {
  const names = (await readdir(folder)).sort();
  return names.flatMap((name) => {
    const first = Number(LOG.exec(name)?.[1] ?? 0);
    return first === 0 ? [] : [{ file: join(folder, name), first }];
  });
}

/** Notes who asked what, before it is answered. */
export async function noteAsked(folder: string, line: object): Promise<void> {
  const { file } = await fileToWrite(folder);
  const text = `${(await isTorn(file)) ? "\n" : ""}${JSON.stringify(line)}\n`;
  await appendFile(file, text, { mode: 0o600, flush: true });
}

/** The newest file, or the one that follows it when it is full. */
async function fileToWrite(folder: string): Promise<LogFile> {
  const files = await logFiles(folder);
  const newest = files.at(-1);
  if (newest === undefined) {
    const made = { file: join(folder, nameOf(1)), first: 1 };
    // The log of a post that was made before logs were numbered.
    await rename(join(folder, "checks.jsonl"), made.file).catch(() => undefined);
    return made;
  }
  const { size } = await stat(newest.file);
  if (size < CHECK_LIMITS.postLogFileBytesMax) return newest;
  const first = newest.first + (await linesOf(newest.file)).length;
  const { postLogFilesMax } = CHECK_LIMITS;
  for (const { file } of files.slice(0, files.length - postLogFilesMax + 1)) await rm(file);
  return { file: join(folder, nameOf(first)), first };
}

/** Whether the last line was torn by a crash: what follows begins a line of its own. */
async function isTorn(file: string): Promise<boolean> {
  const handle = await open(file, "r").catch(() => undefined);
  if (handle === undefined) return false;
  try {
    const { size } = await handle.stat();
    if (size === 0) return false;
    const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
    return buffer[0] !== 0x0a;
  } finally {
    await handle.close();
  }
}

async function linesOf(file: string): Promise<string[]> {
  const text = await readFile(file, "utf8");
  const lines = text.split("\n");
  return text.endsWith("\n") ? lines.slice(0, -1) : lines;
}

/** What was asked after a number, the oldest first; at most what one file home may hold. */
export async function readAsked(folder: string, since: number): Promise<PostLogEntry[]> {
  const entries: PostLogEntry[] = [];
  let bytes = 0;
  for (const { file, first } of await logFiles(folder)) {
    for (const [at, line] of (await linesOf(file)).entries()) {
      const n = first + at;
      if (n <= since) continue;
      bytes += Buffer.byteLength(line);
      const { postLogBytesMax, postLogEntriesMax, postLogLineCharsMax } = CHECK_LIMITS;
      if (entries.length >= postLogEntriesMax || bytes > postLogBytesMax) return entries;
      entries.push({ n, line: line.slice(0, postLogLineCharsMax) });
    }
  }
  return entries;
}
