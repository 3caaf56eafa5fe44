import {
  type Change,
  FEED_MIGRATION_SQL,
  FEED_PROCEDURES,
  FEED_READ_ONLY,
  tellChange,
} from "#feed";
import { REPEAT_MIGRATION_SQL } from "#repeats";
import type { StoreDefinition, Transaction } from "#runtime";
import { WEBHOOK_MIGRATION_SQL, WEBHOOK_PROCEDURES, WEBHOOK_READ_ONLY } from "#webhooks";

/** Tells a change that is about nothing but itself. */
async function tell(tx: Transaction, change: Change): Promise<void> {
  await tellChange(tx, change);
}

/** A store with a feed and webhooks, and nothing else. */
export const store = {
  name: "feed-test",
  migrations: [
    { version: 1, name: "feed", sql: FEED_MIGRATION_SQL },
    { version: 2, name: "webhooks", sql: WEBHOOK_MIGRATION_SQL },
    { version: 3, name: "idempotency keys", sql: REPEAT_MIGRATION_SQL },
  ],
  procedures: { ...FEED_PROCEDURES, ...WEBHOOK_PROCEDURES, tell },
  readOnly: [...FEED_READ_ONLY, ...WEBHOOK_READ_ONLY],
} satisfies StoreDefinition;

/** Its procedures. */
export type FeedTestProcedures = typeof store.procedures;
