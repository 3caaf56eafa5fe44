import { randomUUID } from "node:crypto";
import {
  AlertKind,
  AlertMove,
  Envelope,
  ExchangeStatus,
  Header,
  type Instrument,
  Kind,
  TraceMove,
} from "#proto";
import type { SqlRow, Transaction } from "#runtime";
import { encodeMessage, sha256 } from "#wire";
import { insertCase } from "../../services/focal-point/cases/case-record.ts";
import { addMove } from "../../services/focal-point/moves/move-record.ts";
import { keepBlock } from "../../services/focal-point/persons/person-record.ts";
import { store as focalPoint } from "../../services/focal-point/store.ts";

/** A message from another State that was taken in, or one of ours that was delivered. */
export interface MadeMessage {
  readonly conversationId: string;
  readonly messageId?: string;
  readonly sender?: string;
  readonly kind?: Kind;
  readonly status?: ExchangeStatus;
  readonly instruments?: readonly Instrument[];
  /** Class that its sender chose for the body. */
  readonly bodyClass?: string;
  /** Fills the content, to be looked for in files. */
  readonly fill?: number;
  readonly nowMs: number;
}

/** Puts a message of another State into the inbox, as it lies there once it was taken in. */
export async function putInbox(tx: Transaction, made: MadeMessage): Promise<string> {
  const { conversationId, kind = Kind.TRACE_REQUEST, nowMs, sender = "BR" } = made;
  const { bodyClass: retentionClass = "trace", messageId = randomUUID() } = made;
  const header = Header.create({
    ...{ messageId, kind, sender, conversationId },
    recipients: ["NE"],
    status: made.status ?? ExchangeStatus.ACTUAL,
    instrumentBasis: [...(made.instruments ?? [])],
    parts: [
      { name: "body", retentionClass },
      { name: "key", onlyFor: "NE", retentionClass: "transport" },
    ],
  });
  const bytes = encodeMessage(Header, header);
  const content = Buffer.alloc(4_000, made.fill ?? 7);
  const envelope = Envelope.create({ header: bytes, parts: [{ name: "body", content }] });
  await tx.run(
    `INSERT INTO post_inbox (sender, message_id, header_digest, kind, lane, exchange_status,
       conversation_id, state, envelope, received_at, receipts_sent)
     VALUES (?, ?, ?, ?, 2, ?, ?, 'delivered', ?, ?, 1)`,
    ...[sender, messageId, sha256(bytes), kind, header.status, conversationId],
    Envelope.encode(envelope).finish(),
    nowMs,
  );
  return messageId;
}

/** A case that another State has opened with this one. */
export interface MadeCase extends Omit<MadeMessage, "conversationId"> {
  /** When it was closed; absent: nobody closed it. */
  readonly closedAtMs?: number;
  readonly reopenedAtMs?: number;
  /** Id and digest of a document that lies in its file. */
  readonly document?: { readonly attachmentId: string; readonly sha256: Uint8Array };
  readonly persons?: boolean;
}

async function makeCase(tx: Transaction, made: MadeCase): Promise<string> {
  const { closedAtMs, fill = 7, nowMs, reopenedAtMs, sender: peer = "BR" } = made;
  const caseId = randomUUID();
  const requestMessageId = await putInbox(tx, { ...made, conversationId: caseId });
  const about = { caseId, peer, role: "requested", state: "DELIVERED" } as const;
  const request = Buffer.concat([Buffer.from([0x0a, 0xa0, 0x1f]), Buffer.alloc(4_000, fill)]);
  const opened = { ...about, nationalCaseNumber: "made up", request, requestMessageId };
  await insertCase(tx, { ...opened, actor: "exchange", nowMs });
  await tx.run(
    `INSERT INTO trace_link (case_id, chain_id, hop, request_id, previous_request_id, is_own,
       is_actual, is_partial) VALUES (?, ?, 0, ?, '', 0, ?, 0)`,
    ...[caseId, caseId, requestMessageId, made.status === ExchangeStatus.EXERCISE ? 0 : 1],
  );
  const move = async (kind: TraceMove, keptAtMs: number): Promise<void> => {
    const said = {
      messageId: randomUUID(),
      by: "requesting",
      move: kind,
      outcomeClass: 0,
    } as const;
    const rest = { outcome: null, body: Buffer.alloc(2_000, fill), sentAtMs: keptAtMs, keptAtMs };
    await addMove(tx, caseId, { ...said, ...rest, actor: "exchange" });
  };
  if (closedAtMs !== undefined) await move(TraceMove.CASE_CLOSED, closedAtMs);
  if (reopenedAtMs !== undefined) await move(TraceMove.CASE_REOPENED, reopenedAtMs);
  if (made.document !== undefined) {
    const { attachmentId, sha256: digest } = made.document;
    await tx.run(
      `INSERT INTO attachment (attachment_id, state, name, media_type, size_bytes, sha256, is_loose,
         user_id, created_at, updated_at)
       VALUES (?, 'ready', 'made up', 'application/pdf', 64, ?, 0, 'exchange', ?, ?)`,
      ...[attachmentId, digest, nowMs, nowMs],
    );
    await tx.run(
      `INSERT INTO attachment_use (case_id, attachment_id, message_id, direction)
       VALUES (?, ?, ?, 'received')`,
      ...[caseId, attachmentId, requestMessageId],
    );
  }
  if (made.persons === true) {
    const data = { data: Buffer.alloc(2_000, fill), persons: 1, reviewAtMs: nowMs + YEAR_MS };
    const block = { caseId, direction: "received", peer, sender: peer } as const;
    const by = { messageId: requestMessageId, actor: "exchange", nowMs };
    await keepBlock(tx, { ...block, ...by, ...data });
  }
  return caseId;
}

const YEAR_MS = 365 * 86_400_000;

/** An alert of another State. */
export interface MadeAlert extends Omit<MadeMessage, "conversationId" | "kind"> {
  readonly expiresAtMs: number;
}

const ALERT = { kind: Kind.ALERT, bodyClass: "alert" } as const;

/** Puts an alert with its version and its copy. */
export async function makeAlert(tx: Transaction, made: MadeAlert): Promise<string> {
  const { expiresAtMs, fill = 7, nowMs, sender = "BR", status = ExchangeStatus.ACTUAL } = made;
  const alertId = randomUUID();
  const messageId = await putInbox(tx, { ...made, conversationId: alertId, ...ALERT });
  const body = Buffer.alloc(3_000, fill);
  await tx.run(
    `INSERT INTO alert (alert_id, side, originator, exchange_status, kind, headline, current_id,
       expires_at, opened_at, updated_at) VALUES (?, 'received', ?, ?, ?, 'made up', ?, ?, ?, ?)`,
    ...[alertId, sender, status, AlertKind.WANTED_FIREARM, messageId, expiresAtMs, nowMs, nowMs],
  );
  await tx.run(
    `INSERT INTO alert_version (alert_id, message_id, sender, move, body, sent_at, state, actor,
       kept_at, relay_due) VALUES (?, ?, ?, ?, ?, ?, 'received', 'exchange', ?, 0)`,
    ...[alertId, messageId, sender, AlertMove.ALERT, body, nowMs, nowMs],
  );
  await tx.run(
    `INSERT INTO alert_message (message_id, conversation_id, sender, move, kind, status, sent_at,
       expires_at, noted_at, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ...[messageId, alertId, sender, AlertMove.ALERT, AlertKind.WANTED_FIREARM, status, nowMs],
    ...[expiresAtMs, nowMs, body],
  );
  return alertId;
}

/** One row of a query; what tests look at. */
async function look(
  tx: Transaction,
  { sql, values = [] }: { readonly sql: string; readonly values?: readonly (string | number)[] },
): Promise<SqlRow[]> {
  return await tx.all(sql, ...values);
}

/** The store of a focal point, and what tests put into it. */
export const store = {
  ...focalPoint,
  procedures: { ...focalPoint.procedures, makeCase, makeAlert, putInbox, look },
};

/** Procedures of {@link store}. */
export type PartyTestProcedures = typeof store.procedures;
