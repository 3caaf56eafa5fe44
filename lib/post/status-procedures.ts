import type { SqlRow, Transaction } from "#runtime";

/** How many messages of one kind are in one state. */
export interface PostCount {
  readonly kind: number;
  readonly state: string;
  readonly count: number;
}

/** The post at a glance; no content. */
export interface PostStatus {
  /** Messages of ours by kind and state. */
  readonly outbox: readonly PostCount[];
  /** Messages of ours not ended yet. */
  readonly pending: number;
  /** Messages taken in, by kind and state. */
  readonly inbox: readonly PostCount[];
  /** Receipts kept for messages of ours, by type and by kind of message; each fact once. */
  readonly receipts: readonly { type: number; kind: number; count: number }[];
  readonly receiptsOwed: number;
  /** Sequence numbers missing now, and since when the oldest of them. */
  readonly missingNumbers: number;
  readonly missingSinceMs: number | null;
  /** Incidents since the store was made, by kind. */
  readonly incidents: Readonly<Record<string, number>>;
  /** Newest checkpoint of the log seen. */
  readonly checkpointSize: number;
}

interface CountRow extends SqlRow {
  kind: number;
  state: string;
  count: number;
}

interface TotalRow extends CountRow {
  what: string;
}

/** The newest tree that receipts, dispatches or seals have shown; null before the first. */
export async function postSeenCheckpoint(
  tx: Transaction,
  _args: unknown,
): Promise<{ size: number; rootHash: Uint8Array } | null> {
  const row = await tx.get<{ size: number; root_hash: Uint8Array }>(
    "SELECT size, root_hash FROM post_seen_checkpoint",
  );
  return row === undefined ? null : { size: row.size, rootHash: row.root_hash };
}

/** Counts for summaries, status pages and metrics. */
export async function postStatus(tx: Transaction, _args: unknown): Promise<PostStatus> {
  const totals = await tx.all<TotalRow>("SELECT what, kind, state, count FROM post_count");
  const owed = await tx.get<{ count: number }>(
    "SELECT count(*) AS count FROM post_inbox WHERE receipt_due > receipts_sent",
  );
  const missing = await tx.get<{ numbers: number | null; since: number | null }>(
    "SELECT sum(last - first + 1) AS numbers, min(since) AS since FROM post_pair_missing",
  );
  const incidents = await tx.all<{ kind: string; total: number }>(
    "SELECT kind, total FROM post_incident_total",
  );
  const seen = await tx.get<{ size: number }>("SELECT size FROM post_seen_checkpoint");
  const counts = (what: string): PostCount[] =>
    totals
      .filter((row) => row.what === what && row.count > 0)
      .map(({ kind, state, count }) => ({ kind, state, count }));
  const outbox = counts("outbox");
  return {
    outbox,
    pending: outbox.reduce((sum, row) => sum + (PENDING.has(row.state) ? row.count : 0), 0),
    inbox: counts("inbox"),
    receipts: totals
      .filter((row) => row.what.startsWith(RECEIPT_COUNT))
      .map((row) => ({
        type: Number(row.what.slice(RECEIPT_COUNT.length)),
        kind: row.kind,
        count: row.count,
      })),
    receiptsOwed: owed?.count ?? 0,
    missingNumbers: missing?.numbers ?? 0,
    missingSinceMs: missing?.since ?? null,
    incidents: Object.fromEntries(incidents.map((row) => [row.kind, row.total])),
    checkpointSize: seen?.size ?? 0,
  };
}

const PENDING: ReadonlySet<string> = new Set(["draft", "sealed", "accepted"]);
const RECEIPT_COUNT = "receipt ";

/** An incident as kept. */
export interface IncidentRecord {
  readonly kind: string;
  readonly subject: string;
  readonly sender: string;
  readonly messageId: string;
  readonly digest: Uint8Array;
  readonly sizeBytes: number;
  readonly detail: string;
  readonly firstAtMs: number;
  readonly lastAtMs: number;
  readonly count: number;
}

interface IncidentRow extends SqlRow {
  kind: string;
  subject: string;
  sender: string;
  message_id: string;
  digest: Uint8Array;
  size_bytes: number;
  detail: string;
  first_at: number;
  last_at: number;
  count: number;
}

/** The newest incidents. */
export async function postIncidents(
  tx: Transaction,
  args: { limit: number },
): Promise<IncidentRecord[]> {
  const rows = await tx.all<IncidentRow>(
    "SELECT * FROM post_incident ORDER BY id DESC LIMIT ?",
    args.limit,
  );
  return rows.map((row) => ({
    kind: row.kind,
    subject: row.subject,
    sender: row.sender,
    messageId: row.message_id,
    digest: row.digest,
    sizeBytes: row.size_bytes,
    detail: row.detail,
    firstAtMs: row.first_at,
    lastAtMs: row.last_at,
    count: row.count,
  }));
}

/** What is known of a message of ours. */
export interface MessageReceipts {
  readonly messageId: string;
  readonly state: string;
  readonly attempts: number;
  readonly logIndex: number | null;
  readonly headerDigest: Uint8Array | null;
  readonly receipts: readonly {
    readonly type: number;
    readonly recipient: string;
    readonly code: string | null;
    readonly sender: string;
    readonly receiptId: string;
    readonly receivedAtMs: number;
    /** Signed by a key that others may have had by then (TP-KEY-8). */
    readonly isFlagged: boolean;
  }[];
}

interface ReceiptRow extends SqlRow {
  type: number;
  recipient: string;
  code: string | null;
  receipt_sender: string;
  receipt_id: string;
  received_at: number;
  flagged: number;
}

interface OutboxRow extends SqlRow {
  message_id: string;
  state: string;
  attempts: number;
  log_index: number | null;
  header_digest: Uint8Array | null;
}

/** Messages of ours in a conversation, each with the receipts kept for it. */
export async function postMessageReceipts(
  tx: Transaction,
  args: { conversationId: string; limit: number },
): Promise<MessageReceipts[]> {
  const messages = await tx.all<OutboxRow>(
    `SELECT message_id, state, attempts, log_index, header_digest FROM post_outbox
     WHERE conversation_id = ? ORDER BY position LIMIT ?`,
    args.conversationId,
    args.limit,
  );
  const found: MessageReceipts[] = [];
  for (const message of messages) {
    const receipts = await tx.all<ReceiptRow>(
      `SELECT r.type, r.recipient, r.code, r.receipt_sender, r.receipt_id, r.received_at,
         coalesce(s.flagged, 0) AS flagged
       FROM post_receipt r LEFT JOIN post_signed_by s
         ON s.sender = r.receipt_sender AND s.message_id = r.receipt_id
       WHERE r.message_id = ? ORDER BY r.received_at LIMIT ?`,
      message.message_id,
      args.limit,
    );
    found.push({
      messageId: message.message_id,
      state: message.state,
      attempts: message.attempts,
      logIndex: message.log_index,
      headerDigest: message.header_digest,
      receipts: receipts.map((row) => ({
        type: row.type,
        recipient: row.recipient,
        code: row.code,
        sender: row.receipt_sender,
        receiptId: row.receipt_id,
        receivedAtMs: row.received_at,
        isFlagged: row.flagged === 1,
      })),
    });
  }
  return found;
}
