import type { Transaction } from "#runtime";
import { type FeedOffers, takeFeeds } from "../../services/regional-monitor/ingest/take-feed.ts";
import { store as monitor } from "../../services/regional-monitor/store.ts";

/** Takes messages, and ends the process when everything is written and nothing is committed. */
async function takeAndDie(tx: Transaction, offers: FeedOffers): Promise<void> {
  await takeFeeds(tx, offers);
  process.kill(process.pid, "SIGKILL");
  // The signal ends the process; until then this thread does nothing more.
  await new Promise(() => {});
}

/** The store of a monitor, with a process that ends in the middle of a transaction. */
export const store = { ...monitor, procedures: { ...monitor.procedures, takeAndDie } };

/** Procedures of {@link store}. */
export type KilledMonitorProcedures = typeof store.procedures;
