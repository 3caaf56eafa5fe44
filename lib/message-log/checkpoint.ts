/** Checkpoints (https://c2sp.org/tlog-checkpoint): signed notes of size and root (TP-LOG-8). */
import type { KeyObject } from "node:crypto";
import { TracepostError } from "#errors";
import type { SigningKeyPair } from "#trust";
import { checkpointText, headOfNote, type TreeHead } from "./checkpoint-text.ts";
import { cosignatureOf } from "./cosignature.ts";
import { isKeyName, parseNote, signatureOf, signNote } from "./signed-note.ts";

/** Signs checkpoints of one log with one key. */
export interface CheckpointSigner {
  /** Name of the log, and of the key in the signature line. */
  readonly origin: string;
  /**
   * The signed note of a tree head. Ed25519 is deterministic: the same head gives the same note, so
   * the note of any earlier size can be made again. Throws INTERNAL for an impossible head.
   */
  sign(size: number, rootHash: Uint8Array): string;
  /** The note with a second signature under it, where there is a key for it (TP-LOG-17). */
  countersign?(note: string): string;
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
 * Opens a checkpoint of the log `origin`: undefined unless it is exactly of the format, signed
 * under that name by one of the keys, Ed25519 or ML-DSA-44, and no line that claims to be of one of
 * them is false. Signatures of others, such as witnesses, are ignored.
 */
export function openCheckpoint(
  note: string,
  origin: string,
  publicKeys: readonly KeyObject[],
): TreeHead | undefined {
  const found = signaturesOf(note, origin, publicKeys);
  if (found === undefined || !found.verdicts.includes("good")) return undefined;
  return { size: found.size, rootHash: found.rootHash };
}

/** Whether a checkpoint that opens is signed with ML-DSA-44 too (TP-LOG-17). */
export function isPostQuantumSigned(
  note: string,
  origin: string,
  publicKeys: readonly KeyObject[],
): boolean {
  const keys = publicKeys.filter(({ asymmetricKeyType }) => asymmetricKeyType === "ml-dsa-44");
  return openCheckpoint(note, origin, keys) !== undefined;
}

function signaturesOf(note: string, origin: string, publicKeys: readonly KeyObject[]) {
  const parsed = parseNote(note);
  const head = parsed && headOfNote(parsed);
  if (parsed === undefined || head === undefined || head.origin !== origin) return undefined;
  const verdicts = publicKeys.map((publicKey) =>
    publicKey.asymmetricKeyType === "ml-dsa-44"
      ? cosignatureOf(parsed, head, { name: origin, publicKey }).verdict
      : signatureOf(parsed, origin, publicKey),
  );
  return verdicts.includes("false") ? undefined : { ...head, verdicts };
}
