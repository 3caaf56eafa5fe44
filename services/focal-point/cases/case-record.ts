import type { TraceState } from "#casework";
import { tellChange } from "#feed";
import type { SqlRow, Transaction } from "#runtime";

/** Which side of a case this State is on. */
export type CaseRole = "requesting" | "requested";

/** What a list tells of a trace case: all but the encoded messages. */
export interface CaseHead {
  /** Place in the order of opening; what lists are paged by. */
  readonly position: number;
  /** Conversation id. */
  readonly caseId: string;
  readonly role: CaseRole;
  /** Participant on the other side. */
  readonly peer: string;
  readonly state: TraceState;
  readonly nationalCaseNumber: string;
  readonly requestMessageId: string;
  readonly replyMessageId: string | null;
  /** Code of domain notes 2.2, or REFUSED. */
  readonly outcome: string | null;
  /** Why a message of ours was not taken. */
  readonly refusalCode: string | null;
  readonly refusalField: string | null;
  readonly awaitingAnswer: boolean;
  /** The other State waits for information about our request. */
  readonly askedBack: boolean;
  /** When the answer in force was given; null before one. */
  readonly answeredAtMs: number | null;
  /** The other State is not on the exchange; it is asked by letter (TP-OFF-1). */
  readonly offExchange: boolean;
  readonly openedAtMs: number;
  readonly updatedAtMs: number;
  /** When the acknowledgement, the answer is due; null while the clock does not run. */
  readonly acknowledgeByMs: number | null;
  readonly answerByMs: number | null;
}

/** A trace case as kept. */
export interface CaseRecord extends CaseHead {
  /** Encoded TraceRequest. */
  readonly request: Uint8Array;
  /** Of a request received; ours has its digest once it is sealed, in the outbox. */
  readonly requestDigest: Uint8Array | null;
  /** Encoded header of a request received: what the reply must fit. */
  readonly requestHeader: Uint8Array | null;
  /** Encoded TraceReply, the newest. */
  readonly reply: Uint8Array | null;
}

/** The columns of {@link CaseHead}. */
export const CASE_HEAD_COLUMNS = `position, case_id, role, peer, state, national_case_number,
  request_message_id, reply_message_id, outcome, refusal_code, refusal_field, awaiting_answer,
  off_exchange, asked_back, answered_at, opened_at, updated_at, acknowledge_by, answer_by`;

/** A row of {@link CASE_HEAD_COLUMNS}. */
export interface CaseHeadRow extends SqlRow {
  position: number;
  case_id: string;
  role: CaseRole;
  peer: string;
  state: TraceState;
  national_case_number: string;
  request_message_id: string;
  reply_message_id: string | null;
  outcome: string | null;
  refusal_code: string | null;
  refusal_field: string | null;
  awaiting_answer: number;
  asked_back: number;
  answered_at: number | null;
  off_exchange: number;
  opened_at: number;
  updated_at: number;
  acknowledge_by: number | null;
  answer_by: number | null;
}

/** A row of `trace_case`, as far as it is read. */
export interface CaseRow extends CaseHeadRow {
  request: Uint8Array;
  request_digest: Uint8Array | null;
  request_header: Uint8Array | null;
  reply: Uint8Array | null;
}

/** Finds a case by its id. */
export async function findCase(tx: Transaction, caseId: string): Promise<CaseRecord | undefined> {
  const row = await tx.get<CaseRow>("SELECT * FROM trace_case WHERE case_id = ?", caseId);
  return row === undefined ? undefined : recordOf(row);
}

/** A row as a record. */
export function recordOf(row: CaseRow): CaseRecord {
  return {
    ...headOf(row),
    request: row.request,
    requestDigest: row.request_digest,
    requestHeader: row.request_header,
    reply: row.reply,
  };
}

/** A row as what a list tells. */
export function headOf(row: CaseHeadRow): CaseHead {
  return {
    position: row.position,
    caseId: row.case_id,
    role: row.role,
    peer: row.peer,
    state: row.state,
    nationalCaseNumber: row.national_case_number,
    requestMessageId: row.request_message_id,
    replyMessageId: row.reply_message_id,
    outcome: row.outcome,
    refusalCode: row.refusal_code,
    refusalField: row.refusal_field,
    awaitingAnswer: row.awaiting_answer === 1,
    askedBack: row.asked_back === 1,
    answeredAtMs: row.answered_at,
    offExchange: row.off_exchange === 1,
    openedAtMs: row.opened_at,
    updatedAtMs: row.updated_at,
    acknowledgeByMs: row.acknowledge_by,
    answerByMs: row.answer_by,
  };
}

/** A case to be opened. */
export interface NewCase {
  readonly caseId: string;
  readonly role: CaseRole;
  readonly peer: string;
  readonly state: TraceState;
  readonly nationalCaseNumber: string;
  readonly request: Uint8Array;
  readonly requestMessageId: string;
  readonly requestDigest?: Uint8Array;
  readonly requestHeader?: Uint8Array;
  /** User id, `firearm-register` or `exchange` (TP-API-8). */
  readonly actor: string;
  readonly nowMs: number;
}

/** Opens a case, writes its first event and tells of it. */
export async function insertCase(tx: Transaction, opened: NewCase): Promise<void> {
  await tx.run(
    `INSERT INTO trace_case (case_id, role, peer, state, national_case_number, request,
       request_message_id, request_digest, request_header, awaiting_answer, opened_at, updated_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    opened.caseId,
    opened.role,
    opened.peer,
    opened.state,
    opened.nationalCaseNumber,
    opened.request,
    opened.requestMessageId,
    opened.requestDigest ?? null,
    opened.requestHeader ?? null,
    opened.role === "requested" ? 1 : 0,
    opened.nowMs,
    opened.nowMs,
  );
  const { caseId, state, requestMessageId: messageId, actor, nowMs } = opened;
  await addEvent(tx, { caseId, event: "opened", state, messageId, actor, nowMs });
  const { peer: participant } = opened;
  const kind = "case.opened";
  await tellChange(tx, { kind, caseId, messageId, participant, state, actor, nowMs });
}

/** Something that happened to a case; never changed, never removed. */
export interface CaseEvent {
  readonly caseId: string;
  readonly event: string;
  /** State after it. */
  readonly state: TraceState;
  /** Message that caused it; empty for none. */
  readonly messageId: string;
  readonly detail?: string;
  /** User id, `firearm-register` or `exchange` (TP-API-8). */
  readonly actor: string;
  readonly nowMs: number;
}

/** Writes an event of a case. */
export async function addEvent(tx: Transaction, event: CaseEvent): Promise<void> {
  await tx.run(
    `INSERT INTO trace_case_event (case_id, at, event, state, message_id, detail, actor)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
    event.caseId,
    event.nowMs,
    event.event,
    event.state,
    event.messageId,
    event.detail ?? "",
    event.actor,
  );
}

/** Events of a case as kept. */
export type StoredCaseEvent = Required<Omit<CaseEvent, "caseId">>;

interface EventRow extends SqlRow {
  at: number;
  event: string;
  state: TraceState;
  message_id: string;
  detail: string;
  actor: string;
}

/** Events of a case, the oldest first. */
export async function eventsOf(
  tx: Transaction,
  caseId: string,
  limit: number,
): Promise<StoredCaseEvent[]> {
  const rows = await tx.all<EventRow>(
    `SELECT at, event, state, message_id, detail, actor FROM trace_case_event
     WHERE case_id = ? ORDER BY position LIMIT ?`,
    caseId,
    limit,
  );
  return rows.map((row) => ({
    nowMs: row.at,
    event: row.event,
    state: row.state,
    messageId: row.message_id,
    detail: row.detail,
    actor: row.actor,
  }));
}

/** Moves a case to a state, writes the event that did it and tells of a state that is another. */
export async function moveCase(tx: Transaction, event: CaseEvent): Promise<void> {
  const { caseId, state, messageId, actor, nowMs } = event;
  const before = await tx.get<{ state: string; peer: string }>(
    "SELECT state, peer FROM trace_case WHERE case_id = ?",
    caseId,
  );
  await tx.run(
    "UPDATE trace_case SET state = ?, updated_at = ? WHERE case_id = ?",
    state,
    nowMs,
    caseId,
  );
  await addEvent(tx, event);
  if (before === undefined || before.state === state) return;
  const { peer: participant } = before;
  const kind = "case.moved";
  await tellChange(tx, { kind, caseId, messageId, participant, state, actor, nowMs });
}
