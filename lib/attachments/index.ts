// The door to photographs and documents: what a file is, cleaned of what it must not carry, kept.

export { AttachmentFiles } from "./attachment-files.ts";
export { readsOf } from "./byte-reader.ts";
export { cleanContent } from "./clean-content.ts";
export type { CleanAnswer, CleanedFile, CleanJob } from "./clean-protocol.ts";
export { FILE_PROBLEMS, type FileProblem, REMOVED, type Removed } from "./clean-result.ts";
export { type Cleaner, createCleaner } from "./cleaner.ts";
export { isSafeFileName, safeFileName } from "./file-name.ts";
export { isMediaType, MEDIA_TYPES, type MediaType } from "./media-type.ts";
export { digestOfPiece, pieceCount, pieceRange } from "./piece-digests.ts";
