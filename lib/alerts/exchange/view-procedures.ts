import type { SqlRow, Transaction } from "#runtime";
import { type AlertHead, type AlertVersion, findAlert, versionsOf } from "./alert-record.ts";
import { type AlertAck, acksOf, type HitRecord, hitsOf } from "./response-record.ts";

/** What became of a version for one recipient. */
export interface AlertDelivery {
  readonly messageId: string;
  readonly recipient: string;
  /** `open` until it ends; see the outbox. */
  readonly state: string;
  readonly code: string | null;
}

/** An alert with everything that is known of it here. */
export interface AlertFile {
  readonly head: AlertHead;
  readonly versions: readonly AlertVersion[];
  /** Of versions this participant has sent, and of what it passed on. */
  readonly deliveries: readonly AlertDelivery[];
  readonly acks: readonly AlertAck[];
  readonly hits: readonly HitRecord[];
}

interface DeliveryRow extends SqlRow {
  message_id: string;
  recipient: string;
  state: string;
  code: string | null;
}

/** One alert, or null. */
export async function loadAlert(
  tx: Transaction,
  { alertId }: { readonly alertId: string },
): Promise<AlertFile | null> {
  const head = await findAlert(tx, alertId);
  if (head === undefined) return null;
  const rows = await tx.all<DeliveryRow>(
    `SELECT v.message_id, r.recipient, r.state, r.code FROM alert_version v
       JOIN post_outbox_recipient r ON r.message_id = v.message_id WHERE v.alert_id = ?
     UNION ALL
     SELECT v.message_id, r.recipient, r.state, r.code FROM alert_version v
       JOIN alert_relay y ON y.message_id = v.message_id
       JOIN post_outbox_recipient r ON r.message_id = y.relay_id WHERE v.alert_id = ?`,
    alertId,
    alertId,
  );
  return {
    head,
    versions: await versionsOf(tx, alertId),
    deliveries: rows.map(({ message_id: messageId, ...row }) => ({ messageId, ...row })),
    acks: await acksOf(tx, alertId),
    hits: await hitsOf(tx, alertId),
  };
}

/** Counts of alerts for a summary; no content. */
export interface AlertCounts {
  /** What stands and has not expired, by side. */
  readonly inForce: Readonly<Record<string, number>>;
  /** Alerts of agencies that wait for a decision here. */
  readonly pending: number;
  readonly hits: number;
}

/** Counts alerts; an exercise or a test never counts (TP-ALERT-43). */
export async function alertCounts(
  tx: Transaction,
  { nowMs }: { readonly nowMs: number },
): Promise<AlertCounts> {
  const rows = await tx.all<SqlRow & { side: string; count: number }>(
    `SELECT side, count(*) AS count FROM alert WHERE current_id IS NOT NULL
       AND exchange_status = 1 AND (expires_at IS NULL OR expires_at > ?)
     GROUP BY side ORDER BY side`,
    nowMs,
  );
  const pending = await tx.get<{ count: number }>(
    `SELECT count(*) AS count FROM alert_version v JOIN alert a ON a.alert_id = v.alert_id
     WHERE v.state = 'pending' AND a.side <> 'submitted'`,
  );
  const hits = await tx.get<{ count: number }>(
    "SELECT count(*) AS count FROM alert_hit WHERE state = 'reported'",
  );
  return {
    inForce: Object.fromEntries(rows.map(({ side, count }) => [side, count])),
    pending: pending?.count ?? 0,
    hits: hits?.count ?? 0,
  };
}
