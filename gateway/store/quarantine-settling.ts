import { RefusalCode } from "#proto";
import type { SqlRow, Transaction } from "#runtime";
import { type Occurrence, settleOccurrences } from "./operator-events.ts";

/** A proven message, as far as quarantine may know its header. */
interface ProvenHeader {
  readonly sender: string;
  readonly headerDigest: Uint8Array;
}

/** Participants with items in quarantine, and whether any of those is rejected. */
export type OpenItems = ReadonlyMap<string, { readonly hasRejected: boolean }>;

/** Read once for a batch: for most participants there is nothing more to ask. */
export async function openItems(tx: Transaction): Promise<OpenItems> {
  const rows = await tx.all<SqlRow & { participant: string; rejected: number }>(
    "SELECT participant, rejected FROM quarantine_usage WHERE items > 0",
  );
  return new Map(rows.map((row) => [row.participant, { hasRejected: row.rejected > 0 }]));
}

/** Whether a person has rejected this header since it was recalled (TP-OPS-7). */
export async function isRejected(
  tx: Transaction,
  open: OpenItems,
  { sender, headerDigest }: ProvenHeader,
): Promise<boolean> {
  if (open.get(sender)?.hasRejected !== true) return false;
  const row = await tx.get(
    `SELECT 1 FROM quarantine WHERE participant = ? AND header_digest = ? AND message_id <> ''
       AND state = 'rejected' LIMIT 1`,
    sender,
    headerDigest,
  );
  return row !== undefined;
}

/**
 * Whether what was refused with a code is answered by the same header under a valid key: its sender
 * had signed it before the key was over, revoked or registered, and signs it again (TP-OPS-22). Who
 * alters a signature, or sends in another's name, is not answered so.
 */
export function maySettle(code: RefusalCode): boolean {
  return SETTLED_BY_A_KEY.has(code);
}

const SETTLED_BY_A_KEY: ReadonlySet<RefusalCode> = new Set([
  RefusalCode.KEY_REVOKED,
  RefusalCode.KEY_EXPIRED,
  RefusalCode.KEY_UNKNOWN,
]);

/** Notes in which open event an item was counted just now. */
export async function noteCountedIn(
  tx: Transaction,
  item: number,
  [occurrence]: readonly Occurrence[],
): Promise<void> {
  if (occurrence === undefined) return;
  const { kind, participant, subject } = occurrence;
  await tx.run(
    `UPDATE quarantine SET event_count = CASE WHEN event_id = e.id THEN event_count ELSE 0 END + 1,
       event_id = e.id
     FROM (SELECT id FROM operator_event WHERE kind = ? AND participant = ? AND subject = ?
       AND acknowledged_at IS NULL) AS e
     WHERE quarantine.id = ?`,
    kind,
    participant,
    subject,
    item,
  );
}

/** A header that was proven, and where it stands in the log. */
export interface SettlingHeader extends ProvenHeader {
  readonly logIndex: number;
}

interface SettledRow extends SqlRow {
  code: RefusalCode;
  event_id: number | null;
  event_count: number;
}

/**
 * A later copy of these headers was proven: nobody has to decide about the earlier ones, and those
 * that only their key speaks against alarm nobody any more (TP-OPS-22).
 */
export async function settleItems(
  tx: Transaction,
  open: OpenItems,
  proven: readonly SettlingHeader[],
  nowMs: number,
): Promise<void> {
  for (const { headerDigest, logIndex, sender } of proven) {
    if (!open.has(sender)) continue;
    const rows = await tx.all<SettledRow>(
      `UPDATE quarantine SET state = 'settled', binds = 0, settled_index = ?
       WHERE participant = ? AND header_digest = ? AND message_id <> ''
         AND state IN ('held', 'released') RETURNING code, event_id, event_count`,
      logIndex,
      sender,
      headerDigest,
    );
    for (const { code, event_count: count, event_id: id } of rows) {
      if (id !== null && maySettle(code)) await settleOccurrences(tx, { id, count }, nowMs);
    }
  }
}
