export {
  type AppendedTree,
  appendToTree,
  type CompletedNodes,
} from "./append-to-tree.ts";
export {
  type CheckpointSigner,
  type CheckpointText,
  createCheckpointSigner,
  openCheckpoint,
  parseCheckpoint,
  type TreeHead,
} from "./checkpoint.ts";
export { CompactRange } from "./compact-range.ts";
export { formatEvidence, parseEvidence, verifyEvidence } from "./evidence.ts";
export { emptyRoot, hashChildren, hashLeaf } from "./hashing.ts";
export { parseLogEntry } from "./log-entry.ts";
export { loadCheckpoint, loadLogHead } from "./log-head.ts";
export { formatLogProof, type LogProof, parseLogProof } from "./log-proof.ts";
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
export { consistencyProof, inclusionPath, rootAt } from "./stored-tree.ts";
export { type LogReport, type VerifyLogOptions, verifyLog } from "./verify-log.ts";
