/** Text of checkpoints (https://c2sp.org/tlog-checkpoint): origin, size and root (TP-LOG-8). */
import { TracepostError } from "#errors";
import { decodeBase64, encodeBase64 } from "./base64.ts";
import { parseDecimal } from "./decimal.ts";
import { emptyRoot, isHash, sameBytes } from "./hashing.ts";
import { isSize } from "./positions.ts";
import { parseNote, type SignedNote } from "./signed-note.ts";

/** What a checkpoint says: the log had these leaves. */
export interface TreeHead {
  readonly size: number;
  readonly rootHash: Uint8Array;
}

/** A tree head with the name of its log. */
export interface CheckpointText extends TreeHead {
  readonly origin: string;
}

/** What a checkpoint claims, no signature verified; undefined when it is not of the format. */
export function parseCheckpoint(note: string): CheckpointText | undefined {
  const parsed = parseNote(note);
  return parsed && headOfNote(parsed);
}

/** The text to be signed. Throws INTERNAL for an impossible head. */
export function checkpointText(head: CheckpointText): string {
  const { origin, size, rootHash } = head;
  if (!isPossible(head)) {
    throw new TracepostError("INTERNAL", `no tree of size ${size} has such a root`);
  }
  return `${origin}\n${size}\n${encodeBase64(rootHash)}\n`;
}

/** Reads the text of a note; undefined when it is not of the format. */
export function headOfNote(note: SignedNote): CheckpointText | undefined {
  const [origin, sizeText, rootText, ...extensions] = note.text.slice(0, -1).split("\n");
  // Extension lines are allowed and mean nothing here; they may not be empty.
  if (extensions.some((line) => line === "")) return undefined;
  if (!origin || sizeText === undefined || rootText === undefined) return undefined;
  const size = parseDecimal(sizeText);
  const rootHash = decodeBase64(rootText);
  if (size === undefined || rootHash === undefined) return undefined;
  const head = { origin, size, rootHash };
  return isPossible(head) ? head : undefined;
}

function isPossible({ size, rootHash }: TreeHead): boolean {
  if (!isSize(size) || !isHash(rootHash)) return false;
  return size > 0 || sameBytes(rootHash, emptyRoot());
}
