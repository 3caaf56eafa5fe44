/** Compares the records with the log, a bounded part in each call (TP-LOG-15). */
import { checkLogPage, type ReadEntry, type ReadPosition } from "#message-log";
import { EntryKind, type LogEntry, RefusalCode } from "#proto";
import type { Transaction } from "#runtime";
import type { MessageRow } from "../message-row.ts";
import { isRetryable } from "../quarantine-item.ts";
import { DELIVERY_STRIDE, PART_STRIDE } from "../tables.ts";
import { strayTimestamps } from "../timestamps/timestamps.ts";
import { openAuditProblems } from "./audit-check.ts";
import { runProblems } from "./certificate-check.ts";
import { deliveryProblems, endingEntryProblem } from "./delivery-check.ts";
import { Certificates, strayCertificates } from "./disposal-check.ts";
import { holdProblems } from "./hold-check.ts";
import { messageProblems } from "./message-check.ts";
import { quarantineProblems } from "./quarantine-check.ts";
import { rehashedProblems, renewalProblems } from "./renewal-check.ts";
import { statementProblem, unloggedProblems } from "./statement-check.ts";

/** What one call has found. */
export interface LogCheck {
  /** Where the next call goes on. */
  readonly position: ReadPosition;
  /** Everything up to the newest entry was compared. */
  readonly isDone: boolean;
  /** The first problems of this call, each naming the record. */
  readonly problems: readonly string[];
  readonly problemsTotal: number;
}

/** Compares the next entries, and what they are about, with each other. Reads alone. */
export async function checkLog(
  tx: Transaction,
  args: { readonly from: ReadPosition | null; readonly entries: number },
): Promise<LogCheck> {
  const first = args.from?.size ?? 0;
  const page = await checkLogPage(tx, args.from ?? undefined, args.entries);
  const { isDone, position, problems } = page;
  const certificates = new Certificates(tx);
  for (const { entry, index } of page.entries) {
    const found = await entryProblems(tx, index, entry, certificates);
    found.push(...(await rehashedProblems(tx, index, entry)));
    for (const problem of found) problems.add(problem);
  }
  const found = await strayProblems(tx, first, position.size, isDone);
  if (isDone) {
    found.push(...(await unloggedProblems(tx)), ...(await quarantineProblems(tx)));
    found.push(...(await holdProblems(tx)), ...(await openAuditProblems(tx)));
    found.push(...(await renewalProblems(tx)));
    found.push(...(await runProblems(tx)));
    found.push(...((await tx.bodies?.problems()) ?? []));
  }
  for (const problem of found) problems.add(problem);
  return { position, isDone, problems: problems.list, problemsTotal: problems.total };
}

async function entryProblems(
  tx: Transaction,
  index: number,
  entry: ReadEntry["entry"],
  certificates: Certificates,
): Promise<string[]> {
  if (entry.kind === EntryKind.EXPIRY || entry.kind === EntryKind.RETURN) {
    const problem = await endingEntryProblem(tx, index, entry);
    return problem === undefined ? [] : [problem];
  }
  const name = `message ${entry.messageId} of ${entry.sender} (entry ${index})`;
  const row = await tx.get<MessageRow>("SELECT * FROM messages WHERE id = ?", index + 1);
  if (row !== undefined) {
    if (!isOfMessage(entry)) return [`${name} is recorded, and its entry is about no message`];
    const own = await messageProblems(tx, row, entry, certificates);
    const sent = await deliveryProblems(tx, row, entry);
    return [...own.map((problem) => `${name} ${problem}`), ...sent.map((one) => `${name}${one}`)];
  }
  if (mustBeKept(entry)) return [`${name} is not recorded`];
  const problem = await statementProblem(tx, index, entry, certificates);
  return problem === undefined ? [] : [problem];
}

/** Only an entry about a proven message names its signatures. */
function isOfMessage({ signaturesDigest }: LogEntry): boolean {
  return signaturesDigest.length > 0;
}

/** A refusal that binds no id leaves its entry alone. */
function mustBeKept(entry: LogEntry): boolean {
  const { code } = entry;
  return isOfMessage(entry) && code !== RefusalCode.ID_REUSED && !isRetryable(code);
}

/** Rows between two places of the log, and behind its end, that belong to no message. */
async function strayProblems(
  tx: Transaction,
  first: number,
  size: number,
  isDone: boolean,
): Promise<string[]> {
  const problems: string[] = [];
  const tables = [
    ["message", "messages", 1],
    ["part", "parts", PART_STRIDE],
    ["delivery", "deliveries", DELIVERY_STRIDE],
    ["part that is noted as gone,", "disposed_part", PART_STRIDE],
  ] as const;
  for (const [name, table, stride] of tables) {
    const low = (first + 1) * stride;
    const high = (size + 1) * stride;
    const orphan = `NOT EXISTS (SELECT 1 FROM messages m WHERE m.id = t.id / ${stride})`;
    const within = `SELECT t.id FROM ${table} t WHERE t.id >= ? AND t.id < ? AND ${orphan} LIMIT 10`;
    const rows = await tx.all<{ id: number }>(within, low, high);
    if (isDone) rows.push(...(await outside(tx, table, stride, high)));
    problems.push(...rows.map(({ id }) => `${name} ${id} belongs to no entry of the log`));
  }
  const until = isDone ? Number.MAX_SAFE_INTEGER : size;
  problems.push(...(await strayCertificates(tx, first === 0 ? -1 : first, until)));
  problems.push(...(await strayTimestamps(tx, first === 0 ? -1 : first, until)));
  return problems;
}

async function outside(
  tx: Transaction,
  table: string,
  stride: number,
  high: number,
): Promise<{ id: number }[]> {
  return [
    ...(await tx.all<{ id: number }>(`SELECT id FROM ${table} WHERE id < ? LIMIT 10`, stride)),
    ...(await tx.all<{ id: number }>(`SELECT id FROM ${table} WHERE id >= ? LIMIT 10`, high)),
  ];
}
