import { renderPage, timeText } from "#http";
import { agoOf, postRows, rowsOf, waitingTable, webhookTable } from "#participant";
import type { Summary } from "./summary.ts";

/** The open page: what needs a person, then how far counting has come; no figure of a State. */
export function renderStatusPage(summary: Summary): string {
  const { feed, witness } = summary;
  return renderPage({
    title: `Tracepost regional monitor ${summary.participant}`,
    note: `As of ${timeText(summary.at)}. Reload for newer figures.`,
    alerts: summary.attention,
    tables: [
      { heading: "At a glance", rows: postRows(summary) },
      {
        heading: "What it was fed",
        rows: [
          ["Messages of the feed", feed.number],
          ["The newest was made", agoOf(summary, feed.newestMadeAt)],
          ["Events counted", feed.counted],
          ...rowsOf(feed.refused).map(([code, count]): [string, number] => {
            return [`Events not counted: ${code}`, count];
          }),
          ["Releases", feed.releases],
          ["Ledgers of States", feed.ledgers],
        ],
      },
      {
        heading: "Compared with the log",
        rows: [
          ["Days compared", feed.daysCompared],
          ["Days that differ", feed.daysDiffering],
        ],
      },
      ...(witness === undefined
        ? []
        : [
            {
              heading: "As a witness of the log",
              rows: [
                ["Name", witness.name],
                ["Public key", witness.publicKey],
                ["Entries cosigned", witness.size],
                ["The newest was cosigned", agoOf(summary, witness.cosignedAt)],
                ["Proofs of a fork", witness.conflicts],
              ] satisfies [string, string | number][],
            },
          ]),
      waitingTable(summary),
      { heading: "Incidents, since the beginning", rows: rowsOf(summary.incidents) },
      webhookTable(summary),
    ],
  });
}
