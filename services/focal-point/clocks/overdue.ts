import { AGE_QUANTILES, type PriorityName, rankOf, type TraceState } from "#casework";
import { CLOCK_LIMITS, type SqlRow, type SqlValue, type Transaction } from "#runtime";
import type { CaseRole } from "../cases/case-record.ts";

/** A case of which something is overdue. */
export interface OverdueCase {
  readonly position: number;
  readonly caseId: string;
  readonly role: CaseRole;
  readonly peer: string;
  readonly state: TraceState;
  readonly nationalCaseNumber: string;
  readonly priority: PriorityName;
  /** What is owed first. */
  readonly owed: "ACKNOWLEDGEMENT" | "ANSWER";
  readonly dueAtMs: number;
  /** Reminders sent, or passed over. */
  readonly reminders: number;
}

/** Which overdue cases a list shows. */
export interface OverdueFilter {
  readonly role?: CaseRole | undefined;
  readonly peer?: string | undefined;
}

/** A page of them, the longest overdue first. */
export interface OverduePage extends OverdueFilter {
  readonly nowMs: number;
  readonly after?: { readonly dueAtMs: number; readonly position: number } | undefined;
  readonly limit: number;
}

interface OverdueRow extends SqlRow {
  position: number;
  case_id: string;
  role: CaseRole;
  peer: string;
  state: TraceState;
  national_case_number: string;
  priority: PriorityName;
  acknowledge_by: number | null;
  next_due_at: number;
  reminders: number;
}

/** The query of a page. Its text is made of constants alone; every value is a parameter. */
export function overdueQuery({ role, peer, nowMs, after, limit }: OverduePage): {
  readonly sql: string;
  readonly params: readonly SqlValue[];
} {
  const place = after ?? { dueAtMs: -1, position: 0 };
  const conditions = ["clock.next_due_at <= ?", "(clock.next_due_at, clock.position) > (?, ?)"];
  const params: SqlValue[] = [nowMs, place.dueAtMs, place.position];
  for (const [name, value] of Object.entries({ role, peer })) {
    if (value === undefined) continue;
    conditions.push(`clock.${name} = ?`);
    params.push(value);
  }
  const index = peer === undefined ? "trace_clock_due" : "trace_clock_peer_due";
  const sql = `SELECT clock.position, clock.case_id, clock.role, clock.peer, trace_case.state,
      trace_case.national_case_number, clock.priority, clock.acknowledge_by, clock.next_due_at,
      clock.reminders
    FROM trace_clock AS clock INDEXED BY ${index} CROSS JOIN trace_case USING (case_id)
    WHERE ${conditions.join(" AND ")}
    ORDER BY clock.next_due_at, clock.position LIMIT ?`;
  return { sql, params: [...params, limit] };
}

/**
 * The pages a list is made of: one, or with one State and both sides one for each side, because the
 * index of a State's overdue cases begins with the side.
 */
export function overduePages(page: OverduePage): readonly OverduePage[] {
  if (page.peer === undefined || page.role !== undefined) return [page];
  return [
    { ...page, role: "requesting" },
    { ...page, role: "requested" },
  ];
}

/** Cases of which an acknowledgement or an answer is overdue (TP-CLOCK-8). */
export async function listOverdue(tx: Transaction, page: OverduePage): Promise<OverdueCase[]> {
  const found: OverdueCase[] = [];
  for (const one of overduePages(page)) found.push(...(await readPage(tx, one)));
  return found
    .toSorted((a, b) => a.dueAtMs - b.dueAtMs || a.position - b.position)
    .slice(0, page.limit);
}

async function readPage(tx: Transaction, page: OverduePage): Promise<OverdueCase[]> {
  const { sql, params } = overdueQuery(page);
  const rows = await tx.all<OverdueRow>(sql, ...params);
  return rows.map((row) => ({
    position: row.position,
    caseId: row.case_id,
    role: row.role,
    peer: row.peer,
    state: row.state,
    nationalCaseNumber: row.national_case_number,
    priority: row.priority,
    owed: row.acknowledge_by === row.next_due_at ? "ACKNOWLEDGEMENT" : "ANSWER",
    dueAtMs: row.next_due_at,
    reminders: row.reminders,
  }));
}

/** How many cases are overdue, by the side this State is on. */
export async function countOverdue(
  tx: Transaction,
  args: { nowMs: number },
): Promise<Readonly<Record<CaseRole, number>>> {
  const rows = await tx.all<{ role: CaseRole; count: number }>(
    `SELECT role, count(*) AS count FROM trace_clock INDEXED BY trace_clock_due
     WHERE next_due_at <= ? GROUP BY role`,
    args.nowMs,
  );
  const of = (role: CaseRole): number => rows.find((row) => row.role === role)?.count ?? 0;
  return { requesting: of("requesting"), requested: of("requested") };
}

/** Ages of the cases with one other State, on one side, in milliseconds. */
export interface Ageing {
  readonly role: CaseRole;
  readonly peer: string;
  /** Without an answer yet. */
  readonly open: number;
  readonly overdue: number;
  readonly medianMs: number | null;
  readonly p90Ms: number | null;
  readonly oldestMs: number | null;
  /** Answered in the last year, and how long it took, less the time the clock stood still. */
  readonly answered: number;
  readonly takenMedianMs: number | null;
  readonly takenP90Ms: number | null;
}

/** Ages by quantile for each other State and side (TP-CLOCK-7), ordered by State. */
export async function ageingByState(tx: Transaction, args: { nowMs: number }): Promise<Ageing[]> {
  const groups = await tx.all<{ role: CaseRole; peer: string }>(
    "SELECT DISTINCT role, peer FROM trace_clock ORDER BY peer, role LIMIT ?",
    GROUPS_MAX,
  );
  const ages: Ageing[] = [];
  for (const { role, peer } of groups) ages.push(await ageingOf(tx, { role, peer, ...args }));
  return ages;
}

/** Two sides of each participant of an exchange, with room. */
const GROUPS_MAX = 1_000;

const OPEN = "role = ? AND peer = ? AND phase IN ('RUNNING', 'STOPPED')";
const ANSWERED = "role = ? AND peer = ? AND taken_ms IS NOT NULL AND ended_at >= ?";

async function ageingOf(
  tx: Transaction,
  { role, peer, nowMs }: { readonly role: CaseRole; readonly peer: string; readonly nowMs: number },
): Promise<Ageing> {
  const open = await tx.get<{ count: number; overdue: number }>(
    `SELECT count(*) AS count, count(*) FILTER (WHERE next_due_at <= ?) AS overdue
     FROM trace_clock WHERE ${OPEN}`,
    nowMs,
    role,
    peer,
  );
  const count = open?.count ?? 0;
  // The oldest began first, so an age of a quantile is a place counted from the other end.
  const ageAt = async (quantile: number): Promise<number | null> => {
    const row = await tx.get<{ started_at: number }>(
      `SELECT started_at FROM trace_clock WHERE ${OPEN} ORDER BY started_at DESC LIMIT 1 OFFSET ?`,
      role,
      peer,
      rankOf(count, quantile),
    );
    return row === undefined ? null : Math.max(0, nowMs - row.started_at);
  };
  const from = nowMs - CLOCK_LIMITS.ageingBackMs;
  const answered = await tx.get<{ count: number }>(
    `SELECT count(*) AS count FROM trace_clock WHERE ${ANSWERED}`,
    role,
    peer,
    from,
  );
  const takenCount = answered?.count ?? 0;
  const takenAt = async (quantile: number): Promise<number | null> => {
    const row = await tx.get<{ taken_ms: number }>(
      `SELECT taken_ms FROM trace_clock WHERE ${ANSWERED} ORDER BY taken_ms LIMIT 1 OFFSET ?`,
      role,
      peer,
      from,
      rankOf(takenCount, quantile),
    );
    return row?.taken_ms ?? null;
  };
  return {
    role,
    peer,
    open: count,
    overdue: open?.overdue ?? 0,
    medianMs: await ageAt(AGE_QUANTILES.median),
    p90Ms: await ageAt(AGE_QUANTILES.p90),
    oldestMs: await ageAt(1),
    answered: takenCount,
    takenMedianMs: await takenAt(AGE_QUANTILES.median),
    takenP90Ms: await takenAt(AGE_QUANTILES.p90),
  };
}
