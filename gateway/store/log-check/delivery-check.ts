/** Deliveries of a message compared with what the log says of them (TP-LOG-15). */
import { EntryKind, type LogEntry, RefusalCode } from "#proto";
import type { SqlRow, Transaction } from "#runtime";
import { timestampMs } from "#wire";
import type { MessageRow } from "../message-row.ts";
import { DELIVERY, DELIVERY_STRIDE } from "../tables.ts";
import { entryAt } from "./entry-at.ts";
import { headerIn } from "./header-in.ts";

interface DeliveryRow extends SqlRow {
  id: number;
  sender: string;
  recipient: string;
  lane: number;
  state: number;
  receipt: number | null;
  expires_at: number;
  expiry_index: number | null;
  expiry_at: number | null;
}

/** What is wrong with the deliveries of a message that was recorded under an entry. */
export async function deliveryProblems(
  tx: Transaction,
  message: Pick<MessageRow, "id" | "sender" | "lane" | "header">,
  entry: LogEntry,
): Promise<string[]> {
  const header = headerIn(message);
  const expiresAtMs = header && (timestampMs(header.expiresAt) ?? 0);
  const first = message.id * DELIVERY_STRIDE;
  const rows = await tx.all<DeliveryRow>(
    "SELECT * FROM deliveries WHERE id >= ? AND id < ? ORDER BY id",
    first,
    first + DELIVERY_STRIDE,
  );
  const byPosition = new Map(rows.map((row) => [row.id - first, row]));
  const problems: string[] = [];
  const isSent = entry.kind === EntryKind.MESSAGE;
  for (const [position, { code, recipient }] of entry.results.entries()) {
    if (!isSent || code !== RefusalCode.UNSPECIFIED) continue;
    const row = byPosition.get(position);
    byPosition.delete(position);
    const what = row === undefined ? "is missing" : await wrongWith(tx, row, message, recipient);
    const isLate = row !== undefined && expiresAtMs !== undefined && row.expires_at !== expiresAtMs;
    if (isLate) problems.push(`: the delivery to ${recipient} expires at another time`);
    if (what !== undefined) problems.push(`: the delivery to ${recipient} ${what}`);
  }
  for (const { recipient } of byPosition.values()) {
    problems.push(`: the delivery to ${recipient} is not in the log`);
  }
  return problems;
}

async function wrongWith(
  tx: Transaction,
  row: DeliveryRow,
  message: { readonly sender: string; readonly lane: number },
  recipient: string,
): Promise<string | undefined> {
  if (row.recipient !== recipient) return `names ${row.recipient}`;
  const hasEnd = row.expiry_index !== null || row.expiry_at !== null;
  if (row.receipt !== null && hasEnd) return "names a receipt and another end";
  if (row.sender !== message.sender || row.lane !== message.lane) {
    return "is of another sender or lane";
  }
  switch (row.state) {
    case DELIVERY.waiting:
    case DELIVERY.dispatched:
      return row.receipt === null && !hasEnd ? undefined : "is open, and names an end";
    case DELIVERY.delivered:
      return await receiptProblem(tx, row, EntryKind.DELIVERY);
    case DELIVERY.rejected:
      return await receiptProblem(tx, row, EntryKind.REJECTION);
    case DELIVERY.expired:
      return await endingProblem(tx, row, EntryKind.EXPIRY);
    case DELIVERY.returned:
      return await endingProblem(tx, row, EntryKind.RETURN);
    default:
      return "has no state";
  }
}

/** A delivery that ended names the receipt that ended it: of its recipient, and logged as such. */
async function receiptProblem(
  tx: Transaction,
  { receipt, recipient }: DeliveryRow,
  kind: EntryKind,
): Promise<string | undefined> {
  const entry = receipt === null ? undefined : await entryAt(tx, receipt - 1);
  if (entry?.kind === kind && entry.sender === recipient) return undefined;
  return "names no receipt of its recipient that the log has";
}

async function endingProblem(
  tx: Transaction,
  row: DeliveryRow,
  kind: EntryKind,
): Promise<string | undefined> {
  const entry = row.expiry_index === null ? undefined : await entryAt(tx, row.expiry_index);
  const isOfIt =
    entry?.kind === kind &&
    entry.results[0]?.recipient === row.recipient &&
    timestampMs(entry.recordedAt) === row.expiry_at;
  return isOfIt ? undefined : "names no end that the log has";
}

/** What is wrong about the end of a delivery that is logged: the delivery must say so. */
export async function endingEntryProblem(
  tx: Transaction,
  index: number,
  entry: LogEntry,
): Promise<string | undefined> {
  const row = await tx.get<DeliveryRow>(
    `SELECT d.* FROM messages m JOIN deliveries d
       ON d.id >= m.id * ? AND d.id < (m.id + 1) * ? AND d.recipient = ?
     WHERE m.sender = ? AND m.message_id = ?`,
    DELIVERY_STRIDE,
    DELIVERY_STRIDE,
    entry.results[0]?.recipient ?? "",
    entry.sender,
    entry.messageId,
  );
  const state = entry.kind === EntryKind.RETURN ? DELIVERY.returned : DELIVERY.expired;
  if (row?.state === state && row.expiry_index === index) return undefined;
  return `message ${entry.messageId} of ${entry.sender} (entry ${index}) ended a delivery that does not say so`;
}
