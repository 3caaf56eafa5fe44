import { TracepostError } from "#errors";
import { emptyRoot, HASH_BYTES, hashChildren, isHash } from "./hashing.ts";
import { isSize, subtreeHeights } from "./positions.ts";

/**
 * All that must be known of a tree to append to it: its size and the roots of the perfect subtrees
 * it consists of, largest first. At most 53 hashes, however large the tree.
 */
export class CompactRange {
  #size: number;
  readonly #hashes: Uint8Array[];

  /** Of the empty tree, or of a tree of `size` leaves. Throws INTERNAL when the two do not fit. */
  constructor(size = 0, hashes: readonly Uint8Array[] = []) {
    const expected = isSize(size) ? subtreeHeights(size).length : -1;
    if (hashes.length !== expected || !hashes.every(isHash)) {
      throw new TracepostError("INTERNAL", `${hashes.length} hashes are no tree of size ${size}`);
    }
    this.#size = size;
    this.#hashes = [...hashes];
  }

  /** Number of leaves. */
  get size(): number {
    return this.#size;
  }

  /** Roots of the perfect subtrees, largest first. */
  get hashes(): readonly Uint8Array[] {
    return this.#hashes;
  }

  /** Takes one more leaf, by its hash. */
  append(leafHash: Uint8Array): void {
    let node = leafHash;
    for (let rest = this.#size; rest % 2 === 1; rest = Math.floor(rest / 2)) {
      const left = this.#hashes.pop();
      if (left !== undefined) node = hashChildren(left, node);
    }
    this.#hashes.push(node);
    this.#size += 1;
  }

  /** Root of the tree (RFC 6962 section 2.1). */
  rootHash(): Uint8Array {
    return (
      this.#hashes.reduceRight<Uint8Array | undefined>(
        (right, left) => (right === undefined ? left : hashChildren(left, right)),
        undefined,
      ) ?? emptyRoot()
    );
  }

  /** The hashes in one piece, to be stored. */
  toBytes(): Uint8Array {
    return new Uint8Array(Buffer.concat(this.#hashes));
  }

  /** What {@link toBytes} stored. Throws INTERNAL when the bytes do not fit the size. */
  static fromBytes(size: number, bytes: Uint8Array): CompactRange {
    const hashes = splitHashes(bytes);
    return new CompactRange(size, hashes);
  }
}

/** Cuts a row of hashes; a rest that is no whole hash stays, so that a check finds it. */
export function splitHashes(bytes: Uint8Array): Uint8Array[] {
  const hashes: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += HASH_BYTES) {
    hashes.push(bytes.slice(at, at + HASH_BYTES));
  }
  return hashes;
}
