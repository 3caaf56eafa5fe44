import { type PageTable, renderPage } from "#http";
import type { Summary } from "./summary.ts";

/**
 * The open page: counts, and nothing that names a firearm, a case or a person. Whoever may know
 * more asks the API (TP-FP-6).
 */
export function renderStatusPage(summary: Summary): string {
  const { connection, receipts, replies, effects, outbox, gaps, incidents } = summary;
  const tables: PageTable[] = [
    {
      heading: "Connection",
      rows: [
        ["NATS", connection.connected ? "connected" : "not connected"],
        ["Inbox", connection.consuming ? "consuming" : "not consuming"],
      ],
    },
    { heading: "Requests of this State", rows: rowsOf(summary.cases.requesting) },
    { heading: "Requests to this State", rows: rowsOf(summary.cases.requested) },
    { heading: "Receipts of own requests", rows: rowsOf(receipts) },
    { heading: "Replies received", rows: rowsOf(replies.byOutcome) },
    {
      heading: "Post",
      rows: [
        ["messages on their way", outbox.pending],
        ["receipts owed", summary.inbox.receiptsOwed],
        ["sequence numbers missing", gaps.missingNumbers],
        ["messages with an effect", effects.messages],
        ["effects beyond one per message", effects.duplicates],
        ["newest log checkpoint seen (size)", summary.log.newestCheckpointSize],
      ],
    },
    { heading: "Incidents", rows: rowsOf(incidents) },
    { heading: "Firearm register", rows: [["records", summary.firearms.records]] },
  ];
  return renderPage({
    title: `Tracepost focal point ${summary.participant}`,
    note: `As of ${summary.at}. Reload for newer figures.`,
    tables: tables.filter((table) => table.rows.length > 0),
  });
}

function rowsOf(counts: Readonly<Record<string, number>>): [string, number][] {
  return Object.entries(counts);
}
