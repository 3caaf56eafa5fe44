/** The log in a service's store: one call for each batch, beside the records (TP-LOG-3). */
import { TracepostError } from "#errors";
import { LOG_LIMITS, type Transaction } from "#runtime";
import { appendToTree, type CompletedNodes } from "./append-to-tree.ts";
import { parseCheckpoint, type TreeHead } from "./checkpoint-text.ts";
import { hashLeaf, sameBytes } from "./hashing.ts";
import { lockLogHead } from "./log-head.ts";
import { rootAt } from "./stored-tree.ts";
import { forgetNodes, partialTile } from "./tile-reader.ts";
import { TILE_WIDTH } from "./tile-width.ts";

/** What a batch of entries became. */
export interface AppendedEntries extends TreeHead {
  /** Index of the first entry of the batch; the others follow. */
  readonly firstIndex: number;
  /** For each entry its inclusion path in the tree of `size` leaves, leaf to root. */
  readonly inclusionPaths: Uint8Array[][];
}

/**
 * Appends encoded entries, in order, and keeps tiles and tree head, all in the caller's
 * transaction: an entry and what it is about last together or not at all. Costs the batch and the
 * height of the tree. A checkpoint of the result is signed after the transaction has lasted. That
 * `recorded_at` never decreases is the caller's duty. Throws INTERNAL for no entries or one that is
 * empty or too long, STORE when the log is damaged.
 */
export async function appendLogEntries(
  tx: Transaction,
  entries: readonly Uint8Array[],
): Promise<AppendedEntries> {
  checkEntries(entries);
  const range = await lockLogHead(tx);
  const leafHashes = entries.map(hashLeaf);
  const tree = appendToTree(range, leafHashes);
  await insertEntries(tx, range.size, entries, leafHashes);
  for (const nodes of tree.completed) await keepNodes(tx, nodes);
  forgetNodes(tx);
  await tx.write(
    "UPDATE log_head SET size = ?, root_hash = ?, compact_range = ? WHERE id = 1",
    tree.range.size,
    tree.rootHash,
    tree.range.toBytes(),
  );
  return {
    firstIndex: range.size,
    size: tree.range.size,
    rootHash: tree.rootHash,
    inclusionPaths: tree.inclusionPaths,
  };
}

/**
 * Keeps the signed note of `size` as the latest checkpoint, unless a later one is kept already.
 * Earlier ones are not kept: {@link rootAt} and a deterministic signature make any of them again
 * (TP-LOG-8). Throws INTERNAL when the note is not of this log's tree at that size.
 */
export async function saveCheckpoint(tx: Transaction, note: string, size: number): Promise<void> {
  const head = parseCheckpoint(note);
  if (head?.size !== size || !sameBytes(head.rootHash, await rootAt(tx, size))) {
    throw new TracepostError("INTERNAL", `the note is no checkpoint of this log at size ${size}`);
  }
  await tx.write(
    `UPDATE log_head SET checkpoint = ?, checkpoint_size = ?
     WHERE id = 1 AND (checkpoint_size IS NULL OR checkpoint_size <= ?)`,
    note,
    size,
    size,
  );
}

/** Encoded entry at an index, if the log has one there. */
export async function loadLogEntry(
  tx: Transaction,
  index: number,
): Promise<Uint8Array | undefined> {
  const row = await tx.get<{ entry: Uint8Array }>(
    "SELECT entry FROM log_entries WHERE entry_index = ?",
    index,
  );
  return row?.entry;
}

function checkEntries(entries: readonly Uint8Array[]): void {
  if (entries.length === 0) throw new TracepostError("INTERNAL", "no entries to append");
  const wrong = entries.find(
    (entry) => entry.length === 0 || entry.length > LOG_LIMITS.entryBytesMax,
  );
  if (wrong !== undefined) {
    throw new TracepostError("INTERNAL", `a log entry of ${wrong.length} bytes`);
  }
}

/** One row for each statement: several rows in one were measured to win nothing. */
async function insertEntries(
  tx: Transaction,
  firstIndex: number,
  entries: readonly Uint8Array[],
  leafHashes: readonly Uint8Array[],
): Promise<void> {
  for (const [offset, entry] of entries.entries()) {
    await tx.write(
      "INSERT INTO log_entries (entry_index, leaf_hash, entry) VALUES (?, ?, ?)",
      firstIndex + offset,
      leafHashes[offset] ?? null,
      entry,
    );
  }
}

/** Keeps the roots of full tiles and every tile that the nodes complete. */
async function keepNodes(tx: Transaction, nodes: CompletedNodes): Promise<void> {
  const { level, first, hashes } = nodes;
  if (level > 0) {
    for (const [offset, hash] of hashes.entries()) {
      await tx.write(
        "INSERT INTO log_subtrees (level, position, hash) VALUES (?, ?, ?)",
        level,
        first + offset,
        hash,
      );
    }
  }
  const firstTile = Math.floor(first / TILE_WIDTH);
  const endTile = Math.floor((first + hashes.length) / TILE_WIDTH);
  for (let tile = firstTile; tile < endTile; tile += 1) {
    await tx.write(
      "INSERT INTO log_tiles (level, tile_index, hashes) VALUES (?, ?, ?)",
      level,
      tile,
      await tileBytes(tx, nodes, tile * TILE_WIDTH),
    );
  }
}

/** A full tile: what was there before the batch, then what the batch completed. */
async function tileBytes(
  tx: Transaction,
  { level, first, hashes }: CompletedNodes,
  start: number,
): Promise<Uint8Array> {
  const before = first > start ? await partialTile(tx, level, start, first - start) : [];
  const from = start + before.length - first;
  const parts = [...before, ...hashes.slice(from, from + TILE_WIDTH - before.length)];
  if (parts.length !== TILE_WIDTH) {
    throw new TracepostError("STORE", `the log lacks hashes of level ${level} before ${first}`, {
      remedy: "Run `tracepost log verify` to see what is damaged.",
    });
  }
  return new Uint8Array(Buffer.concat(parts));
}
