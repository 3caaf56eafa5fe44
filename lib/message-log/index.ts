export {
  type AppendedTree,
  appendToTree,
  type CompletedNodes,
} from "./append-to-tree.ts";
export { type CheckedPage, checkLogPage, type ReadEntry } from "./check-log.ts";
export {
  type CheckpointSigner,
  createCheckpointSigner,
  isPostQuantumSigned,
  openCheckpoint,
} from "./checkpoint.ts";
export { type CheckpointText, parseCheckpoint, type TreeHead } from "./checkpoint-text.ts";
export { CompactRange } from "./compact-range.ts";
export {
  type Cosignature,
  type Cosigner,
  type CosignerKey,
  cosign,
  cosignatureOf,
} from "./cosignature.ts";
export { formatEvidence, parseEvidence, proveEvidence, verifyEvidence } from "./evidence.ts";
export { FetchedTiles, type FetchPath, fetchCheckpoint, fetchFrom } from "./fetched-tiles.ts";
export { compareHeads, type LogRelation } from "./follow-log.ts";
export { emptyRoot, hashChildren, hashLeaf } from "./hashing.ts";
export { parseLogEntry } from "./log-entry.ts";
export { loadCheckpoint, loadLogHead } from "./log-head.ts";
export { formatLogProof, type LogProof, parseLogProof } from "./log-proof.ts";
export type { ReadPosition } from "./log-reading.ts";
export { LOG_MIGRATION_SQL } from "./log-schema.ts";
export {
  type AppendedEntries,
  appendLogEntries,
  loadLogEntry,
  saveCheckpoint,
} from "./log-store.ts";
export {
  type ConsistencyClaim,
  type InclusionClaim,
  verifyConsistency,
  verifyInclusion,
} from "./proof.ts";
export { isSignedBy, type NoteSignature, parseNote, type SignedNote } from "./signed-note.ts";
export { consistencyProof, inclusionPath, loadTile, rootAt } from "./stored-tree.ts";
export {
  endOfLog,
  judgeSuccession,
  type LogPlace,
  logNames,
  logOfCheckpoint,
  logPlaceOf,
  type OldLog,
  type SuccessionRefusal,
  successionsFrom,
} from "./succession.ts";
export { parseTilePath, type TileName, tilePath } from "./tile-path.ts";
export { nodesOf as storedNodes } from "./tile-reader.ts";
export { TILE_WIDTH } from "./tile-width.ts";
export {
  digestBy,
  isRenewalDigest,
  RENEWAL_DIGESTS,
  type RenewalDigest,
  renewalTree,
} from "./tree-hash.ts";
export { type TreeNodes, treeConsistency, treeInclusionPath, treeRoot } from "./tree-proofs.ts";
export {
  type LogReport,
  type LogWitness,
  type VerifyLogOptions,
  verifyLog,
} from "./verify-log.ts";
export {
  type AddCheckpoint,
  formatAddCheckpoint,
  judgeCheckpoint,
  parseAddCheckpoint,
  type WatchedLog,
  type WitnessVerdict,
} from "./witness.ts";
export {
  type AskedWitness,
  askWitness,
  type WitnessReply,
  witnessesOf,
} from "./witness-client.ts";
