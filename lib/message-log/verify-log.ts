/** Recomputes a whole log from its entries (TP-LOG-12). */
import type { KeyObject } from "node:crypto";
import { LOG_LIMITS, type SqlRow, type Transaction } from "#runtime";
import { openCheckpoint, type TreeHead } from "./checkpoint.ts";
import { CompactRange } from "./compact-range.ts";
import { hashLeaf, sameBytes } from "./hashing.ts";
import { parseLogEntry } from "./log-entry.ts";
import { loadCheckpoint } from "./log-head.ts";
import { ProblemList } from "./problem-list.ts";
import { TileCheck } from "./tile-check.ts";

/** Whose log it is said to be. */
export interface VerifyLogOptions {
  /** Origin line of the checkpoints. */
  readonly origin: string;
  /** Checkpoint keys of the gateway. */
  readonly publicKeys: readonly KeyObject[];
  /** Told now and then how many entries have been read. */
  readonly onProgress?: (entries: number) => void;
}

/** What was found. Size and root are those of the entries read, whatever the store says. */
export interface LogReport extends TreeHead {
  /** No problem was found. */
  readonly verified: boolean;
  /** Latest checkpoint, exactly as kept; undefined when there is none. */
  readonly checkpoint: string | undefined;
  /** Entries after the latest valid checkpoint: in order, but not yet under a signature. */
  readonly uncovered: number;
  /** The first problems, one sentence each. */
  readonly problems: readonly string[];
  readonly problemsTotal: number;
}

/**
 * Reads every entry once, in order, and compares all that is kept about the log with what the
 * entries give: leaf hashes, record times, tiles, tree head, checkpoint and its signature. Memory
 * does not grow with the log. Run it on one state of the store. Throws STORE only when the store
 * cannot be read; what does not verify is in the report.
 */
export async function verifyLog(tx: Transaction, options: VerifyLogOptions): Promise<LogReport> {
  const problems = new ProblemList();
  const checkpoint = await loadCheckpoint(tx);
  const signed = openKept(checkpoint, options, problems);
  const reading = new LogReading(tx, problems, signed);
  await reading.readAll(options.onProgress);
  const head = { size: reading.range.size, rootHash: reading.range.rootHash() };
  await checkHead(tx, reading.range, problems);
  checkCovered(head, signed, checkpoint, problems);
  return {
    ...head,
    verified: problems.total === 0,
    checkpoint,
    uncovered: Math.max(0, head.size - (signed?.size ?? 0)),
    problems: problems.list,
    problemsTotal: problems.total,
  };
}

interface EntryRow extends SqlRow {
  entry_index: number | bigint;
  leaf_hash: Uint8Array;
  entry: Uint8Array;
}

/** One pass over the entries. */
class LogReading {
  readonly range = new CompactRange();
  readonly #tx: Transaction;
  readonly #problems: ProblemList;
  readonly #tiles: TileCheck;
  readonly #signed: TreeHead | undefined;
  #recordedAt = 0n;

  constructor(tx: Transaction, problems: ProblemList, signed: TreeHead | undefined) {
    this.#tx = tx;
    this.#problems = problems;
    this.#signed = signed;
    this.#tiles = new TileCheck(tx, problems);
  }

  async readAll(onProgress: ((entries: number) => void) | undefined): Promise<void> {
    for (let rows = await this.#page(); rows.length > 0; rows = await this.#page(rows.at(-1))) {
      for (const row of rows) {
        if (this.#readOne(row)) await this.#tiles.checkFull();
      }
      onProgress?.(this.range.size);
    }
    await this.#tiles.finish(this.range.size);
  }

  /** The entries after one, or the first ones, were they numbered below zero. */
  async #page(after?: EntryRow): Promise<EntryRow[]> {
    const columns = "SELECT entry_index, leaf_hash, entry FROM log_entries";
    const limit = LOG_LIMITS.verifyPageEntries;
    return after === undefined
      ? await this.#tx.all(`${columns} ORDER BY entry_index LIMIT ?`, limit)
      : await this.#tx.all(
          `${columns} WHERE entry_index > ? ORDER BY entry_index LIMIT ?`,
          after.entry_index,
          limit,
        );
  }

  /** True when the entry completed a tile. */
  #readOne(row: EntryRow): boolean {
    const index = row.entry_index;
    if (index !== this.range.size) {
      this.#problems.add(`entry ${this.range.size} is missing; ${index} stands in its place`);
    }
    const leafHash = hashLeaf(row.entry);
    if (!sameBytes(leafHash, row.leaf_hash)) {
      this.#problems.add(`entry ${index} is not the one that was hashed`);
    }
    this.#checkEntry(index, row.entry);
    this.range.append(leafHash);
    if (this.range.size === this.#signed?.size) this.#checkSigned(this.#signed);
    return this.#tiles.take(leafHash);
  }

  #checkEntry(index: number | bigint, bytes: Uint8Array): void {
    const entry = parseLogEntry(bytes);
    if (!entry.ok) {
      this.#problems.add(`entry ${index}: ${entry.refusal.field} ${entry.refusal.detail}`);
      return;
    }
    const { seconds = 0n, nanos = 0 } = entry.value.recordedAt ?? {};
    const recordedAt = BigInt(seconds) * 1_000_000_000n + BigInt(nanos);
    if (recordedAt < this.#recordedAt) {
      this.#problems.add(`entry ${index} was recorded before the one before it`);
    }
    this.#recordedAt = recordedAt;
  }

  #checkSigned(signed: TreeHead): void {
    if (sameBytes(this.range.rootHash(), signed.rootHash)) return;
    this.#problems.add(`the checkpoint of size ${signed.size} has another root than the entries`);
  }
}

function openKept(
  checkpoint: string | undefined,
  options: VerifyLogOptions,
  problems: ProblemList,
): TreeHead | undefined {
  if (checkpoint === undefined) return undefined;
  const head = openCheckpoint(checkpoint, options.origin, options.publicKeys);
  if (head === undefined) {
    problems.add(`the checkpoint is not signed as "${options.origin}" by a key of the register`);
  }
  return head;
}

async function checkHead(
  tx: Transaction,
  range: CompactRange,
  problems: ProblemList,
): Promise<void> {
  const row = await tx.get<{ size: number; root_hash: Uint8Array; compact_range: Uint8Array }>(
    "SELECT size, root_hash, compact_range FROM log_head WHERE id = 1",
  );
  if (row === undefined) {
    problems.add("the tree head is missing");
    return;
  }
  if (row.size !== range.size) {
    problems.add(`the tree head says ${row.size} entries, the log has ${range.size}`);
  }
  if (!sameBytes(row.root_hash, range.rootHash())) {
    problems.add("the tree head has another root than the entries");
  }
  if (!sameBytes(row.compact_range, range.toBytes())) {
    problems.add("the tree head would append wrongly: its compact range is another");
  }
}

function checkCovered(
  head: TreeHead,
  signed: TreeHead | undefined,
  checkpoint: string | undefined,
  problems: ProblemList,
): void {
  if (checkpoint === undefined && head.size > 0) problems.add("no checkpoint was ever signed");
  if (signed !== undefined && signed.size > head.size) {
    problems.add(`the log was cut off: ${signed.size} entries were signed, ${head.size} are there`);
  }
}
