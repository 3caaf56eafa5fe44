import { type Refusal, TracepostError } from "#errors";
import {
  EntryKind,
  Kind,
  LogEntry,
  ParticipantStatus,
  type Receipt,
  type ReceiptItem,
  ReceiptType,
  RevocationReason,
} from "#proto";
import { POST_LIMITS } from "#runtime";
import { authenticateHeader, type EarlierRegister, isValidAt, type RegisterView } from "#trust";
import {
  checkSubject,
  decodeExactly,
  type FeedOffer,
  GATEWAY_SENDER,
  handedOnIn,
  type ParsedDispatch,
  type ParsedMessage,
  parseDispatch,
  parseMonitorFeed,
  parseReceipt,
  refusalNameOf,
  sha256,
  timestampMs,
} from "#wire";
import { checkDispatchEvidence, checkEvidence, type ProvenEntry } from "./evidence-check.ts";
import type { Incident, IncidentKind } from "./incidents.ts";
import type { PolicyOffer, RegisterOffer } from "./parts.ts";
import type { ReceiptClaim } from "./receipt-procedures.ts";

/** An authentic receipt about messages of ours. */
export interface ExaminedReceipt {
  readonly type: ReceiptType;
  readonly message: ParsedMessage;
  readonly evidence: Uint8Array | null;
  /** Which key of a participant signed it, and when it was recorded; null: the gateway's own. */
  readonly signed: { readonly keyId: string; readonly recordedAtMs: number } | null;
  readonly claims: readonly ReceiptClaim[];
  /** Statements that could not be believed. */
  readonly incidents: readonly Incident[];
  /** Newest policy that an entry of the log in it was decided under. */
  readonly policyVersion: bigint;
}

/** What the checks before opening make of a dispatch. */
export type Examined =
  /** Counted, acknowledged to the carrier, answered by nothing. */
  | { readonly type: "junk"; readonly incident: Incident }
  | { readonly type: "receipt"; readonly receipt: ExaminedReceipt }
  /** A new version of the register, handed on by the gateway. */
  | { readonly type: "register"; readonly message: ParsedMessage; readonly offer: RegisterOffer }
  /** A new version of the routing policy, handed on by the gateway. */
  | { readonly type: "policy"; readonly message: ParsedMessage; readonly offer: PolicyOffer }
  /** What is to be counted here, of the gateway (TP-FEED-3). */
  | { readonly type: "feed"; readonly message: ParsedMessage; readonly offer: FeedOffer }
  /** It names a register newer than ours, and ours cannot judge it. */
  | { readonly type: "later"; readonly version: bigint }
  | {
      readonly type: "message";
      readonly message: ParsedMessage;
      /** Undefined: never logged, as far as the dispatch proves; `refusal` says why. */
      readonly proof: ProvenEntry | undefined;
      readonly refusal: Refusal | undefined;
    };

/** What the checks need to know. */
export interface ExamineContext {
  readonly participant: string;
  readonly register: RegisterView;
  readonly nowMs: number;
  /** Whether what is to be counted is taken here. */
  readonly isMonitor: boolean;
  /** A version that was in force here, if it is still known. */
  readonly earlier: EarlierRegister;
  /** How often the carrier has brought it: it is handed back a few times only (TP-RUN-5). */
  readonly deliveries: number;
}

/**
 * The inbox checks that need no opening, in the order of wire.md: form, subject, proof of logging,
 * signature by a key of our own register (judged at the time of recording), addressing
 * (TP-POST-10). Never throws on hostile bytes.
 */
export async function examine(
  data: Uint8Array,
  subject: string,
  context: ExamineContext,
): Promise<Examined> {
  const junk = (kind: IncidentKind, refusal: Refusal, message?: ParsedMessage): Examined => {
    const incident: Incident = {
      kind,
      digest: sha256(data),
      subject,
      sizeBytes: data.length,
      detail: `${refusal.code} ${refusal.field}`.trim(),
      // An id is repeated only once its sender is known to have signed it; nothing else is.
      ...(message === undefined ? {} : { sender: message.header.sender }),
    };
    return { type: "junk", incident };
  };
  const parsed = parseDispatch(data, { allowGatewaySender: true });
  if (!parsed.ok) return junk("JUNK", parsed.refusal);
  const found = await examineParsed(parsed.value, { ...context, subject, junk });
  const version = awaitedVersion(parsed.value, found, context);
  return version === undefined ? found : { type: "later", version };
}

/**
 * The version that may judge otherwise, while it may be waited for (TP-RUN-5): one that the header
 * or the log entry names, or the next one, for a key of the gateway that ours does not know yet
 * (TP-KEY-5).
 */
function awaitedVersion(
  { dispatch, message }: ParsedDispatch,
  found: Examined,
  { deliveries, register }: ExamineContext,
): bigint | undefined {
  if (!isDoubtful(found)) return undefined;
  const { registerVersion } = message.header;
  const entry = decodeExactly(LogEntry, dispatch.evidence?.entry ?? new Uint8Array(0));
  const logged = entry?.registerVersion ?? 0n;
  const named = logged > registerVersion ? logged : registerVersion;
  if (named > register.version) {
    return deliveries <= POST_LIMITS.newerRegisterWaits ? named : undefined;
  }
  if (deliveries > POST_LIMITS.newerGatewayKeyWaits) return undefined;
  const isGateway = message.header.sender === GATEWAY_SENDER;
  return lacksGatewayKey(found, isGateway) ? register.version + 1n : undefined;
}

/** Whether the gateway has signed by a key that ours does not know. */
function lacksGatewayKey(found: Examined, isGateway: boolean): boolean {
  const incidents = found.type === "receipt" ? found.receipt.incidents : [];
  const all = found.type === "junk" ? [found.incident] : incidents;
  return all.some(({ detail = "", kind }) => {
    if (kind === "NOT_LOGGED") return detail.endsWith(UNJUDGED_FIELD);
    return isGateway && kind === "UNAUTHENTICATED" && detail.startsWith("KEY_UNKNOWN");
  });
}

/** Whether a newer register may judge otherwise: by a key that ours does not know. */
function isDoubtful(found: Examined): boolean {
  if (found.type === "receipt") return found.receipt.incidents.length > 0;
  if (found.type !== "junk") return false;
  return found.incident.kind === "UNAUTHENTICATED" || found.incident.kind === "NOT_LOGGED";
}

async function examineParsed(
  { dispatch, message }: ParsedDispatch,
  context: ReceiptContext,
): Promise<Examined> {
  const { junk, nowMs, participant, register, subject } = context;
  const { header } = message;
  const onSubject = checkSubject(message, subject);
  if (!onSubject.ok) {
    const kind = onSubject.refusal.code === "NOT_ADDRESSED" ? "MISDIRECTED" : "JUNK";
    return junk(kind, onSubject.refusal);
  }
  const isGateway = header.sender === GATEWAY_SENDER;
  if (isGateway && header.kind === Kind.REGISTER) {
    // Who brought it is of no account: the root keys have signed what is in it.
    const { evidence } = dispatch;
    const { bytes, what } = handedOnIn(message);
    if (what === "policy") return { type: "policy", message, offer: { policy: bytes, evidence } };
    return { type: "register", message, offer: { register: bytes, evidence } };
  }
  const isFeed = isGateway && header.kind === Kind.MONITOR_FEED;
  if (isGateway && header.kind !== Kind.RECEIPT && !isFeed) {
    return junk("JUNK", { code: "NOT_PERMITTED", field: "header.kind", detail: "" });
  }
  const proof = isGateway
    ? undefined
    : checkDispatchEvidence(dispatch.evidence, message, participant, register);
  const saidAtMs = isGateway ? gatewaySaidAtMs(message, register, nowMs) : nowMs;
  const judgedAtMs = proof?.ok === true ? proof.value.recordedAtMs : saidAtMs;
  // What was decided before a revocation took effect stays decided, whatever date it was given.
  const decidedUnder =
    proof?.ok === true ? context.earlier(proof.value.registerVersion) : undefined;
  const judgedBy = decidedUnder ?? register;
  const authentic = await authenticateHeader(message, header.sender, judgedBy, judgedAtMs);
  if (!authentic.ok) return junk("UNAUTHENTICATED", authentic.refusal);
  if (isFeed) return examineFeed(message, context);
  if (header.kind === Kind.RECEIPT) {
    if (proof?.ok === false) return junk("NOT_LOGGED", proof.refusal, message);
    return examineReceipt(message, proof?.value ?? undefined, context);
  }
  if (proof?.ok === false && proof.refusal.field === UNJUDGED_FIELD) {
    return junk("NOT_LOGGED", proof.refusal, message);
  }
  const proven = proof?.ok === true ? proof.value : undefined;
  const refusal = proof?.ok === false ? proof.refusal : undefined;
  return { type: "message", message, proof: proven, refusal };
}

/** It needs no proof of the log: nothing but the gateway's own word stands behind it. */
function examineFeed(message: ParsedMessage, { isMonitor, junk }: ReceiptContext): Examined {
  if (!isMonitor) {
    const refusal: Refusal = { code: "NOT_PERMITTED", field: "header.kind", detail: "" };
    return junk("JUNK", refusal, message);
  }
  const parsed = parseMonitorFeed(message);
  if (!parsed.ok) return junk("JUNK", parsed.refusal, message);
  return { type: "feed", message, offer: parsed.value };
}

/**
 * When the gateway said something, for judging its key (TP-KEY-4): now, or for a key that is over
 * or was replaced since, when it says itself; not where somebody else may have had the key.
 */
function gatewaySaidAtMs(
  { envelope, header }: ParsedMessage,
  register: RegisterView,
  nowMs: number,
): number {
  const key = register.signingKey(envelope.signatures[0]?.keyId ?? "")?.key;
  const isOver = key !== undefined && !isValidAt(key, nowMs);
  if (!isOver || key.revocationReason === RevocationReason.COMPROMISED) return nowMs;
  return Math.min(nowMs, timestampMs(header.sentAt) ?? nowMs);
}

/**
 * A checkpoint under a key we do not know proves nothing either way: the gateway's key may be newer
 * than our register. Such a message is not rejected for good; it is dispatched again.
 */
const UNJUDGED_FIELD = "evidence.checkpoint";

interface ReceiptContext extends ExamineContext {
  readonly subject: string;
  readonly junk: (kind: IncidentKind, refusal: Refusal, message?: ParsedMessage) => Examined;
}

function examineReceipt(
  message: ParsedMessage,
  proof: ProvenEntry | undefined,
  context: ReceiptContext,
): Examined {
  const parsed = parseReceipt(message);
  if (!parsed.ok) return context.junk("JUNK", parsed.refusal, message);
  const receipt = parsed.value;
  const isGateway = message.header.sender === GATEWAY_SENDER;
  if (ENTRY_OF_RECEIPT.has(receipt.type) !== isGateway) {
    const refusal: Refusal = { code: "NOT_PERMITTED", field: "receipt.type", detail: "" };
    return context.junk("RECEIPT_UNMATCHED", refusal, message);
  }
  const claims: ReceiptClaim[] = [];
  const incidents: Incident[] = [];
  let policyVersion = proof?.policyVersion ?? 0n;
  for (const item of receipt.items) {
    const { claim, policyVersion: decidedUnder = 0n } = claimOf(receipt, item, context);
    if (decidedUnder > policyVersion) policyVersion = decidedUnder;
    if ("kind" in claim) {
      const { header, headerDigest: digest, bytes } = message;
      const { subject } = context;
      const { sender } = header;
      incidents.push({ ...claim, digest, subject, sender, sizeBytes: bytes.length });
    } else {
      claims.push(claim);
    }
  }
  const { bytes: evidence = null, recordedAtMs } = proof ?? {};
  const keyId = message.envelope.signatures[0]?.keyId ?? "";
  const signed = recordedAtMs === undefined ? null : { keyId, recordedAtMs };
  return {
    type: "receipt",
    receipt: { type: receipt.type, message, evidence, signed, claims, incidents, policyVersion },
  };
}

type Doubt = Pick<Incident, "kind" | "messageId" | "detail">;

/** A statement, or what speaks against it. */
interface Judged {
  readonly claim: ReceiptClaim | Doubt;
  readonly policyVersion?: bigint;
}

/** Reads one statement; the gateway's must prove that what it says is in the log. */
function claimOf(receipt: Receipt, item: ReceiptItem, context: ReceiptContext): Judged {
  const about = item.message;
  if (about === undefined) {
    throw new TracepostError("INTERNAL", "a parsed receipt names its messages");
  }
  const { messageId, headerDigest } = about;
  if (about.originalSender !== context.participant) {
    return {
      claim: { kind: "RECEIPT_UNMATCHED", messageId, detail: "a message of another sender" },
    };
  }
  const code = refusalNameOf(item.code) ?? null;
  const base = { messageId, headerDigest, code, field: item.field, recipient: item.recipient };
  if (!ENTRY_OF_RECEIPT.has(receipt.type)) {
    return { claim: { ...base, logIndex: null, refusedFor: [] } };
  }
  const subject = { sender: context.participant, messageId, headerDigest };
  const proof = checkEvidence(item.evidence, subject, context.register);
  const doubt = (detail: string): Judged => ({ claim: { kind: "NOT_LOGGED", messageId, detail } });
  if (!proof.ok) return doubt(proof.refusal.field);
  if (proof.value.kind !== ENTRY_OF_RECEIPT.get(receipt.type)) {
    return doubt("the entry says something else");
  }
  if (receipt.type === ReceiptType.RETURNED && !isRemoved(item.recipient, context)) {
    const detail = `${item.recipient} is not removed`;
    return { claim: { kind: "RETURNED_EARLY", messageId, detail } };
  }
  const { index, policyVersion, refusedFor } = proof.value;
  return { claim: { ...base, logIndex: index, refusedFor }, policyVersion };
}

/** What the gateway says, and no recipient, and which log entry stands behind it. */
const ENTRY_OF_RECEIPT: ReadonlyMap<ReceiptType, EntryKind> = new Map([
  [ReceiptType.ACCEPTED, EntryKind.MESSAGE],
  [ReceiptType.REFUSED, EntryKind.REFUSAL],
  [ReceiptType.EXPIRED, EntryKind.EXPIRY],
  [ReceiptType.RETURNED, EntryKind.RETURN],
]);

/** Said by our own register, which the gateway cannot write: its word alone ends no message. */
function isRemoved(participant: string, { register }: ReceiptContext): boolean {
  return register.participant(participant)?.status === ParticipantStatus.REMOVED;
}
