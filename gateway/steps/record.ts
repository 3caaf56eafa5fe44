import { refuse } from "#errors";
import type { RoutingPolicy } from "#policy";
import { Kind, ReceiptType, RefusalCode } from "#proto";
import { type Database, newMessageId } from "#runtime";
import type { RegisterView } from "#trust";
import { type ParsedMessage, parseReceipt, refusalCodeOf, sha256, timestampMs } from "#wire";
import { headerBytesIn, readReference } from "../message-reference.ts";
import { isUnverified, type Passage } from "../passage.ts";
import { conversationFacts } from "../store/conversations/conversation-facts.ts";
import type { KeptUnverified, UnverifiedItem, UnverifiedResult } from "../store/quarantine.ts";
import type { RecordedBatch, RecordItem, RecordResult } from "../store/record.ts";
import type { RouteDecision } from "../store/record-deliveries.ts";
import { recordFacts } from "../store/search/record-facts.ts";
import type { GatewayProcedures } from "../store.ts";
import { storedBytesQuota } from "../stored-quota.ts";

/** A passage with its place in the record. */
export interface Recorded {
  readonly passage: Passage;
  readonly message: ParsedMessage;
  readonly item: RecordItem;
  readonly result: RecordResult;
}

/** A passage that left an item in quarantine, or nothing. */
export interface Unverified {
  readonly passage: Passage;
  readonly item: UnverifiedItem;
  readonly result: UnverifiedResult;
}

/** What the record step gives to dispatch and receipt. */
export interface RecordOutcome {
  readonly recorded: readonly Recorded[];
  readonly batch: RecordedBatch | undefined;
  readonly unverified: readonly Unverified[];
  /** The log's head after what is unverified was logged, when something was. */
  readonly quarantineHead: KeptUnverified["head"];
}

interface RecordDeps {
  readonly store: Pick<Database<GatewayProcedures>, "call">;
  /** Messages of a pair that may be under way (TP-GW-7). */
  readonly pairMax: number;
  readonly register: Pick<RegisterView, "version" | "participant">;
  readonly policy: Pick<RoutingPolicy, "version">;
  /** Of the retention schedule in force. */
  readonly scheduleVersion: number;
  readonly nowMs: number;
  readonly resendFirstMs: number;
}

/**
 * Sixth step: one transaction for what is proven in the batch (TP-GW-6), one before it for what is
 * not (TP-OPS-1). When this returns, everything that was decided is on disk with its log entry;
 * nothing has been said to anybody yet (promise 1).
 */
export async function record(
  passages: readonly Passage[],
  deps: RecordDeps,
): Promise<RecordOutcome> {
  const open = passages.filter(({ held, repeatOf }) => !held && repeatOf === undefined);
  const kept = await keepAll(open.filter(isUnverified), deps);
  const proven = await recordAll(
    open.filter((passage) => !isUnverified(passage)),
    deps,
  );
  return { ...proven, ...kept };
}

async function keepAll(
  passages: readonly Passage[],
  { store, nowMs, register }: RecordDeps,
): Promise<Pick<RecordOutcome, "unverified" | "quarantineHead">> {
  if (passages.length === 0) return { unverified: [], quarantineHead: undefined };
  const items = passages.map((passage) => unverifiedItemOf(passage, nowMs));
  const kept = await store.call("keepUnverified", {
    nowMs,
    registerVersion: Number(register.version),
    items,
  });
  const unverified = passages.map((passage, position) => ({
    passage,
    item: items[position] as UnverifiedItem,
    result: kept.results[position] as UnverifiedResult,
  }));
  return { unverified, quarantineHead: kept.head };
}

async function recordAll(
  passages: readonly Passage[],
  deps: RecordDeps,
): Promise<Pick<RecordOutcome, "recorded" | "batch">> {
  const proven = passages.flatMap((passage) => {
    const { message } = passage;
    return message === undefined
      ? []
      : [{ passage, message, item: itemOf(passage, message, deps) }];
  });
  if (proven.length === 0) return { recorded: [], batch: undefined };
  const items = proven.map(({ item }) => item);
  const { store, nowMs, register, policy, resendFirstMs, scheduleVersion, pairMax } = deps;
  const registerVersion = Number(register.version);
  const policyVersion = Number(policy.version);
  const versions = { registerVersion, policyVersion, scheduleVersion };
  const args = { nowMs, ...versions, resendFirstMs, pairMax, items };
  const batch = await store.call("recordBatch", args);
  const recorded = proven.map((one, position) => ({
    ...one,
    result: batch.results[position] as RecordResult,
  }));
  return { recorded, batch };
}

function itemOf(passage: Passage, message: ParsedMessage, deps: RecordDeps): RecordItem {
  const claims = claimsOf(passage, message);
  const { refusal } = passage;
  const { header } = message;
  const accepted = refusal === undefined;
  const routes = accepted && header.kind !== Kind.RECEIPT ? routesOf(passage) : [];
  const sender = passage.address.participant;
  return {
    sender,
    receiptId: newMessageId(deps.nowMs),
    code: refusal === undefined ? RefusalCode.UNSPECIFIED : refusalCodeOf(refusal.code),
    field: refusal?.field ?? "",
    messageId: header.messageId,
    headerDigest: message.headerDigest,
    envelope: message.bytes,
    kind: header.kind,
    lane: header.lane,
    expiresAtMs: timestampMs(header.expiresAt) ?? 0,
    routes,
    keepParts: accepted,
    storedBytesMax: storedBytesQuota(deps.register.participant(sender)?.quotas),
    sentAtMs: timestampMs(header.sentAt) ?? 0,
    facts: recordFacts(header),
    conversation: accepted ? conversationFacts(header, deps.register) : undefined,
    ...claims,
  };
}

function claimsOf(
  passage: Passage,
  message: ParsedMessage,
): Pick<RecordItem, "receiptType" | "claims"> {
  const none = { receiptType: ReceiptType.UNSPECIFIED, claims: [] };
  if (message.header.kind !== Kind.RECEIPT) return none;
  const receipt = parseReceipt(message);
  if (!receipt.ok) {
    passage.refusal ??= receipt.refusal;
    return none;
  }
  const { type, items } = receipt.value;
  const sender = message.header.recipients[0] ?? "";
  const foreign = items.some((item) => item.message?.originalSender !== sender);
  if ((type !== ReceiptType.DELIVERED && type !== ReceiptType.REJECTED) || foreign) {
    passage.refusal ??= refuse("NOT_PERMITTED", foreign ? "receipt.items" : "receipt.type");
    return none;
  }
  const claims = items.map((item) => ({
    originalSender: item.message?.originalSender ?? "",
    messageId: item.message?.messageId ?? "",
    headerDigest: item.message?.headerDigest ?? new Uint8Array(),
  }));
  return { receiptType: type, claims };
}

function routesOf({ results = [] }: Passage): RouteDecision[] {
  return results.map(({ code, recipient }) => ({ recipient, code }));
}

/** Digest, size, subject, and header bytes: copies, so that no part is handed on with them. */
function unverifiedItemOf(passage: Passage, nowMs: number): UnverifiedItem {
  const { data, subject } = passage.inbound;
  const refusal = passage.refusal ?? refuse("MALFORMED");
  const header = headerBytesIn(data);
  return {
    participant: passage.address.participant,
    subject,
    lane: passage.address.lane,
    digest: sha256(data),
    sizeBytes: data.length,
    header,
    readable: readReference(header),
    code: refusalCodeOf(refusal.code),
    field: refusal.field,
    receiptId: newMessageId(nowMs),
    isRecalled: passage.isRecalled === true,
  };
}
