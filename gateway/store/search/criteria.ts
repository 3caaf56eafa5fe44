import type { ConversationState } from "#casework";
import { fulfils, HoldBook } from "#disposal";
import { Header, HoldScope } from "#proto";
import type { SqlRow, SqlValue, Transaction } from "#runtime";
import { timestampMs } from "#wire";
import { stateNumber } from "../conversations/conversation-state.ts";
import { factsOf } from "../disposal/reckon-due.ts";
import { type DueRange, dueTerms } from "./due-list.ts";
import { partyNumber, uuidBytes } from "./note-record.ts";
import type { RecordRow } from "./record-row.ts";
import { PARTY_TERM, TERM } from "./search-tables.ts";

/** What records are looked for by; all that is given must be so (TP-FIND-2). */
export interface RecordFilter {
  readonly messageId?: string | undefined;
  readonly conversationId?: string | undefined;
  /** Sender or recipient. */
  readonly party?: string | undefined;
  readonly kind?: number | undefined;
  /** Of the conversation that the record opened. */
  readonly state?: ConversationState | undefined;
  readonly tlp?: number | undefined;
  readonly use?: number | undefined;
  /** 0: refused with whatever code. */
  readonly code?: number | undefined;
  /** Recorded then or later. */
  readonly fromMs?: number | undefined;
  /** Recorded before. */
  readonly untilMs?: number | undefined;
  /** What the legal hold of this number names, whether or not it covers any more. */
  readonly hold?: number | undefined;
  /** A part of it is due then or later. */
  readonly dueFromMs?: number | undefined;
  /** The first of its parts is due before. */
  readonly dueUntilMs?: number | undefined;
}

/** A list of ids in the order of time: the rows of a table in which a column has a value. */
export interface IdList {
  readonly table: string;
  readonly column: string;
  readonly value: SqlValue;
}

/** What a filter comes to. */
export interface Criteria {
  readonly lists: readonly IdList[];
  /** Due dates, with the months in which there are any. */
  readonly due: (DueRange & { readonly terms: readonly number[] }) | undefined;
  /** A hold that names messages one by one. */
  readonly heldBy: number | undefined;
  /** What lists cannot tell; undefined: they tell everything. */
  readonly test: ((row: RecordRow) => Promise<boolean>) | undefined;
  readonly fromMs: number | undefined;
  readonly untilMs: number | undefined;
  /** Only records of the first so many entries of the log. */
  readonly size: number;
}

/** The criteria of a filter; undefined when it is known that nothing meets them. */
export async function criteriaOf(
  tx: Transaction,
  filter: RecordFilter,
): Promise<Criteria | undefined> {
  const { fromMs, hold, untilMs } = filter;
  const lists = await idLists(tx, filter);
  const scope = hold === undefined ? undefined : await scopeOf(tx, hold);
  if (lists === undefined || (hold !== undefined && scope === undefined)) return undefined;
  const range = dueRange(filter);
  const terms = range === undefined ? [] : await dueTerms(tx, range);
  if (range !== undefined && terms.length === 0) return undefined;
  const due = range === undefined ? undefined : { ...range, terms };
  const own = { lists, due, fromMs, untilMs, heldBy: undefined, size: Number.MAX_SAFE_INTEGER - 1 };
  if (scope !== undefined) return await heldCriteria(tx, own, scope, hold ?? 0);
  return { ...own, test: due === undefined ? undefined : await notHeld(tx) };
}

/** The lists that a filter asks for; undefined when one of them is known to be empty. */
async function idLists(tx: Transaction, filter: RecordFilter): Promise<IdList[] | undefined> {
  const { code, conversationId, kind, messageId, party, state, tlp, use } = filter;
  const lists: IdList[] = [];
  if (messageId !== undefined) {
    lists.push({ table: "record_message", column: "message", value: uuidBytes(messageId) });
  }
  if (conversationId !== undefined) lists.push(conversationList(conversationId));
  if (state !== undefined) {
    lists.push({ table: "conversation", column: "state", value: stateNumber(state) });
  }
  if (kind !== undefined) lists.push(termList(TERM.kind + kind));
  if (tlp !== undefined) lists.push(termList(TERM.tlp + tlp));
  if (use !== undefined) lists.push(termList(TERM.use + use));
  if (code !== undefined) lists.push(termList(TERM.refused + code));
  if (party !== undefined) {
    const list = await partyList(tx, party);
    if (list === undefined) return undefined;
    lists.push(list);
  }
  return lists;
}

function termList(value: number): IdList {
  return { table: "record_term", column: "term", value };
}

function conversationList(id: string): IdList {
  return { table: "record_conversation", column: "conversation", value: uuidBytes(id) };
}

async function partyList(tx: Transaction, party: string): Promise<IdList | undefined> {
  const number = await partyNumber(tx, party);
  return number === undefined ? undefined : termList(PARTY_TERM + number);
}

/** Undefined where due dates are not asked for. */
function dueRange({ dueFromMs, dueUntilMs }: RecordFilter): DueRange | undefined {
  if (dueFromMs === undefined && dueUntilMs === undefined) return undefined;
  return { fromMs: dueFromMs ?? 0, untilMs: dueUntilMs ?? FAR_MS };
}

/** The last day that a date can say. */
const FAR_MS = 8_640_000_000_000_000;

async function scopeOf(tx: Transaction, hold: number): Promise<HoldScope | undefined> {
  const sql = "SELECT scope FROM hold WHERE id = ?";
  const row = await tx.get<SqlRow & { scope: Uint8Array }>(sql, hold);
  return row === undefined ? undefined : HoldScope.decode(row.scope);
}

type Own = Omit<Criteria, "test">;

/** A hold is a condition (TP-HOLD-2): the lists that it names, and what they cannot tell. */
async function heldCriteria(
  tx: Transaction,
  own: Own,
  { conversationId, messages, party, query }: HoldScope,
  hold: number,
): Promise<Criteria | undefined> {
  const names = query ?? { conversationId, party, sender: "", recipient: "", kinds: [] };
  const lists = [...own.lists];
  if (names.conversationId !== "") lists.push(conversationList(names.conversationId));
  for (const id of new Set([names.party, names.sender, names.recipient])) {
    if (id === "") continue;
    const list = await partyList(tx, id);
    if (list === undefined) return undefined;
    lists.push(list);
  }
  const [kind, ...otherKinds] = names.kinds;
  if (kind !== undefined && otherKinds.length === 0) lists.push(termList(TERM.kind + kind));
  const heldBy = messages.length === 0 ? undefined : hold;
  if (query === undefined) return { ...own, lists, heldBy, test: undefined };
  return {
    ...own,
    ...{ lists, heldBy },
    fromMs: Math.max(own.fromMs ?? 0, timestampMs(query.from) ?? 0) || undefined,
    untilMs: least(own.untilMs, timestampMs(query.to)),
    size: Number(query.logSize),
    test: async (row) => fulfils(factsOf(row, Header.decode(row.header)), query),
  };
}

function least(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.min(one, other);
}

/** What a hold covers is due on no date (TP-RET-5). */
async function notHeld(tx: Transaction): Promise<(row: RecordRow) => Promise<boolean>> {
  const holds = await HoldBook.open(tx);
  return async (row) => (await holds.holdsOn(factsOf(row, Header.decode(row.header)))).length === 0;
}
