import { LOOK_ALIKE_VERSION, lookAlikeKey, normalizeSerial } from "#casework";
import type { SqlRow, Transaction } from "#runtime";
import { noteGlyphs } from "./put-firearm.ts";
import { changeKeys } from "./serial-keys.ts";

/** The next rows after a place, in the order in which they were added. */
export const REKEY_SQL = `SELECT position, serial_raw, look_alike FROM firearm
  WHERE position > ? ORDER BY position LIMIT ?`;

/**
 * Makes the keys of one portion of rows anew, after the tables of look-alikes have changed
 * (TP-FIRE-8); false while there are more. What was marked is not touched.
 */
export async function rekeyFirearms(tx: Transaction, args: { limit: number }): Promise<boolean> {
  const keyed = await tx.get<{ version: number; through: number }>(
    "SELECT version, through FROM firearm_keyed",
  );
  if (keyed === undefined || keyed.version === LOOK_ALIKE_VERSION) return true;
  const rows = await tx.all<SqlRow & { position: number; serial_raw: string; look_alike: string }>(
    REKEY_SQL,
    keyed.through,
    args.limit,
  );
  for (const { look_alike: before, position, serial_raw: raw } of rows) {
    const after = lookAlikeKey(raw);
    await tx.run(
      "UPDATE firearm SET serial_key = ?, look_alike = ? WHERE position = ?",
      normalizeSerial(raw),
      after,
      position,
    );
    if (before !== after) await changeKeys(tx, position, { before, after });
  }
  await noteGlyphs(
    tx,
    rows.map((row) => ({ serialRaw: row.serial_raw })),
  );
  const isDone = rows.length < args.limit;
  await tx.run(
    "UPDATE firearm_keyed SET version = ?, through = ?",
    isDone ? LOOK_ALIKE_VERSION : keyed.version,
    isDone ? 0 : (rows.at(-1)?.position ?? keyed.through),
  );
  return isDone;
}
