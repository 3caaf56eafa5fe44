import type { AlertCounts } from "#alerts";
import { alertAttention, countAlerts } from "#alerts-api";
import type { PageAlert } from "#http";
import {
  type ServiceSummary,
  type ServiceSummaryDeps,
  serviceAttention,
  summarizeService,
} from "#participant";
import type { Database } from "#runtime";
import type { BorderAgencyProcedures } from "../store.ts";

/** What a summary is made from. */
export interface SummaryDeps extends ServiceSummaryDeps {
  readonly store: Pick<Database<BorderAgencyProcedures>, "call">;
}

/** The border agency at a glance: counts, ages, States, codes; no message, no person. */
export interface Summary extends ServiceSummary {
  /** What needs a person, what is stuck first. */
  readonly attention: readonly PageAlert[];
  /** Alerts in force, and what waits (TP-ALERT-45). */
  readonly alerts: AlertCounts;
}

/** Gathers the summary; costs the same however long the history is. */
export async function summarize(deps: SummaryDeps): Promise<Summary> {
  const [{ summary, glance, nowMs }, alerts] = await Promise.all([
    summarizeService(deps),
    countAlerts(deps),
  ]);
  const own = alertAttention(alerts, { decides: false });
  return { ...summary, attention: serviceAttention(glance, own, nowMs), alerts };
}
