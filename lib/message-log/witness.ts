/** What a witness is asked and what it answers (https://c2sp.org/tlog-witness). */
import type { KeyObject } from "node:crypto";
import { LOG_LIMITS } from "#runtime";
import { decodeBase64, encodeBase64 } from "./base64.ts";
import { openCheckpoint } from "./checkpoint.ts";
import { parseCheckpoint, type TreeHead } from "./checkpoint-text.ts";
import { parseDecimal } from "./decimal.ts";
import { isHash, sameBytes } from "./hashing.ts";
import { verifyConsistency } from "./proof.ts";

const OLD = "old ";

/** A checkpoint to be cosigned, with the proof that it extends the one cosigned before. */
export interface AddCheckpoint {
  /** Size of the checkpoint that the witness has cosigned last; 0: none. */
  readonly oldSize: number;
  /** RFC 6962 consistency proof. */
  readonly proof: readonly Uint8Array[];
  /** Signed note. */
  readonly checkpoint: string;
}

/** Body of `add-checkpoint`. */
export function formatAddCheckpoint({ checkpoint, oldSize, proof }: AddCheckpoint): string {
  return `${[OLD + oldSize, ...proof.map(encodeBase64)].join("\n")}\n\n${checkpoint}`;
}

/** Reads the body of `add-checkpoint`; undefined when it is not of the format. Verifies nothing. */
export function parseAddCheckpoint(body: string): AddCheckpoint | undefined {
  if (body.length > LOG_LIMITS.proofBytesMax) return undefined;
  const gap = body.indexOf("\n\n");
  const [first = "", ...lines] = body.slice(0, Math.max(0, gap)).split("\n");
  const oldSize = first.startsWith(OLD) ? parseDecimal(first.slice(OLD.length)) : undefined;
  if (oldSize === undefined || lines.length > LOG_LIMITS.consistencyHashesMax) return undefined;
  const proof: Uint8Array[] = [];
  for (const line of lines) {
    const hash = decodeBase64(line);
    if (hash === undefined || !isHash(hash)) return undefined;
    proof.push(hash);
  }
  const checkpoint = body.slice(gap + 2);
  return parseCheckpoint(checkpoint) && { oldSize, proof, checkpoint };
}

/** A log that a witness watches. */
export interface WatchedLog {
  readonly origin: string;
  /** Keys its checkpoints are signed with. */
  readonly publicKeys: readonly KeyObject[];
}

/**
 * What a witness makes of a checkpoint (TP-LOG-18): the head to cosign, or the status to answer.
 * `fork`: the log has signed two roots for one size, and the witness has both.
 */
export type WitnessVerdict =
  | { readonly status: 200; readonly head: TreeHead }
  | { readonly status: 400 | 403 | 404 }
  | { readonly status: 409; readonly size: number }
  | { readonly status: 422; readonly isFork: boolean };

/** Judges a request against what was cosigned last, in the order that tlog-witness has it. */
export function judgeCheckpoint(
  { checkpoint, oldSize, proof }: AddCheckpoint,
  log: WatchedLog,
  last: TreeHead | undefined,
): WitnessVerdict {
  const claimed = parseCheckpoint(checkpoint);
  if (claimed === undefined) return { status: 400 };
  if (claimed.origin !== log.origin) return { status: 404 };
  const head = openCheckpoint(checkpoint, log.origin, log.publicKeys);
  if (head === undefined) return { status: 403 };
  if (oldSize > head.size) return { status: 400 };
  const known = last ?? { size: 0, rootHash: head.rootHash };
  const isFork = head.size === known.size && !sameBytes(head.rootHash, known.rootHash);
  if (isFork) return { status: 422, isFork };
  if (oldSize !== known.size) return { status: 409, size: known.size };
  return extendsKnown(known, head, proof) ? { status: 200, head } : { status: 422, isFork: false };
}

function extendsKnown(known: TreeHead, head: TreeHead, proof: readonly Uint8Array[]): boolean {
  if (known.size === 0) return proof.length === 0;
  return verifyConsistency({
    size1: known.size,
    root1: known.rootHash,
    size2: head.size,
    root2: head.rootHash,
    proof,
  });
}
