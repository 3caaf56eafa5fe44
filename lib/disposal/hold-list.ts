import type { SqlValue, Transaction } from "#runtime";
import { actsOf, type Hold, type HoldRow, holdOf, type KeptAct } from "./hold-rows.ts";
import type { HoldState } from "./hold-standing.ts";

/** A hold with everything that was done about it. */
export interface HoldDetail {
  readonly hold: Hold;
  /** In their order. */
  readonly acts: readonly KeptAct[];
}

/** Holds, the newest first, those below the id `before` only. */
export async function listHolds(
  tx: Transaction,
  args: {
    readonly before: number | null;
    readonly state: HoldState | null;
    /** Only those that cover, and whose review date has passed by then. */
    readonly reviewDueAtMs: number | null;
    readonly limit: number;
  },
): Promise<Hold[]> {
  const conditions: [string, SqlValue][] = [];
  if (args.before !== null) conditions.push(["id < ?", args.before]);
  if (args.state !== null) conditions.push(["state = ?", args.state]);
  if (args.reviewDueAtMs !== null) {
    conditions.push(["covers = 1 AND review_at <= ?", args.reviewDueAtMs]);
  }
  const where = conditions.map(([condition]) => condition).join(" AND ");
  const rows = await tx.all<HoldRow>(
    `SELECT * FROM hold ${where === "" ? "" : `WHERE ${where}`} ORDER BY id DESC LIMIT ?`,
    ...conditions.map(([, value]) => value),
    args.limit,
  );
  return rows.map(holdOf);
}

/** One hold with its acts, or null. */
export async function loadHold(
  tx: Transaction,
  args: { readonly id: number },
): Promise<HoldDetail | null> {
  const row = await tx.get<HoldRow>("SELECT * FROM hold WHERE id = ?", args.id);
  if (row === undefined) return null;
  return { hold: holdOf(row), acts: await actsOf(tx, row.id) };
}
