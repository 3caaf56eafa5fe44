import type { SqlRow, Transaction } from "#runtime";
import { loadMessage, loadParts, type StoredMessage, type StoredPart } from "./recall.ts";
import { DELIVERY, DELIVERY_STRIDE } from "./tables.ts";

/** A message that goes out, or goes out again. */
export interface DueDelivery {
  readonly recipient: string;
  /** Number of this attempt; part of the transport id. */
  readonly attempt: number;
  readonly message: StoredMessage;
  readonly parts: readonly StoredPart[];
}

/** How many messages of a pair and lane are in the recipient's inbox without a receipt. */
export interface PairLoad {
  readonly sender: string;
  readonly recipient: string;
  readonly lane: number;
  readonly count: number;
}

interface DueRow extends SqlRow {
  id: number;
  recipient: string;
  attempts: number;
}

/** Counts dispatched deliveries without a receipt and the waiting ones, per pair and lane. */
export async function pairLoads(
  tx: Transaction,
): Promise<{ dispatched: PairLoad[]; waiting: PairLoad[] }> {
  const sql = `SELECT sender, recipient, lane, count(*) AS count FROM deliveries
    WHERE state = ? GROUP BY sender, recipient, lane`;
  const read = async (state: number) =>
    (await tx.all<SqlRow & PairLoad>(sql, state)).map((row) => ({ ...row }));
  return {
    dispatched: await read(DELIVERY.dispatched),
    waiting: await read(DELIVERY.waiting),
  };
}

/**
 * Takes dispatched deliveries whose receipt is overdue, but for recipients that are `paused`
 * (suspended, TP-RUN-9). Counts the attempt before it is made, so
 * that a transport id is never used twice, and sets the next time by doubling the wait.
 */
export async function takeOverdue(
  tx: Transaction,
  args: {
    nowMs: number;
    firstMs: number;
    maxMs: number;
    limit: number;
    paused: readonly string[];
  },
): Promise<DueDelivery[]> {
  const rows = await tx.all<DueRow>(
    `SELECT id, recipient, attempts FROM deliveries
     WHERE state = 1 AND next_at <= ? AND expires_at > ?
       AND recipient NOT IN (SELECT value FROM json_each(?))
     ORDER BY next_at LIMIT ?`,
    args.nowMs,
    args.nowMs,
    JSON.stringify(args.paused),
    args.limit,
  );
  return await take(tx, rows, args);
}

/** Takes waiting deliveries of one pair and lane for which there is room now. */
export async function takeWaiting(
  tx: Transaction,
  args: {
    sender: string;
    recipient: string;
    lane: number;
    nowMs: number;
    firstMs: number;
    maxMs: number;
    limit: number;
  },
): Promise<DueDelivery[]> {
  const rows = await tx.all<DueRow>(
    `SELECT id, recipient, attempts FROM deliveries
     WHERE state = 0 AND sender = ? AND recipient = ? AND lane = ? AND expires_at > ?
     ORDER BY id LIMIT ?`,
    args.sender,
    args.recipient,
    args.lane,
    args.nowMs,
    args.limit,
  );
  return await take(tx, rows, args);
}

async function take(
  tx: Transaction,
  rows: readonly DueRow[],
  args: { nowMs: number; firstMs: number; maxMs: number },
): Promise<DueDelivery[]> {
  const due: DueDelivery[] = [];
  for (const row of rows) {
    const attempt = row.attempts + 1;
    const waitMs = Math.min(args.firstMs * 2 ** (attempt - 1), args.maxMs);
    await tx.run(
      "UPDATE deliveries SET state = 1, attempts = ?, next_at = ? WHERE id = ?",
      attempt,
      args.nowMs + waitMs,
      row.id,
    );
    const id = Math.floor(row.id / DELIVERY_STRIDE);
    const message = await loadMessage(tx, id);
    if (message === undefined) continue;
    const parts = await loadParts(tx, id, row.recipient);
    due.push({ recipient: row.recipient, attempt, message, parts });
  }
  return due;
}
