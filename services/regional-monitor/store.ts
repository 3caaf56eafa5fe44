import { FEED_MIGRATION_SQL } from "#feed";
import {
  createRecordProcedures,
  createServiceProcedures,
  KEY_CONFIRMATION_MIGRATION_SQL,
  OWN_DAYS,
  POST_CHANGES_MIGRATION_SQL,
  POST_KIND,
  RECORD_MIGRATION_SQL,
  RECORD_READ_ONLY,
  type RecordKinds,
  SCHEDULE_MIGRATION_SQL,
  SERVICE_READ_ONLY,
  withDisposed,
} from "#participant-store";
import {
  POST_MIGRATION_SQL,
  POST_OPEN_MIGRATION_SQL,
  POST_SUCCESSION_MIGRATION_SQL,
  RECOVERY_MIGRATION_SQL,
  SIGNED_BY_MIGRATION_SQL,
} from "#post";
import { REPEAT_MIGRATION_SQL } from "#repeats";
import type { StoreDefinition } from "#runtime";
import { USER_MIGRATION_SQL } from "#users";
import { WEBHOOK_MIGRATION_SQL } from "#webhooks";
import {
  WITNESS_ENDED_MIGRATION_SQL,
  WITNESS_MIGRATION_SQL,
  WITNESS_PROCEDURES,
  WITNESS_READ_ONLY,
} from "#witness";
import { readFedTime } from "./figures/read-fed-time.ts";
import { readOpen } from "./figures/read-open.ts";
import { hasReleaseTable, readReleases, readReleaseTables } from "./figures/read-releases.ts";
import { readHours, readSums } from "./figures/read-sums.ts";
import { comparedDays } from "./ingest/compare-day.ts";
import { feedStatus } from "./ingest/feed-status.ts";
import {
  FIGURE_MIGRATION_SQL,
  MONITOR_MIGRATION_SQL,
  RELEASE_BODY_MIGRATION_SQL,
} from "./ingest/monitor-tables.ts";
import { chainEnd, takeFeeds } from "./ingest/take-feed.ts";
import { LEDGER_MIGRATION_SQL, readLedgers } from "./ledger/ledger-record.ts";
import { monitorHooks } from "./monitor-hooks.ts";
import { RECOUNT_MIGRATION_SQL } from "./recount/recount-tables.ts";
import { WATCH_PROCEDURES, WATCH_READ_ONLY } from "./watch/watch-procedures.ts";
import { WATCH_MIGRATION_SQL, WATCH_RELEASED_MIGRATION_SQL } from "./watch/watch-tables.ts";

/** What a monitor keeps by the schedule: its post; sums and ledgers name nobody and stay. */
const KINDS: RecordKinds = { conversation: [POST_KIND], days: new Map(OWN_DAYS) };

/** Everything a monitor keeps (TP-MON-2): its post and users, what it was fed, ledgers. */
export const store = {
  name: "regional-monitor",
  migrations: [
    { version: 1, name: "outbox, inbox, sequences, incidents", sql: POST_MIGRATION_SQL },
    { version: 2, name: "messages under way", sql: POST_OPEN_MIGRATION_SQL },
    { version: 3, name: "users and tokens", sql: USER_MIGRATION_SQL },
    { version: 4, name: "feed of changes", sql: FEED_MIGRATION_SQL },
    { version: 5, name: "changes of the post", sql: POST_CHANGES_MIGRATION_SQL },
    { version: 6, name: "webhooks", sql: WEBHOOK_MIGRATION_SQL },
    { version: 7, name: "idempotency keys", sql: REPEAT_MIGRATION_SQL },
    { version: 8, name: "own copies for the recovery key", sql: RECOVERY_MIGRATION_SQL },
    { version: 9, name: "keys that signed", sql: SIGNED_BY_MIGRATION_SQL },
    { version: 10, name: "confirmations of keys", sql: KEY_CONFIRMATION_MIGRATION_SQL },
    {
      version: 11,
      name: "records by the schedule",
      sql: `${SCHEDULE_MIGRATION_SQL}${RECORD_MIGRATION_SQL}`,
    },
    { version: 12, name: "logs that were followed", sql: POST_SUCCESSION_MIGRATION_SQL },
    { version: 13, name: "what it is fed", sql: MONITOR_MIGRATION_SQL },
    { version: 14, name: "ledgers of States", sql: LEDGER_MIGRATION_SQL },
    { version: 15, name: "thresholds, notices, mails", sql: WATCH_MIGRATION_SQL },
    {
      version: 16,
      name: "as a witness of the log",
      sql: `${WITNESS_MIGRATION_SQL}${WITNESS_ENDED_MIGRATION_SQL}`,
    },
    { version: 17, name: "days that are looked at again", sql: RECOUNT_MIGRATION_SQL },
    { version: 18, name: "thresholds of releases", sql: WATCH_RELEASED_MIGRATION_SQL },
    { version: 19, name: "who reports, what was open", sql: FIGURE_MIGRATION_SQL },
    { version: 20, name: "releases by body", sql: RELEASE_BODY_MIGRATION_SQL },
  ],
  procedures: {
    ...createServiceProcedures(withDisposed(monitorHooks)),
    ...createRecordProcedures(KINDS),
    takeFeeds,
    chainEnd,
    feedStatus,
    readLedgers,
    ...WATCH_PROCEDURES,
    ...WITNESS_PROCEDURES,
    readFedTime,
    readSums,
    readHours,
    readOpen,
    readReleases,
    readReleaseTables,
    hasReleaseTable,
    comparedDays,
  },
  readOnly: [
    ...SERVICE_READ_ONLY,
    ...RECORD_READ_ONLY,
    ...WATCH_READ_ONLY,
    ...WITNESS_READ_ONLY,
    "chainEnd",
    "feedStatus",
    "readLedgers",
    "readFedTime",
    "readSums",
    "readHours",
    "readOpen",
    "readReleases",
    "readReleaseTables",
    "hasReleaseTable",
    "comparedDays",
  ],
} satisfies StoreDefinition;

/** Procedures of a monitor's store. */
export type MonitorProcedures = typeof store.procedures;
