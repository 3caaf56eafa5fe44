import { TracepostError } from "#errors";
import {
  loadLogEntry,
  type RenewalDigest,
  renewalTree,
  type TreeNodes,
  treeInclusionPath,
  treeRoot,
} from "#message-log";
import { RenewedEntry, RenewedProof } from "#proto";
import type { SqlRow, Transaction } from "#runtime";
import { encodeMessage, equalBytes } from "#wire";
import { entryAt } from "../log-check/entry-at.ts";
import { digestsNamed } from "./named-by-entry.ts";

const LEVEL_HEIGHT = 8;
const LEVEL_WIDTH = 2 ** LEVEL_HEIGHT;

/** Entries of the log that the second tree holds. */
export async function rehashedSize(tx: Transaction, digest: RenewalDigest): Promise<number> {
  const sql = "SELECT max(entry_index) AS last FROM renewed_entry WHERE digest = ?";
  const row = await tx.get<SqlRow & { last: number | null }>(sql, digest);
  return (row?.last ?? -1) + 1;
}

/**
 * Hashes the next entries of the log again, with what they name, as far as `upTo` (TP-RENEW-1).
 * Bounded; what is hashed stays so, whatever is disposed of later. Answers how many are hashed.
 */
export async function rehashEntries(
  tx: Transaction,
  args: { readonly digest: RenewalDigest; readonly upTo: number; readonly limit: number },
): Promise<number> {
  const { digest, limit, upTo } = args;
  const first = await rehashedSize(tx, digest);
  const end = Math.min(upTo, first + limit);
  for (let index = first; index < end; index += 1) {
    const digests = await digestsNamed(tx, index, await entryAt(tx, index), digest);
    await tx.run(
      "INSERT INTO renewed_entry VALUES (?, ?, ?)",
      digest,
      index,
      encodeMessage(RenewedEntry, RenewedEntry.create({ digests })),
    );
    await keepFullNodes(tx, digest, index + 1);
  }
  return Math.max(first, end);
}

/** Roots of the subtrees that the newest leaf has filled. */
async function keepFullNodes(tx: Transaction, digest: RenewalDigest, size: number): Promise<void> {
  for (const { level, position } of fullAt(size)) {
    const hash = await new SecondTree(tx, digest).fold(
      level - 1,
      position * LEVEL_WIDTH,
      LEVEL_WIDTH,
    );
    await tx.run("INSERT INTO renewed_node VALUES (?, ?, ?, ?)", digest, level, position, hash);
  }
}

/** Whether the roots of the subtrees that end with this leaf are those of their rows. */
export async function areNodesKept(
  tx: Transaction,
  digest: RenewalDigest,
  size: number,
): Promise<boolean> {
  const tree = new SecondTree(tx, digest);
  for (const { level, position } of fullAt(size)) {
    const [kept, hash] = await Promise.all([
      tree.fold(level, position, 1),
      tree.fold(level - 1, position * LEVEL_WIDTH, LEVEL_WIDTH),
    ]).catch(() => []);
    if (kept === undefined || hash === undefined || !equalBytes(kept, hash)) return false;
  }
  return true;
}

/** Subtrees that a tree of this size has just filled, the lowest first. */
function fullAt(size: number): { readonly level: number; readonly position: number }[] {
  const full = [];
  for (let level = 1; size % LEVEL_WIDTH ** level === 0; level += 1) {
    full.push({ level, position: size / LEVEL_WIDTH ** level - 1 });
  }
  return full;
}

/** Root of the second tree over the first `size` entries, which it must hold. */
export async function rehashedRoot(
  tx: Transaction,
  digest: RenewalDigest,
  size: number,
): Promise<Uint8Array> {
  return await treeRoot(new SecondTree(tx, digest), size);
}

/** That an entry stands in the second tree of a size. */
export async function renewedProof(
  tx: Transaction,
  about: { readonly digest: RenewalDigest; readonly size: number; readonly index: number },
): Promise<Uint8Array> {
  const tree = new SecondTree(tx, about.digest);
  const [leaf = new Uint8Array()] = await tree.leaves(about.index, 1);
  const path = await treeInclusionPath(tree, about.index, about.size);
  return encodeMessage(
    RenewedProof,
    RenewedProof.create({ leaf, index: BigInt(about.index), path }),
  );
}

/** Nodes of the second tree, out of its rows. */
class SecondTree implements TreeNodes {
  readonly #tx: Transaction;
  readonly #digest: RenewalDigest;
  readonly hash;

  constructor(tx: Transaction, digest: RenewalDigest) {
    this.#tx = tx;
    this.#digest = digest;
    this.hash = renewalTree(digest);
  }

  async node(height: number, position: number): Promise<Uint8Array> {
    const level = Math.floor(height / LEVEL_HEIGHT);
    const width = 2 ** (height - level * LEVEL_HEIGHT);
    return await this.fold(level, position * width, width);
  }

  /** Root above so many hashes of a level, a power of two. */
  async fold(level: number, first: number, width: number): Promise<Uint8Array> {
    let row =
      level === 0 ? await this.#leafHashes(first, width) : await this.#rows(level, first, width);
    while (row.length > 1) {
      row = Array.from({ length: row.length / 2 }, (_, at) =>
        this.hash.children(row[2 * at] ?? NONE, row[2 * at + 1] ?? NONE),
      );
    }
    return row[0] ?? NONE;
  }

  /** Encoded leaves, each with its entry. */
  async leaves(first: number, count: number): Promise<Uint8Array[]> {
    const rows = await this.#tx.all<{ digests: Uint8Array }>(
      `SELECT digests FROM renewed_entry WHERE digest = ? AND entry_index >= ? AND entry_index < ?
       ORDER BY entry_index`,
      this.#digest,
      first,
      first + count,
    );
    if (rows.length !== count) throw lacking(first);
    const leaves: Uint8Array[] = [];
    for (const [at, row] of rows.entries()) {
      const entry = (await loadLogEntry(this.#tx, first + at)) ?? NONE;
      const { digests } = RenewedEntry.decode(row.digests);
      leaves.push(encodeMessage(RenewedEntry, { entry, digests }));
    }
    return leaves;
  }

  async #leafHashes(first: number, count: number): Promise<Uint8Array[]> {
    return (await this.leaves(first, count)).map(this.hash.leaf);
  }

  async #rows(level: number, first: number, count: number): Promise<Uint8Array[]> {
    const rows = await this.#tx.all<{ hash: Uint8Array }>(
      `SELECT hash FROM renewed_node WHERE digest = ? AND level = ? AND position >= ?
       AND position < ? ORDER BY position`,
      this.#digest,
      level,
      first,
      first + count,
    );
    if (rows.length !== count) throw lacking(first);
    return rows.map(({ hash }) => hash);
  }
}

const NONE = new Uint8Array();

function lacking(first: number): TracepostError {
  return new TracepostError("STORE", `the second tree of the log lacks what begins at ${first}`, {
    remedy: "Run `tracepost log fsck` to see what is damaged.",
  });
}
