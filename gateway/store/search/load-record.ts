import type { SqlRow, Transaction } from "#runtime";
import { keptPositions } from "../kept-parts.ts";
import type { MessageRow } from "../message-row.ts";
import { DELIVERY_STRIDE } from "../tables.ts";

/** One record with what became of it. */
export interface LoadedRecord {
  readonly message: MessageRow;
  /** Number of the state of the conversation it opened; null where it opened none. */
  readonly state: number | null;
  /** When the first of its parts is due, as it was reckoned last; null: on no date. */
  readonly dueAtMs: number | null;
  readonly deliveries: readonly DeliveryRow[];
  /** Positions of the parts whose bytes are kept. */
  readonly keptParts: readonly number[];
}

/** A delivery as a person is shown it. */
export interface DeliveryRow extends SqlRow {
  recipient: string;
  state: number;
  attempts: number;
  expires_at: number;
  /** Id of the record of the receipt that ended it. */
  receipt: number | null;
  expiry_at: number | null;
}

/** The record of an entry of the log; null when there is none. */
export async function loadRecord(
  tx: Transaction,
  { logIndex }: { readonly logIndex: number },
): Promise<LoadedRecord | null> {
  const id = logIndex + 1;
  const message = await tx.get<MessageRow>("SELECT * FROM messages WHERE id = ?", id);
  if (message === undefined) return null;
  const opened = await tx.get<{ state: number }>("SELECT state FROM conversation WHERE id = ?", id);
  const due = await tx.get<{ due_at: number | null }>(
    "SELECT due_at FROM record_due WHERE id = ?",
    id,
  );
  const deliveries = await tx.all<DeliveryRow>(
    `SELECT recipient, state, attempts, expires_at, receipt, expiry_at FROM deliveries
     WHERE id >= ? AND id < ? ORDER BY id`,
    id * DELIVERY_STRIDE,
    (id + 1) * DELIVERY_STRIDE,
  );
  const keptParts = await keptPositions(tx, id);
  return {
    ...{ message, deliveries, keptParts },
    state: opened?.state ?? null,
    dueAtMs: due?.due_at ?? null,
  };
}
