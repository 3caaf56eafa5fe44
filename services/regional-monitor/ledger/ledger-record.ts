import { type Refusal, refuse } from "#errors";
import type { InboundRecord } from "#post";
import { type ExchangeStatus, Header, IndicatorLedger } from "#proto";
import type { SqlRow, Transaction } from "#runtime";
import { timestampMs } from "#wire";

/** Ledgers of States, all vintages (TP-MON-11). Times in milliseconds since 1970. */
export const LEDGER_MIGRATION_SQL = `
CREATE TABLE monitor_ledger (
  id INTEGER PRIMARY KEY,
  status INTEGER NOT NULL,
  state TEXT NOT NULL,
  year INTEGER NOT NULL,
  vintage INTEGER NOT NULL,
  as_of TEXT NOT NULL,
  signed_at INTEGER NOT NULL,
  taken_at INTEGER NOT NULL,
  content BLOB NOT NULL,
  UNIQUE (status, state, year, vintage)
) STRICT;
`;

/** What the judge makes of a ledger; crosses the thread to the store. */
export interface LedgerEffect {
  readonly type: "ledger";
  /** Encoded IndicatorLedger, checked. */
  readonly ledger: Uint8Array;
}

/** Keeps a signed-off ledger; refuses one that does not revise what is there (TP-MON-11). */
export async function keepLedger(
  tx: Transaction,
  message: InboundRecord,
  effect: LedgerEffect,
): Promise<Refusal | undefined> {
  const ledger = IndicatorLedger.decode(effect.ledger);
  const { status } = Header.decode(message.header);
  const newest = await tx.get<SqlRow & { vintage: number | null }>(
    "SELECT max(vintage) AS vintage FROM monitor_ledger WHERE status = ? AND state = ? AND year = ?",
    ...[status, ledger.state, ledger.year],
  );
  const known = newest?.vintage ?? 0;
  if (ledger.vintage <= known) {
    return refuse("ILLEGAL_MOVE", "body.vintage", `must be more than ${known}, which is kept`);
  }
  const signedAtMs = Math.max(...ledger.signOffs.map(({ at }) => timestampMs(at) ?? 0));
  await tx.run(
    `INSERT INTO monitor_ledger (status, state, year, vintage, as_of, signed_at, taken_at, content)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    ...[status, ledger.state, ledger.year, ledger.vintage, ledger.asOf, signedAtMs],
    ...[message.nowMs, effect.ledger],
  );
  return undefined;
}

/** Which ledgers are meant. */
export interface LedgerQuestion {
  readonly status: ExchangeStatus;
  /** Years, both included. */
  readonly firstYear: number;
  readonly lastYear: number;
  /** Alpha-2; absent: all. */
  readonly state?: string | undefined;
  /** Signed off by then, milliseconds since 1970. */
  readonly signedByMs: number;
  /** Every vintage; otherwise the newest of each State and year. */
  readonly isAll: boolean;
  readonly limit: number;
}

interface LedgerRow extends SqlRow {
  content: Uint8Array;
  signed_at: number;
  taken_at: number;
}

/** A ledger as it is kept; crosses the thread of the store. */
export interface LedgerRecord {
  /** Encoded IndicatorLedger. */
  readonly content: Uint8Array;
  readonly signedAtMs: number;
  readonly takenAtMs: number;
}

/** Ledgers by year, State and vintage. */
export async function readLedgers(
  tx: Transaction,
  question: LedgerQuestion,
): Promise<LedgerRecord[]> {
  const { firstYear, isAll, lastYear, limit, signedByMs, state = "" } = question;
  const rows = await tx.all<LedgerRow>(
    `SELECT content, signed_at, taken_at FROM monitor_ledger AS one
     WHERE status = ? AND year >= ? AND year <= ? AND signed_at <= ? AND (? = '' OR state = ?)
       AND (? = 1 OR vintage = (SELECT max(vintage) FROM monitor_ledger AS other
         WHERE other.status = one.status AND other.state = one.state AND other.year = one.year
           AND other.signed_at <= ?))
     ORDER BY year, state, vintage LIMIT ?`,
    ...[question.status, firstYear, lastYear, signedByMs, state, state],
    ...[isAll ? 1 : 0, signedByMs, limit],
  );
  return rows.map(({ content, signed_at: signedAtMs, taken_at: takenAtMs }) => {
    return { content, signedAtMs, takenAtMs };
  });
}
