import { Notice } from "#proto";
import type { Transaction } from "#runtime";
import { EXCHANGE_ACTOR as actor } from "#users";
import type { Replier } from "../cases/reply-handling.ts";
import { blockIdOf } from "../persons/person-record.ts";
import type { Clearance } from "../releases/hold.ts";
import { reportOnward } from "./confirm-notice.ts";
import { copiesOfInformation, eraseInformation } from "./information.ts";
import { findNotice, type NoticeRecord } from "./notice-record.ts";
import { type NoticeToSend, type SentNotices, sendNotices } from "./send-notice.ts";

/**
 * Passes a correction or an erasure on to everybody who got the information from us, by notices
 * about the messages of ours that passed it on (TP-PERS-13). What one person may not send waits for
 * a second one; what went by letter, for an officer who writes again.
 */
export async function passOn(
  tx: Transaction,
  known: NoticeRecord,
  { nowMs, self }: { readonly self: Replier; readonly nowMs: number },
): Promise<void> {
  const { aboutMessageId, aboutPart: part, aboutSender, kind, noticeId: causeId } = known;
  const of = { sender: aboutSender, messageId: aboutMessageId, part };
  const { participant: sender } = self;
  const persons = await correctedPersons(tx, known);
  for (const { byLetter, messageId } of await copiesOfInformation(tx, of)) {
    const about = { sender, messageId, part };
    if (part === "persons") {
      const reason = "what it was passed on from was erased or corrected";
      await eraseInformation(tx, { ...about, actor, reason, nowMs });
    }
    if (byLetter) continue;
    const notice = noticeAbout(known, about);
    await sendNotices(tx, { kind, about, notice, persons, causeId, self, actor, nowMs });
  }
}

/**
 * Sends a notice that is passed on, and waited for a second person; who began it hears so. Unknown
 * when the personal data that it would correct was erased meanwhile.
 */
export async function sendPassedOn(
  tx: Transaction,
  args: NoticeToSend,
  given: Clearance,
): Promise<SentNotices> {
  const { causeId = "", nowMs, self } = args;
  const cause = await findNotice(tx, { noticeId: causeId });
  const persons = cause === null ? undefined : await correctedPersons(tx, cause);
  const { content } = Notice.decode(args.notice);
  const isReplaced = content?.$case === "correction" && content.value.personsReplaced;
  if (isReplaced && persons === undefined) return { type: "unknown" };
  const sent = await sendNotices(tx, { ...args, persons }, given);
  if (sent.type === "sent") await reportOnward(tx, { causeId, self, nowMs });
  return sent;
}

/** The same notice about a message of ours. */
function noticeAbout(
  { notice }: NoticeRecord,
  about: { readonly sender: string; readonly messageId: string; readonly part: string },
): Uint8Array {
  const said = Notice.decode(notice);
  const { messageId, part, sender: originalSender } = about;
  const { content } = said;
  if (content?.$case === "erasure" || content?.$case === "correction") {
    content.value.subject = { originalSender, messageId, part };
  }
  return Notice.encode(said).finish();
}

/** Personal data as a correction has it; undefined when it replaces none. */
async function correctedPersons(
  tx: Transaction,
  { noticeId, peer }: NoticeRecord,
): Promise<Uint8Array | undefined> {
  const row = await tx.get<{ data: Uint8Array | null }>(
    "SELECT data FROM person_block WHERE block_id = ?",
    blockIdOf(peer, noticeId),
  );
  return row?.data ?? undefined;
}
