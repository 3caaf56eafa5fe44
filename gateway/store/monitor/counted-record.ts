import {
  type AlertKind,
  type AlertMove,
  type ExchangeStatus,
  type Header,
  Kind,
  type OutcomeClass,
  type Priority,
  type RefusalCode,
  TraceMove,
} from "#proto";
import { MONITOR_FEED_LIMITS, type SqlRow, type Transaction } from "#runtime";
import { isSealedKind, stateOfParticipant } from "#wire";
import { headerIn } from "../log-check/header-in.ts";
import { SPREAD } from "./monitor-tables.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** A row of `messages` as it is counted. */
export interface CountedRow extends SqlRow {
  readonly id: number;
  readonly sender: string;
  readonly kind: number;
  readonly code: number;
  readonly header: Uint8Array;
  readonly recorded_at: number;
}

/** What is counted of one record (TP-FEED-4); nothing of it is content. */
export interface CountedRecord {
  readonly id: number;
  readonly kind: Kind;
  readonly code: RefusalCode;
  readonly status: ExchangeStatus;
  readonly priority: Priority;
  readonly recordedAtMs: number;
  readonly move: TraceMove;
  readonly outcomeClass: OutcomeClass;
  readonly alertMove: AlertMove;
  readonly alertKind: AlertKind;
  readonly completenessTenth: number;
  /** Empty: an organization. */
  readonly fromState: string;
  /** Empty: an organization, or several recipients. */
  readonly toState: string;
  readonly recipients: number;
  readonly conversationId: string;
  /** Focal points that requests of its case have reached; 0 on all but a request. */
  readonly chainLength: number;
  /** Of a reply or follow-up: the request it is about. */
  readonly request: CountedRequest | undefined;
}

/** The request that a reply or a follow-up is about. */
export interface CountedRequest {
  readonly recordedAtMs: number;
  readonly status: ExchangeStatus;
  readonly priority: Priority;
  /** State that asked, and the one that was asked. */
  readonly asking: string;
  readonly asked: string;
  /** Id of its record. */
  readonly id: number;
}

/** Moves after which nothing more is owed on a request. */
const CLOSING: ReadonlySet<TraceMove> = new Set([
  TraceMove.FINAL,
  TraceMove.REFERRAL,
  TraceMove.REFUSAL,
  TraceMove.WITHDRAWAL,
  TraceMove.CASE_CLOSED,
]);

/** Those of them by which the State that was asked answers. */
const ANSWERING: ReadonlySet<TraceMove> = new Set([
  TraceMove.FINAL,
  TraceMove.REFERRAL,
  TraceMove.REFUSAL,
]);

/** What the time from a request to a move is counted as. */
const SPREAD_OF_MOVE: ReadonlyMap<TraceMove, number> = new Map([
  [TraceMove.ACKNOWLEDGEMENT, SPREAD.acknowledge],
  [TraceMove.FINAL, SPREAD.answer],
  [TraceMove.REFERRAL, SPREAD.answer],
  [TraceMove.REFUSAL, SPREAD.refuse],
]);

/**
 * Reads what is counted of a record, and of the conversation it is in as it stood then. Undefined
 * for what is no volume: receipts, registers, voids, gap notices and ledgers (TP-FEED-5).
 */
export async function countedRecord(
  tx: Transaction,
  row: CountedRow,
): Promise<CountedRecord | undefined> {
  const kind = row.kind as Kind;
  if (!isSealedKind(kind) || kind === Kind.INDICATOR_LEDGER) return undefined;
  const header = headerIn(row);
  if (header === undefined) return undefined;
  const { disclosed, recipients } = header;
  const isRequest = kind === Kind.TRACE_REQUEST && row.code === 0;
  return {
    ...{ id: row.id, kind, code: row.code as RefusalCode, recordedAtMs: row.recorded_at },
    ...{ status: header.status, priority: header.priority },
    move: disclosed?.move ?? 0,
    outcomeClass: disclosed?.outcomeClass ?? 0,
    alertMove: disclosed?.alertMove ?? 0,
    alertKind: disclosed?.alertKind ?? 0,
    // Recorded by an earlier version the field was not known, and not looked at.
    completenessTenth: isRequest ? toldTenth(disclosed?.completenessTenth) : 0,
    fromState: stateOfParticipant(row.sender) ?? "",
    toState: recipients.length === 1 ? (stateOfParticipant(recipients[0] ?? "") ?? "") : "",
    recipients: recipients.length,
    conversationId: header.conversationId,
    chainLength: isRequest ? await chainLengthAt(tx, header, row.id) : 0,
    request: await requestOf(tx, row),
  };
}

function toldTenth(told = 0): number {
  return told > MONITOR_FEED_LIMITS.tenthsMax ? 0 : told;
}

async function chainLengthAt(tx: Transaction, header: Header, id: number): Promise<number> {
  const found = await tx.get<SqlRow & { reached: number }>(
    `SELECT COUNT(DISTINCT other) AS reached FROM conversation
     WHERE conversation_id = ? AND id <= ?`,
    header.conversationId,
    id,
  );
  return found?.reached ?? 0;
}

async function requestOf(tx: Transaction, { code, id, kind }: CountedRow) {
  if (code !== 0 || (kind !== Kind.TRACE_REPLY && kind !== Kind.TRACE_FOLLOW_UP)) return undefined;
  const row = await tx.get<SqlRow & RequestRow>(
    `SELECT c.opener, c.other, r.recorded_at, r.header, c.id FROM conversation_move m
     JOIN conversation c ON c.id = m.conversation JOIN messages r ON r.id = c.id
     WHERE m.id = ?`,
    id,
  );
  if (row === undefined) return undefined;
  const header = headerIn(row);
  return {
    recordedAtMs: row.recorded_at,
    status: header?.status ?? 0,
    priority: header?.priority ?? 0,
    asking: stateOfParticipant(row.opener) ?? "",
    asked: stateOfParticipant(row.other) ?? "",
    id: row.id,
  };
}

interface RequestRow {
  readonly opener: string;
  readonly other: string;
  readonly recorded_at: number;
  readonly header: Uint8Array;
  readonly id: number;
}

/** Full hours since 1970. */
export function hourOf(ms: number): number {
  return Math.floor(ms / HOUR_MS);
}

/** Whole hours from a request to an acknowledgement, an answer or a refusal; else undefined. */
export function hoursSinceRequest({
  move,
  recordedAtMs,
  request,
}: CountedRecord): number | undefined {
  if (request === undefined || !SPREAD_OF_MOVE.has(move)) return undefined;
  return Math.floor((recordedAtMs - request.recordedAtMs) / HOUR_MS);
}

/** One count of `monitor_spread`: the columns of its key. */
export type SpreadKey = readonly [
  day: number,
  measure: number,
  status: number,
  priority: number,
  fromState: string,
  toState: string,
  value: number,
];

/** What a record adds to the spreads (TP-FEED-6). */
export function spreadsOf(record: CountedRecord): SpreadKey[] {
  const { chainLength, completenessTenth, move, recordedAtMs, request } = record;
  const day = Math.floor(recordedAtMs / DAY_MS);
  if (record.kind === Kind.TRACE_REQUEST && record.code === 0) {
    const { fromState, priority, status, toState } = record;
    const of = (measure: number, value: number): SpreadKey => {
      return [day, measure, status, priority, fromState, toState, value];
    };
    const told = completenessTenth > 0 ? [of(SPREAD.completeness, completenessTenth)] : [];
    return [of(SPREAD.chain, chainLength), of(SPREAD.opened, 0), ...told];
  }
  if (request === undefined) return [];
  const { asked, asking, priority, status } = request;
  const keys: SpreadKey[] = [];
  const hours = hoursSinceRequest(record);
  const measure = SPREAD_OF_MOVE.get(move);
  if (hours !== undefined && measure !== undefined) {
    keys.push([day, measure, status, priority, asking, asked, hours]);
  }
  return keys;
}

/**
 * What the first end of a request adds (TP-FEED-6): by the day of the request, the days it took.
 * Nothing: this record is no end of one, or it had found its end before.
 */
export async function closingOf(
  tx: Transaction,
  { move, recordedAtMs, request }: CountedRecord,
): Promise<SpreadKey[]> {
  if (request === undefined || !CLOSING.has(move)) return [];
  const first = await tx.get(
    "INSERT INTO monitor_closed VALUES (?) ON CONFLICT DO NOTHING RETURNING request",
    request.id,
  );
  if (first === undefined) return [];
  const { asked, asking, priority, status } = request;
  const openedOn = Math.floor(request.recordedAtMs / DAY_MS);
  const days = Math.floor(recordedAtMs / DAY_MS) - openedOn;
  const of = (measure: number): SpreadKey => {
    return [openedOn, measure, status, priority, asking, asked, days];
  };
  return ANSWERING.has(move) ? [of(SPREAD.closed), of(SPREAD.answered)] : [of(SPREAD.closed)];
}
