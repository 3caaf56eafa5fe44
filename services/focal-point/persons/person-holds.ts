import { conversationFacts, type HeldFacts, isAnyHeld } from "#participant-store";
import { Kind } from "#proto";
import type { Transaction } from "#runtime";
import { CASE_KIND } from "../retention/case-kind.ts";
import { erasePersons, type PersonAct } from "./person-procedures.ts";
import { findBlock, type PersonBlockHead } from "./person-record.ts";

/**
 * Whether a legal hold covers a block: what brought it, or anything of its case, as it covers the
 * case itself (TP-PREC-6).
 */
export async function isBlockHeld(tx: Transaction, block: PersonBlockHead): Promise<boolean> {
  return await isAnyHeld(tx, () => heldFactsOf(tx, block));
}

/** What holds are held against, of a block and of its case. */
export async function heldFactsOf(tx: Transaction, block: PersonBlockHead): Promise<HeldFacts[]> {
  const { caseId: conversationId, direction, keptSinceMs, messageId, peer, sender } = block;
  const { id, messages } = await conversationFacts(tx, CASE_KIND, conversationId);
  const about = { sender, messageId, conversationId, kind: Kind.TRACE_REQUEST };
  const recipients = direction === "sent" ? [peer] : [];
  return [{ ...about, id, recipients, recordedAtMs: keptSinceMs }, ...messages];
}

/** Erases a block because a person says so, unless a legal hold covers it. */
export async function erasePersonsUnlessHeld(
  tx: Transaction,
  args: PersonAct & { readonly blockId: string },
): Promise<PersonBlockHead | "held" | null> {
  const known = await findBlock(tx, args.blockId);
  if (known?.erased === null && (await isBlockHeld(tx, known))) return "held";
  return await erasePersons(tx, args);
}
