import { HoldAct, HoldScope } from "#proto";
import type { SqlRow, SqlValue, Transaction } from "#runtime";
import { encodeMessage } from "#wire";
import type { HoldStanding, HoldState } from "./hold-standing.ts";

/** A hold as it stands. */
export interface Hold extends HoldStanding {
  readonly id: number;
}

/** A row of `hold`. */
export interface HoldRow extends SqlRow {
  id: number;
  state: HoldState;
  covers: number;
  scope: Uint8Array;
  conversation_id: string | null;
  party: string | null;
  is_query: number;
  reason: string;
  authority: string;
  review_at: number | null;
  asked_by: string;
  asked_at: number;
  waiting_for: string | null;
}

/** An act as it is kept, with its place in the log. */
export interface KeptAct {
  readonly act: HoldAct;
  /** Exactly what the log has the digest of. */
  readonly bytes: Uint8Array;
  /** Null where no log is kept. */
  readonly logIndex: number | null;
}

interface ActRow extends SqlRow {
  act: Uint8Array;
  log_index: number | null;
}

/** The hold of a row. */
export function holdOf(row: HoldRow): Hold {
  return {
    id: row.id,
    state: row.state,
    covers: row.covers === 1,
    scope: HoldScope.decode(row.scope),
    reason: row.reason,
    authority: row.authority,
    reviewAtMs: row.review_at,
    askedBy: row.asked_by,
    askedAtMs: row.asked_at,
    waitingFor: row.waiting_for,
  };
}

/** The columns that a standing gives, in the order of the table after the id. */
export function columnsOf(standing: HoldStanding): SqlValue[] {
  const { scope } = standing;
  return [
    standing.state,
    standing.covers ? 1 : 0,
    encodeMessage(HoldScope, scope),
    scope.conversationId || null,
    scope.party || null,
    scope.query === undefined ? 0 : 1,
    standing.reason,
    standing.authority,
    standing.reviewAtMs,
    standing.askedBy,
    standing.askedAtMs,
    standing.waitingFor,
  ];
}

/** Acts of a hold in their order. */
export async function actsOf(tx: Transaction, hold: number): Promise<KeptAct[]> {
  const rows = await tx.all<ActRow>(
    "SELECT act, log_index FROM hold_act WHERE hold = ? ORDER BY id",
    hold,
  );
  return rows.map(keptAct);
}

/** The newest act of a hold; undefined when there is none. */
export async function lastActOf(tx: Transaction, hold: number): Promise<KeptAct | undefined> {
  const row = await tx.get<ActRow>(
    "SELECT act, log_index FROM hold_act WHERE hold = ? ORDER BY id DESC LIMIT 1",
    hold,
  );
  return row === undefined ? undefined : keptAct(row);
}

/** Acts of all holds, in the order of the log. */
export async function allActs(tx: Transaction): Promise<KeptAct[]> {
  const rows = await tx.all<ActRow>("SELECT act, log_index FROM hold_act ORDER BY log_index");
  return rows.map(keptAct);
}

/** An act that is damaged says nothing; the log check names it. */
function keptAct({ act: bytes, log_index: logIndex }: ActRow): KeptAct {
  try {
    return { act: HoldAct.decode(bytes), bytes, logIndex };
  } catch {
    return { act: HoldAct.create(), bytes, logIndex };
  }
}
