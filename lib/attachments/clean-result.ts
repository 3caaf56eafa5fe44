import type { MediaType } from "./media-type.ts";

/** Why a file is not taken → what is wrong and what to do. Closed (TP-ATT-2). */
export const FILE_PROBLEMS = {
  TYPE_UNKNOWN: {
    rule: "is neither a JPEG or PNG image nor a PDF document, by its content",
    remedy: "Save it as JPEG, PNG or PDF.",
  },
  TYPE_MISMATCH: {
    rule: "is not of the type that was declared",
    remedy: "Declare the type the file has, or declare none.",
  },
  DIGEST_MISMATCH: {
    rule: "is not the file whose SHA-256 was announced",
    remedy: "Send every piece again.",
  },
  DAMAGED: {
    rule: "is cut off or damaged",
    remedy: "Take the file from its source again; save an image anew.",
  },
  UNSUPPORTED: {
    rule: "uses a form of its type that is not taken",
    remedy: "Save it anew with an ordinary program.",
  },
  NOT_CLEAN: {
    rule: "was not cleaned by the State that sent it",
    remedy: "Ask that State to attach it anew.",
  },
  POLYGLOT: {
    rule: "is a file of another type as well",
    remedy: "Save it anew with an ordinary program; look into where it came from.",
  },
  TOO_LARGE: {
    rule: "is larger than an attachment may be",
    remedy: "Send a smaller picture, or the document in parts.",
  },
  TOO_MANY_PIXELS: {
    rule: "has more pixels than are decoded",
    remedy: "Scale the picture down, or save it as baseline JPEG.",
  },
  TOO_COSTLY: {
    rule: "takes too long or too much memory to look at",
    remedy: "Save it anew with an ordinary program; look into where it came from.",
  },
} as const;

/** A key of {@link FILE_PROBLEMS}. */
export type FileProblem = keyof typeof FILE_PROBLEMS;

/** What cleaning takes out of a file; told to whoever attached it. */
export const REMOVED = [
  "EXIF",
  "GPS",
  "XMP",
  "COLOUR_PROFILE",
  "THUMBNAIL",
  "COMMENT",
  "OTHER_METADATA",
  "TRAILING_DATA",
] as const;

/** One of {@link REMOVED}. */
export type Removed = (typeof REMOVED)[number];

/** What cleaning found in an image. */
export interface ImageFacts {
  readonly width: number;
  readonly height: number;
  /** How a camera was held, 1 to 8 as EXIF numbers it; 1 is upright. */
  readonly orientation: number;
  /** Each once, in the order of finding. */
  readonly removed: readonly Removed[];
}

/** A cleaned file, or why it is not taken. */
export type CleanResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: FileProblem; readonly detail: string };

/** Says no to a file; `detail` names the place, without content. */
export function unclean(problem: FileProblem, detail: string): CleanResult<never> {
  return { ok: false, problem, detail };
}

/** What was found in a file of any type. */
export interface FileFacts {
  readonly mediaType: MediaType;
  /** Absent on documents. */
  readonly image?: ImageFacts;
}
