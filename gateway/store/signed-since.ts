import { Envelope } from "#proto";
import { GATEWAY_LIMITS, type SqlRow, type Transaction } from "#runtime";
import type { Occurrence } from "./operator-events.ts";

interface SignedRow extends SqlRow {
  id: number;
  sender: string;
  signatures: Uint8Array;
}

/** What was counted of one portion. */
export interface SignedCount {
  readonly count: number;
  /** Where the next portion begins; null: that was the last. */
  readonly next: number | null;
}

/**
 * Counts what was recorded of a participant under a key from a time on (TP-KEY-8), a portion of the
 * records at a time; `from` is null at first. Records are in the order of their time.
 */
export async function countSignedSince(
  tx: Transaction,
  args: {
    readonly sender: string;
    readonly keyId: string;
    readonly sinceMs: number;
    readonly from: number | null;
  },
): Promise<SignedCount> {
  const { keyId, sender, sinceMs } = args;
  const from = args.from ?? (await firstSince(tx, sinceMs));
  const rows = await tx.all<SignedRow>(
    "SELECT id, sender, signatures FROM messages WHERE id >= ? ORDER BY id LIMIT ?",
    from,
    GATEWAY_LIMITS.signedPortionMax,
  );
  const isUnder = (row: SignedRow): boolean =>
    row.sender === sender &&
    Envelope.decode(row.signatures).signatures.some((signature) => signature.keyId === keyId);
  const count = rows.filter(isUnder).length;
  const last = rows.length < GATEWAY_LIMITS.signedPortionMax ? undefined : rows.at(-1);
  return { count, next: last === undefined ? null : last.id + 1 };
}

/** Id of the first record from a time on, by halving: ids and times only grow. */
async function firstSince(tx: Transaction, sinceMs: number): Promise<number> {
  const newest = await tx.get<{ id: number | null }>("SELECT max(id) AS id FROM messages");
  let low = 0;
  let high = (newest?.id ?? 0) + 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const row = await tx.get<{ recorded_at: number }>(
      "SELECT recorded_at FROM messages WHERE id >= ? ORDER BY id LIMIT 1",
      middle,
    );
    if (row !== undefined && row.recorded_at < sinceMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Whether the operator was told of it before, acknowledged since or not. */
export async function wasNoted(
  tx: Transaction,
  { kind, participant, subject }: Pick<Occurrence, "kind" | "participant" | "subject">,
): Promise<boolean> {
  const known = await tx.get(
    "SELECT 1 FROM operator_event WHERE kind = ? AND participant = ? AND subject = ? LIMIT 1",
    kind,
    participant,
    subject,
  );
  return known !== undefined;
}
