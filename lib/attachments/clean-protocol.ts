import type { CleanResult, FileFacts } from "./clean-result.ts";
import type { ItemDigests } from "./piece-digests.ts";

/** A file to be cleaned; all paths are absolute, those of results new. */
export interface CleanJob {
  readonly input: string;
  readonly cleaned: string;
  /** Where the preview of an image goes. */
  readonly preview: string;
  /** What its sender says it is; empty for nothing. */
  readonly declaredType: string;
  /** What its sender says its digest is; the file itself is compared, before cleaning. */
  readonly sha256: Uint8Array;
}

/** A file that was cleaned; both results are on disk. */
export interface CleanedFile extends FileFacts, ItemDigests {
  /** Absent on documents, which are never shown. */
  readonly preview?: ItemDigests;
}

/** What comes back from the thread. */
export type CleanAnswer = CleanResult<CleanedFile>;
