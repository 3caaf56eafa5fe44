import { KIB, MIB } from "./units.ts";

/** Limits of the files that bodies of an SQLite store lie in (docs/spec/stores.md). */
export const BODY_LIMITS = {
  /** Bodies from this size on lie in files: in a row they take more than half a page. */
  fileFromBytes: 4 * KIB,
  /** A file that has grown so far takes no more bodies, and a new one begins. */
  fileBytesMax: 1024 * MIB,
  /** Bodies that are overwritten between two commits of a clean-up. */
  eraseBodies: 1_000,
  /** Zeros written, and bytes of a body file copied, at once. */
  chunkBytes: MIB,
  /** Files in trouble that are told one by one. */
  filesToldMax: 20,
} as const;
