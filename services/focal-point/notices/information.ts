import type { SqlRow, Transaction } from "#runtime";
import { copiesOf, type OnwardCopy, type OnwardPart } from "../onward/onward-record.ts";
import { erasePersonsUnlessHeld, isBlockHeld } from "../persons/person-holds.ts";
import type { PersonAct } from "../persons/person-procedures.ts";
import { blockIdOf, findBlock } from "../persons/person-record.ts";

/** A message that brought information. */
interface Brought {
  readonly sender: string;
  readonly messageId: string;
}

/**
 * Erases the personal data that a message brought, and what corrections put in its place
 * (TP-PERS-12), but for what a legal hold covers; `except` are corrections that just came.
 */
export async function eraseInformation(
  tx: Transaction,
  about: Brought & PersonAct & { readonly except?: readonly string[] },
): Promise<void> {
  const { actor, except = [], nowMs, reason, sender } = about;
  for (const messageId of await messagesOf(tx, about)) {
    if (except.includes(messageId)) continue;
    const blockId = blockIdOf(sender, messageId);
    await erasePersonsUnlessHeld(tx, { blockId, actor, reason, nowMs });
  }
}

/** Whether a legal hold covers any of it: then it stays until two people release the hold. */
export async function isInformationHeld(
  tx: Transaction,
  { sender, ...about }: Brought,
): Promise<boolean> {
  for (const messageId of await messagesOf(tx, { sender, ...about })) {
    const block = await findBlock(tx, blockIdOf(sender, messageId));
    if (block?.erased === null && (await isBlockHeld(tx, block))) return true;
  }
  return false;
}

/** Where information was passed on to, as it came or as it was corrected. */
export async function copiesOfInformation(
  tx: Transaction,
  about: Brought & { readonly part: string },
): Promise<OnwardCopy[]> {
  const { part, sender } = about;
  if (!isPassedOn(part)) return [];
  const copies: OnwardCopy[] = [];
  for (const messageId of await messagesOf(tx, about)) {
    copies.push(...(await copiesOf(tx, { sender, messageId, part })));
  }
  return copies;
}

/** Attachments of others are never passed on (TP-ATT-16). */
function isPassedOn(part: string): part is OnwardPart {
  return part === "body" || part === "persons";
}

/**
 * The messages that brought one information: the first one, and its corrections, which are messages
 * themselves and may have been corrected.
 */
async function messagesOf(tx: Transaction, about: Brought): Promise<string[]> {
  const messages = [await firstOf(tx, about.messageId)];
  // The list grows as it is read.
  for (const messageId of messages) {
    const rows = await tx.all<SqlRow & { notice_id: string }>(
      `SELECT notice_id FROM notice
       WHERE about_sender = ? AND about_message_id = ? AND kind = 'CORRECTION'`,
      about.sender,
      messageId,
    );
    messages.push(...rows.map((row) => row.notice_id).filter((id) => !messages.includes(id)));
  }
  return messages;
}

/** The message that a correction corrects, or the one before that; itself when it is none. */
async function firstOf(tx: Transaction, messageId: string): Promise<string> {
  const passed = new Set<string>();
  let first = messageId;
  while (!passed.has(first)) {
    passed.add(first);
    const row = await tx.get<{ about_message_id: string }>(
      "SELECT about_message_id FROM notice WHERE notice_id = ? AND kind = 'CORRECTION'",
      first,
    );
    if (row !== undefined) first = row.about_message_id;
  }
  return first;
}
