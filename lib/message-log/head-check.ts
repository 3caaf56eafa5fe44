import type { Transaction } from "#runtime";
import type { CompactRange } from "./compact-range.ts";
import { sameBytes } from "./hashing.ts";
import type { ProblemList } from "./problem-list.ts";

/** Compares the stored tree head with the entries that were read. */
export async function checkHead(
  tx: Transaction,
  range: CompactRange,
  problems: ProblemList,
): Promise<void> {
  const row = await tx.get<{ size: number; root_hash: Uint8Array; compact_range: Uint8Array }>(
    "SELECT size, root_hash, compact_range FROM log_head WHERE id = 1",
  );
  if (row === undefined) {
    problems.add("the tree head is missing");
    return;
  }
  if (row.size !== range.size) {
    problems.add(`the tree head says ${row.size} entries, the log has ${range.size}`);
  }
  if (!sameBytes(row.root_hash, range.rootHash())) {
    problems.add("the tree head has another root than the entries");
  }
  if (!sameBytes(row.compact_range, range.toBytes())) {
    problems.add("the tree head would append wrongly: its compact range is another");
  }
}
