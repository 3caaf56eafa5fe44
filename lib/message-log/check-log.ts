/** The whole log in short reads, while its service runs and writes on (TP-LOG-15). */
import type { LogEntry } from "#proto";
import type { Transaction } from "#runtime";
import { parseCheckpoint } from "./checkpoint-text.ts";
import { CompactRange } from "./compact-range.ts";
import { sameBytes } from "./hashing.ts";
import { checkHead } from "./head-check.ts";
import { parseLogEntry } from "./log-entry.ts";
import { loadCheckpoint } from "./log-head.ts";
import { LogReading, type ReadPosition } from "./log-reading.ts";
import { ProblemList } from "./problem-list.ts";
import { rootAt } from "./stored-tree.ts";

/** An entry that was read, to be compared with what it is about. */
export interface ReadEntry {
  readonly index: number;
  readonly entry: LogEntry;
}

/** What came of one read. */
export interface CheckedPage {
  readonly position: ReadPosition;
  /** Entries of this read, in order, those that can be read. */
  readonly entries: readonly ReadEntry[];
  /** Nothing is left: tree head and checkpoint were compared too. */
  readonly isDone: boolean;
  readonly problems: ProblemList;
}

/**
 * Reads the entries after a position, at most `limit` of them, and compares leaf hashes, record
 * times, tiles and, at the end, tree head and kept checkpoint. One transaction, of bounded cost.
 * Whether the checkpoint is signed is for who has the keys. Throws STORE when it cannot be read.
 */
export async function checkLogPage(
  tx: Transaction,
  from: ReadPosition | undefined,
  limit: number,
): Promise<CheckedPage> {
  const problems = new ProblemList();
  const reading =
    from === undefined || from.size === 0
      ? LogReading.fromStart(tx, problems)
      : await LogReading.goOn(tx, problems, from);
  if (from !== undefined) await checkRead(tx, from, problems);
  const rows = await reading.readPage(limit);
  const isDone = rows.length < limit;
  if (isDone) {
    await reading.finish();
    await checkHead(tx, reading.range, problems);
    await checkKept(tx, reading.range.size, problems);
  }
  const entries = rows.flatMap(({ entry: bytes, entry_index: index }) => {
    const entry = parseLogEntry(bytes);
    return entry.ok ? [{ index: Number(index), entry: entry.value }] : [];
  });
  return { position: reading.position, entries, isDone, problems };
}

/** What was read before is still the beginning of what the store says. */
async function checkRead(
  tx: Transaction,
  { range, size }: ReadPosition,
  problems: ProblemList,
): Promise<void> {
  const root = await rootAt(tx, size).catch(() => undefined);
  if (root !== undefined && sameBytes(root, CompactRange.fromBytes(size, range).rootHash())) return;
  problems.add("entries that were read before are not the same any more");
}

/** The kept checkpoint says of the tree what the tree is; its tiles were compared before. */
async function checkKept(tx: Transaction, size: number, problems: ProblemList): Promise<void> {
  const note = await loadCheckpoint(tx);
  const signed = note === undefined ? undefined : parseCheckpoint(note);
  if (note === undefined && size > 0) problems.add("no checkpoint was ever signed");
  if (note !== undefined && signed === undefined) problems.add("the kept checkpoint is none");
  if (signed === undefined) return;
  if (signed.size > size) {
    problems.add(`the log was cut off: ${signed.size} entries were signed, ${size} are there`);
    return;
  }
  // A head that says less than there is was named already.
  const root = await rootAt(tx, signed.size).catch(() => undefined);
  if (root !== undefined && sameBytes(root, signed.rootHash)) return;
  problems.add(`the checkpoint of size ${signed.size} has another root than the entries`);
}
