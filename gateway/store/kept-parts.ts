import type { Transaction } from "#runtime";
import { PART_STRIDE } from "./tables.ts";

/** Places in the header of the parts of a message whose bytes are kept. */
export async function keptPositions(tx: Transaction, message: number): Promise<number[]> {
  const first = message * PART_STRIDE;
  const rows = await tx.all<{ id: number }>(
    "SELECT id FROM parts WHERE id >= ? AND id < ? ORDER BY id",
    first,
    first + PART_STRIDE,
  );
  return rows.map(({ id }) => id - first);
}
