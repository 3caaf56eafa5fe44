import { randomBytes } from "node:crypto";
import { appendLogEntries } from "#message-log";
import { EntryKind, LogEntry, RefusalCode } from "#proto";
import type { SqlRow, Transaction } from "#runtime";
import { encodeMessage, toTimestamp } from "#wire";
import { settleMessage } from "./conversations/conversation-book.ts";
import {
  loadMessage,
  loadParts,
  type StoredExpiry,
  type StoredMessage,
  type StoredPart,
} from "./recall.ts";
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
 * Takes dispatched deliveries whose receipt is overdue. Counts the attempt before it is made, so
 * that a transport id is never used twice, and sets the next time by doubling the wait.
 */
export async function takeOverdue(
  tx: Transaction,
  args: { nowMs: number; firstMs: number; maxMs: number; limit: number },
): Promise<DueDelivery[]> {
  const rows = await tx.all<DueRow>(
    `SELECT id, recipient, attempts FROM deliveries
     WHERE state = 1 AND next_at <= ? AND expires_at > ? ORDER BY next_at LIMIT ?`,
    args.nowMs,
    args.nowMs,
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

/** An expiry just recorded, to be receipted to the sender. */
export interface NewExpiry {
  readonly message: StoredMessage;
  readonly expiry: StoredExpiry;
  readonly wasDispatched: boolean;
  readonly rootHash: Uint8Array;
}

interface ExpiredRow extends SqlRow {
  id: number;
  recipient: string;
  state: number;
}

/** Ends deliveries past their `expires_at`: one log entry and one receipt each. */
export async function expireDeliveries(
  tx: Transaction,
  args: { nowMs: number; limit: number; receiptIds: readonly string[] },
): Promise<NewExpiry[]> {
  const rows = await tx.all<ExpiredRow>(
    `SELECT id, recipient, state FROM deliveries
     WHERE state < 2 AND expires_at <= ? ORDER BY expires_at LIMIT ?`,
    args.nowMs,
    Math.min(args.limit, args.receiptIds.length),
  );
  if (rows.length === 0) return [];
  const last = await tx.get<{ recorded_at: number }>("SELECT recorded_at FROM gateway_state");
  const expiredAtMs = Math.max(args.nowMs, last?.recorded_at ?? 0);
  const messages = await Promise.all(
    rows.map((row) => loadMessage(tx, Math.floor(row.id / DELIVERY_STRIDE))),
  );
  const known = rows.flatMap((row, position) => {
    const message = messages[position];
    const receiptId = args.receiptIds[position];
    return message === undefined || receiptId === undefined ? [] : [{ row, message, receiptId }];
  });
  const entries = known.map(({ row, message }) => encodeExpiry(message, row, expiredAtMs));
  const log = await appendLogEntries(tx, entries);
  await tx.run("UPDATE gateway_state SET recorded_at = ?", expiredAtMs);
  const expired: NewExpiry[] = [];
  for (const [position, { row, message, receiptId }] of known.entries()) {
    const index = log.firstIndex + position;
    await tx.run(
      `UPDATE deliveries SET state = ?, expiry_index = ?, expiry_size = ?, expiry_receipt_id = ?,
         expiry_at = ? WHERE id = ?`,
      DELIVERY.expired,
      index,
      log.size,
      receiptId,
      expiredAtMs,
      row.id,
    );
    await settleMessage(tx, message.id, "expired");
    const evidence = {
      entry: entries[position] as Uint8Array,
      index,
      size: log.size,
      rootHash: log.rootHash,
      path: log.inclusionPaths[position] ?? [],
    };
    expired.push({
      message,
      expiry: { recipient: row.recipient, receiptId, expiredAtMs, evidence },
      wasDispatched: row.state === DELIVERY.dispatched,
      rootHash: log.rootHash,
    });
  }
  return expired;
}

function encodeExpiry(message: StoredMessage, row: ExpiredRow, expiredAtMs: number): Uint8Array {
  return encodeMessage(
    LogEntry,
    LogEntry.create({
      kind: EntryKind.EXPIRY,
      sender: message.sender,
      messageId: message.messageId,
      headerDigest: message.headerDigest,
      code: RefusalCode.EXPIRED,
      results: [{ recipient: row.recipient, code: RefusalCode.EXPIRED }],
      registerVersion: BigInt(message.registerVersion),
      recordedAt: toTimestamp(expiredAtMs),
      nonce: randomBytes(16),
    }),
  );
}
