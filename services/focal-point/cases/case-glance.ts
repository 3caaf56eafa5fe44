import type { TraceState } from "#casework";
import type { SqlRow, Transaction } from "#runtime";
import type { CaseRole } from "./case-record.ts";

/** Some cases, and when the oldest of them was opened. */
export interface WaitingCases {
  readonly count: number;
  readonly sinceMs: number | null;
}

/** Cases of which a message was not taken, by the code that says why. */
export interface NotTaken {
  /** requesting: our request was not taken. requested: our answer was not. */
  readonly role: CaseRole;
  readonly code: string;
  readonly count: number;
  /** When the newest of them last changed. */
  readonly lastAtMs: number;
}

/** What waits in the cases, and for whom; no content. */
export interface CaseGlance {
  /** Requests to this State that nobody has answered. */
  readonly unanswered: WaitingCases;
  /** When the oldest request of this State without a final answer was opened. */
  readonly oldestAskedMs: number | null;
  readonly notTaken: readonly NotTaken[];
}

/** States in which a request of ours waits for the other State. */
const ASKED: readonly TraceState[] = [
  "SUBMITTED",
  "DELIVERED",
  "ACKNOWLEDGED",
  "INFORMATION_REQUESTED",
  "IN_PROGRESS",
  "INTERIM",
  "DELAYED",
  "REFERRED",
  "CLARIFICATION_SOUGHT",
  "REOPENED",
];

/** Reads what waits; goes through cases that need attention and no others. */
export async function caseGlance(tx: Transaction, _args: unknown): Promise<CaseGlance> {
  const unanswered = await tx.get<{ count: number; since: number | null }>(
    `SELECT count(*) AS count, min(opened_at) AS since FROM trace_case
     WHERE awaiting_answer = 1`,
  );
  const notTaken = await tx.all<SqlRow & Omit<NotTaken, "lastAtMs"> & { last: number }>(
    `SELECT role, refusal_code AS code, count(*) AS count, max(updated_at) AS last
     FROM trace_case WHERE needs_attention = 1 AND refusal_code IS NOT NULL
     GROUP BY role, refusal_code ORDER BY last DESC`,
  );
  return {
    unanswered: { count: unanswered?.count ?? 0, sinceMs: unanswered?.since ?? null },
    oldestAskedMs: await oldestAsked(tx),
    notTaken: notTaken.map(({ role, code, count, last }) => ({
      role,
      code,
      count,
      lastAtMs: last,
    })),
  };
}

async function oldestAsked(tx: Transaction): Promise<number | null> {
  let oldest: number | null = null;
  for (const state of ASKED) {
    const row = await tx.get<{ opened_at: number }>(
      `SELECT opened_at FROM trace_case WHERE state = ? AND role = 'requesting'
       ORDER BY opened_at LIMIT 1`,
      state,
    );
    if (row !== undefined) oldest = Math.min(row.opened_at, oldest ?? row.opened_at);
  }
  return oldest;
}
