/** The one row that says how far the log has come. */
import { TracepostError } from "#errors";
import type { Transaction } from "#runtime";
import type { TreeHead } from "./checkpoint-text.ts";
import { CompactRange } from "./compact-range.ts";

/** Size and root of the log as of this transaction. Throws STORE when the log is damaged. */
export async function loadLogHead(tx: Transaction): Promise<TreeHead> {
  const row = await tx.get<{ size: number; root_hash: Uint8Array }>(
    "SELECT size, root_hash FROM log_head WHERE id = 1",
  );
  if (row === undefined) throw headMissing();
  return { size: row.size, rootHash: row.root_hash };
}

/** Latest signed checkpoint, if one was ever saved. Throws STORE when the log is damaged. */
export async function loadCheckpoint(tx: Transaction): Promise<string | undefined> {
  const row = await tx.get<{ checkpoint: string | null }>(
    "SELECT checkpoint FROM log_head WHERE id = 1",
  );
  if (row === undefined) throw headMissing();
  return row.checkpoint ?? undefined;
}

/**
 * All that is needed to append. The writing UPDATE makes the head row the lock of a store with
 * several writers. Throws STORE when the log is damaged.
 */
export async function lockLogHead(tx: Transaction): Promise<CompactRange> {
  const row = await tx.get<{ size: number; compact_range: Uint8Array }>(
    "UPDATE log_head SET size = size WHERE id = 1 RETURNING size, compact_range",
  );
  if (row === undefined) throw headMissing();
  return CompactRange.fromBytes(row.size, row.compact_range);
}

function headMissing(): TracepostError {
  return new TracepostError("STORE", "the log has no head", {
    remedy: "Restore the data folder from a backup.",
  });
}
