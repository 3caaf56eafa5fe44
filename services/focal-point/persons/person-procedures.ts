import { tellChange } from "#feed";
import { erasePersonsPart } from "#post";
import type { Transaction } from "#runtime";
import {
  accessOf,
  blocksOf,
  dueBlocks,
  findBlock,
  noteAccess,
  type PersonBlockHead,
  personsToReview,
} from "./person-record.ts";

/** A block as it is read. */
export interface ReadBlock {
  readonly head: PersonBlockHead;
  /** Encoded PersonsBlock; null once erased. */
  readonly data: Uint8Array | null;
}

/** Who does something to personal data, why and when. */
export interface PersonAct {
  readonly actor: string;
  readonly reason: string;
  readonly nowMs: number;
}

/**
 * Reads the personal data of a case, and writes who did and why in the same transaction
 * (TP-PERS-5). What was erased is told of, and not counted as read.
 */
export async function readPersons(
  tx: Transaction,
  args: PersonAct & { readonly caseId: string },
): Promise<ReadBlock[]> {
  const { actor, caseId, nowMs, reason } = args;
  const blocks: ReadBlock[] = [];
  for (const head of await blocksOf(tx, caseId)) {
    const row = await tx.get<{ data: Uint8Array | null }>(
      "SELECT data FROM person_block WHERE block_id = ?",
      head.blockId,
    );
    const data = row?.data ?? null;
    const { blockId } = head;
    if (data !== null) await noteAccess(tx, { blockId, act: "read", actor, reason, nowMs });
    blocks.push({ head, data });
  }
  return blocks;
}

/** Keeps a block until another day, because somebody says why (TP-PERS-6); null for none. */
export async function reviewPersons(
  tx: Transaction,
  args: PersonAct & { readonly blockId: string; readonly reviewAtMs: number },
): Promise<PersonBlockHead | null> {
  const { actor, blockId, nowMs, reason, reviewAtMs } = args;
  const known = await findBlock(tx, blockId);
  if (known === undefined || known.erased !== null) return known ?? null;
  await tx.run("UPDATE person_block SET review_at = ? WHERE block_id = ?", reviewAtMs, blockId);
  await noteAccess(tx, { blockId, act: "reviewed", actor, reason, nowMs });
  return { ...known, reviewAtMs };
}

/**
 * Erases a block: its data, what the outbox or inbox keeps of it, and nothing of the case
 * (TP-PERS-7). A tombstone stays. Erased again it stays as it was. Null for none. This is the door
 * of the retention engine.
 */
export async function erasePersons(
  tx: Transaction,
  args: PersonAct & { readonly blockId: string },
): Promise<PersonBlockHead | null> {
  const { actor, blockId, nowMs, reason } = args;
  const known = await findBlock(tx, blockId);
  if (known === undefined || known.erased !== null) return known ?? null;
  await tx.run(
    `UPDATE person_block SET data = NULL, erased_at = ?, erased_by = ?, erased_because = ?
     WHERE block_id = ?`,
    nowMs,
    actor,
    reason,
    blockId,
  );
  const { caseId, direction, messageId, peer: participant, sender } = known;
  await erasePersonsPart(tx, { sender, messageId, isOwn: direction === "sent" });
  await noteAccess(tx, { blockId, act: "erased", actor, reason, nowMs });
  await tellChange(tx, { kind: "persons.erased", caseId, messageId, participant, actor, nowMs });
  return { ...known, erased: { atMs: nowMs, by: actor, because: reason } };
}

/** Procedures of a store about personal data. */
export const PERSON_PROCEDURES = {
  readPersons,
  reviewPersons,
  erasePersons,
  dueBlocks,
  personsToReview,
  accessOf,
};

/** Those of them that write nothing; reading personal data is not among them. */
export const PERSON_READ_ONLY = ["dueBlocks", "personsToReview", "accessOf"] as const;
