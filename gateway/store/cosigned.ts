/** The newest checkpoint that a quorum of witnesses has cosigned (TP-LOG-19). */
import { consistencyProof } from "#message-log";
import type { SqlRow, Transaction } from "#runtime";
import { timestampMs } from "#wire";
import { entryAt } from "./log-check/entry-at.ts";
import { noteOccurrences } from "./operator-events.ts";

/** One row. */
export const COSIGNED_SQL = `
CREATE TABLE log_cosigned (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  size INTEGER NOT NULL,
  note TEXT NOT NULL,
  cosigned_at INTEGER NOT NULL
) STRICT;
`;

/** A checkpoint with the lines of a quorum under it. */
export interface CosignedHead {
  readonly size: number;
  readonly note: string;
  readonly cosignedAtMs: number;
}

/** The newest one; null before the first. */
export async function loadCosigned(tx: Transaction): Promise<CosignedHead | null> {
  const row = await tx.get<SqlRow & { size: number; note: string; cosigned_at: number }>(
    "SELECT size, note, cosigned_at FROM log_cosigned",
  );
  return row === undefined
    ? null
    : { size: row.size, note: row.note, cosignedAtMs: row.cosigned_at };
}

/** Keeps one, unless a later one is kept. */
export async function keepCosigned(tx: Transaction, head: CosignedHead): Promise<void> {
  await tx.run(
    `INSERT INTO log_cosigned VALUES (1, ?, ?, ?) ON CONFLICT (only_row) DO UPDATE SET
       size = excluded.size, note = excluded.note, cosigned_at = excluded.cosigned_at
     WHERE excluded.size >= log_cosigned.size`,
    head.size,
    head.note,
    head.cosignedAtMs,
  );
}

/** The proof that a witness is sent: the log of `size2` begins with that of `size1`. */
export async function logConsistency(
  tx: Transaction,
  { size1, size2 }: { readonly size1: number; readonly size2: number },
): Promise<Uint8Array[]> {
  return await consistencyProof(tx, size1, size2);
}

/** When an entry was recorded; null where there is none. */
export async function entryRecordedAt(tx: Transaction, index: number): Promise<number | null> {
  return timestampMs((await entryAt(tx, index))?.recordedAt) ?? null;
}

/** Tells the operator that a witness knows another log than the one that is here. */
export async function noteForkedLog(
  tx: Transaction,
  args: { readonly participant: string; readonly witness: string; readonly nowMs: number },
): Promise<void> {
  const { nowMs, participant, witness } = args;
  await noteOccurrences(tx, [{ kind: "LOG_FORKED", participant, subject: witness }], nowMs);
}
