import { REFUSALS } from "#errors";
import type { RefusalCode } from "#proto";
import type { SqlRow, Transaction } from "#runtime";
import { refusalNameOf } from "#wire";

/** Where an item in quarantine stands; docs/spec/operations.md says what each means. */
export const ITEM_STATES = ["held", "released", "rejected", "settled"] as const;

/** One of {@link ITEM_STATES}. */
export type ItemState = (typeof ITEM_STATES)[number];

/** An item as the table has it. */
export interface ItemRow extends SqlRow {
  id: number;
  participant: string;
  digest: Uint8Array;
  size_bytes: number;
  subject: string;
  lane: number;
  kind: number;
  message_id: string;
  header_digest: Uint8Array;
  header: Uint8Array;
  code: RefusalCode;
  field: string;
  first_at: number;
  last_at: number;
  count: number;
  state: ItemState;
  /** 1: the same header gets this outcome without being judged. */
  binds: number;
  log_index: number;
  tree_size: number;
  receipt_id: string;
  recorded_at: number;
  register_version: number;
  unsaid: number;
  /** Entry of the message that settled it. */
  settled_index: number | null;
}

/** Whether the same message may be sent again unchanged, and is judged anew then. */
export function isRetryable(code: RefusalCode): boolean {
  const name = refusalNameOf(code);
  return name !== undefined && REFUSALS[name].retryable;
}

/** The item about exactly these bytes. */
export async function findByDigest(
  tx: Transaction,
  participant: string,
  digest: Uint8Array,
): Promise<ItemRow | undefined> {
  return await tx.get<ItemRow>(
    "SELECT * FROM quarantine WHERE participant = ? AND digest = ?",
    participant,
    digest,
  );
}

/**
 * The item whose outcome a header gets without being judged, under whatever signature it comes: a
 * rejected one, else one that is held after a final refusal (TP-OPS-3, TP-OPS-7).
 */
export async function findBinding(
  tx: Transaction,
  participant: string,
  headerDigest: Uint8Array,
): Promise<ItemRow | undefined> {
  return await tx.get<ItemRow>(
    `SELECT * FROM quarantine
     WHERE participant = ? AND header_digest = ? AND message_id <> '' AND binds = 1
     ORDER BY state = 'rejected' DESC, id LIMIT 1`,
    participant,
    headerDigest,
  );
}
