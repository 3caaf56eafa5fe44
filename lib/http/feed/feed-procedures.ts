import type { Transaction } from "#runtime";
import { changesAfter, type NumberedChange } from "./change.ts";

/** How much of the feed is kept. */
export interface FeedBounds {
  readonly keptMax: number;
  readonly incidentsPerMinuteMax: number;
}

/** What was read of the feed. */
export type FeedRead =
  | {
      readonly type: "page";
      readonly changes: readonly NumberedChange[];
      /** What to read after next. */
      readonly next: number;
      readonly first: number;
      readonly last: number;
    }
  /** Changes after that number are kept no more, or were never here (TP-API-44). */
  | { readonly type: "gone"; readonly first: number; readonly last: number };

/** Sets the bounds; to be called at each start, before anything changes. */
async function feedOpen(tx: Transaction, args: FeedBounds): Promise<void> {
  await tx.run(
    "UPDATE feed_bound SET kept_max = ?, incidents_per_minute_max = ?",
    args.keptMax,
    args.incidentsPerMinuteMax,
  );
}

/** Numbers of the oldest change kept and of the newest; 1 and 0 before the first. */
export async function feedEnds(tx: Transaction): Promise<{ first: number; last: number }> {
  const row = await tx.get<{ first: number | null; last: number | null }>(
    `SELECT (SELECT min(sequence) FROM feed_change) AS first,
       (SELECT max(sequence) FROM feed_change) AS last`,
  );
  return { first: row?.first ?? 1, last: row?.last ?? 0 };
}

/** Changes after a number; null begins with the oldest kept. */
export async function feedRead(
  tx: Transaction,
  args: { readonly after: number | null; readonly limit: number },
): Promise<FeedRead> {
  const { first, last } = await feedEnds(tx);
  const after = args.after ?? first - 1;
  if (after < first - 1 || after > last) return { type: "gone", first, last };
  const changes = await changesAfter(tx, after, args.limit);
  return { type: "page", changes, next: changes.at(-1)?.sequence ?? after, first, last };
}

/** Number of the newest change; 0 before the first. */
async function feedNewest(tx: Transaction, _args: unknown): Promise<number> {
  return (await feedEnds(tx)).last;
}

/** Procedures of the feed, to be spread into a service's StoreDefinition. */
export const FEED_PROCEDURES = { feedOpen, feedRead, feedNewest };

/** Those of them that only read. */
export const FEED_READ_ONLY = ["feedRead", "feedNewest"] as const;

/** The part of a service's store that its feed is kept in. */
export interface FeedStore {
  /** Runs a procedure; settles after its transaction is durable. */
  call<K extends keyof typeof FEED_PROCEDURES>(
    name: K,
    args: Parameters<(typeof FEED_PROCEDURES)[K]>[1],
  ): Promise<Awaited<ReturnType<(typeof FEED_PROCEDURES)[K]>>>;
}
