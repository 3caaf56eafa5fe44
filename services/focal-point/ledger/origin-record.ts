import { OutcomeClass } from "#proto";
import { calendarDateOf, type SqlRow, type Transaction } from "#runtime";
import { EXCHANGE_ACTOR } from "#users";

/** That an origin was established, or that it was not after all. */
export interface OriginView {
  readonly established: boolean;
  readonly by: "TRACE" | "COMPETENT_AUTHORITY";
  /** Day on which it became known, YYYY-MM-DD. */
  readonly on: string;
  readonly basis: string;
  /** The trace case it comes from; absent where an officer has entered it. */
  readonly caseId?: string;
  readonly actor: string;
  readonly atMs: number;
}

interface OriginRow extends SqlRow {
  established: number;
  established_by: OriginView["by"];
  known_on: string;
  basis: string;
  case_id: string;
  actor: string;
  at: number;
}

/** What is entered about the origin of an item. */
export interface NewOrigin {
  readonly by: OriginView["by"];
  readonly on: string;
  readonly basis: string;
  /** Empty: entered by an officer. */
  readonly caseId: string;
  /** Absent: it was established. */
  readonly reversed?: boolean;
}

/** Every entry about an item, in order: nothing is overwritten (TP-LEDG-6). */
export async function originsOf(tx: Transaction, item: number): Promise<OriginView[]> {
  const rows = await tx.all<OriginRow>(
    "SELECT * FROM seizure_origin WHERE item = ? ORDER BY position",
    item,
  );
  return rows.map((row) => ({
    established: row.established === 1,
    by: row.established_by,
    on: row.known_on,
    basis: row.basis,
    ...(row.case_id === "" ? {} : { caseId: row.case_id }),
    actor: row.actor,
    atMs: row.at,
  }));
}

/** Adds an entry unless it says what holds already; false: nothing was added. */
export async function addOrigin(
  tx: Transaction,
  item: number,
  { basis, by, caseId, on, reversed = false }: NewOrigin,
  { actor, nowMs }: { readonly actor: string; readonly nowMs: number },
): Promise<boolean> {
  const last = await tx.get<OriginRow>(
    `SELECT * FROM seizure_origin WHERE item = ? AND established_by = ? AND case_id = ?
     ORDER BY position DESC LIMIT 1`,
    item,
    by,
    caseId,
  );
  const holds = last?.established === 1;
  if (holds !== reversed) return false;
  await tx.run(
    `INSERT INTO seizure_origin (item, established, established_by, known_on, basis, case_id, actor,
       at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    item,
    reversed ? 0 : 1,
    by,
    on,
    basis,
    caseId,
    actor,
    nowMs,
  );
  return true;
}

/** What a request of this State is concluded with, as far as it counts. */
interface Conclusion extends SqlRow {
  case_id: string;
  outcome: string;
  outcome_class: OutcomeClass;
  sent_at: number;
}

/**
 * Follows what a request of this State has come to, in the transaction that concludes it: an
 * outcome that establishes an origin counts for every arm linked with a case of its chain, and one
 * that is corrected or taken back counts no more (TP-LEDG-6, domain notes 2.2).
 */
export async function followCases(tx: Transaction, caseId: string, nowMs: number): Promise<void> {
  const items = await tx.all<{ item: number }>(
    `SELECT DISTINCT item FROM seizure_trace WHERE case_id IN (${CHAIN_SQL})`,
    caseId,
    caseId,
  );
  if (items.length === 0) return;
  const said = await tx.all<Conclusion>(
    `SELECT kept.case_id, kept.outcome, move.outcome_class, move.sent_at FROM trace_case AS kept
     JOIN trace_move AS move ON move.position = (
       SELECT max(position) FROM trace_move WHERE case_id = kept.case_id
         AND side = 'requested' AND effect <> 'crossed' AND outcome IS NOT NULL)
     WHERE kept.role = 'requesting' AND kept.outcome IS NOT NULL
       AND kept.case_id IN (${CHAIN_SQL})`,
    caseId,
    caseId,
  );
  const established = new Map(
    said
      .filter((one) => one.outcome_class === OutcomeClass.ESTABLISHED)
      .map((one) => [one.case_id, one]),
  );
  const by = "TRACE";
  const entering = { actor: EXCHANGE_ACTOR, nowMs };
  for (const { item } of items) {
    for (const [from, { outcome, sent_at: sentAt }] of established) {
      const on = calendarDateOf(sentAt);
      await addOrigin(tx, item, { by, on, basis: outcome, caseId: from }, entering);
    }
    for (const { case_id: from, known_on: on } of await heldBy(tx, item, caseId)) {
      if (established.has(from)) continue;
      const basis = "the answer was corrected or taken back";
      await addOrigin(tx, item, { by, on, basis, caseId: from, reversed: true }, entering);
    }
  }
}

/** Requests of this State in the chain of a case, itself included; two parameters. */
const CHAIN_SQL = `SELECT ? UNION SELECT other.case_id FROM trace_link AS own
  JOIN trace_link AS other ON other.chain_id = own.chain_id
    AND other.is_own = 1 AND other.is_actual = 1
  WHERE own.case_id = ?`;

/** Cases of a chain that an item's origin rests on now. */
async function heldBy(
  tx: Transaction,
  item: number,
  caseId: string,
): Promise<{ case_id: string; known_on: string }[]> {
  return await tx.all(
    `SELECT case_id, known_on FROM seizure_origin WHERE established = 1 AND position IN (
       SELECT max(position) FROM seizure_origin WHERE item = ? AND case_id IN (${CHAIN_SQL})
       GROUP BY case_id)`,
    item,
    caseId,
    caseId,
  );
}
