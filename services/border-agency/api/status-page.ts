import { alertTable } from "#alerts-api";
import { renderPage, timeText } from "#http";
import { postRows, rowsOf, waitingTable, webhookTable } from "#participant";
import type { Summary } from "./summary.ts";

/** The open page: what needs a person, then counts. Nothing that names a firearm or a person. */
export function renderStatusPage(summary: Summary): string {
  return renderPage({
    title: `Tracepost border agency ${summary.participant}`,
    note: `As of ${timeText(summary.at)}. Reload for newer figures.`,
    alerts: summary.attention,
    tables: [
      { heading: "At a glance", rows: postRows(summary) },
      alertTable(summary.alerts),
      waitingTable(summary),
      { heading: "Incidents, since the beginning", rows: rowsOf(summary.incidents) },
      webhookTable(summary),
    ],
  });
}
