import {
  ALERT_COPY_MIGRATION_SQL,
  ALERT_COPY_PROCEDURES,
  ALERT_COPY_READ_ONLY,
  ALERT_COUNT_MIGRATION_SQL,
  ALERT_DAYS,
  ALERT_FLAG_FOLLOWS_SQL,
  ALERT_FLAG_MIGRATION_SQL,
  ALERT_KIND,
  ALERT_MIGRATION_SQL,
  ALERT_PROCEDURES,
  ALERT_READ_ONLY,
  ALERT_RECORD_MIGRATION_SQL,
  ALERT_SUMMARY_MIGRATION_SQL,
  BORDER_POST_MIGRATION_SQL,
  POST_COPY_PROCEDURES,
  POST_COPY_READ_ONLY,
  POST_LOG_MIGRATION_SQL,
} from "#alerts";
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
import { agencyHooks } from "./agency-hooks.ts";

/** What a border agency keeps by the schedule. */
const KINDS: RecordKinds = {
  conversation: [ALERT_KIND, POST_KIND],
  days: new Map([...OWN_DAYS, ...ALERT_DAYS]),
};

/** Everything a border agency keeps: its post, its alerts and its users. */
export const store = {
  name: "border-agency",
  migrations: [
    { version: 1, name: "outbox, inbox, sequences, incidents", sql: POST_MIGRATION_SQL },
    { version: 2, name: "messages under way", sql: POST_OPEN_MIGRATION_SQL },
    { version: 3, name: "users and tokens", sql: USER_MIGRATION_SQL },
    { version: 4, name: "feed of changes", sql: FEED_MIGRATION_SQL },
    { version: 5, name: "changes of the post", sql: POST_CHANGES_MIGRATION_SQL },
    { version: 6, name: "webhooks", sql: WEBHOOK_MIGRATION_SQL },
    { version: 7, name: "idempotency keys", sql: REPEAT_MIGRATION_SQL },
    { version: 8, name: "alerts in force", sql: ALERT_COPY_MIGRATION_SQL },
    { version: 9, name: "alerts", sql: ALERT_MIGRATION_SQL },
    { version: 10, name: "border posts", sql: BORDER_POST_MIGRATION_SQL },
    { version: 11, name: "counts of alerts", sql: ALERT_COUNT_MIGRATION_SQL },
    { version: 12, name: "summaries of alerts", sql: ALERT_SUMMARY_MIGRATION_SQL },
    { version: 13, name: "logs of border posts", sql: POST_LOG_MIGRATION_SQL },
    { version: 14, name: "own copies for the recovery key", sql: RECOVERY_MIGRATION_SQL },
    { version: 15, name: "keys that signed", sql: SIGNED_BY_MIGRATION_SQL },
    { version: 16, name: "alerts of compromised keys", sql: ALERT_FLAG_MIGRATION_SQL },
    { version: 17, name: "flags of alerts", sql: ALERT_FLAG_FOLLOWS_SQL },
    { version: 18, name: "confirmations of keys", sql: KEY_CONFIRMATION_MIGRATION_SQL },
    {
      version: 19,
      name: "records by the schedule",
      sql: `${SCHEDULE_MIGRATION_SQL}${RECORD_MIGRATION_SQL}${ALERT_RECORD_MIGRATION_SQL}`,
    },
    { version: 20, name: "logs that were followed", sql: POST_SUCCESSION_MIGRATION_SQL },
  ],
  procedures: {
    ...createServiceProcedures(withDisposed(agencyHooks)),
    ...ALERT_PROCEDURES,
    ...ALERT_COPY_PROCEDURES,
    ...POST_COPY_PROCEDURES,
    ...createRecordProcedures(KINDS),
  },
  readOnly: [
    ...SERVICE_READ_ONLY,
    ...ALERT_READ_ONLY,
    ...ALERT_COPY_READ_ONLY,
    ...POST_COPY_READ_ONLY,
    ...RECORD_READ_ONLY,
  ],
} satisfies StoreDefinition;

/** Procedures of a border agency's store. */
export type BorderAgencyProcedures = typeof store.procedures;
