import { LEDGER_LIMITS, type SqlRow, type Transaction } from "#runtime";

/** What an officer has found: one physical arm, or two. */
export type DoubleDecision = "SAME" | "APART";

/** Two reported arms that may be one (TP-LEDG-4). */
export interface Double {
  readonly doubleId: number;
  readonly arms: readonly [DoubleArm, DoubleArm];
  readonly decision?: DoubleDecision;
  readonly reason?: string;
  readonly decidedBy?: string;
  readonly decidedAtMs?: number;
}

/** One of them. */
export interface DoubleArm {
  readonly reportId: string;
  readonly item: number;
  readonly institution: string;
  readonly agency: string;
  readonly date: string;
  readonly make: string;
  readonly model: string;
  readonly serial: string;
}

/**
 * Finds arms that are reported already and may be this one: the serial number reads alike, and the
 * brand is the same or was not told. A case with fewer known characters finds none.
 */
export async function noteDoubles(tx: Transaction, item: number, nowMs: number): Promise<void> {
  const others = await tx.all<{ position: number }>(
    `SELECT other.position FROM seizure_item AS own
     JOIN seizure_item AS other ON other.look_alike_key = own.look_alike_key
     JOIN seizure_report AS report ON report.position = other.report
     WHERE own.position = ? AND other.position <> own.position AND report.withdrawn_at IS NULL
       AND (other.brand_key = own.brand_key OR other.brand_key = '' OR own.brand_key = '')
     ORDER BY other.position LIMIT ?`,
    item,
    LEDGER_LIMITS.doublesPerItemMax,
  );
  for (const { position } of others) {
    await tx.run(
      `INSERT INTO seizure_double (first, second, found_at) VALUES (?, ?, ?)
       ON CONFLICT DO NOTHING`,
      position,
      item,
      nowMs,
    );
  }
}

interface DoubleRow extends SqlRow {
  position: number;
  first: number;
  second: number;
  decision: DoubleDecision | null;
  reason: string | null;
  actor: string | null;
  at: number | null;
}

/** Each pair with its last decision; none about a report that was withdrawn. */
const DOUBLES_SQL = `SELECT pair.position, pair.first, pair.second, said.decision, said.reason,
    said.actor, said.at
  FROM seizure_double AS pair
  JOIN seizure_item AS a ON a.position = pair.first
  JOIN seizure_item AS b ON b.position = pair.second
  JOIN seizure_report AS ra ON ra.position = a.report AND ra.withdrawn_at IS NULL
  JOIN seizure_report AS rb ON rb.position = b.report AND rb.withdrawn_at IS NULL
  LEFT JOIN seizure_double_decision AS said ON said.position = (
    SELECT max(position) FROM seizure_double_decision WHERE double_position = pair.position)`;

/** Pairs, the newest first: those that wait for an officer, or all. */
export async function listDoubles(
  tx: Transaction,
  args: { readonly isOpen: boolean; readonly before: number; readonly limit: number },
): Promise<Double[]> {
  const { before, isOpen, limit } = args;
  const rows = await tx.all<DoubleRow>(
    `${DOUBLES_SQL} WHERE pair.position < ? AND (said.decision IS NULL OR ? = 0)
     ORDER BY pair.position DESC LIMIT ?`,
    before,
    isOpen ? 1 : 0,
    limit,
  );
  const found: Double[] = [];
  for (const row of rows) found.push(await doubleOf(tx, row));
  return found;
}

/** Keeps what an officer has decided; a later decision follows an earlier one. */
export async function decideDouble(
  tx: Transaction,
  args: {
    readonly doubleId: number;
    readonly decision: DoubleDecision;
    readonly reason: string;
    readonly actor: string;
    readonly nowMs: number;
  },
): Promise<Double | null> {
  const { actor, decision, doubleId, nowMs, reason } = args;
  const sql = `${DOUBLES_SQL} WHERE pair.position = ?`;
  if ((await tx.get<DoubleRow>(sql, doubleId)) === undefined) return null;
  await tx.run(
    `INSERT INTO seizure_double_decision (double_position, decision, reason, actor, at)
     VALUES (?, ?, ?, ?, ?)`,
    doubleId,
    decision,
    reason,
    actor,
    nowMs,
  );
  const row = await tx.get<DoubleRow>(sql, doubleId);
  return row === undefined ? null : await doubleOf(tx, row);
}

async function doubleOf(tx: Transaction, row: DoubleRow): Promise<Double> {
  const { actor, at, decision, position: doubleId, reason } = row;
  const arms = [await armOf(tx, row.first), await armOf(tx, row.second)] as const;
  if (decision === null) return { doubleId, arms };
  const by = { reason: reason ?? "", decidedBy: actor ?? "", decidedAtMs: at ?? 0 };
  return { doubleId, arms, decision, ...by };
}

async function armOf(tx: Transaction, item: number): Promise<DoubleArm> {
  const row = await tx.get<{
    report_id: string;
    institution: string;
    agency: string;
    seized_on: string;
    number: number;
    facts: string;
  }>(
    `SELECT r.report_id, r.institution, r.agency, r.seized_on, i.number, i.facts
     FROM seizure_item AS i JOIN seizure_report AS r ON r.position = i.report
     WHERE i.position = ?`,
    item,
  );
  const { make = "", model = "", serial = "" } = JSON.parse(row?.facts ?? "{}");
  return {
    reportId: row?.report_id ?? "",
    item: row?.number ?? 0,
    institution: row?.institution ?? "",
    agency: row?.agency ?? "",
    date: row?.seized_on ?? "",
    make,
    model,
    serial,
  };
}
