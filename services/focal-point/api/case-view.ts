import { fromFinding, fromTraceReply, fromTraceRequest, nameOf } from "#casework";
import { flaggedView } from "#participant";
import type { FlaggedMessage, MessageReceipts } from "#post";
import { type Finding, ReceiptType, TraceReply, TraceRequest } from "#proto";
import type { CaseHead, CaseRecord, StoredCaseEvent } from "../cases/case-record.ts";
import type { LetterRecord } from "../letters/letter-record.ts";
import { letterView } from "../letters/letter-view.ts";
import type { StoredMove } from "../moves/move-record.ts";
import { moveView, nextView } from "./move-view.ts";

/** A case as a line of a list; `nowMs` decides what is open still. */
export function caseLine(record: CaseHead, nowMs: number) {
  return {
    caseId: record.caseId,
    role: record.role,
    peer: record.peer,
    state: record.state,
    outcome: record.outcome ?? undefined,
    refusal: refusalOf(record),
    needs: needOf(record),
    next: nextView(record, nowMs),
    offExchange: record.offExchange || undefined,
    nationalCaseNumber: record.nationalCaseNumber,
    messageId: record.requestMessageId,
    replyMessageId: record.replyMessageId ?? undefined,
    openedAt: instant(record.openedAtMs),
    updatedAt: instant(record.updatedAtMs),
    acknowledgeBy: instantOf(record.acknowledgeByMs),
    answerBy: instantOf(record.answerByMs),
  };
}

function refusalOf({ refusalCode, refusalField }: CaseHead) {
  if (refusalCode === null) return undefined;
  return { code: refusalCode, field: refusalField ?? "" };
}

/** What a case waits for here; undefined for nothing. */
function needOf({ askedBack, awaitingAnswer, offExchange, refusalCode, state }: CaseHead) {
  if (refusalCode !== null) return "correction";
  if (askedBack) return "information";
  if (offExchange && state === "DRAFT") return "dispatch";
  return awaitingAnswer ? "answer" : undefined;
}

/** Everything kept about a case. */
export interface WholeCase {
  readonly record: CaseRecord;
  readonly events: readonly StoredCaseEvent[];
  readonly messages: readonly MessageReceipts[];
  readonly moves: readonly StoredMove[];
  /** What came under a key that was compromised by then. */
  readonly flagged: readonly FlaggedMessage[];
  /** Of a case with a State off the exchange. */
  readonly letters: readonly LetterRecord[];
}

/** A case with everything kept about it. */
export function caseDetail(whole: WholeCase, nowMs: number) {
  const { events, flagged, letters, messages, moves, record } = whole;
  return {
    ...caseLine(record, nowMs),
    request: fromTraceRequest(TraceRequest.decode(record.request)),
    reply: record.reply === null ? undefined : fromTraceReply(TraceReply.decode(record.reply)),
    moves: moves.map(moveView),
    events: events.map(({ nowMs, event, state, messageId, detail, actor }) => ({
      at: instant(nowMs),
      event,
      state,
      messageId: messageId || undefined,
      detail: detail || undefined,
      actor: actor || undefined,
    })),
    messages: messages.map(messageView),
    flagged: flaggedView(flagged),
    letters: record.offExchange ? letters.map(letterView) : undefined,
  };
}

function messageView(message: MessageReceipts) {
  return {
    messageId: message.messageId,
    state: message.state,
    attempts: message.attempts,
    logIndex: message.logIndex ?? undefined,
    headerDigest:
      message.headerDigest === null
        ? undefined
        : Buffer.from(message.headerDigest).toString("base64"),
    receipts: message.receipts.map((receipt) => ({
      type: nameOf(ReceiptType, receipt.type as ReceiptType),
      by: receipt.sender,
      recipient: receipt.recipient || undefined,
      code: receipt.code ?? undefined,
      receiptId: receipt.receiptId,
      receivedAt: instant(receipt.receivedAtMs),
      keyCompromised: receipt.isFlagged || undefined,
    })),
  };
}

/** What the officer hears when a case has been opened. */
export function openedView(record: CaseRecord, findings: readonly Finding[]) {
  return {
    caseId: record.caseId,
    messageId: record.requestMessageId,
    state: record.state,
    findings: findings.map(fromFinding),
  };
}

function instant(ms: number): string {
  return new Date(ms).toISOString();
}

function instantOf(ms: number | null): string | undefined {
  return ms === null ? undefined : instant(ms);
}
