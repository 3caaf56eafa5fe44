import { draftMessage } from "#post";
import {
  Alert,
  AlertHit,
  AlertMove,
  AlertResponse,
  Envelope,
  type ExchangeStatus,
  Header,
  type MessageRef,
} from "#proto";
import { newMessageId, type SqlRow, type Transaction } from "#runtime";
import { headerDigest } from "#wire";
import { alertDraft, responseDraft } from "./alert-drafts.ts";
import { findAlert, versionsOf } from "./alert-record.ts";
import type { AlertSender } from "./expand-recipients.ts";
import { type HitRecord, hitsDue, notePassedOn } from "./response-record.ts";

/** What is to be passed on, and to whom. */
export interface DueArgs {
  readonly self: AlertSender;
  /** Active agencies of this State; none where this is an agency itself. */
  readonly agencies: readonly string[];
  readonly nowMs: number;
  readonly limit: number;
}

/** What was done. */
export interface DueDone {
  /** Messages drafted. */
  readonly drafted: number;
  /** There is more to do at once. */
  readonly more: boolean;
}

/**
 * Passes on what has come, within this State and back to originators (TP-ALERT-41, TP-ALERT-42).
 * Each step begins from what is stored, so that whatever a crash has left undone is done by the
 * next call, and nothing twice.
 */
export async function alertDue(tx: Transaction, args: DueArgs): Promise<DueDone> {
  let drafted = 0;
  let more = false;
  for (const agency of args.agencies) {
    const done = await relayTo(tx, agency, args);
    drafted += done.drafted;
    more ||= done.more;
  }
  const hits = await hitsDue(tx, args.limit);
  for (const due of hits) {
    drafted += await passOn(tx, due.record, due, args);
    await notePassedOn(tx, due.record);
  }
  return { drafted, more: more || hits.length === args.limit };
}

interface DueRow extends SqlRow {
  position: number;
  alert_id: string;
  message_id: string;
  sender: string;
  body: Uint8Array;
  state: string;
  exchange_status: number;
  is_current: number;
  is_known: number;
}

/**
 * Relays to one agency, in the order of coming: what stands, and what changes something it has
 * been given before. One that joins late gets what is in force then, and nothing of before.
 */
async function relayTo(tx: Transaction, agency: string, args: DueArgs): Promise<DueDone> {
  const { limit, nowMs } = args;
  const place = await tx.get<{ position: number }>(
    "SELECT position FROM alert_relay_place WHERE agency = ?",
    agency,
  );
  const rows = await tx.all<DueRow>(
    `SELECT v.position, v.alert_id, v.message_id, v.sender, v.body, v.state, a.exchange_status,
       a.current_id = v.message_id AND (a.expires_at IS NULL OR a.expires_at > ?) AS is_current,
       EXISTS (SELECT 1 FROM alert_version w JOIN alert_relay r ON r.message_id = w.message_id
         WHERE w.alert_id = v.alert_id AND r.agency = ?) AS is_known
     FROM alert_version v JOIN alert a ON a.alert_id = v.alert_id
     WHERE v.relay_due = 1 AND v.position > ? ORDER BY v.position LIMIT ?`,
    nowMs,
    agency,
    place?.position ?? 0,
    limit,
  );
  let drafted = 0;
  let reached = place?.position ?? 0;
  for (const row of rows) {
    const isMeant = row.sender !== agency && (row.is_current === 1 || row.is_known === 1);
    const original = isMeant ? await originalOf(tx, row) : "skip";
    // Not sealed yet, or not accepted yet: it and what follows waits.
    if (original === "wait") break;
    if (original !== "skip") {
      await relay(tx, row, original, agency, args);
      drafted += 1;
    }
    reached = row.position;
  }
  await tx.run(
    `INSERT INTO alert_relay_place (agency, position) VALUES (?, ?)
     ON CONFLICT (agency) DO UPDATE SET position = excluded.position`,
    agency,
    reached,
  );
  return { drafted, more: rows.length === limit && reached === rows.at(-1)?.position };
}

/** The message as it was signed; "skip" for one that the exchange did not take. */
async function originalOf(
  tx: Transaction,
  { message_id: id, sender, state }: DueRow,
): Promise<Envelope | "wait" | "skip"> {
  if (state === "received") {
    const row = await tx.get<{ envelope: Uint8Array }>(
      "SELECT envelope FROM post_inbox WHERE sender = ? AND message_id = ?",
      sender,
      id,
    );
    return row === undefined ? "wait" : Envelope.decode(row.envelope);
  }
  const row = await tx.get<{ envelope: Uint8Array | null; state: string }>(
    "SELECT envelope, state FROM post_outbox WHERE message_id = ?",
    id,
  );
  if (row === undefined || row.state === "refused") return "skip";
  if (row.envelope === null || row.state === "draft" || row.state === "sealed") return "wait";
  return Envelope.decode(row.envelope);
}

async function relay(
  tx: Transaction,
  row: DueRow,
  original: Envelope,
  agency: string,
  { nowMs, self }: DueArgs,
): Promise<void> {
  const [signature] = original.signatures;
  const alert: Alert = {
    ...Alert.decode(row.body),
    relay: { header: original.header, signature },
  };
  const { messageId: originalId, sender: originalSender } = Header.decode(original.header);
  const relayId = newMessageId(nowMs);
  const inReplyTo = {
    originalSender,
    messageId: originalId,
    headerDigest: headerDigest(original.header),
  };
  const { alert_id: alertId, exchange_status: status } = row;
  await tx.run(
    "INSERT INTO alert_relay (message_id, agency, relay_id, relayed_at) VALUES (?, ?, ?, ?)",
    row.message_id,
    agency,
    relayId,
    nowMs,
  );
  await draftMessage(
    tx,
    alertDraft({
      ...{ self, alertId, alert, inReplyTo, nowMs },
      messageId: relayId,
      recipients: [agency],
      group: "",
      status: status as ExchangeStatus,
    }),
  );
}

/** Passes a hit on to the originator of the alert, or to the agency it was sent for. */
async function passOn(
  tx: Transaction,
  record: HitRecord,
  due: { readonly isHitDue: boolean; readonly isRetractionDue: boolean },
  { nowMs, self }: DueArgs,
): Promise<number> {
  const { alertId, foundBy, hit, hitId, reason, versionId } = record;
  const head = await findAlert(tx, alertId);
  const inReplyTo = await addresseeOf(tx, alertId, versionId, head?.side === "received");
  if (head === undefined || inReplyTo === undefined) return 0;
  const contents: NonNullable<AlertResponse["content"]>[] = [];
  if (due.isHitDue) contents.push({ $case: "hit", value: AlertHit.create({ ...hit, foundBy }) });
  if (due.isRetractionDue) contents.push({ $case: "retraction", value: { hitId, reason } });
  for (const content of contents) {
    const response = AlertResponse.fromPartial({ content });
    const { status } = head;
    await draftMessage(tx, responseDraft({ self, alertId, response, status, inReplyTo, nowMs }));
  }
  return contents.length;
}

async function addresseeOf(
  tx: Transaction,
  alertId: string,
  versionId: string,
  isReceived: boolean,
): Promise<MessageRef | undefined> {
  const versions = await versionsOf(tx, alertId);
  const version = isReceived
    ? versions.find(({ messageId }) => messageId === versionId)
    : versions.find(({ leftAs, move }) => leftAs !== null && move !== AlertMove.CANCEL);
  if (version?.headerDigest == null) return undefined;
  const { headerDigest: digest, messageId, sender } = version;
  return { originalSender: sender, messageId, headerDigest: digest };
}
