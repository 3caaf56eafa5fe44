import { type Refusal, refuse } from "#errors";
import { tellFate, tellFlag, tellGap } from "#participant-store";
import type { InboundRecord, MessageFate, PostHooks } from "#post";
import { Kind } from "#proto";
import type { Transaction } from "#runtime";
import { EXCHANGE_ACTOR as actor } from "#users";
import { applyMoveFate, type MoveEffect, receiveMove, setRefusal } from "../moves/receive-move.ts";
import { addEvent, type CaseRecord, findCase, insertCase, moveCase } from "./case-record.ts";

/** What the judge makes of a message; crosses the thread to the store. */
export type TraceEffect =
  | {
      readonly type: "request";
      /** Encoded TraceRequest. */
      readonly request: Uint8Array;
      readonly nationalCaseNumber: string;
    }
  | MoveEffect;

/**
 * What messages and receipts do to cases, inside the transaction that stores them (TP-FP-3). A
 * message is applied once; `trace_effect` counts each application, so that a second would show.
 */
export const caseHooks: PostHooks = {
  async onMessage(tx, message, effect) {
    const trace = effect as TraceEffect;
    const refusal =
      trace.type === "request"
        ? await receiveRequest(tx, message, trace)
        : await receiveMove(tx, message, trace);
    if (refusal === undefined) await countEffect(tx, message);
    return refusal;
  },
  async onFate(tx, fate) {
    await tellFate(tx, fate);
    await applyFate(tx, fate);
  },
  onFlag: tellFlag,
  onGap: tellGap,
};

async function countEffect(tx: Transaction, message: InboundRecord): Promise<void> {
  await tx.run(
    `INSERT INTO trace_effect (sender, message_id, kind, applied, first_at) VALUES (?, ?, ?, 1, ?)
     ON CONFLICT (sender, message_id) DO UPDATE SET applied = applied + 1`,
    message.sender,
    message.messageId,
    message.kind,
    message.nowMs,
  );
}

async function receiveRequest(
  tx: Transaction,
  message: InboundRecord,
  effect: TraceEffect & { type: "request" },
): Promise<Refusal | undefined> {
  const { conversationId: caseId, sender, messageId, nowMs } = message;
  if ((await findCase(tx, caseId)) !== undefined) {
    return refuse("ILLEGAL_MOVE", "header.conversation_id", "a case with this id is open");
  }
  await insertCase(tx, {
    caseId,
    role: "requested",
    peer: sender,
    state: "DELIVERED",
    nationalCaseNumber: effect.nationalCaseNumber,
    request: effect.request,
    requestMessageId: messageId,
    requestDigest: message.headerDigest,
    requestHeader: message.header,
    actor,
    nowMs,
  });
  return undefined;
}

async function applyFate(tx: Transaction, fate: MessageFate): Promise<void> {
  const known = await findCase(tx, fate.conversationId);
  if (known === undefined) return;
  if (fate.kind === Kind.TRACE_REQUEST && known.role === "requesting") {
    await applyRequestFate(tx, fate, known);
  } else if (fate.kind === Kind.TRACE_REPLY || fate.kind === Kind.TRACE_FOLLOW_UP) {
    await applyMoveFate(tx, fate, known);
  }
}

/** REJECTED_BY_GATEWAY also stands for what the recipient rejects or never got (domain 2.2). */
async function applyRequestFate(
  tx: Transaction,
  fate: MessageFate,
  known: CaseRecord,
): Promise<void> {
  const { caseId } = known;
  const { messageId, nowMs, code = "" } = fate;
  switch (fate.fate) {
    case "accepted":
      await noteFate(tx, fate, known, "request accepted");
      return;
    case "delivered": {
      const waits = known.state === "SUBMITTED" || known.state === "REJECTED_BY_GATEWAY";
      if (!waits) return await noteFate(tx, fate, known, "request delivered");
      await tx.run(
        "UPDATE trace_case SET refusal_code = NULL, refusal_field = NULL WHERE case_id = ?",
        caseId,
      );
      const event = "request delivered";
      return await moveCase(tx, { caseId, event, state: "DELIVERED", messageId, actor, nowMs });
    }
    case "refused":
    case "rejected":
    case "expired": {
      await setRefusal(tx, fate, caseId);
      const event = `request ${fate.fate}`;
      if (known.state !== "SUBMITTED") return await noteFate(tx, fate, known, event);
      const state = "REJECTED_BY_GATEWAY";
      return await moveCase(tx, { caseId, event, state, messageId, detail: code, actor, nowMs });
    }
    default:
      fate.fate satisfies never;
  }
}

async function noteFate(
  tx: Transaction,
  fate: MessageFate,
  known: CaseRecord,
  event: string,
): Promise<void> {
  const { messageId, nowMs, code: detail = "" } = fate;
  const { caseId, state } = known;
  await addEvent(tx, { caseId, event, state, messageId, detail, actor, nowMs });
}
