import { countDue } from "#disposal";
import type { Transaction } from "#runtime";

/** What of records waits for a person; counts alone. */
export interface RecordCounts {
  /** Items that are due for disposal. */
  readonly due: number;
  /** Runs that wait for a second person. */
  readonly runsWaiting: number;
  /** Holds whose confirmation, or whose end, waits for a second person. */
  readonly holdsWaiting: number;
  /** Holds whose review date has passed. */
  readonly holdsToReview: number;
  /** Blocks of personal data whose review date has passed, where there are any. */
  readonly personsToReview?: number;
}

/** Counts it; costs the same however much is kept. */
export async function recordCounts(
  tx: Transaction,
  { nowMs }: { readonly nowMs: number },
): Promise<RecordCounts> {
  const count = async (sql: string, ...values: number[]): Promise<number> =>
    (await tx.get<{ n: number }>(`SELECT count(*) AS n FROM ${sql}`, ...values))?.n ?? 0;
  return {
    due: await countDue(tx),
    runsWaiting: await count("disposal_run WHERE state IN ('waiting', 'stopped')"),
    holdsWaiting: await count("hold WHERE covers = 1 AND waiting_for IS NOT NULL"),
    holdsToReview: await count("hold WHERE covers = 1 AND review_at <= ?", nowMs),
  };
}
