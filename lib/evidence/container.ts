/** One ZIP file around a bag: stored, in one order, at one time, so that it has one spelling. */
import { unzipSync, type Zippable, zipSync } from "fflate";
import { TracepostError } from "#errors";
import { EVIDENCE_LIMITS, printable } from "#runtime";
import { notEvidence } from "./evidence-fault.ts";

/** Files by their path in the bag. */
export type BagFiles = ReadonlyMap<string, Uint8Array>;

/** Folder that the bag lies in, in the ZIP file (RFC 8493, section 4). */
const FOLDER = "evidence/";
/** Small letters, digits, dots and dashes, between slashes; nothing leads out or is hidden. */
const PATH = /^[a-z0-9][a-z0-9-]*(\.[a-z0-9-]+)*(\/[a-z0-9][a-z0-9-]*(\.[a-z0-9-]+)*)*$/;
/** The first day that ZIP knows, in whatever zone: when it was packed says nothing. */
const PACKED_AT = new Date(1980, 0, 1);

/** Packs files, in the order of their paths. Throws INPUT_INVALID when they are too much. */
export function packBag(files: BagFiles): Uint8Array {
  const paths = [...files.keys()].toSorted();
  const entries = paths.map((path) => [FOLDER + path, files.get(path)] as const);
  const bytes = entries.reduce((sum, [, content]) => sum + (content?.length ?? 0), 0);
  if (paths.length > EVIDENCE_LIMITS.filesMax || bytes > EVIDENCE_LIMITS.fileBytesMax) {
    throw new TracepostError("INPUT_INVALID", "this is too much for one evidence file", {
      problems: [`${paths.length} files of ${bytes} bytes together`],
      remedy: "Export one message at a time.",
    });
  }
  return zipSync(Object.fromEntries(entries) as Zippable, { level: 0, mtime: PACKED_AT });
}

/**
 * Unpacks what {@link packBag} packed, into no more memory than the file has bytes. Throws
 * VERIFICATION for any other ZIP file, naming the file in it: names that lead elsewhere, doubled
 * ones, compressed ones, files that lie over each other, and bytes beside them (TP-EVID-3).
 */
export function unpackBag(bytes: Uint8Array): BagFiles {
  if (bytes.length > EVIDENCE_LIMITS.fileBytesMax) {
    throw notEvidence("the file", `has over ${EVIDENCE_LIMITS.fileBytesMax} bytes`);
  }
  const seen = new Set<string>();
  let total = 0;
  const look = (name: string, size: number, isStored: boolean): boolean => {
    const shown = JSON.stringify(printable(name.slice(0, 80)));
    const path = name.startsWith(FOLDER) ? name.slice(FOLDER.length) : "";
    if (!PATH.test(path)) throw notEvidence(shown, "is no name of a file of a bag");
    if (seen.has(path)) throw notEvidence(path, "is there twice");
    if (!isStored) throw notEvidence(path, "is compressed");
    seen.add(path);
    total += size;
    if (total > bytes.length) throw notEvidence(path, "is longer than what is there");
    if (seen.size > EVIDENCE_LIMITS.filesMax) throw notEvidence(path, "is one file too many");
    return true;
  };
  const found = unzip(bytes, look);
  const files = new Map([...seen].map((path) => [path, found[FOLDER + path] ?? new Uint8Array()]));
  if (Buffer.compare(packBag(files), bytes) !== 0) {
    throw notEvidence(
      "the ZIP file",
      "holds something beside the files of the bag, or out of order",
    );
  }
  return files;
}

function unzip(
  bytes: Uint8Array,
  look: (name: string, size: number, isStored: boolean) => boolean,
): Readonly<Record<string, Uint8Array>> {
  try {
    return unzipSync(bytes, {
      filter: ({ compression, name, originalSize, size }) =>
        look(name, Math.max(size, originalSize), compression === 0),
    });
  } catch (caught) {
    if (caught instanceof TracepostError) throw caught;
    // The library says what it stumbled over in words of its own.
    throw notEvidence("the file", "is no ZIP file");
  }
}
