import type { Lane } from "#proto";
import type { SqlRow, Transaction } from "#runtime";
import type { IncidentKind } from "./incidents.ts";

/** Messages of ours on their way to one recipient. */
export interface OpenMessages {
  readonly recipient: string;
  readonly lane: Lane;
  readonly messages: number;
  /** When the oldest of them was made. */
  readonly sinceMs: number;
  /** Those without a receipt of the exchange, and when the oldest of them was made. */
  readonly unconfirmed: number;
  readonly unconfirmedSinceMs: number | null;
}

/** Messages of one sender that are missing. */
export interface MissingMessages {
  readonly sender: string;
  readonly lane: Lane;
  readonly numbers: number;
  readonly sinceMs: number;
}

/** What the post waits for, and what somebody should look at; no content. */
export interface PostOpen {
  readonly waiting: readonly OpenMessages[];
  readonly missing: readonly MissingMessages[];
  /** Kinds of incident with the time of the newest. */
  readonly incidents: readonly { readonly kind: IncidentKind; readonly lastAtMs: number }[];
}

interface WaitingRow extends SqlRow {
  recipient: string;
  lane: Lane;
  messages: number;
  since: number;
  unconfirmed: number;
  unconfirmed_since: number | null;
}

/** Reads what is under way; costs as much as that is, however long the history. */
export async function postOpen(tx: Transaction, _args: unknown): Promise<PostOpen> {
  const waiting = await tx.all<WaitingRow>(
    `SELECT r.recipient, r.lane, count(*) AS messages, min(o.drafted_at) AS since,
       sum(CASE WHEN o.state IN ('draft', 'sealed') THEN 1 ELSE 0 END) AS unconfirmed,
       min(CASE WHEN o.state IN ('draft', 'sealed') THEN o.drafted_at END) AS unconfirmed_since
     FROM post_outbox_recipient r JOIN post_outbox o ON o.message_id = r.message_id
     WHERE r.state = 'open' GROUP BY r.recipient, r.lane ORDER BY r.recipient, r.lane`,
  );
  const missing = await tx.all<SqlRow & Omit<MissingMessages, "sinceMs"> & { since: number }>(
    `SELECT sender, lane, sum(last - first + 1) AS numbers, min(since) AS since
     FROM post_pair_missing GROUP BY sender, lane ORDER BY sender, lane`,
  );
  const incidents = await tx.all<SqlRow & { kind: IncidentKind; last: number }>(
    "SELECT kind, max(last_at) AS last FROM post_incident GROUP BY kind ORDER BY kind",
  );
  return {
    waiting: waiting.map((row) => ({
      recipient: row.recipient,
      lane: row.lane,
      messages: row.messages,
      sinceMs: row.since,
      unconfirmed: row.unconfirmed,
      unconfirmedSinceMs: row.unconfirmed_since,
    })),
    missing: missing.map(({ sender, lane, numbers, since }) => {
      return { sender, lane, numbers, sinceMs: since };
    }),
    incidents: incidents.map(({ kind, last }) => ({ kind, lastAtMs: last })),
  };
}
