import {
  ALERT_COPY_MIGRATION_SQL,
  ALERT_COPY_PROCEDURES,
  ALERT_COPY_READ_ONLY,
  ALERT_FLAG_MIGRATION_SQL,
  ALERT_SUMMARY_MIGRATION_SQL,
  BORDER_POST_MIGRATION_SQL,
  noteAlert,
  POST_COPY_PROCEDURES,
  POST_COPY_READ_ONLY,
  POST_LOG_MIGRATION_SQL,
} from "#alerts";
import type { StoreDefinition } from "#runtime";

/** A store with nothing but the local copy of alerts, and its posts. */
export const store = {
  name: "alert-test",
  migrations: [
    { version: 1, name: "alerts in force", sql: ALERT_COPY_MIGRATION_SQL },
    { version: 2, name: "border posts", sql: BORDER_POST_MIGRATION_SQL },
    { version: 3, name: "summaries of alerts", sql: ALERT_SUMMARY_MIGRATION_SQL },
    { version: 4, name: "logs of border posts", sql: POST_LOG_MIGRATION_SQL },
    { version: 5, name: "alerts of compromised keys", sql: ALERT_FLAG_MIGRATION_SQL },
  ],
  procedures: { ...ALERT_COPY_PROCEDURES, ...POST_COPY_PROCEDURES, noteAlertOf: noteAlert },
  readOnly: [...ALERT_COPY_READ_ONLY, ...POST_COPY_READ_ONLY],
} satisfies StoreDefinition;

/** Procedures of {@link store}. */
export type AlertTestProcedures = typeof store.procedures;
