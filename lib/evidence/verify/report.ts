/** What a verification has found: by whom each thing is proven, and what is not (TP-EVID-9). */
import type { EvidenceSubject } from "../evidence-content.ts";

/**
 * - `proven`: everything in the file holds, under root keys that the reader named;
 * - `consistent`: it holds together, and nobody the reader knows vouches for it;
 * - `broken`: something does not hold.
 */
export type EvidenceVerdict = "proven" | "consistent" | "broken";

/** A register or a policy of the file. */
export interface VersionFinding {
  readonly version: number;
  /** Ids of the named root keys that have signed it; empty: nobody that the reader knows. */
  readonly rootKeys: readonly string[];
  /** Entry that says it was taken; undefined for a register the gateway began with. */
  readonly logIndex: number | undefined;
}

/** A log that has ended, as the newest register of the file says (TP-SUCC-9). */
export interface EndedLogFinding {
  readonly origin: string;
  readonly succeededBy: string;
  /** Entries it is proven to have had. */
  readonly provenSize: number;
  /** Ids of the named root keys that have signed it; empty: nobody that the reader knows. */
  readonly rootKeys: readonly string[];
}

/** A tree head that proofs of the file lead to. */
export interface CheckpointFinding {
  /** Name of its log. */
  readonly log: string;
  readonly size: number;
  /** Base64. */
  readonly rootHash: string;
  readonly isPostQuantumSigned: boolean;
  /** Names of witnesses that have cosigned it. */
  readonly witnesses: readonly string[];
  /** How many must, of how many; 0 of 0: the register has none. */
  readonly quorum: number;
  readonly witnessesOf: number;
}

/** That the log was hashed again and signed anew. */
export interface RenewalFinding {
  readonly number: number;
  /** Algorithm of the second tree. */
  readonly digest: string;
  /** Entries that it holds. */
  readonly size: number;
  readonly renewedAtMs: number;
  readonly renewByMs: number;
  /** Algorithm and id of each key that has signed it. */
  readonly signers: readonly string[];
  readonly logIndex: number;
}

/** That a checkpoint existed at a time, by an authority outside the exchange. */
export interface TimestampFinding {
  /** By the clock of the authority. */
  readonly atMs: number;
  /** How far that clock may be off, if the token says so. */
  readonly accuracyMs: number | undefined;
  /** Name in the certificate of the authority. */
  readonly authority: string;
  /** SHA-256 of its root certificate, in hex, and whose that is. */
  readonly rootFingerprint: string;
  readonly rootHolder: string;
  /** Whether the reader has named that root certificate. */
  readonly isTrusted: boolean;
  /** Object identifier of the policy it was given under. */
  readonly policy: string;
  readonly log: string;
  /** Entries under the checkpoint: all of them existed then. */
  readonly size: number;
}

/** How a message stands with one recipient. */
export interface DeliveryFinding {
  readonly recipient: string;
  /** `open`: nothing in the file says how it ended. */
  readonly outcome: "delivered" | "rejected" | "expired" | "returned" | "refused" | "open";
  /** Name of the refusal, on `refused` and `rejected`. */
  readonly code: string | undefined;
  /** When that was recorded, in milliseconds since 1970. */
  readonly atMs: number | undefined;
  /** Entry that says so. */
  readonly logIndex: number | undefined;
}

/** A part that the header names. */
export interface PartFinding {
  readonly name: string;
  /** Empty: for every recipient. */
  readonly onlyFor: string;
  readonly sizeBytes: number;
  /** False: disposed of, or never kept; the signed digest of it is there. */
  readonly isHere: boolean;
  /** The certificate that names it, if one in the file does. */
  readonly disposal: PartDisposal | undefined;
}

/** That a part was disposed of, and why. */
export interface PartDisposal {
  readonly certificate: number;
  readonly dueAtMs: number;
  readonly scheduleVersion: number;
  /** Legal basis of the line that kept it longest. */
  readonly basis: string;
}

/** A certificate of disposal. */
export interface DisposalFinding {
  readonly certificate: number;
  readonly logIndex: number;
  readonly disposedAtMs: number;
  readonly authority: string;
  readonly askedBy: string;
  readonly confirmedBy: string | undefined;
  readonly isSigned: boolean;
  /** How many records it names, and how many of them it shows here. */
  readonly items: number;
  readonly itemsShown: number;
}

/** A message of the file. */
export interface MessageFinding {
  readonly sender: string;
  readonly messageId: string;
  readonly kind: string;
  readonly conversationId: string;
  readonly recipients: readonly string[];
  readonly sentAtMs: number | undefined;
  readonly outcome: "accepted" | "refused";
  readonly code: string | undefined;
  readonly field: string;
  /** By the clock of the gateway. */
  readonly recordedAtMs: number;
  readonly logIndex: number;
  readonly checkpointSize: number;
  /** By when its entry existed, as an authority says that the reader trusts: its accuracy added. */
  readonly existedByMs: number | undefined;
  readonly registerVersion: number;
  /** 0: the default policy of the program. */
  readonly policyVersion: number;
  readonly keyId: string;
  /** Since when somebody else may have had the key, if that was before it was recorded. */
  readonly keyCompromisedSinceMs: number | undefined;
  readonly parts: readonly PartFinding[];
  readonly deliveries: readonly DeliveryFinding[];
}

/** All of it. */
export interface EvidenceReport {
  readonly verdict: EvidenceVerdict;
  readonly subject: EvidenceSubject;
  readonly madeAtMs: number;
  readonly logOrigin: string;
  readonly registers: readonly VersionFinding[];
  readonly policies: readonly VersionFinding[];
  readonly endedLogs: readonly EndedLogFinding[];
  readonly checkpoints: readonly CheckpointFinding[];
  readonly messages: readonly MessageFinding[];
  readonly disposals: readonly DisposalFinding[];
  /** The first holds what is in the file; each of the others the one before it. */
  readonly renewals: readonly RenewalFinding[];
  readonly timestamps: readonly TimestampFinding[];
  /** What nobody may conclude from the file, in sentences. */
  readonly notProven: readonly string[];
  /** What does not hold: the file in the bag, and why. */
  readonly problems: readonly string[];
  /** Some may not be listed. */
  readonly problemsTotal: number;
}
