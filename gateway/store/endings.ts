import { randomBytes } from "node:crypto";
import { appendLogEntries } from "#message-log";
import { EntryKind, LogEntry, RefusalCode } from "#proto";
import type { SqlRow, Transaction } from "#runtime";
import { encodeMessage, toTimestamp } from "#wire";
import { settleMessage } from "./conversations/conversation-book.ts";
import { lookAgain, lookAgainAround } from "./disposal/look-again.ts";
import { recordTime } from "./log-statements.ts";
import { type EndedDelivery, PairBook } from "./pair-book.ts";
import { loadMessage, type StoredEnding, type StoredMessage } from "./recall.ts";
import { DELIVERY, DELIVERY_STRIDE } from "./tables.ts";

/** An end just recorded, to be receipted to the sender. */
export interface NewEnding {
  readonly message: StoredMessage;
  readonly ending: StoredEnding;
  readonly rootHash: Uint8Array;
}

/** A portion of deliveries to end. */
export interface EndingArgs {
  readonly nowMs: number;
  /** One for each; no more are ended than there are. */
  readonly receiptIds: readonly string[];
  /** Messages of a pair that may be under way (TP-GW-7). */
  readonly pairMax: number;
}

type OpenRow = SqlRow & EndedDelivery;

/** How deliveries end. */
interface Way {
  readonly state: number;
  readonly kind: typeof EntryKind.EXPIRY | typeof EntryKind.RETURN;
  readonly code: RefusalCode;
  /** Version of the register that ends them; undefined: that of the message itself. */
  readonly registerVersion?: number;
}

const EXPIRED: Way = {
  state: DELIVERY.expired,
  kind: EntryKind.EXPIRY,
  code: RefusalCode.EXPIRED,
};

/** Ends deliveries past their `expires_at`: one log entry and one receipt each. */
export async function expireDeliveries(tx: Transaction, args: EndingArgs): Promise<NewEnding[]> {
  const rows = await tx.all<OpenRow>(
    `SELECT id, sender, recipient, lane, state FROM deliveries
     WHERE state < 2 AND expires_at <= ? ORDER BY expires_at LIMIT ?`,
    args.nowMs,
    args.receiptIds.length,
  );
  return await end(tx, rows, args, EXPIRED);
}

/**
 * Ends what removed participants have not confirmed: it goes back to its senders (TP-RUN-9), with
 * one log entry and one receipt each, under the version of the register that removed them.
 */
export async function returnDeliveries(
  tx: Transaction,
  args: EndingArgs & { readonly removed: readonly string[]; readonly registerVersion: number },
): Promise<NewEnding[]> {
  const { receiptIds, registerVersion, removed } = args;
  const rows = await tx.all<OpenRow>(
    `SELECT id, sender, recipient, lane, state FROM deliveries
     WHERE state < 2 AND recipient IN (SELECT value FROM json_each(?))
     ORDER BY expires_at LIMIT ?`,
    JSON.stringify(removed),
    receiptIds.length,
  );
  return await end(tx, rows, args, {
    state: DELIVERY.returned,
    kind: EntryKind.RETURN,
    code: RefusalCode.RECIPIENT_REMOVED,
    registerVersion,
  });
}

async function end(
  tx: Transaction,
  rows: readonly OpenRow[],
  args: EndingArgs,
  way: Way,
): Promise<NewEnding[]> {
  if (rows.length === 0) return [];
  const endedAtMs = await recordTime(tx, args.nowMs);
  const messages = await Promise.all(
    rows.map((row) => loadMessage(tx, Math.floor(row.id / DELIVERY_STRIDE))),
  );
  const known = rows.flatMap((row, position) => {
    const message = messages[position];
    const receiptId = args.receiptIds[position];
    return message === undefined || receiptId === undefined ? [] : [{ row, message, receiptId }];
  });
  const entries = known.map(({ row, message }) => encodeEntry(message, row, endedAtMs, way));
  const log = await appendLogEntries(tx, entries);
  await tx.run("UPDATE gateway_state SET recorded_at = ?", endedAtMs);
  const pairs = new PairBook(tx, args.pairMax);
  const ended: NewEnding[] = [];
  for (const [position, { row, message, receiptId }] of known.entries()) {
    const index = log.firstIndex + position;
    await tx.run(
      `UPDATE deliveries SET state = ?, expiry_index = ?, expiry_size = ?, expiry_receipt_id = ?,
         expiry_at = ? WHERE id = ?`,
      way.state,
      index,
      log.size,
      receiptId,
      endedAtMs,
      row.id,
    );
    await pairs.end(row);
    await settleMessage(tx, message.id, "expired");
    await lookAgain(tx, message.id);
    await lookAgainAround(tx, message.id);
    const evidence = {
      entry: entries[position] as Uint8Array,
      index,
      size: log.size,
      rootHash: log.rootHash,
      path: log.inclusionPaths[position] ?? [],
    };
    ended.push({
      message,
      ending: { recipient: row.recipient, receiptId, endedAtMs, evidence },
      rootHash: log.rootHash,
    });
  }
  await pairs.store();
  return ended;
}

function encodeEntry(
  message: StoredMessage,
  { recipient }: OpenRow,
  endedAtMs: number,
  { code, kind, registerVersion = message.registerVersion }: Way,
): Uint8Array {
  return encodeMessage(
    LogEntry,
    LogEntry.create({
      kind,
      sender: message.sender,
      messageId: message.messageId,
      headerDigest: message.headerDigest,
      code,
      results: [{ recipient, code }],
      registerVersion: BigInt(registerVersion),
      recordedAt: toTimestamp(endedAtMs),
      nonce: randomBytes(16),
    }),
  );
}
