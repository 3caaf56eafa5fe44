import { listAlerts } from "./alert-record.ts";
import { alertAcknowledge, alertReportHit, alertRetract } from "./answer-procedures.ts";
import { alertCounts } from "./count-procedures.ts";
import { alertDecide } from "./decide-procedures.ts";
import { alertDue } from "./due-procedures.ts";
import { alertSend } from "./send-procedures.ts";
import { loadAlert, placesOfVersions } from "./view-procedures.ts";

/** Procedures about alerts; a service puts them into its store. */
export const ALERT_PROCEDURES = {
  alertSend,
  alertDecide,
  alertAcknowledge,
  alertReportHit,
  alertRetract,
  alertDue,
  listAlerts,
  loadAlert,
  placesOfVersions,
  alertCounts,
};

/** Those of them that only read. */
export const ALERT_READ_ONLY = [
  "listAlerts",
  "loadAlert",
  "placesOfVersions",
  "alertCounts",
] as const;

/** What {@link ALERT_PROCEDURES} are. */
export type AlertProcedures = typeof ALERT_PROCEDURES;
