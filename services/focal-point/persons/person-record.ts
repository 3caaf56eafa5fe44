import type { SqlRow, Transaction } from "#runtime";

/**
 * What was done to a block, as the access log has it. told: an officer noted a letter about it,
 * which changes nothing of the block.
 */
export const PERSON_ACTS = ["kept", "read", "reviewed", "corrected", "erased", "told"] as const;

/** One of {@link PERSON_ACTS}. */
export type PersonAct = (typeof PERSON_ACTS)[number];

/** A block without its data: what lists and the case may tell. */
export interface PersonBlockHead {
  readonly blockId: string;
  readonly caseId: string;
  readonly direction: "sent" | "received";
  readonly peer: string;
  /** Who sent the message that brought it: the one who may correct and erase it. */
  readonly sender: string;
  readonly messageId: string;
  /** How many persons. */
  readonly persons: number;
  readonly keptSinceMs: number;
  /** When somebody must say whether it is still needed. */
  readonly reviewAtMs: number;
  readonly erased: {
    readonly atMs: number;
    readonly by: string;
    readonly because: string;
  } | null;
}

/** Columns of {@link PersonBlockHead}; the data is not among them. */
const HEAD_COLUMNS = `block_id, case_id, direction, peer, sender, message_id, persons, kept_since,
  review_at, erased_at, erased_by, erased_because`;

interface HeadRow extends SqlRow {
  block_id: string;
  case_id: string;
  direction: "sent" | "received";
  peer: string;
  sender: string;
  message_id: string;
  persons: number;
  kept_since: number;
  review_at: number;
  erased_at: number | null;
  erased_by: string | null;
  erased_because: string | null;
}

function headOf(row: HeadRow): PersonBlockHead {
  return {
    blockId: row.block_id,
    caseId: row.case_id,
    direction: row.direction,
    peer: row.peer,
    sender: row.sender,
    messageId: row.message_id,
    persons: row.persons,
    keptSinceMs: row.kept_since,
    reviewAtMs: row.review_at,
    erased:
      row.erased_at === null
        ? null
        : {
            atMs: row.erased_at,
            by: row.erased_by ?? "",
            because: row.erased_because ?? "",
          },
  };
}

/** A block to keep. */
export interface NewPersonBlock {
  readonly caseId: string;
  readonly direction: "sent" | "received";
  readonly peer: string;
  readonly sender: string;
  readonly messageId: string;
  /** Encoded PersonBlock. */
  readonly data: Uint8Array;
  readonly persons: number;
  readonly reviewAtMs: number;
  readonly actor: string;
  readonly nowMs: number;
}

/** The id of the block that a message brought: there is at most one. */
export function blockIdOf(sender: string, messageId: string): string {
  return `${sender}.${messageId}`;
}

/** Keeps a block and writes the first line of its access log. */
export async function keepBlock(tx: Transaction, block: NewPersonBlock): Promise<string> {
  const blockId = blockIdOf(block.sender, block.messageId);
  await tx.run(
    `INSERT INTO person_block (block_id, case_id, direction, peer, sender, message_id, data, persons,
       kept_since, review_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    blockId,
    block.caseId,
    block.direction,
    block.peer,
    block.sender,
    block.messageId,
    block.data,
    block.persons,
    block.nowMs,
    block.reviewAtMs,
  );
  const { actor, direction, nowMs } = block;
  await noteAccess(tx, { blockId, act: "kept", actor, reason: direction, nowMs });
  return blockId;
}

/** A line of the access log to be written. */
export interface PersonAccess {
  readonly blockId: string;
  readonly act: PersonAct;
  readonly actor: string;
  readonly reason: string;
  readonly nowMs: number;
}

/** Writes a line of the access log; it is never changed and never removed before its retention. */
export async function noteAccess(tx: Transaction, access: PersonAccess): Promise<void> {
  await tx.run(
    "INSERT INTO person_access (block_id, at, act, actor, reason) VALUES (?, ?, ?, ?, ?)",
    access.blockId,
    access.nowMs,
    access.act,
    access.actor,
    access.reason,
  );
}

/** Finds a block, without its data. */
export async function findBlock(
  tx: Transaction,
  blockId: string,
): Promise<PersonBlockHead | undefined> {
  const row = await tx.get<HeadRow>(
    `SELECT ${HEAD_COLUMNS} FROM person_block WHERE block_id = ?`,
    blockId,
  );
  return row === undefined ? undefined : headOf(row);
}

/** Blocks of a case, without their data, the oldest first. */
export async function blocksOf(tx: Transaction, caseId: string): Promise<PersonBlockHead[]> {
  const rows = await tx.all<HeadRow>(
    `SELECT ${HEAD_COLUMNS} FROM person_block WHERE case_id = ? ORDER BY kept_since, block_id`,
    caseId,
  );
  return rows.map(headOf);
}

/** Blocks whose review is due, the longest due first, without their data. */
export async function dueBlocks(
  tx: Transaction,
  args: { readonly dueUntilMs: number; readonly after: string | undefined; readonly limit: number },
): Promise<PersonBlockHead[]> {
  const rows = await tx.all<HeadRow>(
    `SELECT ${HEAD_COLUMNS} FROM person_block
     WHERE data IS NOT NULL AND review_at <= ? AND (review_at, block_id) > (
       coalesce((SELECT review_at FROM person_block WHERE block_id = ?), -1), ?)
     ORDER BY review_at, block_id LIMIT ?`,
    args.dueUntilMs,
    args.after ?? "",
    args.after ?? "",
    args.limit,
  );
  return rows.map(headOf);
}

/** How many blocks are due for review. */
export async function personsToReview(
  tx: Transaction,
  { nowMs }: { readonly nowMs: number },
): Promise<number> {
  const row = await tx.get<{ n: number }>(
    "SELECT count(*) AS n FROM person_block WHERE data IS NOT NULL AND review_at <= ?",
    nowMs,
  );
  return row?.n ?? 0;
}

/** A line of the access log as kept. */
export interface StoredAccess {
  readonly blockId: string;
  readonly atMs: number;
  readonly act: PersonAct;
  readonly actor: string;
  readonly reason: string;
}

/** Who did what to the personal data of a case, the oldest first. */
export async function accessOf(
  tx: Transaction,
  args: { readonly caseId: string; readonly limit: number },
): Promise<StoredAccess[]> {
  const rows = await tx.all<
    SqlRow & { block_id: string; at: number; act: PersonAct; actor: string; reason: string }
  >(
    `SELECT a.block_id, a.at, a.act, a.actor, a.reason FROM person_access a
     JOIN person_block b ON b.block_id = a.block_id
     WHERE b.case_id = ? ORDER BY a.position LIMIT ?`,
    args.caseId,
    args.limit,
  );
  return rows.map((row) => ({
    blockId: row.block_id,
    atMs: row.at,
    act: row.act,
    actor: row.actor,
    reason: row.reason,
  }));
}
