/** Checkpoints (https://c2sp.org/tlog-checkpoint): signed notes of size and root (TP-LOG-8). */
import type { KeyObject } from "node:crypto";
import { TracepostError } from "#errors";
import type { SigningKeyPair } from "#trust";
import { decodeBase64, encodeBase64 } from "./base64.ts";
import { parseDecimal } from "./decimal.ts";
import { emptyRoot, isHash, sameBytes } from "./hashing.ts";
import { isSize } from "./positions.ts";
import { isKeyName, isSignedBy, parseNote, type SignedNote, signNote } from "./signed-note.ts";

/** What a checkpoint says: the log had these leaves. */
export interface TreeHead {
  readonly size: number;
  readonly rootHash: Uint8Array;
}

/** A tree head with the name of its log. */
export interface CheckpointText extends TreeHead {
  readonly origin: string;
}

/** Signs checkpoints of one log with one key. */
export interface CheckpointSigner {
  /** Name of the log, and of the key in the signature line. */
  readonly origin: string;
  /**
   * The signed note of a tree head. Ed25519 is deterministic: the same head gives the same note, so
   * the note of any earlier size can be made again. Throws INTERNAL for an impossible head.
   */
  sign(size: number, rootHash: Uint8Array): string;
}

/** Throws CONFIG_INVALID when `origin` cannot name a key of a signed note. */
export function createCheckpointSigner(
  keyPair: Pick<SigningKeyPair, "privateKey" | "publicRaw">,
  origin: string,
): CheckpointSigner {
  if (!isKeyName(origin)) {
    throw new TracepostError("CONFIG_INVALID", `"${origin}" cannot be the origin of a log`, {
      remedy: "Use a name such as example.org/exchange: no spaces, no plus, not empty.",
    });
  }
  const { privateKey, publicRaw } = keyPair;
  return {
    origin,
    sign: (size, rootHash) =>
      signNote(checkpointText({ origin, size, rootHash }), { name: origin, privateKey, publicRaw }),
  };
}

/**
 * Opens a checkpoint of the log `origin`: undefined unless it is exactly of the format and signed
 * under that name by one of the keys. Signatures of others, such as witnesses, are ignored.
 */
export function openCheckpoint(
  note: string,
  origin: string,
  publicKeys: readonly KeyObject[],
): TreeHead | undefined {
  const parsed = parseNote(note);
  const head = parsed && parseText(parsed);
  if (parsed === undefined || head === undefined || head.origin !== origin) return undefined;
  if (!isSignedBy(parsed, origin, publicKeys)) return undefined;
  return { size: head.size, rootHash: head.rootHash };
}

/** What a checkpoint claims, no signature verified; undefined when it is not of the format. */
export function parseCheckpoint(note: string): CheckpointText | undefined {
  const parsed = parseNote(note);
  return parsed && parseText(parsed);
}

function checkpointText(head: CheckpointText): string {
  const { origin, size, rootHash } = head;
  if (!isPossible(head)) {
    throw new TracepostError("INTERNAL", `no tree of size ${size} has such a root`);
  }
  return `${origin}\n${size}\n${encodeBase64(rootHash)}\n`;
}

function parseText(note: SignedNote): CheckpointText | undefined {
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
