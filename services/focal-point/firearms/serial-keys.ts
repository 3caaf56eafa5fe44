import { tailOf } from "#casework";
import type { SqlRow, Transaction } from "#runtime";

/** Tables of keys, by what a serial number is found by (TP-FIRE-7). */
const KEY_TABLES = {
  lookAlike: "firearm_look_alike",
  tail: "firearm_tail",
} as const;

/** One of the kinds of key. */
export type KeyKind = keyof typeof KEY_TABLES;

/** A key and the place of its firearm. */
export interface SerialKey {
  readonly key: string;
  readonly firearm: number;
}

/** The next rows after a place, in the order in which they were added. */
export const UNORDERED_SQL =
  "SELECT position AS firearm, look_alike AS key FROM firearm WHERE position > ? ORDER BY position LIMIT ?";

/** The place up to which every row is found by its keys. */
export async function orderedThrough(tx: Transaction, _args: unknown): Promise<number> {
  const row = await tx.get<{ through: number }>(
    "SELECT ordered_through AS through FROM firearm_keyed",
  );
  return row?.through ?? 0;
}

/** Look-alike keys of the rows after a place. */
export async function keysAfter(
  tx: Transaction,
  args: { readonly after: number; readonly limit: number },
): Promise<SerialKey[]> {
  return await tx.all<SerialKey & SqlRow>(UNORDERED_SQL, args.after, args.limit);
}

/** Adds keys; those that are there already change nothing. */
export async function addKeys(
  tx: Transaction,
  args: { readonly kind: KeyKind; readonly keys: readonly SerialKey[] },
): Promise<void> {
  const sql = `INSERT INTO ${KEY_TABLES[args.kind]} VALUES (?, ?) ON CONFLICT DO NOTHING`;
  for (const { firearm, key } of args.keys) await tx.run(sql, key, firearm);
}

/** Every row up to a place is found by its keys. */
export async function endKeys(tx: Transaction, args: { readonly through: number }): Promise<void> {
  await tx.run("UPDATE firearm_keyed SET ordered_through = ?", args.through);
}

/** A firearm that has been there is found by another serial number from now on. */
export async function changeKeys(
  tx: Transaction,
  firearm: number,
  { before, after }: { readonly before: string; readonly after: string },
): Promise<void> {
  for (const [kind, keyOf] of [
    ["lookAlike", (lookAlike: string) => lookAlike],
    ["tail", tailOf],
  ] as const) {
    const sql = `DELETE FROM ${KEY_TABLES[kind]} WHERE key = ? AND firearm = ?`;
    await tx.run(sql, keyOf(before), firearm);
    await addKeys(tx, { kind, keys: [{ key: keyOf(after), firearm }] });
  }
}
