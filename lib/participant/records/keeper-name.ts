import type { Transaction } from "#runtime";

/** Notes whose store it is, as certificates say; asked for at each start. */
export async function noteKeeper(
  tx: Transaction,
  { participant }: { readonly participant: string },
): Promise<void> {
  await tx.run(
    `INSERT INTO record_keeper VALUES (1, ?)
     ON CONFLICT (only_row) DO UPDATE SET participant = excluded.participant`,
    participant,
  );
}

/** Whose store it is; empty before it was noted. */
export async function keeperOf(tx: Transaction): Promise<string> {
  const row = await tx.get<{ participant: string }>("SELECT participant FROM record_keeper");
  return row?.participant ?? "";
}
