import {
  loadCheckpoint,
  loadLogHead,
  loadTile,
  parseCheckpoint,
  saveCheckpoint,
  type TileName,
} from "#message-log";
import type { Lane } from "#proto";
import type { SqlRow, Transaction } from "#runtime";
import type { EventKind } from "./event-kinds.ts";
import { DELIVERY_STRIDE } from "./tables.ts";

/** What the status page shows of one participant. */
export interface ParticipantTraffic {
  readonly participant: string;
  readonly accepted: number;
  readonly refused: number;
  readonly lastRecordedAtMs: number;
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
  /** Operator events nobody has acknowledged, by kind and participant. */
  readonly events: readonly {
    readonly kind: EventKind;
    readonly participant: string;
    readonly open: number;
    readonly lastAtMs: number;
  }[];
  /** Messages not confirmed, by recipient and lane. */
  readonly waiting: readonly {
    readonly recipient: string;
    readonly lane: Lane;
    readonly count: number;
    /** When the oldest of them was recorded. */
    readonly sinceMs: number;
  }[];
  /** Held items, by participant. */
  readonly held: readonly { readonly participant: string; readonly count: number }[];
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

/** The newest signed checkpoint that is kept; null before the first. */
export async function keptCheckpoint(
  tx: Transaction,
): Promise<{ size: number; note: string } | null> {
  const note = await loadCheckpoint(tx);
  const size = note === undefined ? undefined : parseCheckpoint(note)?.size;
  return note === undefined || size === undefined ? null : { size, note };
}

/** A tile, as far as the tree of a published checkpoint has it, or null. */
export async function loadLogTile(
  tx: Transaction,
  { name, size }: { readonly name: TileName; readonly size: number },
): Promise<Uint8Array | null> {
  return (await loadTile(tx, name, size)) ?? null;
}

/** Counts for the status page. */
export async function status(tx: Transaction): Promise<GatewayStatus> {
  const head = await loadLogHead(tx);
  const rows = await tx.all<SqlRow & TrafficRow>("SELECT * FROM traffic ORDER BY participant");
  const waiting = await waitingOf(tx);
  const held = await tx.all<SqlRow & { participant: string; count: number }>(
    "SELECT participant, held AS count FROM quarantine_usage WHERE held > 0 ORDER BY participant",
  );
  const events = await tx.all<
    SqlRow & { kind: EventKind; participant: string; open: number; last: number }
  >(
    `SELECT kind, participant, count(*) AS open, max(last_at) AS last FROM operator_event
     WHERE acknowledged_at IS NULL GROUP BY kind, participant ORDER BY last DESC`,
  );
  return {
    logSize: Number(head.size),
    accepted: rows.reduce((sum, row) => sum + row.accepted, 0),
    refused: rows.reduce((sum, row) => sum + row.refused, 0),
    undelivered: sumOf(waiting),
    oldestUndeliveredMs:
      waiting.length === 0 ? null : Math.min(...waiting.map(({ sinceMs }) => sinceMs)),
    quarantined: sumOf(held),
    events: events.map(({ kind, participant, open, last }) => {
      return { kind, participant, open, lastAtMs: last };
    }),
    waiting,
    held,
    participants: rows.map((row) => ({
      participant: row.participant,
      accepted: row.accepted,
      refused: row.refused,
      lastRecordedAtMs: row.last_at,
    })),
  };
}

/** What is not confirmed; an index holds these deliveries and no others. */
async function waitingOf(tx: Transaction): Promise<GatewayStatus["waiting"]> {
  const rows = await tx.all<
    SqlRow & { recipient: string; lane: Lane; count: number; since: number }
  >(
    `SELECT w.recipient, w.lane, w.count, m.recorded_at AS since FROM
       (SELECT recipient, lane, count(*) AS count, min(id) AS oldest FROM deliveries
        WHERE state < 2 GROUP BY recipient, lane) w
     JOIN messages m ON m.id = w.oldest / ?`,
    DELIVERY_STRIDE,
  );
  return rows.map(({ recipient, lane, count, since }) => {
    return { recipient, lane, count, sinceMs: since };
  });
}

function sumOf(rows: readonly { readonly count: number }[]): number {
  return rows.reduce((sum, row) => sum + row.count, 0);
}
