import type { RefusalCode } from "#proto";
import type { SqlValue, Transaction } from "#runtime";
import { type Decision, decisionsOf } from "./quarantine-decision.ts";
import type { ItemRow, ItemState } from "./quarantine-item.ts";

/** An item as an operator sees it in a list: no byte of the message. */
export interface QuarantineItem {
  readonly id: number;
  readonly state: ItemState;
  readonly participant: string;
  readonly subject: string;
  /** Empty when it cannot be read. */
  readonly messageId: string;
  /** SHA-256 of the bytes that came. */
  readonly digest: Uint8Array;
  readonly sizeBytes: number;
  /** What it was refused for last. */
  readonly code: RefusalCode;
  readonly field: string;
  readonly firstAtMs: number;
  readonly lastAtMs: number;
  /** How often these bytes, or this header, came. */
  readonly count: number;
  readonly logIndex: number;
  /** Place in the log of the same header under a valid key; null: none came. */
  readonly settledIndex: number | null;
}

/** An item with its header bytes and what was decided about it. */
export interface QuarantineItemDetail {
  readonly item: QuarantineItem;
  /** Empty when there was none, it was too large, or it has given way. */
  readonly header: Uint8Array;
  /** SHA-256 of the header; empty when no message id can be read. */
  readonly headerDigest: Uint8Array;
  /** The newest first. */
  readonly decisions: readonly Decision[];
}

/** Lists items, the newest first, those below the id `before` only. */
export async function listItems(
  tx: Transaction,
  args: {
    readonly before: number | null;
    readonly state: ItemState | null;
    readonly participant: string | null;
    readonly code: RefusalCode | null;
    readonly limit: number;
  },
): Promise<QuarantineItem[]> {
  const conditions: [string, SqlValue][] = [];
  if (args.before !== null) conditions.push(["id < ?", args.before]);
  if (args.state !== null) conditions.push(["state = ?", args.state]);
  if (args.participant !== null) conditions.push(["participant = ?", args.participant]);
  if (args.code !== null) conditions.push(["code = ?", args.code]);
  const where = conditions.map(([condition]) => condition).join(" AND ");
  const rows = await tx.all<ItemRow>(
    `SELECT * FROM quarantine ${where === "" ? "" : `WHERE ${where}`} ORDER BY id DESC LIMIT ?`,
    ...conditions.map(([, value]) => value),
    args.limit,
  );
  return rows.map(itemOf);
}

/** One item, or null. */
export async function loadItem(
  tx: Transaction,
  args: { readonly id: number },
): Promise<QuarantineItemDetail | null> {
  const row = await tx.get<ItemRow>("SELECT * FROM quarantine WHERE id = ?", args.id);
  if (row === undefined) return null;
  const decisions = await decisionsOf(tx, row.id);
  return { item: itemOf(row), header: row.header, headerDigest: row.header_digest, decisions };
}

function itemOf(row: ItemRow): QuarantineItem {
  return {
    id: row.id,
    state: row.state,
    participant: row.participant,
    subject: row.subject,
    messageId: row.message_id,
    digest: row.digest,
    sizeBytes: row.size_bytes,
    code: row.code,
    field: row.field,
    firstAtMs: row.first_at,
    lastAtMs: row.last_at,
    count: row.count,
    logIndex: row.log_index,
    settledIndex: row.settled_index,
  };
}
