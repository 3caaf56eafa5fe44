import { alertTable } from "#alerts-api";
import { type PageTable, renderPage, timeText } from "#http";
import { agoOf, postRows, rowsOf, waitingTable, webhookTable } from "#participant";
import type { Summary } from "./summary.ts";

/**
 * The open page: what needs a person, then counts (TP-FP-7). Nothing that names a firearm, a case
 * or a person; whoever may know more asks the API (TP-FP-6).
 */
export function renderStatusPage(summary: Summary): string {
  const { unanswered, askedSince, releases } = summary;
  const ago = (instant: string | undefined): string => agoOf(summary, instant);
  return renderPage({
    title: `Tracepost focal point ${summary.participant}`,
    note: `As of ${timeText(summary.at)}. Reload for newer figures.`,
    alerts: summary.attention,
    tables: [
      {
        heading: "At a glance",
        rows: [
          ...postRows(summary),
          ["Unanswered requests to us", unanswered.count],
          ["The oldest of them waits for", ago(unanswered.since)],
          ["Our oldest request waits for", ago(askedSince)],
          ["Overdue, owed by us", summary.overdue.requested],
          ["Overdue, owed to us", summary.overdue.requesting],
          ["Waiting for a second person", releases.pending],
          ["The oldest of them is there for", ago(releases.since)],
          ["Sent by one person alone, review due", releases.reviewsDue],
          ["Of these, overdue", releases.reviewsOverdue],
        ],
      },
      casesTable(summary),
      alertTable(summary.alerts),
      waitingTable(summary),
      { heading: "Receipts of our requests", rows: rowsOf(summary.receipts) },
      { heading: "Replies to our requests", rows: rowsOf(summary.replies.byOutcome) },
      { heading: "Incidents, since the beginning", rows: rowsOf(summary.incidents) },
      {
        heading: "Counts",
        rows: [
          ["Messages with an effect", summary.effects.messages],
          ["Effects beyond one for each", summary.effects.duplicates],
          ["Messages of others missing", summary.gaps.missingNumbers],
          ["Newest log checkpoint seen (size)", summary.log.newestCheckpointSize],
          ["Records in the firearm register", summary.firearms.records],
        ],
      },
      {
        heading: "Not taken",
        columns: ["Code", "What", "Count", "Newest", "What to do"],
        rows: summary.notTaken.map(({ what, code, count, lastAt, remedy }) => {
          return [code, what, count, ago(lastAt), remedy];
        }),
        wide: true,
      },
      webhookTable(summary),
    ],
  });
}

function casesTable({ cases }: Summary): PageTable {
  const states = [...new Set([...Object.keys(cases.requesting), ...Object.keys(cases.requested)])];
  return {
    heading: "Cases by state",
    columns: ["State", "We asked", "We were asked"],
    rows: states.map((state) => {
      return [state, cases.requesting[state] ?? 0, cases.requested[state] ?? 0];
    }),
  };
}
