import type { KeyObject } from "node:crypto";
import { accepted, type Outcome, refused } from "#errors";
import type { LogEntry, LogEvidence } from "#proto";
import { LOG_LIMITS } from "#runtime";
import { openCheckpoint } from "./checkpoint.ts";
import type { TreeHead } from "./checkpoint-text.ts";
import { hashLeaf } from "./hashing.ts";
import { parseLogEntry } from "./log-entry.ts";
import { formatLogProof, parseLogProof } from "./log-proof.ts";
import { verifyInclusion } from "./proof.ts";

/** An entry that is in the log, and the tree that proves it. */
export interface ProvenEvidence {
  readonly entry: LogEntry;
  readonly head: TreeHead;
}

/**
 * Checks that an entry is in the log `origin` under one of its checkpoint keys, offline, and hands
 * the entry back (TP-LOG-11). Refuses NOT_LOGGED, naming the part that does not hold. Whether the
 * entry is about the message at hand is the caller's question.
 */
export function verifyEvidence(
  evidence: LogEvidence,
  origin: string,
  publicKeys: readonly KeyObject[],
): Outcome<LogEntry> {
  const proven = proveEvidence(evidence, (note) => openCheckpoint(note, origin, publicKeys));
  return proven.ok ? accepted(proven.value.entry) : proven;
}

/** The same for a caller that opens checkpoints itself, each once for all that it proves. */
export function proveEvidence(
  { checkpoint, entry: leaf, inclusionPath, index }: LogEvidence,
  open: (note: string) => TreeHead | undefined,
): Outcome<ProvenEvidence> {
  if (inclusionPath.length > LOG_LIMITS.pathHashesMax) {
    return refused("NOT_LOGGED", "evidence.inclusion_path", "too long");
  }
  const entry = parseLogEntry(leaf);
  if (!entry.ok) return entry;
  const head = open(checkpoint);
  if (head === undefined) {
    return refused("NOT_LOGGED", "evidence.checkpoint", "not signed by the log");
  }
  const proven = verifyInclusion({
    leafHash: hashLeaf(leaf),
    index: Number(index),
    size: head.size,
    path: inclusionPath,
    rootHash: head.rootHash,
  });
  if (!proven) return refused("NOT_LOGGED", "evidence.inclusion_path", "does not lead to the root");
  return accepted({ entry: entry.value, head });
}

/** Evidence as a file in the format of C2SP tlog-proof, the entry itself in its `extra` line. */
export function formatEvidence(evidence: LogEvidence): string {
  return formatLogProof({
    index: Number(evidence.index),
    path: evidence.inclusionPath,
    checkpoint: evidence.checkpoint,
    extra: evidence.entry,
  });
}

/** Reads what {@link formatEvidence} wrote; refuses NOT_LOGGED. Verifies nothing. */
export function parseEvidence(text: string): Outcome<LogEvidence> {
  const proof = parseLogProof(text);
  if (!proof.ok) return proof;
  const { index, path, checkpoint, extra } = proof.value;
  if (extra === undefined) return refused("NOT_LOGGED", "extra", "the entry is missing");
  return accepted({
    entry: extra,
    index: BigInt(index),
    checkpoint,
    inclusionPath: [...path],
  });
}
