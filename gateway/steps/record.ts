import { refuse } from "#errors";
import { Kind, Lane, ReceiptType, RefusalCode } from "#proto";
import { type Database, newMessageId } from "#runtime";
import { parseReceipt, refusalCodeOf, sha256, timestampMs } from "#wire";
import { headerBytesIn, readReference } from "../message-reference.ts";
import type { PairWindow } from "../pair-window.ts";
import type { Passage } from "../passage.ts";
import type { QuarantineItem } from "../store/quarantine.ts";
import type { RecordedBatch, RecordItem, RecordResult, RouteDecision } from "../store/record.ts";
import type { GatewayProcedures } from "../store.ts";

/** A passage with its place in the record. */
export interface Recorded {
  readonly passage: Passage;
  readonly item: RecordItem;
  readonly result: RecordResult;
}

/** What the record step gives to dispatch and receipt. */
export interface RecordOutcome {
  readonly recorded: readonly Recorded[];
  readonly batch: RecordedBatch | undefined;
  /** Head after unreadable bytes were logged, when there were any. */
  readonly quarantined: { size: number; rootHash: Uint8Array } | undefined;
}

/**
 * Sixth step: one transaction for the whole batch (TP-GW-6). When this returns, everything that was
 * decided is on disk with its log entry; nothing has been said to anybody yet (promise 1).
 */
export async function record(
  passages: readonly Passage[],
  deps: {
    store: Pick<Database<GatewayProcedures>, "call">;
    window: PairWindow;
    registerVersion: number;
    nowMs: number;
    resendFirstMs: number;
  },
): Promise<RecordOutcome> {
  const readable: { passage: Passage; item: RecordItem }[] = [];
  const unreadable: QuarantineItem[] = [];
  for (const passage of passages) {
    if (passage.held || passage.repeatOf !== undefined) continue;
    const item = itemOf(passage, deps);
    if (item === undefined) unreadable.push(quarantineItemOf(passage));
    else readable.push({ passage, item });
  }
  let quarantined: RecordOutcome["quarantined"];
  if (unreadable.length > 0) {
    quarantined = await deps.store.call("quarantine", { nowMs: deps.nowMs, items: unreadable });
  }
  if (readable.length === 0) return { recorded: [], batch: undefined, quarantined };
  const items = readable.map(({ item }) => item);
  const { nowMs, registerVersion, resendFirstMs, window } = deps;
  const batch = await deps.store
    .call("recordBatch", { nowMs, registerVersion, resendFirstMs, items })
    .catch((caught: unknown) => {
      // Nothing is recorded: the messages come again and take their places anew.
      for (const item of items) giveBack(window, item);
      throw caught;
    });
  const recorded = readable.map(({ passage, item }, position) => ({
    passage,
    item,
    result: batch.results[position] as RecordResult,
  }));
  for (const { item, result } of recorded) settleWindow(window, item, result);
  return { recorded, batch, quarantined };
}

function itemOf(
  passage: Passage,
  deps: { window: PairWindow; nowMs: number },
): RecordItem | undefined {
  const claims = claimsOf(passage);
  const { message, refusal } = passage;
  const code = refusal === undefined ? RefusalCode.UNSPECIFIED : refusalCodeOf(refusal.code);
  const common = {
    sender: passage.address.participant,
    receiptId: newMessageId(deps.nowMs),
    code,
    field: refusal?.field ?? "",
  };
  if (message === undefined) {
    const reference = readReference(passage.inbound.data);
    if (reference === undefined) return undefined;
    return {
      ...common,
      messageId: reference.messageId,
      headerDigest: reference.headerDigest,
      envelope: passage.inbound.data,
      kind: Kind.UNSPECIFIED,
      lane: passage.address.lane,
      expiresAtMs: 0,
      routes: [],
      keepParts: false,
      receiptType: ReceiptType.UNSPECIFIED,
      claims: [],
    };
  }
  const { header } = message;
  const accepted = refusal === undefined;
  const routes = accepted && header.kind !== Kind.RECEIPT ? routesOf(passage, deps.window) : [];
  return {
    ...common,
    messageId: header.messageId,
    headerDigest: message.headerDigest,
    envelope: message.bytes,
    kind: header.kind,
    lane: header.lane,
    expiresAtMs: timestampMs(header.expiresAt) ?? 0,
    routes,
    keepParts: accepted,
    ...claims,
  };
}

function claimsOf(passage: Passage): Pick<RecordItem, "receiptType" | "claims"> {
  const none = { receiptType: ReceiptType.UNSPECIFIED, claims: [] };
  const { message } = passage;
  if (message === undefined || message.header.kind !== Kind.RECEIPT) return none;
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

function routesOf(passage: Passage, window: PairWindow): RouteDecision[] {
  const lane = passage.message?.header.lane ?? Lane.NORMAL;
  return (passage.results ?? []).map((result) => ({
    recipient: result.recipient,
    code: result.code,
    dispatch:
      result.code === RefusalCode.UNSPECIFIED &&
      window.reserve({ sender: passage.address.participant, recipient: result.recipient, lane }),
  }));
}

/** Gives reserved places back for what was not recorded as accepted after all. */
function settleWindow(window: PairWindow, item: RecordItem, result: RecordResult): void {
  if (result.type === "recorded" && result.code === RefusalCode.UNSPECIFIED) {
    for (const ended of result.ended) window.release(ended);
    for (const route of item.routes) {
      if (route.code === RefusalCode.UNSPECIFIED && !route.dispatch) {
        window.wait({ sender: item.sender, recipient: route.recipient, lane: item.lane });
      }
    }
    return;
  }
  giveBack(window, item);
}

function giveBack(window: PairWindow, item: RecordItem): void {
  for (const route of item.routes) {
    if (!route.dispatch) continue;
    window.release({ sender: item.sender, recipient: route.recipient, lane: item.lane });
  }
}

function quarantineItemOf(passage: Passage): QuarantineItem {
  const { data, subject } = passage.inbound;
  const refusal = passage.refusal ?? refuse("MALFORMED");
  return {
    digest: sha256(data),
    sizeBytes: data.length,
    subject: subject.slice(0, 256),
    sender: passage.address.participant,
    code: refusalCodeOf(refusal.code),
    field: refusal.field,
    header: headerBytesIn(data),
  };
}
