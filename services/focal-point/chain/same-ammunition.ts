import { type AmmunitionKeys, sameAmmunition } from "#casework";
import { CASEWORK_LIMITS, type SqlRow, type SqlValue, type Transaction } from "#runtime";
import { searchKeysOf } from "./link-ammunition.ts";
import { chainOfRequest } from "./link-record.ts";
import { type SameCase, type SameCaseRow, sameCaseOf } from "./same-firearm.ts";

/** Which cases are meant. */
export interface SameAmmunitionQuery {
  readonly ammunition: AmmunitionKeys;
  readonly isActual: boolean;
  /** The chain of this request may go on: its cases are about the same on purpose. */
  readonly previousRequestId?: string;
}

interface SameRow extends SameCaseRow {
  lot_key: string;
  headstamp_key: string;
  maker_key: string;
}

/**
 * Cases about ammunition of the same lot, or from boxes with the same marks (TP-CHAIN-9), the
 * newest first. Exercises are compared with exercises, what is meant with what is meant.
 */
export async function casesOfAmmunition(
  tx: Transaction,
  query: SameAmmunitionQuery,
): Promise<SameCase[]> {
  const found = new Map<string, SameCase>();
  const chain = await chainOfRequest(tx, query.previousRequestId ?? "");
  for (const { key, params, sql } of sameAmmunitionQueries(query, chain?.chainId)) {
    for (const row of await tx.all<SameRow & SqlRow>(sql, ...params)) {
      const how = sameAmmunition(query.ammunition, keysOf(row, key));
      if (how !== undefined) found.set(row.case_id, sameCaseOf(row, how));
    }
  }
  return [...found.values()]
    .toSorted((a, b) => b.openedAtMs - a.openedAtMs)
    .slice(0, CASEWORK_LIMITS.sameFirearmCasesMax);
}

/**
 * The queries; each is a search of the primary key, from its end: ids of cases are in the order of
 * time, so that of more cases than are compared the newest are. Their text is made of constants
 * alone.
 */
export function sameAmmunitionQueries(
  { ammunition, isActual }: SameAmmunitionQuery,
  exceptChain = "",
): { readonly key: string; readonly sql: string; readonly params: readonly SqlValue[] }[] {
  const sql = `SELECT ammunition.case_id, ammunition.lot_key, headstamp_key, maker_key,
      role, peer, state, outcome, national_case_number, opened_at
    FROM trace_ammunition AS ammunition
    CROSS JOIN trace_link AS link ON link.case_id = ammunition.case_id
    CROSS JOIN trace_case AS kept ON kept.case_id = ammunition.case_id
    WHERE ammunition.key = ? AND is_actual = ? AND chain_id <> ?
    ORDER BY ammunition.case_id DESC LIMIT ?`;
  return searchKeysOf(ammunition).map((key) => ({
    key,
    sql,
    params: [key, isActual ? 1 : 0, exceptChain, CASEWORK_LIMITS.partialsComparedMax],
  }));
}

/** What a row was found by is what both share. */
function keysOf(row: SameRow, foundBy: string): AmmunitionKeys {
  const mark = foundBy.startsWith("packaging ") ? [foundBy.slice("packaging ".length)] : [];
  return {
    lotKey: row.lot_key,
    headstampKey: row.headstamp_key,
    makerKey: row.maker_key,
    packagingKeys: mark,
  };
}
