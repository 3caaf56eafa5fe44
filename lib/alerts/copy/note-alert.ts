import { type AlertMessage, endedAlerts, keysOfMark, standingsAt, wantedMarks } from "#casework";
import { Alert, type AlertKind, type AlertMove, type ExchangeStatus } from "#proto";
import { CHECK_LIMITS, type SqlRow, type Transaction } from "#runtime";
import { timestampMs } from "#wire";
import { summaryOf } from "./alert-summary.ts";

/** A message about an alert that was taken in: alert, update or cancel, real or not. */
export interface NotedAlert {
  readonly messageId: string;
  /** The alert: conversation id of the header. */
  readonly conversationId: string;
  /** Participant, as the header says and the signature proves. */
  readonly sender: string;
  readonly status: ExchangeStatus;
  readonly sentAtMs: number;
  /** The opened body, an encoded `Alert`. */
  readonly body: Uint8Array;
  readonly nowMs: number;
}

interface MessageRow extends SqlRow {
  message_id: string;
  sender: string;
  move: AlertMove;
  kind: AlertKind;
  status: ExchangeStatus;
  effective_at: number | null;
  expires_at: number | null;
  ended: string | null;
  body: Uint8Array;
}

/**
 * Notes a message about an alert in the local copy, once for each message id. Whatever it ends is
 * taken out of the look-up in the same transaction, and what was ended before it came never enters
 * (TP-CHECK-5). Call it where the message is applied.
 */
export async function noteAlert(tx: Transaction, noted: NotedAlert): Promise<void> {
  const { body, conversationId, messageId, nowMs, sender, sentAtMs, status } = noted;
  const alert = Alert.decode(body);
  const added = await tx.run(
    `INSERT INTO alert_message (message_id, conversation_id, sender, move, kind, status, sent_at,
       effective_at, expires_at, noted_at, body)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    messageId,
    conversationId,
    sender,
    alert.move,
    alert.kind,
    status,
    sentAtMs,
    timestampMs(alert.effectiveAt) ?? null,
    timestampMs(alert.expiresAt) ?? null,
    nowMs,
    body,
  );
  if (added === 0) return;
  await endWhatItEnds(tx, { conversationId, sender }, nowMs);
  const row = await tx.get<MessageRow>(
    "SELECT * FROM alert_message WHERE message_id = ?",
    messageId,
  );
  if (row?.ended === null) await enter(tx, messageId, alert);
  await sweepExpired(tx, { nowMs });
  await tx.run("UPDATE alert_copy SET version = version + 1");
}

/** Settles all messages of a sender about an alert by the pure rule (TP-ALERT-9). */
async function endWhatItEnds(
  tx: Transaction,
  of: { readonly conversationId: string; readonly sender: string },
  nowMs: number,
): Promise<void> {
  const rows = await tx.all<MessageRow>(
    "SELECT * FROM alert_message WHERE conversation_id = ? AND sender = ?",
    of.conversationId,
    of.sender,
  );
  const messages = rows.map(messageOf);
  const ended = endedAlerts(messages);
  const standings = standingsAt(messages, Number.NEGATIVE_INFINITY);
  for (const { ended: before, message_id: id } of rows) {
    const standing = standings.get(id);
    const isNothing =
      standing === "CANCEL" || standing === "REFERENCE_DATA" || standing === "NO_EXPIRY";
    const end = ended.get(id) ?? (isNothing ? "MATCHES_NOTHING" : undefined);
    if (end !== undefined && before !== end) await takeOut(tx, id, end, nowMs);
  }
}

function messageOf(row: MessageRow): AlertMessage {
  return {
    messageId: row.message_id,
    sender: row.sender,
    move: row.move,
    kind: row.kind,
    status: row.status,
    effectiveAtMs: row.effective_at ?? undefined,
    expiresAtMs: row.expires_at ?? undefined,
    references: Alert.decode(row.body).references,
  };
}

async function enter(tx: Transaction, messageId: string, alert: Alert): Promise<void> {
  const { dutyContact, headline } = summaryOf(alert);
  await tx.run(
    "INSERT INTO alert_summary (message_id, headline, duty_contact) VALUES (?, ?, ?)",
    messageId,
    headline,
    dutyContact === undefined ? null : JSON.stringify(dutyContact),
  );
  for (const mark of wantedMarks(alert)) {
    const keys = keysOfMark(mark);
    if (keys.length === 0) continue;
    const { item } = mark;
    const text = JSON.stringify(mark);
    const row = await tx.get<{ mark_id: number }>(
      "INSERT INTO alert_mark (message_id, item, mark) VALUES (?, ?, ?) RETURNING mark_id",
      messageId,
      item,
      text,
    );
    for (const key of keys) {
      await tx.run("INSERT INTO alert_key VALUES (?, ?)", key, row?.mark_id ?? 0);
    }
  }
}

async function takeOut(tx: Transaction, id: string, end: string, nowMs: number): Promise<void> {
  await tx.run(
    "UPDATE alert_message SET ended = ?, ended_at = ? WHERE message_id = ?",
    end,
    nowMs,
    id,
  );
  await tx.run(
    `DELETE FROM alert_key WHERE mark_id IN
       (SELECT mark_id FROM alert_mark WHERE message_id = ?)`,
    id,
  );
  await tx.run("DELETE FROM alert_mark WHERE message_id = ?", id);
  await tx.run("DELETE FROM alert_summary WHERE message_id = ?", id);
}

/**
 * Takes out what has expired, for good: a clock that is set back afterwards brings nothing back
 * (TP-CHECK-5). Gives how many; a large backlog goes in portions.
 */
export async function sweepExpired(
  tx: Transaction,
  { nowMs }: { readonly nowMs: number },
): Promise<number> {
  const rows = await tx.all<{ message_id: string }>(
    "SELECT message_id FROM alert_message WHERE ended IS NULL AND expires_at <= ? LIMIT ?",
    nowMs,
    CHECK_LIMITS.sweepMax,
  );
  for (const { message_id } of rows) await takeOut(tx, message_id, "EXPIRED", nowMs);
  if (rows.length > 0) await tx.run("UPDATE alert_copy SET version = version + 1");
  return rows.length;
}
