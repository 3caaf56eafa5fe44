import { type ActRow, actOf, type KeptRecordAct, type RecordAction } from "#disposal";
import type { SqlValue, Transaction } from "#runtime";

/** Which acts are asked for; null restricts nothing. */
export interface ActPage {
  readonly actor: string | null;
  readonly action: RecordAction | null;
  /** Only acts before this number; null: from the newest on. */
  readonly before: number | null;
  readonly limit: number;
}

/** An act, and where in the log its batch stands. */
export interface ListedAct extends KeptRecordAct {
  /** Null until its batch is in the log. */
  readonly logIndex: number | null;
}

/** Acts, the newest first (TP-AUDIT-3). */
export async function listActs(tx: Transaction, page: ActPage): Promise<ListedAct[]> {
  const { sql, params } = actsQuery(page);
  const rows = await tx.all<ActRow & { log_index: number | null }>(sql, ...params);
  return rows.map(({ log_index: logIndex, ...row }) => ({ ...actOf(row), logIndex }));
}

/** The query of a page. Its text is made of constants alone; every value is a parameter. */
export function actsQuery({ action, actor, before, limit }: ActPage): {
  readonly sql: string;
  readonly params: readonly SqlValue[];
} {
  const conditions = ["a.id < ?"];
  const params: SqlValue[] = [before ?? Number.MAX_SAFE_INTEGER];
  if (actor !== null) {
    conditions.push("a.actor = ?");
    params.push(actor);
  }
  if (action !== null) {
    // Of two criteria the person's list is the shorter one.
    conditions.push(`${actor === null ? "" : "+"}a.action = ?`);
    params.push(action);
  }
  const sql = `SELECT a.id, a.at, a.actor, a.action, a.subject, a.detail, a.reason,
      (SELECT b.log_index FROM record_act_batch b WHERE b.last_act >= a.id
       ORDER BY b.last_act LIMIT 1) AS log_index
    FROM record_act a WHERE ${conditions.join(" AND ")} ORDER BY a.id DESC LIMIT ?`;
  return { sql, params: [...params, limit] };
}
