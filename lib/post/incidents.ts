import { POST_LIMITS, type Transaction } from "#runtime";

/**
 * What an operator of the participant should look at → what to do; closed (TP-POST-18).
 */
export const INCIDENT_REMEDIES = {
  /** Bytes that are no message. */
  JUNK: "Tell the operator of the exchange: only the gateway may write to an inbox.",
  /** A message whose sender could not be authenticated. */
  UNAUTHENTICATED: "Ask the sender whether its keys changed; get the newest register.",
  /** A message that names this participant nowhere. */
  MISDIRECTED: "Tell the operator of the exchange: its gateway dispatched to the wrong State.",
  /** An authentic message without a valid proof that it was logged. */
  NOT_LOGGED: "Tell the operator of the exchange: its gateway must prove each entry.",
  /** One message id with two headers. */
  ID_REUSED: "Ask the sender which of the two messages it means.",
  /** Sealed bytes of another message under this header. */
  SEAL_BINDING: "Take it for an attack until the sender explains it.",
  /** One sequence number with two messages. */
  SEQUENCE_REUSED: "Ask the sender whether it restored its store from a copy.",
  /** A message that names another predecessor than the one received. */
  SEQUENCE_FORKED: "Compare the list of messages with the sender's: one was lost or replaced.",
  /** More holes in a sequence than are kept apart. */
  GAPS_MERGED: "Ask the sender for all its messages; its line loses many.",
  /** A recipient asks for a message it signed a receipt for. */
  GAP_AFTER_DELIVERY: "Tell the recipient: its store has lost what it confirmed.",
  /** A receipt about nothing that was sent, or by somebody it does not concern. */
  RECEIPT_UNMATCHED: "Look whether this store was restored from a copy; else tell the operator.",
  /** A receipt that contradicts an earlier one. */
  RECEIPT_CONTRADICTS: "Keep both receipts, and ask who signed them which one holds.",
  /** The gateway says that a message has expired, and its time has not come. */
  EXPIRED_EARLY: "Tell the operator of the exchange; the message is still under way.",
  /** The gateway returns a message whose recipient our register has not removed. */
  RETURNED_EARLY: "Tell the operator of the exchange; the message is still under way.",
  /** A register that is not signed as it must be, was not logged, or goes back. */
  REGISTER_REFUSED: "Ask the secretariat which version is valid; ours stays in force.",
  /** A routing policy that is not signed as it must be, or was not logged. */
  POLICY_REFUSED: "Ask the secretariat which policy is valid; ours stays in use.",
  /** What is to be counted, of another chain than the one that was taken so far (TP-FEED-3). */
  FEED_REFUSED: "Ask the operator of the exchange whether its store was restored from a copy.",
  /** Keys of a participant that changed without its identity key, or went back. */
  KEYS_DOUBTED: "Ask that participant by another channel; until then its old keys are used.",
  /** Messages under a key of their sender's that others may have had by then. */
  KEY_COMPROMISED: "Ask the sender by another channel which of these messages are its own.",
  /** The register says of us what is not so. */
  OWN_ENTRY: "Stop sending, ask the secretariat, and tell the other members.",
  /** No quorum of witnesses has cosigned the log for a day. */
  UNWITNESSED:
    "Ask the operator which witnesses answer; until then the log is the operator's word.",
  /** Two checkpoints of the same size with different roots: the log is forked. */
  LOG_FORKED: "Stop relying on the log; give both checkpoints to the other participants.",
  /** Numbers of the feed that are missing and cannot be fetched; they are asked for again. */
  FEED_NOT_FETCHED: "Do what its detail says; what comes behind them waits at the exchange.",
  /** Events of a feed that could not be counted; each is kept with its code. */
  FEED_EVENTS_REFUSED: "Look which in the log of the service; tell the operator.",
  /** What a monitor was fed of a day is not what the log says of it. */
  FEED_DISCREPANCY:
    "Do not publish that day; give its range to the operator, who is to explain it.",
} as const satisfies Record<string, string>;

/** One of {@link INCIDENT_REMEDIES}. */
export type IncidentKind = keyof typeof INCIDENT_REMEDIES;

/** Names of all kinds, in the order of the list. */
export const INCIDENT_KINDS = Object.keys(INCIDENT_REMEDIES) as readonly IncidentKind[];

/** What is kept of it: never content. */
export interface Incident {
  readonly kind: IncidentKind;
  /** SHA-256 of the bytes, or of the header they belong to. */
  readonly digest: Uint8Array;
  readonly subject?: string;
  readonly sender?: string;
  readonly messageId?: string;
  readonly sizeBytes?: number;
  /** A few words: code and field. */
  readonly detail?: string;
  /** How often; default once. */
  readonly count?: number;
}

/**
 * Counts an incident. The same one again only raises its count; the oldest give way beyond
 * `incidentsMax`, so a flood of junk costs a bounded table. The totals lose nothing.
 */
export async function recordIncident(
  tx: Transaction,
  incident: Incident,
  nowMs: number,
): Promise<void> {
  const { count = 1 } = incident;
  await tx.run(
    `INSERT INTO post_incident
       (kind, digest, subject, sender, message_id, size_bytes, detail, first_at, last_at, count)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (kind, digest) DO UPDATE
       SET count = post_incident.count + excluded.count, last_at = excluded.last_at`,
    incident.kind,
    incident.digest,
    (incident.subject ?? "").slice(0, DETAIL_CHARS_MAX),
    (incident.sender ?? "").slice(0, DETAIL_CHARS_MAX),
    (incident.messageId ?? "").slice(0, DETAIL_CHARS_MAX),
    incident.sizeBytes ?? 0,
    (incident.detail ?? "").slice(0, DETAIL_CHARS_MAX),
    nowMs,
    nowMs,
    count,
  );
  // Ids only grow and only the oldest go, so their range bounds their number without a count.
  await tx.run(
    "DELETE FROM post_incident WHERE id <= (SELECT max(id) FROM post_incident) - ?",
    POST_LIMITS.incidentsMax,
  );
  await tx.run(
    `INSERT INTO post_incident_total (kind, total) VALUES (?, ?)
     ON CONFLICT (kind) DO UPDATE
       SET total = post_incident_total.total + excluded.total`,
    incident.kind,
    count,
  );
}

const DETAIL_CHARS_MAX = 200;
