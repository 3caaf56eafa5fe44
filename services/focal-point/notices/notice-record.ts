import type { NoticeKind } from "#casework";
import type { SqlRow, Transaction } from "#runtime";

/** Kinds that stand in the table; confirmations and decisions are answers to these. */
export type KeptNoticeKind = Exclude<NoticeKind, "CONFIRMATION" | "ONWARD_RELEASE_DECISION">;

/** What a notice came to. */
export type NoticeState =
  /** Somebody has not answered yet. */
  | "OPEN"
  /** It overtook the message it is about. */
  | "WAITING"
  | "DONE"
  | "NOT_DONE"
  | "GRANTED"
  | "REFUSED"
  /** The exchange or the recipient did not take the message. */
  | "NOT_TAKEN";

/** A notice as kept. */
export interface NoticeRecord {
  readonly position: number;
  /** Message id. */
  readonly noticeId: string;
  readonly direction: "sent" | "received";
  readonly peer: string;
  readonly kind: KeptNoticeKind;
  readonly caseId: string;
  readonly aboutSender: string;
  readonly aboutMessageId: string;
  readonly aboutPart: string;
  readonly state: NoticeState;
  /** Encoded Notice. */
  readonly notice: Uint8Array;
  /** Encoded Notice that answers it. */
  readonly answer: Uint8Array | null;
  readonly answerId: string | null;
  /** Why it was not taken. */
  readonly code: string | null;
  readonly actor: string;
  /** The notice received that this one passes on; empty for none. */
  readonly causeId: string;
  /** Participants further on who have not done yet what it asks. */
  readonly outstanding: number;
  readonly notedAtMs: number;
  readonly updatedAtMs: number;
}

interface NoticeRow extends SqlRow {
  position: number;
  notice_id: string;
  direction: "sent" | "received";
  peer: string;
  kind: KeptNoticeKind;
  case_id: string;
  about_sender: string;
  about_message_id: string;
  about_part: string;
  state: NoticeState;
  notice: Uint8Array;
  answer: Uint8Array | null;
  answer_id: string | null;
  code: string | null;
  actor: string;
  cause_id: string;
  outstanding: number;
  noted_at: number;
  updated_at: number;
}

function recordOf(row: NoticeRow): NoticeRecord {
  return {
    position: row.position,
    noticeId: row.notice_id,
    direction: row.direction,
    peer: row.peer,
    kind: row.kind,
    caseId: row.case_id,
    aboutSender: row.about_sender,
    aboutMessageId: row.about_message_id,
    aboutPart: row.about_part,
    state: row.state,
    notice: row.notice,
    answer: row.answer,
    answerId: row.answer_id,
    code: row.code,
    actor: row.actor,
    causeId: row.cause_id,
    outstanding: row.outstanding,
    notedAtMs: row.noted_at,
    updatedAtMs: row.updated_at,
  };
}

/** A notice to be kept. */
export type NewNotice = Pick<
  NoticeRecord,
  "noticeId" | "direction" | "peer" | "kind" | "caseId" | "state" | "notice" | "actor"
> & {
  readonly about: { readonly sender: string; readonly messageId: string; readonly part: string };
  readonly causeId?: string | undefined;
  readonly nowMs: number;
};

/** Keeps a notice. */
export async function insertNotice(tx: Transaction, one: NewNotice): Promise<void> {
  await tx.run(
    `INSERT INTO notice (notice_id, direction, peer, kind, case_id, about_sender, about_message_id,
       about_part, state, notice, actor, cause_id, noted_at, updated_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    one.noticeId,
    one.direction,
    one.peer,
    one.kind,
    one.caseId,
    one.about.sender,
    one.about.messageId,
    one.about.part,
    one.state,
    one.notice,
    one.actor,
    one.causeId ?? "",
    one.nowMs,
    one.nowMs,
  );
}

/** Finds a notice by its message id; null for none. */
export async function findNotice(
  tx: Transaction,
  args: { readonly noticeId: string },
): Promise<NoticeRecord | null> {
  const row = await tx.get<NoticeRow>("SELECT * FROM notice WHERE notice_id = ?", args.noticeId);
  return row === undefined ? null : recordOf(row);
}

/** Notices that overtook the message they are about. */
export async function waitingFor(
  tx: Transaction,
  about: { readonly sender: string; readonly messageId: string },
): Promise<NoticeRecord[]> {
  const rows = await tx.all<NoticeRow>(
    `SELECT * FROM notice WHERE about_sender = ? AND about_message_id = ? AND state = 'WAITING'`,
    about.sender,
    about.messageId,
  );
  return rows.map(recordOf);
}

/** The newest notice that passes another one on, in a message of ours; null for none. */
export async function passedOnIn(
  tx: Transaction,
  args: { readonly causeId: string; readonly messageId: string },
): Promise<NoticeRecord | null> {
  const row = await tx.get<NoticeRow>(
    `SELECT * FROM notice WHERE cause_id = ? AND about_message_id = ?
     ORDER BY position DESC LIMIT 1`,
    args.causeId,
    args.messageId,
  );
  return row === undefined ? null : recordOf(row);
}

/** What a list of notices is asked for. */
export interface NoticeQuery {
  readonly caseId: string | undefined;
  readonly direction: "sent" | "received" | undefined;
  /** Only what somebody still has to answer. */
  readonly open: boolean;
  readonly before: number | undefined;
  readonly limit: number;
}

/** Notices, the newest first. */
export async function listNotices(tx: Transaction, query: NoticeQuery): Promise<NoticeRecord[]> {
  const rows = await tx.all<NoticeRow>(
    `SELECT * FROM notice WHERE (?1 IS NULL OR case_id = ?1) AND (?2 IS NULL OR direction = ?2)
       AND (?3 = 0 OR state IN ('OPEN', 'WAITING') OR outstanding > 0) AND (?4 IS NULL OR position < ?4)
     ORDER BY position DESC LIMIT ?5`,
    query.caseId ?? null,
    query.direction ?? null,
    query.open ? 1 : 0,
    query.before ?? null,
    query.limit,
  );
  return rows.map(recordOf);
}

/** Settles a notice, with the message that answers it where there is one. */
export async function settleNotice(
  tx: Transaction,
  settled: {
    readonly noticeId: string;
    readonly state: NoticeState;
    readonly answer?: Uint8Array;
    readonly answerId?: string;
    readonly code?: string;
    readonly outstanding?: number;
    readonly nowMs: number;
  },
): Promise<void> {
  await tx.run(
    `UPDATE notice SET state = ?, answer = coalesce(?, answer), answer_id = coalesce(?, answer_id),
       code = ?, outstanding = coalesce(?, outstanding), updated_at = ? WHERE notice_id = ?`,
    settled.state,
    settled.answer ?? null,
    settled.answerId ?? null,
    settled.code ?? null,
    settled.outstanding ?? null,
    settled.nowMs,
    settled.noticeId,
  );
}
