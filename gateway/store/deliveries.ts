import type { SqlRow, Transaction } from "#runtime";
import { PairBook, pairsWithRoom } from "./pair-book.ts";
import { loadMessage, loadParts, type StoredMessage, type StoredPart } from "./recall.ts";
import { DELIVERY_STRIDE } from "./tables.ts";

/** A message that goes out, or goes out again. */
export interface DueDelivery {
  readonly recipient: string;
  /** Number of this attempt; part of the transport id. */
  readonly attempt: number;
  readonly message: StoredMessage;
  readonly parts: readonly StoredPart[];
}

/** When it is, how long is waited for a receipt, and how much is taken at a time. */
interface TakeArgs {
  readonly nowMs: number;
  readonly firstMs: number;
  readonly maxMs: number;
  readonly limit: number;
  /** Recipients that are suspended: what they are sent waits for them (TP-RUN-9). */
  readonly paused: readonly string[];
}

interface DueRow extends SqlRow {
  id: number;
  recipient: string;
  attempts: number;
}

/**
 * Takes dispatched deliveries whose receipt is overdue, but for recipients that are `paused`
 * (suspended, TP-RUN-9). Counts the attempt before it is made, so
 * that a transport id is never used twice, and sets the next time by doubling the wait.
 */
export async function takeOverdue(tx: Transaction, args: TakeArgs): Promise<DueDelivery[]> {
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

/**
 * Takes waiting deliveries of the pairs that have room now, oldest first within a pair. Whoever
 * asks meanwhile finds the room taken (TP-INST-4).
 */
export async function takeWaiting(
  tx: Transaction,
  args: TakeArgs & { readonly pairMax: number },
): Promise<DueDelivery[]> {
  const pairs = new PairBook(tx, args.pairMax);
  const due: DueDelivery[] = [];
  for (const { pair, room } of await pairsWithRoom(tx, { ...args, max: args.pairMax })) {
    const limit = Math.min(room, args.limit - due.length);
    if (limit <= 0) break;
    const rows = await tx.all<DueRow>(
      `SELECT id, recipient, attempts FROM deliveries
       WHERE state = 0 AND sender = ? AND recipient = ? AND lane = ? AND expires_at > ?
       ORDER BY id LIMIT ?`,
      pair.sender,
      pair.recipient,
      pair.lane,
      args.nowMs,
      limit,
    );
    due.push(...(await take(tx, rows, args)));
    await pairs.advance(pair, rows.length);
  }
  await pairs.store();
  return due;
}

async function take(
  tx: Transaction,
  rows: readonly DueRow[],
  args: Pick<TakeArgs, "nowMs" | "firstMs" | "maxMs">,
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
    // What cannot be read holds up no other, and goes out when it can (TP-STORE-12).
    const parts = await loadParts(tx, id, row.recipient).catch(() => undefined);
    if (parts !== undefined) due.push({ recipient: row.recipient, attempt, message, parts });
  }
  return due;
}
