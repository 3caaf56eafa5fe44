import { tellChange } from "#feed";
import { Pump } from "#post";
import {
  type Clock,
  type Database,
  type Logger,
  RELEASE_LIMITS,
  type SqlRow,
  type Timers,
  type Transaction,
} from "#runtime";

/** What waits for a second person; no content. */
export interface ReleaseCounts {
  readonly pending: number;
  readonly oldestPendingMs: number | null;
  readonly reviewsDue: number;
  readonly reviewsOverdue: number;
}

/** Counts what waits for a second person. */
export async function countReleases(
  tx: Transaction,
  args: { nowMs: number },
): Promise<ReleaseCounts> {
  const pending = await tx.get<{ count: number; oldest: number | null }>(
    `SELECT count(*) AS count, min(prepared_at) AS oldest FROM release WHERE state = 'PENDING'`,
  );
  const reviews = await tx.get<{ count: number; overdue: number }>(
    `SELECT count(*) AS count, count(*) FILTER (WHERE review_due_at <= ?) AS overdue
     FROM release WHERE state = 'REVIEW_DUE'`,
    args.nowMs,
  );
  return {
    pending: pending?.count ?? 0,
    oldestPendingMs: pending?.oldest ?? null,
    reviewsDue: reviews?.count ?? 0,
    reviewsOverdue: reviews?.overdue ?? 0,
  };
}

/** Rows handled in one step. */
const SWEEP_MAX = 100;

/**
 * Tells once of each review that nobody did in time (TP-ANS-6), and lets go of the content of what
 * was sent back long ago. Returns how many rows it handled.
 */
export async function sweepReleases(tx: Transaction, args: { nowMs: number }): Promise<number> {
  const { nowMs } = args;
  const overdue = await tx.all<SqlRow & { release_id: string; case_id: string; peer: string }>(
    `SELECT release_id, case_id, peer FROM release
     WHERE state = 'REVIEW_DUE' AND review_due_at <= ? AND overdue_told = 0
     ORDER BY review_due_at LIMIT ?`,
    nowMs,
    SWEEP_MAX,
  );
  for (const { release_id: releaseId, case_id: caseId, peer: participant } of overdue) {
    await tx.run("UPDATE release SET overdue_told = 1 WHERE release_id = ?", releaseId);
    const kind = "release.overdue";
    const actor = "exchange";
    await tellChange(tx, { kind, caseId, participant, state: "REVIEW_DUE", actor, nowMs });
  }
  const emptied = await tx.run(
    `UPDATE release SET args = NULL WHERE position IN (SELECT position FROM release
       WHERE state = 'RETURNED' AND args IS NOT NULL AND decided_at <= ? LIMIT ?)`,
    nowMs - RELEASE_LIMITS.returnedKeptMs,
    SWEEP_MAX,
  );
  return overdue.length + emptied;
}

/** Looks for reviews that are overdue, at the latest every so often. */
export function createReviewWatch(deps: {
  readonly store: Pick<Database<{ sweepReleases: typeof sweepReleases }>, "call">;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
}): Pump {
  const { store, clock, timers, logger } = deps;
  return new Pump({
    name: "reviews",
    turn: async () => {
      const nowMs = clock.now();
      const more = (await store.call("sweepReleases", { nowMs })) >= SWEEP_MAX;
      return { more, nextAtMs: nowMs + RELEASE_LIMITS.lookEveryMs };
    },
    clock,
    timers,
    onFault: (pump, caught) => logger.error({ err: caught, pump }, "reviews were not looked at"),
  });
}
