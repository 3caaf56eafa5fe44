import type { SqlRow, SqlValue } from "#runtime";
import { openSqliteReader } from "#store";

/** A message of a participant's outbox, for one recipient. */
export interface SentMessage {
  readonly messageId: string;
  readonly kind: number;
  readonly lane: number;
  readonly recipient: string;
  /** Number of the pair and lane; null on kinds without one. */
  readonly sequence: number | null;
  /** How it ended for this recipient, or "open". */
  readonly state: string;
  readonly digest: Uint8Array | null;
  readonly logIndex: number | null;
}

/** A message of a participant's inbox. */
export interface TakenMessage {
  readonly messageId: string;
  readonly sender: string;
  readonly kind: number;
  readonly lane: number;
  readonly sequence: number | null;
  readonly state: string;
  readonly digest: Uint8Array;
  readonly envelope: Uint8Array;
}

/** What a participant's store says about its post, read in one snapshot. */
export interface StoredPost {
  readonly sent: readonly SentMessage[];
  readonly taken: readonly TakenMessage[];
  /** Receipts kept, by message, recipient and type; recipient "" for those of the gateway. */
  readonly receipts: ReadonlySet<string>;
  /** Last number given, by recipient and lane. */
  readonly lastGiven: ReadonlyMap<string, number>;
  /** Highest number seen, by sender and lane. */
  readonly highestSeen: ReadonlyMap<string, number>;
  readonly missingNumbers: number;
  readonly receiptsOwed: number;
  /** Incidents by kind. */
  readonly incidents: Readonly<Record<string, number>>;
  readonly checkpoint: { readonly size: number; readonly rootHash: Uint8Array } | undefined;
  /** Differences between the counts kept by triggers and the rows. */
  readonly miscounts: readonly string[];
}

/** Key of a receipt in {@link StoredPost.receipts}. */
export function receiptKey(messageId: string, recipient: string, type: number): string {
  return `${messageId}/${recipient}/${type}`;
}

/** Key of a pair in {@link StoredPost.lastGiven} and {@link StoredPost.highestSeen}. */
export function pairKey(peer: string, lane: number): string {
  return `${peer}/${lane}`;
}

/** Runs queries over a store's file, in one snapshot. */
export async function readRows<T>(
  file: string,
  work: (all: <R>(sql: string, ...params: SqlValue[]) => Promise<R[]>) => Promise<T>,
): Promise<T> {
  const reader = openSqliteReader(file);
  try {
    return await reader.read((tx) =>
      work(async <R>(sql: string, ...params: SqlValue[]) => {
        return (await tx.all<SqlRow>(sql, ...params)) as R[];
      }),
    );
  } finally {
    reader.close();
  }
}

/** Reads the post tables of any service that composes them. */
export async function readStoredPost(file: string): Promise<StoredPost> {
  return await readRows(file, async (all) => {
    const sent = await all<SentMessage>(
      `SELECT o.message_id AS messageId, o.kind, o.lane, r.recipient, r.state,
         r.pair_sequence AS sequence, o.header_digest AS digest, o.log_index AS logIndex
       FROM post_outbox o JOIN post_outbox_recipient r ON r.message_id = o.message_id
       ORDER BY o.position`,
    );
    const taken = await all<TakenMessage>(
      `SELECT message_id AS messageId, sender, kind, lane, state, pair_sequence AS sequence,
         header_digest AS digest, envelope FROM post_inbox ORDER BY position`,
    );
    const receipts = await all<{ messageId: string; recipient: string; type: number }>(
      "SELECT message_id AS messageId, recipient, type FROM post_receipt",
    );
    const given = await all<{ peer: string; lane: number; last: number }>(
      "SELECT recipient AS peer, lane, last_sequence AS last FROM post_pair_sent",
    );
    const seen = await all<{ peer: string; lane: number; last: number }>(
      "SELECT sender AS peer, lane, highest AS last FROM post_pair_received",
    );
    const [missing] = await all<{ numbers: number | null }>(
      "SELECT sum(last - first + 1) AS numbers FROM post_pair_missing",
    );
    const [owed] = await all<{ count: number }>(
      "SELECT count(*) AS count FROM post_inbox WHERE receipt_due > receipts_sent",
    );
    const incidents = await all<{ kind: string; total: number }>(
      "SELECT kind, total FROM post_incident_total",
    );
    const [checkpoint] = await all<{ size: number; rootHash: Uint8Array }>(
      "SELECT size, root_hash AS rootHash FROM post_seen_checkpoint",
    );
    const toMap = (rows: typeof given) =>
      new Map(rows.map(({ peer, lane, last }) => [pairKey(peer, lane), last]));
    return {
      sent,
      taken,
      receipts: new Set(receipts.map((row) => receiptKey(row.messageId, row.recipient, row.type))),
      lastGiven: toMap(given),
      highestSeen: toMap(seen),
      missingNumbers: missing?.numbers ?? 0,
      receiptsOwed: owed?.count ?? 0,
      incidents: Object.fromEntries(incidents.map((row) => [row.kind, row.total])),
      checkpoint,
      miscounts: await findMiscounts(all),
    };
  });
}

/** Monitoring reads counts that triggers keep; they must be those of the rows. */
async function findMiscounts(
  all: <R>(sql: string, ...params: SqlValue[]) => Promise<R[]>,
): Promise<string[]> {
  interface Row {
    what: string;
    kind: number;
    state: string;
    count: number;
  }
  const kept = await all<Row>("SELECT what, kind, state, count FROM post_count WHERE count <> 0");
  const counted = await all<Row>(
    `SELECT 'outbox' AS what, kind, state, count(*) AS count FROM post_outbox GROUP BY kind, state
     UNION ALL
     SELECT 'inbox', kind, state, count(*) FROM post_inbox GROUP BY kind, state
     UNION ALL
     SELECT 'receipt ' || r.type, o.kind, '', count(*) FROM post_receipt r
       JOIN post_outbox o ON o.message_id = r.message_id GROUP BY r.type, o.kind`,
  );
  const keyOf = ({ what, kind, state }: Row): string => `${what} of kind ${kind} ${state}`.trim();
  const keptBy = new Map(kept.map((row) => [keyOf(row), row.count]));
  const countedBy = new Map(counted.map((row) => [keyOf(row), row.count]));
  return [...new Set([...keptBy.keys(), ...countedBy.keys()])]
    .filter((key) => keptBy.get(key) !== countedBy.get(key))
    .map((key) => `${key}: ${keptBy.get(key) ?? 0} counted, ${countedBy.get(key) ?? 0} there`);
}
