import { Alert, type AlertKind, type AlertMove, type ExchangeStatus } from "#proto";
import type { SqlRow, Transaction } from "#runtime";
import { timestampMs } from "#wire";
import { noteAlert } from "../copy/note-alert.ts";

/**
 * How this participant stands to an alert: sent by it, received from another, submitted by it to
 * its focal point for approval, or asked of it as a focal point.
 */
export type AlertSide = "sent" | "received" | "submitted" | "asked";

/** What a list tells of an alert. */
export interface AlertHead {
  /** Place in the order of coming; what lists are paged by. */
  readonly position: number;
  /** Conversation id. */
  readonly alertId: string;
  readonly side: AlertSide;
  /** Participant that alone may update and cancel it. */
  readonly originator: string;
  /** Agency of our State it was approved for; "" for none. */
  readonly agency: string;
  readonly status: ExchangeStatus;
  readonly kind: AlertKind;
  readonly headline: string;
  /** Message id of the version that stands; null: cancelled, or nothing left yet. */
  readonly currentId: string | null;
  readonly effectiveAtMs: number | null;
  readonly expiresAtMs: number | null;
  readonly declined: boolean;
  readonly openedAtMs: number;
  readonly updatedAtMs: number;
}

/** A message about an alert as kept. */
export interface AlertVersion {
  readonly position: number;
  readonly alertId: string;
  readonly messageId: string;
  /** Whose message it is, whoever carried it here. */
  readonly sender: string;
  readonly move: AlertMove;
  readonly alert: Alert;
  /** Of the header it was signed with; ours has it once it is sealed, in the outbox. */
  readonly headerDigest: Uint8Array | null;
  readonly sentAtMs: number;
  readonly state: "sent" | "received" | "pending" | "approved" | "declined";
  readonly reason: string;
  /** Message that an approved one left as. */
  readonly leftAs: string | null;
  /** The message it came in, where a focal point passed it on; "" otherwise. */
  readonly carrier: string;
  readonly carrierId: string;
  readonly carrierDigest: Uint8Array | null;
  readonly actor: string;
  readonly keptAtMs: number;
}

interface HeadRow extends SqlRow {
  position: number;
  alert_id: string;
  side: AlertSide;
  originator: string;
  agency: string;
  exchange_status: ExchangeStatus;
  kind: AlertKind;
  headline: string;
  current_id: string | null;
  effective_at: number | null;
  expires_at: number | null;
  declined: number;
  opened_at: number;
  updated_at: number;
}

interface VersionRow extends SqlRow {
  position: number;
  alert_id: string;
  message_id: string;
  sender: string;
  move: AlertMove;
  body: Uint8Array;
  header_digest: Uint8Array | null;
  sent_at: number;
  state: AlertVersion["state"];
  reason: string;
  left_as: string | null;
  carrier: string;
  carrier_id: string;
  carrier_digest: Uint8Array | null;
  actor: string;
  kept_at: number;
}

/** Finds an alert by its id. */
export async function findAlert(tx: Transaction, alertId: string): Promise<AlertHead | undefined> {
  const row = await tx.get<HeadRow>("SELECT * FROM alert WHERE alert_id = ?", alertId);
  return row === undefined ? undefined : headOf(row);
}

/** A row as what a list tells. */
export function headOf(row: HeadRow): AlertHead {
  return {
    position: row.position,
    alertId: row.alert_id,
    side: row.side,
    originator: row.originator,
    agency: row.agency,
    status: row.exchange_status,
    kind: row.kind,
    headline: row.headline,
    currentId: row.current_id,
    effectiveAtMs: row.effective_at,
    expiresAtMs: row.expires_at,
    declined: row.declined === 1,
    openedAtMs: row.opened_at,
    updatedAtMs: row.updated_at,
  };
}

/** Every version of an alert, in the order they were kept. */
export async function versionsOf(tx: Transaction, alertId: string): Promise<AlertVersion[]> {
  const rows = await tx.all<VersionRow>(
    `SELECT v.*, coalesce(v.header_digest, o.header_digest) AS header_digest
     FROM alert_version v LEFT JOIN post_outbox o ON o.message_id = v.message_id
     WHERE v.alert_id = ? ORDER BY v.position`,
    alertId,
  );
  return rows.map((row) => ({
    position: row.position,
    alertId: row.alert_id,
    messageId: row.message_id,
    sender: row.sender,
    move: row.move,
    alert: Alert.decode(row.body),
    headerDigest: row.header_digest,
    sentAtMs: row.sent_at,
    state: row.state,
    reason: row.reason,
    leftAs: row.left_as,
    carrier: row.carrier,
    carrierId: row.carrier_id,
    carrierDigest: row.carrier_digest,
    actor: row.actor,
    keptAtMs: row.kept_at,
  }));
}

/** A page of alerts, the newest first, or those changed last. */
export interface AlertPage {
  readonly side?: AlertSide | undefined;
  /** Only what stands and has not expired at this time. */
  readonly inForceAtMs?: number | undefined;
  /** Position of the last one of the page before; absent: the first page. */
  readonly before?: number | undefined;
  readonly limit: number;
}

/** Alerts, the newest first. */
export async function listAlerts(tx: Transaction, page: AlertPage): Promise<AlertHead[]> {
  const { before = Number.MAX_SAFE_INTEGER, inForceAtMs = null, limit, side = null } = page;
  const rows = await tx.all<HeadRow>(
    `SELECT * FROM alert WHERE position < ? AND (? IS NULL OR side = ?)
       AND (? IS NULL OR (current_id IS NOT NULL
         AND (expires_at IS NULL OR expires_at > ?)
         AND (effective_at IS NULL OR effective_at <= ?)))
     ORDER BY position DESC LIMIT ?`,
    before,
    side,
    side,
    inForceAtMs,
    inForceAtMs,
    inForceAtMs,
    limit,
  );
  return rows.map(headOf);
}

/** A version to be kept. */
export interface NewVersion {
  readonly alertId: string;
  readonly messageId: string;
  readonly sender: string;
  /** Encoded Alert. */
  readonly body: Uint8Array;
  readonly headerDigest?: Uint8Array | undefined;
  readonly sentAtMs: number;
  readonly status: ExchangeStatus;
  readonly state: AlertVersion["state"];
  readonly carrier?:
    | { readonly sender: string; readonly messageId: string; readonly digest: Uint8Array }
    | undefined;
  readonly actor: string;
  readonly nowMs: number;
  /** Whether it goes to the agencies of our State. */
  readonly isRelayed: boolean;
}

/** Keeps a version; one that has left, or has come, counts for checks from then on. */
export async function insertVersion(tx: Transaction, version: NewVersion): Promise<void> {
  const { alertId: conversationId, carrier, state, status } = version;
  if (state !== "pending") await noteAlert(tx, { ...version, conversationId, status });
  await tx.run(
    `INSERT INTO alert_version (alert_id, message_id, sender, move, body, header_digest, sent_at,
       state, carrier, carrier_id, carrier_digest, actor, kept_at, relay_due)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    version.alertId,
    version.messageId,
    version.sender,
    Alert.decode(version.body).move,
    version.body,
    version.headerDigest ?? null,
    version.sentAtMs,
    version.state,
    carrier?.sender ?? "",
    carrier?.messageId ?? "",
    carrier?.digest ?? null,
    version.actor,
    version.nowMs,
    version.isRelayed ? 1 : 0,
  );
}

/** An alert to be kept, before its first version. */
export interface NewAlert {
  readonly alertId: string;
  readonly side: AlertSide;
  readonly originator: string;
  readonly agency?: string;
  readonly status: ExchangeStatus;
  readonly alert: Alert;
  readonly nowMs: number;
}

/** Keeps an alert. */
export async function insertAlert(tx: Transaction, opened: NewAlert): Promise<void> {
  const { alert, nowMs } = opened;
  await tx.run(
    `INSERT INTO alert (alert_id, side, originator, agency, exchange_status, kind, headline,
       effective_at, expires_at, opened_at, updated_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    opened.alertId,
    opened.side,
    opened.originator,
    opened.agency ?? "",
    opened.status,
    alert.kind,
    alert.infos[0]?.headline ?? "",
    timestampMs(alert.effectiveAt) ?? null,
    timestampMs(alert.expiresAt) ?? null,
    nowMs,
    nowMs,
  );
}
