import { accepted, type Outcome, refused } from "#errors";
import { parseCheckpoint, verifyEvidence } from "#message-log";
import { EntryKind, Kind, LogEvidence, RefusalCode } from "#proto";
import { checkpointKeysOf, type RegisterView, type VerifiedRegister } from "#trust";
import {
  GATEWAY_SENDER,
  type ParsedMessage,
  refusalNameOf,
  signaturesDigest,
  timestampMs,
} from "#wire";
import type { KnownCheckpoint } from "./outbox-procedures.ts";

/** A proof that held. */
export interface ProvenEntry {
  readonly kind: EntryKind;
  /** Place in the log. */
  readonly index: number;
  readonly recordedAtMs: number;
  /** Version of the register it was decided under. */
  readonly registerVersion: bigint;
  /** Version of the routing policy it was decided under. */
  readonly policyVersion: bigint;
  readonly code: string | null;
  /** Recipients the gateway refused, with their codes. */
  readonly refusedFor: readonly { readonly recipient: string; readonly code: string }[];
  readonly routedTo: readonly string[];
  readonly signaturesDigest: Uint8Array;
  readonly checkpoint: KnownCheckpoint;
  /** Encoded, to be kept. */
  readonly bytes: Uint8Array;
}

/** Which message an entry must be about. */
export interface EntrySubject {
  readonly sender: string;
  readonly messageId: string;
  readonly headerDigest: Uint8Array;
}

/**
 * Whether evidence proves that a message was logged: the proof holds under a checkpoint key of the
 * register, and the entry is about this message. Refuses NOT_LOGGED (TP-POST-10). A key that was
 * replaced goes on proving what it signed; one that somebody else may have had proves nothing, and
 * the gateway signs the same entry again (TP-KEY-4). `origin`: of a log before the one that is
 * kept, for what it proved while it was (TP-SUCC-6).
 */
export function checkEvidence(
  evidence: LogEvidence | undefined,
  subject: EntrySubject,
  register: RegisterView,
  origin = register.logOrigin,
): Outcome<ProvenEntry> {
  if (evidence === undefined) return refused("NOT_LOGGED", "evidence", "missing");
  const proven = verifyEvidence(evidence, origin, checkpointKeysOf(register));
  if (!proven.ok) return proven;
  const entry = proven.value;
  const isSubject =
    entry.sender === subject.sender &&
    entry.messageId === subject.messageId &&
    Buffer.compare(entry.headerDigest, subject.headerDigest) === 0;
  if (!isSubject) return refused("NOT_LOGGED", "evidence.entry", "about another message");
  const recordedAtMs = timestampMs(entry.recordedAt);
  const head = parseCheckpoint(evidence.checkpoint);
  if (recordedAtMs === undefined || head === undefined) {
    return refused("NOT_LOGGED", "evidence.entry.recorded_at", "missing");
  }
  const isRouted = (code: RefusalCode): boolean => code === RefusalCode.UNSPECIFIED;
  return accepted({
    kind: entry.kind,
    index: Number(evidence.index),
    recordedAtMs,
    registerVersion: entry.registerVersion,
    policyVersion: entry.policyVersion,
    code: refusalNameOf(entry.code) ?? null,
    refusedFor: entry.results
      .filter((result) => !isRouted(result.code))
      .map(({ recipient, code }) => ({ recipient, code: refusalNameOf(code) ?? "MALFORMED" })),
    routedTo: entry.results.filter(({ code }) => isRouted(code)).map(({ recipient }) => recipient),
    signaturesDigest: entry.signaturesDigest,
    checkpoint: { size: head.size, rootHash: head.rootHash },
    bytes: LogEvidence.encode(evidence).finish(),
  });
}

/**
 * Whether a version of the register was logged as a change, under a checkpoint key that it names
 * itself: a register shown to one participant alone is in no log (TP-RUN-3). NOT_LOGGED.
 */
export function checkRegisterEvidence(
  evidence: LogEvidence | undefined,
  { digest, view }: VerifiedRegister,
): Outcome<ProvenEntry> {
  const subject = { sender: GATEWAY_SENDER, messageId: "", headerDigest: digest };
  const proven = checkEvidence(evidence, subject, view);
  if (!proven.ok || proven.value.kind === EntryKind.REGISTER_CHANGE) return proven;
  return refused("NOT_LOGGED", "evidence.entry.kind", "is no change of the register");
}

/**
 * Whether a version of the routing policy was logged as a change, by the digest of its file: one
 * shown to one participant alone is in no log (TP-POLICY-9). NOT_LOGGED.
 */
export function checkPolicyEvidence(
  evidence: LogEvidence | undefined,
  digest: Uint8Array,
  register: RegisterView,
): Outcome<ProvenEntry> {
  const subject = { sender: "", messageId: "", headerDigest: digest };
  const proven = checkEvidence(evidence, subject, register);
  if (!proven.ok || proven.value.kind === EntryKind.POLICY_CHANGE) return proven;
  return refused("NOT_LOGGED", "evidence.entry.kind", "is no change of the policy");
}

/**
 * Whether a dispatched message was logged as what it is, under these signatures, and routed to this
 * recipient: nothing may be delivered that the log does not say was delivered.
 */
export function checkDispatchEvidence(
  evidence: LogEvidence | undefined,
  message: ParsedMessage,
  recipient: string,
  register: RegisterView,
): Outcome<ProvenEntry> {
  const { header, envelope, headerDigest } = message;
  const { sender, messageId } = header;
  const proven = checkEvidence(evidence, { sender, messageId, headerDigest }, register);
  if (!proven.ok) return proven;
  const entry = proven.value;
  if (Buffer.compare(entry.signaturesDigest, signaturesDigest(envelope.signatures)) !== 0) {
    return refused("NOT_LOGGED", "evidence.entry.signatures_digest", "other signatures");
  }
  const kinds = header.kind === Kind.RECEIPT ? RECEIPT_ENTRIES : MESSAGE_ENTRIES;
  if (!kinds.includes(entry.kind)) {
    return refused("NOT_LOGGED", "evidence.entry.kind", "not an accepted message");
  }
  // Receipts are routed by what they answer; their entries name no recipient.
  if (header.kind === Kind.RECEIPT || entry.routedTo.includes(recipient)) return proven;
  return refused("NOT_LOGGED", "evidence.entry.results", "not routed to this recipient");
}

const MESSAGE_ENTRIES: readonly EntryKind[] = [EntryKind.MESSAGE];
const RECEIPT_ENTRIES: readonly EntryKind[] = [EntryKind.DELIVERY, EntryKind.REJECTION];
