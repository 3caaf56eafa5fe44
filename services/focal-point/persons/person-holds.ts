import { isAnyHeld } from "#participant-store";
import { Kind } from "#proto";
import type { Transaction } from "#runtime";
import { erasePersons, type PersonAct } from "./person-procedures.ts";
import { findBlock, type PersonBlockHead } from "./person-record.ts";

/** Whether a legal hold covers a block: its message, its case, who exchanged it (TP-PREC-6). */
export async function isBlockHeld(
  tx: Transaction,
  { caseId: conversationId, keptSinceMs, messageId, peer, sender }: PersonBlockHead,
): Promise<boolean> {
  const item = await tx.get<{ id: number }>(
    "SELECT id FROM record_item WHERE kind = 'conversation' AND key = ?",
    conversationId,
  );
  const about = { sender, messageId, conversationId, recipients: [peer] };
  const kind = Kind.TRACE_REQUEST;
  return await isAnyHeld(tx, [{ ...about, kind, id: item?.id ?? 0, recordedAtMs: keptSinceMs }]);
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
