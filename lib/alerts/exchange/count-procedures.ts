import { AckLevel, ExchangeStatus } from "#proto";
import type { SqlValue, Transaction } from "#runtime";

/** Counts of alerts for a summary; no content. Exercises and tests are told apart (TP-ALERT-43). */
export interface AlertCounts {
  /** In force, of this participant. */
  readonly inForceSent: number;
  /** In force, of others. */
  readonly inForceReceived: number;
  /** Of agencies, waiting for a decision here; at an agency, its own that wait for one. */
  readonly awaitingApproval: number;
  /** In force, of others, that nobody here has said to have read. */
  readonly unacknowledgedHere: number;
  /** In force, of this participant: recipients that have not said to have read it. */
  readonly unacknowledgedByOthers: number;
  /** Reported and not retracted, on what is in force. */
  readonly hits: number;
  /** Exercises and tests that stand. */
  readonly exercises: number;
}

/** An alert `a` that stands at an instant, given twice. */
const STANDS = `a.current_id IS NOT NULL AND (a.expires_at IS NULL OR a.expires_at > ?)
  AND (a.effective_at IS NULL OR a.effective_at <= ?)`;

const ACTUAL = `a.exchange_status = ${ExchangeStatus.ACTUAL}`;
const IS_READ = `k.alert_id = a.alert_id AND k.level >= ${AckLevel.READ}`;

/**
 * Counts alerts (TP-ALERT-45). What it costs grows with what is in force and waits, not with the
 * history.
 */
export async function alertCounts(
  tx: Transaction,
  { nowMs, participant }: { readonly nowMs: number; readonly participant: string },
): Promise<AlertCounts> {
  const count = async (from: string, ...args: SqlValue[]): Promise<number> => {
    const row = await tx.get<{ count: number }>(`SELECT count(*) AS count FROM ${from}`, ...args);
    return row?.count ?? 0;
  };
  const standing = (side: string) => `alert a WHERE ${ACTUAL} AND a.side = '${side}' AND ${STANDS}`;
  const at = [nowMs, nowMs] as const;
  return {
    inForceSent: await count(standing("sent"), ...at),
    inForceReceived: await count(standing("received"), ...at),
    awaitingApproval: await count(
      `alert_version v JOIN alert a USING (alert_id) WHERE v.state = 'pending' AND ${ACTUAL}`,
    ),
    unacknowledgedHere: await count(
      `${standing("received")} AND NOT EXISTS
        (SELECT 1 FROM alert_ack k WHERE ${IS_READ} AND k.participant = ?)`,
      ...at,
      participant,
    ),
    unacknowledgedByOthers: await count(
      `alert a JOIN post_outbox_recipient r ON r.message_id = a.current_id
       WHERE ${ACTUAL} AND a.side = 'sent' AND ${STANDS} AND r.state <> 'refused' AND NOT EXISTS
        (SELECT 1 FROM alert_ack k WHERE ${IS_READ} AND k.participant = r.recipient)`,
      ...at,
    ),
    hits: await count(
      `alert_hit h JOIN alert a USING (alert_id) WHERE h.state = 'reported' AND ${STANDS}`,
      ...at,
    ),
    exercises: await count(`alert a WHERE NOT ${ACTUAL} AND ${STANDS}`, ...at),
  };
}
