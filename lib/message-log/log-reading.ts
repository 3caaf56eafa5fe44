/** Reads entries in order and compares them with what is kept about them. */
import type { LogEntry } from "#proto";
import { LOG_LIMITS, type SqlRow, type Transaction } from "#runtime";
import type { TreeHead } from "./checkpoint-text.ts";
import { CompactRange } from "./compact-range.ts";
import { hashLeaf, sameBytes } from "./hashing.ts";
import { parseLogEntry } from "./log-entry.ts";
import type { ProblemList } from "./problem-list.ts";
import { TileCheck } from "./tile-check.ts";

/** An entry as it is kept. */
export interface EntryRow extends SqlRow {
  entry_index: number | bigint;
  leaf_hash: Uint8Array;
  entry: Uint8Array;
}

/** How far a log has been read; cloneable, to be kept and gone on from. */
export interface ReadPosition {
  /** Entries read. */
  readonly size: number;
  /** Roots of the perfect subtrees that they make, in one piece. */
  readonly range: Uint8Array;
  /** Record time of the last one, in nanoseconds since 1970. */
  readonly recordedAt: bigint;
}

/** What a pass is compared with beside what is kept. */
export interface ReadAgainst {
  /** Trees that were signed, each compared with the root when its size is reached. */
  readonly heads: readonly TreeHead[];
  /** Told of every entry that can be read. */
  readonly onEntry?: ((index: number, entry: LogEntry) => void) | undefined;
}

/** One pass over the entries, from the first or from where another pass has come to. */
export class LogReading {
  readonly range: CompactRange;
  readonly #tx: Transaction;
  readonly #problems: ProblemList;
  readonly #tiles: TileCheck;
  readonly #heads: ReadonlyMap<number, readonly TreeHead[]>;
  readonly #onEntry: ReadAgainst["onEntry"];
  #recordedAt: bigint;
  #last: EntryRow["entry_index"] | undefined;

  private constructor(
    tx: Transaction,
    problems: ProblemList,
    from: { tiles: TileCheck; position?: ReadPosition; against?: ReadAgainst },
  ) {
    const { against, position, tiles } = from;
    this.#tx = tx;
    this.#problems = problems;
    this.#heads = Map.groupBy(against?.heads ?? [], ({ size }) => size);
    this.#onEntry = against?.onEntry;
    this.#tiles = tiles;
    this.#recordedAt = position?.recordedAt ?? 0n;
    this.#last = position === undefined || position.size === 0 ? undefined : position.size - 1;
    this.range = position
      ? CompactRange.fromBytes(position.size, position.range)
      : new CompactRange();
  }

  /** From the first entry. */
  static fromStart(
    tx: Transaction,
    problems: ProblemList,
    against: ReadAgainst = { heads: [] },
  ): LogReading {
    return new LogReading(tx, problems, { tiles: new TileCheck(tx, problems), against });
  }

  /** From where a pass has come to, believing what that pass has read. */
  static async goOn(
    tx: Transaction,
    problems: ProblemList,
    position: ReadPosition,
  ): Promise<LogReading> {
    const tiles = new TileCheck(tx, problems);
    await tiles.goOn(position.size);
    return new LogReading(tx, problems, { tiles, position });
  }

  /** How far it has come. */
  get position(): ReadPosition {
    return {
      size: this.range.size,
      range: this.range.toBytes(),
      recordedAt: this.#recordedAt,
    };
  }

  async readAll(onProgress: ((entries: number) => void) | undefined): Promise<void> {
    while ((await this.readPage(LOG_LIMITS.verifyPageEntries)).length > 0) {
      onProgress?.(this.range.size);
    }
    await this.finish();
  }

  /** Reads the next entries, and gives them; none at the end. */
  async readPage(limit: number): Promise<readonly EntryRow[]> {
    const rows = await this.#page(limit);
    for (const row of rows) {
      if (this.#readOne(row)) await this.#tiles.checkFull();
    }
    this.#last = rows.at(-1)?.entry_index ?? this.#last;
    return rows;
  }

  /** After the last entry: looks for tiles that no entry accounts for. */
  async finish(): Promise<void> {
    await this.#tiles.finish(this.range.size);
  }

  /** The entries after the last one, or the first ones, were they numbered below zero. */
  async #page(limit: number): Promise<EntryRow[]> {
    const columns = "SELECT entry_index, leaf_hash, entry FROM log_entries";
    return this.#last === undefined
      ? await this.#tx.all(`${columns} ORDER BY entry_index LIMIT ?`, limit)
      : await this.#tx.all(
          `${columns} WHERE entry_index > ? ORDER BY entry_index LIMIT ?`,
          this.#last,
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
    for (const head of this.#heads.get(this.range.size) ?? []) this.#checkSigned(head);
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
    this.#onEntry?.(Number(index), entry.value);
  }

  #checkSigned(signed: TreeHead): void {
    if (sameBytes(this.range.rootHash(), signed.rootHash)) return;
    this.#problems.add(`the checkpoint of size ${signed.size} has another root than the entries`);
  }
}
