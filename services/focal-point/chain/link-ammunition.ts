import type { AmmunitionKeys } from "#casework";
import type { Transaction } from "#runtime";

/** Keeps the keys of the ammunition a case is about, each once. */
export async function linkAmmunition(
  tx: Transaction,
  caseId: string,
  keys: AmmunitionKeys,
): Promise<void> {
  for (const key of searchKeysOf(keys)) {
    await tx.run(
      `INSERT INTO trace_ammunition (key, case_id, lot_key, headstamp_key, maker_key)
       VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
      key,
      caseId,
      keys.lotKey,
      keys.headstampKey,
      keys.makerKey,
    );
  }
}

/** What ammunition is looked up by: its lot, and each mark of its packaging. */
export function searchKeysOf({ lotKey, packagingKeys }: AmmunitionKeys): string[] {
  const marks = packagingKeys.map((key) => `packaging ${key}`);
  return lotKey === "" ? marks : [`lot ${lotKey}`, ...marks];
}
