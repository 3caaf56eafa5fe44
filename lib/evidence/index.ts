// The door of lib/evidence: evidence as a file, written and verified (docs/spec/evidence.md).

export type {
  EvidenceContent,
  EvidenceDisposal,
  EvidenceMessage,
  EvidenceSubject,
  EvidenceTimestamp,
  EvidenceVersion,
} from "./evidence-content.ts";
export { formatEvidenceFile, parseEvidenceFile, subjectText } from "./evidence-file.ts";
export { renewEvidence } from "./renew-evidence.ts";
export type {
  CheckpointFinding,
  DeliveryFinding,
  DisposalFinding,
  EndedLogFinding,
  EvidenceReport,
  MessageFinding,
  RenewalFinding,
  TimestampFinding,
} from "./verify/report.ts";
export { parseRootSet, type RootSet } from "./verify/root-sets.ts";
export { verifyEvidenceFile } from "./verify/verify-evidence-file.ts";
