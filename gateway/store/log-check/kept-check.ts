/** How far the running check has come, kept so that a restart goes on from there. */
import type { ReadPosition } from "#message-log";
import type { SqlRow, Transaction } from "#runtime";
import { noteOccurrences } from "../operator-events.ts";

/** One row: `whole_at` is when a pass over everything last began. */
export const LOG_CHECK_SQL = `
CREATE TABLE log_check (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  size INTEGER NOT NULL,
  compact_range BLOB NOT NULL,
  recorded_at TEXT NOT NULL,
  checked_at INTEGER NOT NULL,
  whole_at INTEGER NOT NULL
) STRICT;
`;

/** What is kept of the check. */
export interface KeptCheck {
  readonly position: ReadPosition;
  readonly checkedAtMs: number;
  readonly wholeAtMs: number;
}

interface CheckRow extends SqlRow {
  size: number;
  compact_range: Uint8Array;
  recorded_at: string;
  checked_at: number;
  whole_at: number;
}

/** How far the check had come; null before the first. */
export async function loadLogCheck(tx: Transaction): Promise<KeptCheck | null> {
  const row = await tx.get<CheckRow>("SELECT * FROM log_check WHERE only_row = 1");
  if (row === undefined) return null;
  const { size, compact_range: range, recorded_at: recordedAt } = row;
  return {
    position: { size, range, recordedAt: BigInt(recordedAt) },
    checkedAtMs: row.checked_at,
    wholeAtMs: row.whole_at,
  };
}

/** Keeps how far it has come, and tells the operator what it has found (TP-LOG-15). */
export async function keepLogCheck(
  tx: Transaction,
  { problems, ...kept }: KeptCheck & { readonly problems: readonly string[] },
): Promise<void> {
  const { checkedAtMs, position, wholeAtMs } = kept;
  await tx.run(
    `INSERT INTO log_check VALUES (1, ?, ?, ?, ?, ?)
     ON CONFLICT (only_row) DO UPDATE SET size = excluded.size, compact_range = excluded.compact_range,
       recorded_at = excluded.recorded_at, checked_at = excluded.checked_at,
       whole_at = excluded.whole_at`,
    position.size,
    position.range,
    String(position.recordedAt),
    checkedAtMs,
    wholeAtMs,
  );
  const seen = problems.map((problem) => {
    return { kind: "LOG_DAMAGED", participant: "", subject: problem } as const;
  });
  await noteOccurrences(tx, seen, checkedAtMs);
}
