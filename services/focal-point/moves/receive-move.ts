import { judgeReceived, nameOf, type Side } from "#casework";
import { type Refusal, refuse } from "#errors";
import type { InboundRecord, MessageFate } from "#post";
import { Header, Kind, type OutcomeClass, TraceMove } from "#proto";
import type { Transaction } from "#runtime";
import { EXCHANGE_ACTOR as actor } from "#users";
import { timestampMs } from "#wire";
import { addEvent, type CaseRecord, findCase, moveCase } from "../cases/case-record.ts";
import { forwardRefusal } from "../onward/may-forward.ts";
import { addMove, clearRefusal, counts, movesOf, setFate } from "./move-record.ts";
import { standAnew } from "./stand-anew.ts";

/** What the judge makes of a move; crosses the thread to the store. */
export interface MoveEffect {
  readonly type: "move";
  readonly by: Side;
  readonly move: TraceMove;
  readonly outcomeClass: OutcomeClass;
  /** What it concludes the case with; null for nothing. */
  readonly outcome: string | null;
  /** Encoded TraceReply or TraceFollowUp. */
  readonly body: Uint8Array;
}

/**
 * Takes in a move of the other State (TP-MOVE-22): of the right side, in a case with this State,
 * bound to the exact request. Whose turn it was the gateway has judged, with what the sender could
 * know; here only what no knowledge makes legal is refused, and what crossed is kept without
 * effect.
 */
export async function receiveMove(
  tx: Transaction,
  message: InboundRecord,
  effect: MoveEffect,
): Promise<Refusal | undefined> {
  const { conversationId: caseId, messageId, nowMs, sender } = message;
  const known = await findCase(tx, caseId);
  const isTheirs = effect.by === "requested" ? "requesting" : "requested";
  if (known === undefined || known.role !== isTheirs || known.peer !== sender) {
    const what = effect.by === "requested" ? "no request of ours to" : "no request of";
    return refuse("ILLEGAL_MOVE", "header.conversation_id", `${what} this State`);
  }
  const header = Header.decode(message.header);
  if (!(await isBound(tx, header, known))) {
    return refuse("ILLEGAL_MOVE", "header.in_reply_to", "not the request of this case");
  }
  if (!isDelivered(known)) {
    const detail = `not allowed in ${known.state}`;
    return refuse("ILLEGAL_MOVE", "header.disclosed.move", detail);
  }
  const originator = header.inReplyTo?.originalSender ?? "";
  const forwarded = await forwardRefusal(tx, known, { originator, body: effect.body });
  if (forwarded !== undefined) return forwarded;
  const moves = await movesOf(tx, caseId);
  const sentAtMs = timestampMs(header.sentAt) ?? message.recordedAtMs;
  const { by, move, outcomeClass } = effect;
  const next = { messageId, by, move, outcomeClass, sentAtMs };
  const { openedAtMs } = known;
  const judged = judgeReceived({ openedAtMs, moves: moves.filter(counts) }, next);
  if (!judged.ok) return judged.refusal;
  if (isDeliveryOpen(known)) {
    const event = "delivery shown by the reply";
    await moveCase(tx, { caseId, event, state: "DELIVERED", messageId, actor, nowMs });
  }
  const { body, outcome } = effect;
  await addMove(tx, caseId, { ...next, outcome, body, keptAtMs: nowMs, actor });
  const event = by === "requested" ? "reply received" : "follow-up received";
  const detail = outcome ?? nameOf(TraceMove, move) ?? "";
  await standAnew(tx, known, { event, messageId, detail, actor, nowMs });
  return undefined;
}

/** A reply proves delivery, also when it overtakes the receipt, or a request that expired. */
function isDeliveryOpen({ refusalCode, state }: CaseRecord): boolean {
  return state === "SUBMITTED" || (state === "REJECTED_BY_GATEWAY" && refusalCode === "EXPIRED");
}

function isDelivered(known: CaseRecord): boolean {
  return known.state !== "REJECTED_BY_GATEWAY" || isDeliveryOpen(known);
}

/** A move is bound to the exact request: id and digest of its header. */
async function isBound(tx: Transaction, header: Header, known: CaseRecord): Promise<boolean> {
  const { inReplyTo } = header;
  if (inReplyTo?.messageId !== known.requestMessageId) return false;
  const digest = known.requestDigest ?? (await sentDigest(tx, known.requestMessageId));
  return digest != null && Buffer.compare(digest, inReplyTo.headerDigest) === 0;
}

async function sentDigest(tx: Transaction, messageId: string): Promise<Uint8Array | null> {
  const sent = await tx.get<{ header_digest: Uint8Array | null }>(
    "SELECT header_digest FROM post_outbox WHERE message_id = ?",
    messageId,
  );
  return sent?.header_digest ?? null;
}

/**
 * What became of a move of ours. One that was refused, rejected or lost is taken back: the case
 * stands where it would without it, and says why (TP-MOVE-23).
 */
export async function applyMoveFate(
  tx: Transaction,
  fate: MessageFate,
  known: CaseRecord,
): Promise<void> {
  const { caseId } = known;
  const { code, field, messageId, nowMs } = fate;
  const what = fate.kind === Kind.TRACE_REPLY ? "reply" : "follow-up";
  const event = `${what} ${fate.fate}`;
  const before = (await movesOf(tx, caseId)).find((move) => move.messageId === messageId);
  const isMove = await setFate(tx, caseId, { messageId, fate: fate.fate, code, field });
  const isLost = !counts(fate);
  if (isLost) await setRefusal(tx, fate, caseId);
  const wasLost = before !== undefined && !counts(before);
  if (!isMove || isLost === wasLost) {
    const detail = code ?? "";
    await addEvent(tx, { caseId, event, state: known.state, messageId, detail, actor, nowMs });
    return;
  }
  if (!isLost) await clearRefusal(tx, caseId);
  await standAnew(tx, known, { event, messageId, detail: code ?? "", actor, nowMs });
}

/** Notes why a message of ours was not taken. */
export async function setRefusal(
  tx: Transaction,
  fate: Pick<MessageFate, "code" | "field">,
  caseId: string,
): Promise<void> {
  await tx.run(
    "UPDATE trace_case SET refusal_code = ?, refusal_field = ? WHERE case_id = ?",
    fate.code ?? "EXPIRED",
    fate.field ?? "",
    caseId,
  );
}
