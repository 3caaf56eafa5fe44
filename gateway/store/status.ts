import { loadLogHead, saveCheckpoint } from "#message-log";
import type { SqlRow, Transaction } from "#runtime";

/** What the status page shows of one participant. */
export interface ParticipantTraffic {
  readonly participant: string;
  readonly accepted: number;
  readonly refused: number;
  readonly lastRecordedAtMs: number;
  readonly undelivered: number;
}

/** The exchange at a glance; no content, no conversation. */
export interface GatewayStatus {
  readonly logSize: number;
  readonly accepted: number;
  readonly refused: number;
  readonly undelivered: number;
  readonly oldestUndeliveredMs: number | null;
  /** Held items: those a person may decide about. */
  readonly quarantined: number;
  /** Operator events nobody has acknowledged. */
  readonly openEvents: number;
  readonly participants: readonly ParticipantTraffic[];
}

interface TrafficRow {
  participant: string;
  accepted: number;
  refused: number;
  last_at: number;
}

/** Tree size and root of the log as committed. */
export async function logHead(tx: Transaction): Promise<{ size: number; rootHash: Uint8Array }> {
  const head = await loadLogHead(tx);
  return { size: head.size, rootHash: head.rootHash };
}

/** Keeps the newest signed checkpoint, for offline verification. */
export async function keepCheckpoint(
  tx: Transaction,
  args: { size: number; note: string },
): Promise<void> {
  await saveCheckpoint(tx, args.note, args.size);
}

/** Counts for the status page. */
export async function status(tx: Transaction): Promise<GatewayStatus> {
  const head = await loadLogHead(tx);
  const rows = await tx.all<SqlRow & TrafficRow>("SELECT * FROM traffic ORDER BY participant");
  const open = await tx.get<{ count: number }>(
    "SELECT count(*) AS count FROM deliveries WHERE state < 2",
  );
  const oldest = await tx.get<{ at: number }>(
    `SELECT m.recorded_at AS at FROM deliveries d JOIN messages m ON m.id = d.id / 256
     WHERE d.state < 2 ORDER BY d.id LIMIT 1`,
  );
  const kept = await tx.get<{ count: number }>(
    "SELECT coalesce(sum(held), 0) AS count FROM quarantine_usage",
  );
  const events = await tx.get<{ count: number }>(
    "SELECT count(*) AS count FROM operator_event WHERE acknowledged_at IS NULL",
  );
  const waiting = await tx.all<SqlRow & { recipient: string; count: number }>(
    "SELECT recipient, count(*) AS count FROM deliveries WHERE state < 2 GROUP BY recipient",
  );
  const waitingFor = new Map(waiting.map((row) => [row.recipient, row.count]));
  return {
    logSize: Number(head.size),
    accepted: rows.reduce((sum, row) => sum + row.accepted, 0),
    refused: rows.reduce((sum, row) => sum + row.refused, 0),
    undelivered: open?.count ?? 0,
    oldestUndeliveredMs: oldest?.at ?? null,
    quarantined: kept?.count ?? 0,
    openEvents: events?.count ?? 0,
    participants: rows.map((row) => ({
      participant: row.participant,
      accepted: row.accepted,
      refused: row.refused,
      lastRecordedAtMs: row.last_at,
      undelivered: waitingFor.get(row.participant) ?? 0,
    })),
  };
}
