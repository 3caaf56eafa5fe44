import { createPublicKey } from "node:crypto";
import {
  formatAddCheckpoint,
  formatEvidence,
  formatLogProof,
  hashLeaf,
  isSignedBy,
  openCheckpoint,
  parseAddCheckpoint,
  parseCheckpoint,
  parseEvidence,
  parseLogEntry,
  parseLogProof,
  parseNote,
  parseTilePath,
  tilePath,
  verifyConsistency,
  verifyEvidence,
  verifyInclusion,
} from "#message-log";
import { LogEntry, LogEvidence } from "#proto";
import { decodeExactly } from "#wire";
import { readVectors } from "../../support/vectors.ts";
import { ofOptional, ofOutcome, type Target, textTarget } from "../verdict.ts";

const { origin, publicKey } = readVectors<{ origin: string; publicKey: string }>(
  "merkle/checkpoint.json",
);
const raw = Buffer.from(publicKey, "base64");
const x = raw.toString("base64url");
const keys = [createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" })];

const HASH_BYTES = 32;

/** Cuts bytes into a number and hashes of any length, as a hostile proof has them. */
function proofOf(input: Uint8Array): { numbers: number[]; hashes: Uint8Array[] } {
  const numbers = [...input.subarray(0, 4)];
  const hashes: Uint8Array[] = [];
  for (let at = 4; at < input.length; at += HASH_BYTES) {
    hashes.push(input.subarray(at, at + HASH_BYTES));
  }
  return { numbers, hashes };
}

/** Parsers of the message log (TP-LOG-2, TP-LOG-6 to TP-LOG-11). */
export const LOG_TARGETS: readonly Target[] = [
  textTarget("checkpoint", ["parseNote", "isSignedBy"], (text) => {
    const note = parseNote(text);
    if (note !== undefined) isSignedBy(note, origin, keys);
    return ofOptional(note);
  }),
  textTarget("checkpoint", ["parseCheckpoint", "openCheckpoint"], (text) => {
    openCheckpoint(text, origin, keys);
    return ofOptional(parseCheckpoint(text));
  }),
  textTarget("proof-file", ["parseLogProof"], (text) =>
    ofOutcome(parseLogProof(text), formatLogProof),
  ),
  textTarget("proof-file", ["parseEvidence", "verifyEvidence"], (text) => {
    const evidence = parseEvidence(text);
    if (evidence.ok) ofOutcome(verifyEvidence(evidence.value, origin, keys));
    return ofOutcome(evidence, formatEvidence);
  }),
  textTarget("add-checkpoint", ["parseAddCheckpoint"], (text) =>
    ofOptional(parseAddCheckpoint(text), formatAddCheckpoint),
  ),
  textTarget("tile-path", ["parseTilePath"], (text) => ofOptional(parseTilePath(text), tilePath)),
  {
    corpus: "evidence",
    parses: ["verifyEvidence"],
    read(input) {
      const evidence = decodeExactly(LogEvidence, input);
      return evidence === undefined
        ? { accepted: false }
        : ofOutcome(verifyEvidence(evidence, origin, keys), () => input);
    },
  },
  {
    corpus: "log-entry",
    parses: ["parseLogEntry"],
    read: (input) => ofOutcome(parseLogEntry(input), (entry) => LogEntry.encode(entry).finish()),
  },
  {
    corpus: "proof-hashes",
    parses: ["verifyInclusion", "verifyConsistency"],
    read(input) {
      const { numbers, hashes } = proofOf(input);
      const [index = 0, size = 0] = numbers;
      const [first = input, second = input, ...path] = hashes;
      const inclusion = { leafHash: hashLeaf(input), index, size, path, rootHash: first };
      const claim = { size1: index, root1: first, size2: size, root2: second, proof: path };
      if (verifyInclusion(inclusion)) throw new TypeError("a made-up inclusion proof holds");
      return { accepted: verifyConsistency(claim) };
    },
  },
];
