import { nameOf } from "#casework";
import type { InboundRecord } from "#post";
import { ErasureReason, Notice } from "#proto";
import type { Transaction } from "#runtime";
import { EXCHANGE_ACTOR as actor } from "#users";
import type { Replier } from "../cases/reply-handling.ts";
import { confirmNotice } from "./confirm-notice.ts";
import { eraseInformation, isInformationHeld } from "./information.ts";
import { findNotice, type NoticeRecord, settleNotice, waitingFor } from "./notice-record.ts";
import { passOn } from "./pass-on-notice.ts";
import { selfOf } from "./receive-notice.ts";

/**
 * Does what notices ask once a message and its personal data are kept: a notice whose subject is
 * here, and notices that overtook this message (TP-PERS-14).
 */
export async function carryOutDue(tx: Transaction, message: InboundRecord): Promise<void> {
  const doing = { self: selfOf(message), nowMs: message.nowMs };
  const own = await findNotice(tx, { noticeId: message.messageId });
  if (own?.state === "WAITING" && (await isKept(tx, own))) await carryOut(tx, own, doing);
  for (const known of await waitingFor(tx, message)) await carryOut(tx, known, doing);
}

async function isKept(
  tx: Transaction,
  { aboutMessageId, aboutSender }: NoticeRecord,
): Promise<boolean> {
  const row = await tx.get<{ n: number }>(
    "SELECT count(*) AS n FROM post_inbox WHERE sender = ? AND message_id = ?",
    aboutSender,
    aboutMessageId,
  );
  return (row?.n ?? 0) > 0;
}

/**
 * Passes a notice on at once. Personal data is erased or replaced and that is confirmed; everything
 * else waits for a person, who confirms it, and so does what a legal hold covers.
 */
async function carryOut(
  tx: Transaction,
  known: NoticeRecord,
  { nowMs, self }: { readonly self: Replier; readonly nowMs: number },
): Promise<void> {
  const { aboutMessageId: messageId, aboutPart, aboutSender: sender, noticeId } = known;
  const { content } = Notice.decode(known.notice);
  const isErasure = content?.$case === "erasure" && aboutPart === "persons";
  const isReplaced = content?.$case === "correction" && content.value.personsReplaced;
  const isAutomatic = isErasure || isReplaced;
  if (!isAutomatic || (await isInformationHeld(tx, { sender, messageId }))) {
    await settleNotice(tx, { noticeId, state: "OPEN", nowMs });
    await passOn(tx, known, { self, nowMs });
    return;
  }
  const reason = isErasure
    ? `erasure notice: ${nameOf(ErasureReason, content.value.reason) ?? "no reason"}`
    : "replaced by a correction notice";
  const except = [noticeId];
  await eraseInformation(tx, { sender, messageId, except, actor, reason, nowMs });
  await passOn(tx, known, { self, nowMs });
  await confirmNotice(tx, { known, done: true, explanation: "", self, nowMs });
}
