/** What an evidence file holds. Everything is as it was signed or recorded, byte for byte. */

/** What the file is about. */
export type EvidenceSubject =
  | { readonly type: "message"; readonly sender: string; readonly messageId: string }
  | { readonly type: "conversation"; readonly conversationId: string };

/** A statement that was recorded: a recipient's receipt, or one of the gateway. */
export interface EvidenceReceipt {
  /** Encoded Envelope. */
  readonly envelope: Uint8Array;
  /** That it was recorded, a tlog-proof; undefined for one of the gateway, which holds proofs. */
  readonly proof: string | undefined;
}

/** A message with what was said about it. */
export interface EvidenceMessage {
  /** Encoded Envelope: header and signature, and the parts that are still there. */
  readonly envelope: Uint8Array;
  /** That it was recorded, a tlog-proof with the log entry inside. */
  readonly proof: string;
  readonly receipts: readonly EvidenceReceipt[];
  /** Ends that the gateway gave to deliveries, expiry or return: tlog-proofs. */
  readonly endings: readonly string[];
}

/** Something with a version that was signed by root keys. */
export interface EvidenceVersion {
  readonly version: number;
  readonly bytes: Uint8Array;
  /** That it was taken, a tlog-proof; undefined for a register the gateway began with. */
  readonly proof: string | undefined;
}

/** A certificate of disposal, as it was signed. */
export interface EvidenceDisposal {
  /** Encoded DisposalCertificate of the second form. */
  readonly bytes: Uint8Array;
  /** Encoded OpenedDisposal: what it names of the messages in the file, and its signature. */
  readonly opened: Uint8Array;
  /** That the disposal was entered in the log. */
  readonly proof: string;
}

/** A renewal of the log, as it was signed. */
export interface EvidenceRenewal {
  /** Encoded SignedLogRenewal. */
  readonly signed: Uint8Array;
  /** That it was entered in the log. */
  readonly proof: string;
}

/** A checkpoint with the token of a time-stamping authority (TP-STAMP-7). */
export interface EvidenceTimestamp {
  /** The note that was stamped, to the byte. */
  readonly checkpoint: string;
  /** DER of a TimeStampToken (RFC 3161). */
  readonly token: Uint8Array;
  /** DER of the root certificate of the authority; trusted only where the reader names it. */
  readonly root: Uint8Array;
  /** That the smaller of this and the file's own checkpoint is how the other one begins. */
  readonly consistency: readonly Uint8Array[];
}

/** All of it. */
export interface EvidenceContent {
  readonly subject: EvidenceSubject;
  /** When it was put together, in milliseconds since 1970. */
  readonly madeAtMs: number;
  /** Raw root keys that registers and policies were signed with. */
  readonly rootKeys: readonly Uint8Array[];
  readonly registers: readonly EvidenceVersion[];
  readonly policies: readonly EvidenceVersion[];
  readonly messages: readonly EvidenceMessage[];
  readonly disposals: readonly EvidenceDisposal[];
  /** In order, from the first that holds all messages; none: it was not renewed. */
  readonly renewals: readonly EvidenceRenewal[];
  /** Index of an entry → encoded RenewedProof under the first of the renewals. */
  readonly renewed: ReadonlyMap<number, Uint8Array>;
  /** Of each authority the earliest that cover something of the file. */
  readonly timestamps: readonly EvidenceTimestamp[];
}
