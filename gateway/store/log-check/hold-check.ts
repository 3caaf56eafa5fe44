/** Legal holds compared with what the log has of them (TP-HOLD-6). */
import {
  actsOf,
  columnsOf,
  endsHold,
  type HoldRow,
  type HoldStanding,
  type KeptAct,
  standingAfter,
} from "#disposal";
import { EntryKind, HoldAct, type LogEntry } from "#proto";
import { HOLD_LIMITS, type SqlRow, type Transaction } from "#runtime";
import { equalBytes, sha256, timestampMs } from "#wire";
import { entryAt } from "./entry-at.ts";

/** What is wrong with the act that an entry of the log is about; undefined when all is well. */
export async function holdEntryProblem(
  tx: Transaction,
  index: number,
  entry: LogEntry,
): Promise<string | undefined> {
  const row = await tx.get<{ act: Uint8Array }>(
    "SELECT act FROM hold_act WHERE log_index = ?",
    index,
  );
  if (row === undefined) return `the act on a legal hold (entry ${index}) is not kept`;
  const isThat = equalBytes(sha256(row.act), entry.headerDigest);
  return isThat ? undefined : `the act on a legal hold (entry ${index}) is not the one logged`;
}

/** Holds that do not stand as their acts say, and acts that the log does not have. */
export async function holdProblems(tx: Transaction): Promise<string[]> {
  const ids = await tx.all<{ hold: number }>(
    "SELECT id AS hold FROM hold UNION SELECT hold FROM hold_act ORDER BY 1 LIMIT ?",
    HOLD_LIMITS.checkedMax,
  );
  const problems: string[] = [];
  for (const { hold } of ids) {
    const problem = await problemOf(tx, hold);
    if (problem !== undefined) problems.push(`legal hold ${hold} ${problem}`);
  }
  const strays = await tx.all<{ hold: number }>(
    "SELECT DISTINCT hold FROM hold_message WHERE hold NOT IN (SELECT id FROM hold) LIMIT 10",
  );
  problems.push(...strays.map(({ hold }) => `legal hold ${hold} covers messages and is not kept`));
  return problems;
}

async function problemOf(tx: Transaction, hold: number): Promise<string | undefined> {
  const acts = await actsOf(tx, hold);
  let standing: HoldStanding | undefined;
  let previous: KeptAct | undefined;
  for (const kept of acts) {
    if (!(await isLogged(tx, kept))) return `has an act that the log does not have`;
    if (kept.act.hold !== BigInt(hold)) return "has an act of another hold";
    const before = previous === undefined ? new Uint8Array() : sha256(previous.bytes);
    if (!equalBytes(kept.act.previous, before)) return "has lost an act";
    const after = standingAfter(standing, kept.act);
    if (typeof after === "string") return "has an act that could not follow";
    standing = after;
    previous = kept;
  }
  const row = await tx.get<HoldRow>("SELECT * FROM hold WHERE id = ?", hold);
  if (standing === undefined) return "was never asked for";
  if (row === undefined) return "is not kept";
  if (!isSame(row, standing)) return "does not stand as its acts say";
  return await messagesProblem(tx, hold, standing);
}

async function isLogged(tx: Transaction, { act, bytes, logIndex }: KeptAct): Promise<boolean> {
  if (logIndex === null) return false;
  const entry = await entryAt(tx, logIndex);
  const kind = endsHold(act.kind) ? EntryKind.RELEASE : EntryKind.HOLD;
  return (
    entry?.kind === kind &&
    equalBytes(entry.headerDigest, sha256(bytes)) &&
    timestampMs(entry.recordedAt) === timestampMs(act.actedAt) &&
    equalBytes(bytes, HoldAct.encode(act).finish())
  );
}

function isSame(row: HoldRow, standing: HoldStanding): boolean {
  const { id: _, ...columns } = row;
  const wanted = columnsOf(standing);
  return Object.values(columns).every((value, position) => {
    const other = wanted[position];
    if (value instanceof Uint8Array) return other instanceof Uint8Array && equalBytes(value, other);
    return value === other;
  });
}

async function messagesProblem(
  tx: Transaction,
  hold: number,
  { scope }: HoldStanding,
): Promise<string | undefined> {
  const rows = await tx.all<SqlRow & { sender: string; message_id: string }>(
    "SELECT sender, message_id FROM hold_message WHERE hold = ?",
    hold,
  );
  const kept = new Set(rows.map((row) => `${row.sender}/${row.message_id}`));
  const named = new Set(scope.messages.map((one) => `${one.sender}/${one.messageId}`));
  const isSame = kept.size === named.size && [...named].every((one) => kept.has(one));
  return isSame ? undefined : "covers other messages than it names";
}
