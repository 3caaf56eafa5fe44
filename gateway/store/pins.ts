import type { Transaction } from "#runtime";

/** What the gateway has pinned of the register (TP-REG-12): one row, replaced with each version. */
export const PINS_SQL = `
CREATE TABLE register_pins (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  pins BLOB NOT NULL
) STRICT;
`;

/** Keeps what is pinned, in the transaction of what it goes with. */
export async function keepPins(tx: Transaction, pins: Uint8Array | null): Promise<void> {
  if (pins === null) return;
  await tx.run(
    `INSERT INTO register_pins VALUES (1, ?)
     ON CONFLICT (only_row) DO UPDATE SET pins = excluded.pins`,
    pins,
  );
}

/** What is pinned; null before the first version that pins. */
export async function registerPins(tx: Transaction): Promise<Uint8Array | null> {
  const row = await tx.get<{ pins: Uint8Array }>("SELECT pins FROM register_pins");
  return row?.pins ?? null;
}
