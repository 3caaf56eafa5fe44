import { type FlaggedMessage, postFlagged } from "#post";
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
  /** What came under a key that was compromised by then. */
  readonly flagged: readonly FlaggedMessage[];
}

interface DeliveryRow extends SqlRow {
  message_id: string;
  recipient: string;
  state: string;
  code: string | null;
}

/** A message and the alert it is a version of. */
export interface VersionPlace {
  readonly messageId: string;
  readonly alertId: string;
}

/** The alerts that messages are versions of; a message that is not here is left out. */
export async function placesOfVersions(
  tx: Transaction,
  { messageIds }: { readonly messageIds: readonly string[] },
): Promise<VersionPlace[]> {
  const places: VersionPlace[] = [];
  for (const messageId of messageIds) {
    const row = await tx.get<{ alert_id: string } & SqlRow>(
      "SELECT alert_id FROM alert_version WHERE message_id = ?",
      messageId,
    );
    if (row !== undefined) places.push({ messageId, alertId: row.alert_id });
  }
  return places;
}

/** Flagged messages of one alert that are shown. */
const FLAGGED_MAX = 500;

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
    flagged: await postFlagged(tx, { conversationId: alertId, limit: FLAGGED_MAX }),
  };
}
