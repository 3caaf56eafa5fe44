import { ageText, type PageTable, timeText } from "#http";
import type { ServiceSummary } from "./summary.ts";

/** How long ago something was, as of a summary; a dash for never. */
export function agoOf(summary: ServiceSummary, instant: string | undefined): string {
  return instant === undefined ? "–" : ageText(Date.parse(summary.at) - Date.parse(instant));
}

/** Rows on the state of the connection and of the post, for the first table of a status page. */
export function postRows(summary: ServiceSummary): [string, string | number][] {
  const { connection, outbox, inbox, register } = summary;
  const isRead = connection.connected && connection.consuming;
  return [
    ["Exchange", connection.connected ? "connected" : "not connected"],
    ["Inbox", isRead ? "read" : "not read"],
    ["Messages on their way", outbox.pending],
    ["Receipts owed to others", inbox.receiptsOwed],
    ["Participant register", `version ${register.version}, ${register.standing}`],
    ["It expires", timeText(register.expiresAt)],
    ["Nothing goes after", timeText(register.closesAt)],
  ];
}

/** Table of messages under way. */
export function waitingTable(summary: ServiceSummary): PageTable {
  return {
    heading: "Messages on their way",
    columns: ["To", "Lane", "Messages", "Not receipted", "Oldest"],
    rows: summary.waiting.map(({ participant, lane, messages, unconfirmed, since }) => {
      return [participant, lane, messages, unconfirmed, agoOf(summary, since)];
    }),
  };
}

/** Table of webhooks. */
export function webhookTable(summary: ServiceSummary): PageTable {
  return {
    heading: "Webhooks",
    columns: ["Id", "State", "Why", "Changes waiting"],
    rows: summary.webhooks.map(({ webhookId, state, reason, failure, behind }) => {
      return [webhookId, state, reason ?? failure ?? "–", behind];
    }),
    wide: true,
  };
}

/** Counts as rows. */
export function rowsOf(counts: Readonly<Record<string, number>>): [string, number][] {
  return Object.entries(counts);
}
