import type { Transaction } from "#runtime";

/** One row, of a log that succeeds another. */
export const SUCCESSION_SQL = `
CREATE TABLE log_succession (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  digest BLOB NOT NULL,
  statement BLOB NOT NULL,
  succeeds_at INTEGER NOT NULL
) STRICT;
`;

/** When the log succeeded another; undefined for the first log of an exchange. */
export async function succeededAtMs(tx: Transaction): Promise<number | undefined> {
  const row = await tx.get<{ succeeds_at: number }>("SELECT succeeds_at FROM log_succession");
  return row?.succeeds_at;
}
