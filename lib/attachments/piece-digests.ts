import { createHash } from "node:crypto";
import { ATTACHMENT_LIMITS } from "#runtime";

const DIGEST_BYTES = 32;

/** Digests of an item: of the whole, and of each piece it travels in. */
export interface ItemDigests {
  readonly sizeBytes: number;
  readonly sha256: Uint8Array;
  /** SHA-256 of each piece, one after the other. */
  readonly pieces: Uint8Array;
}

/** Counts and digests the bytes of an item as they stream by (TP-ATT-7). */
export class ItemDigester {
  readonly #whole = createHash("sha256");
  readonly #pieces: Uint8Array[] = [];
  #piece = createHash("sha256");
  #inPiece = 0;
  #sizeBytes = 0;

  /** Takes the next bytes. */
  update(bytes: Uint8Array): void {
    this.#whole.update(bytes);
    this.#sizeBytes += bytes.length;
    let at = 0;
    while (at < bytes.length) {
      const room = ATTACHMENT_LIMITS.pieceBytes - this.#inPiece;
      const part = bytes.subarray(at, at + room);
      this.#piece.update(part);
      this.#inPiece += part.length;
      at += part.length;
      if (this.#inPiece === ATTACHMENT_LIMITS.pieceBytes) this.#closePiece();
    }
  }

  /** The digests; nothing may be added afterwards. */
  end(): ItemDigests {
    if (this.#inPiece > 0) this.#closePiece();
    const pieces = new Uint8Array(this.#pieces.length * DIGEST_BYTES);
    for (const [index, digest] of this.#pieces.entries()) pieces.set(digest, index * DIGEST_BYTES);
    return { sizeBytes: this.#sizeBytes, sha256: this.#whole.digest(), pieces };
  }

  #closePiece(): void {
    this.#pieces.push(this.#piece.digest());
    this.#piece = createHash("sha256");
    this.#inPiece = 0;
  }
}

/** How long the pieces of an item are; another State may have cut it shorter than we do. */
const OURS: number = ATTACHMENT_LIMITS.pieceBytes;

/** How many pieces an item of this size has. */
export function pieceCount(sizeBytes: number, pieceBytes: number = OURS): number {
  return Math.ceil(sizeBytes / pieceBytes);
}

/** Where a piece lies in its item; undefined when the item has no such piece. */
export function pieceRange(
  sizeBytes: number,
  index: number,
  pieceBytes: number = OURS,
): { readonly offset: number; readonly length: number } | undefined {
  const isThere =
    Number.isInteger(index) && index >= 0 && index < pieceCount(sizeBytes, pieceBytes);
  if (!isThere) return undefined;
  const offset = index * pieceBytes;
  return { offset, length: Math.min(pieceBytes, sizeBytes - offset) };
}

/** Digest of one piece among those of its item. */
export function digestOfPiece(pieces: Uint8Array, index: number): Uint8Array {
  return pieces.subarray(index * DIGEST_BYTES, (index + 1) * DIGEST_BYTES);
}
