import { EntryKind, Kind, type RefusalCode } from "#proto";
import type { Transaction } from "#runtime";
import { equalBytes, refusalNameOf } from "#wire";
import { eventKindOf } from "./event-kinds.ts";
import { isOutdated } from "./instances/beat.ts";
import { type LoggedStatements, type LogStatement, logStatements } from "./log-statements.ts";
import { noteOccurrences, type Occurrence } from "./operator-events.ts";
import { allowanceOf, keepAllowance, keepWithinBounds } from "./quarantine-bounds.ts";
import { findBinding, findByDigest, type ItemRow, isRetryable } from "./quarantine-item.ts";
import { maySettle, noteCountedIn } from "./quarantine-settling.ts";
import { findMessage } from "./recall.ts";
import { countTraffic } from "./traffic.ts";

/** What is kept of a message nobody was proven to have sent: no part, no signature (TP-OPS-1). */
export interface UnverifiedItem {
  /** Of the subject token, which NATS vouches for. */
  readonly participant: string;
  readonly subject: string;
  /** Lane of the subject: the receipt travels there. */
  readonly lane: number;
  /** SHA-256 of the bytes. */
  readonly digest: Uint8Array;
  readonly sizeBytes: number;
  /** Header bytes where there were any, else empty. */
  readonly header: Uint8Array;
  /** What can be read of it; without a message id nobody can be told. */
  readonly readable: { messageId: string; headerDigest: Uint8Array; kind: number } | undefined;
  readonly code: RefusalCode;
  readonly field: string;
  /** For the case that it becomes a new item, or has a new outcome. */
  readonly receiptId: string;
  /** Whether the refusal was recalled, not found: then the item that binds must be there. */
  readonly isRecalled: boolean;
}

/** What became of one of them. */
export type UnverifiedResult =
  /** Its outcome is on disk; `isNew`: for the first time. */
  | {
      readonly type: "kept";
      readonly id: number;
      readonly code: RefusalCode;
      readonly isNew: boolean;
      /** Whether its sender is told. */
      readonly isTold: boolean;
    }
  /** The message is recorded: what was damaged is a copy of it, and its stored outcome holds. */
  | { readonly type: "recorded"; readonly id: number }
  /** A second copy in the same batch, or decided about meanwhile: to be handed over again. */
  | { readonly type: "again" }
  /** Over its participant's allowance: counted, and forgotten. */
  | { readonly type: "over" };

/** What became of a batch. */
export interface KeptUnverified {
  readonly results: readonly UnverifiedResult[];
  /** The log's head when something was logged. */
  readonly head: { readonly size: number; readonly rootHash: Uint8Array } | undefined;
}

interface Verdict {
  readonly position: number;
  readonly item: UnverifiedItem;
  /** Item that gets a new outcome; absent: a new item. */
  readonly row: ItemRow | undefined;
}

/**
 * Keeps what is unverified, with its log entries (TP-OPS-1 to TP-OPS-5): all or nothing, and on
 * disk when it returns.
 */
export async function keepUnverified(
  tx: Transaction,
  args: {
    readonly nowMs: number;
    readonly registerVersion: number;
    readonly items: readonly UnverifiedItem[];
  },
): Promise<KeptUnverified> {
  const { items, nowMs } = args;
  if (await isOutdated(tx, args)) {
    return { results: items.map(() => ({ type: "again" }) as const), head: undefined };
  }
  const { results, verdicts } = await sortOut(tx, items, nowMs);
  const log = verdicts.length === 0 ? undefined : await keepVerdicts(tx, verdicts, args);
  for (const [at, verdict] of verdicts.entries()) {
    results[verdict.position] = log?.results[at] ?? { type: "again" };
  }
  const seen = items.map((item, at) => occurrencesOf(item, results[at]));
  await noteOccurrences(tx, seen.flat(), nowMs);
  for (const [at, result] of results.entries()) {
    if (result.type === "kept") await noteCountedIn(tx, result.id, seen[at] ?? []);
  }
  return { results, head: log?.head };
}

/** Tells what is known already, or is too much, from what gets a new outcome. */
async function sortOut(
  tx: Transaction,
  items: readonly UnverifiedItem[],
  nowMs: number,
): Promise<{ readonly results: UnverifiedResult[]; readonly verdicts: readonly Verdict[] }> {
  const results: UnverifiedResult[] = [];
  const verdicts: Verdict[] = [];
  const allowances = new Map<string, number>();
  const inBatch = new Set<string>();
  for (const [position, item] of items.entries()) {
    const found = await lookUp(tx, item);
    if (found.type !== "verdict") {
      if (found.type === "kept") await countCopy(tx, found.id, nowMs);
      results.push(found);
      continue;
    }
    const isSecond = keysOf(item).some((key) => inBatch.has(key));
    for (const key of keysOf(item)) inBatch.add(key);
    const left =
      allowances.get(item.participant) ?? (await allowanceOf(tx, item.participant, nowMs));
    const isOver = !isSecond && left < 1;
    allowances.set(item.participant, isSecond || isOver ? left : left - 1);
    results.push({ type: isOver ? "over" : "again" });
    if (!isSecond && !isOver) verdicts.push({ position, item, row: found.row });
  }
  for (const [participant, left] of allowances) await keepAllowance(tx, participant, left, nowMs);
  return { results, verdicts };
}

async function keepVerdicts(
  tx: Transaction,
  verdicts: readonly Verdict[],
  { nowMs, registerVersion }: { readonly nowMs: number; readonly registerVersion: number },
): Promise<KeptUnverified> {
  const statements = verdicts.map(({ item }) => statementOf(item));
  const log = await logStatements(tx, { nowMs, registerVersion, statements });
  const results: UnverifiedResult[] = [];
  for (const [offset, verdict] of verdicts.entries()) {
    const place = { log, index: log.firstIndex + offset, registerVersion };
    results.push(await keepVerdict(tx, verdict, place));
  }
  for (const { item } of verdicts) await keepWithinBounds(tx, item.participant, nowMs);
  const decisions = verdicts.map(({ item }) => ({ sender: item.participant, code: item.code }));
  await countTraffic(tx, decisions, log.recordedAtMs);
  return { results, head: { size: log.size, rootHash: log.rootHash } };
}

/** What the operator is told of one of them; what is handed over again is counted then. */
function occurrencesOf(item: UnverifiedItem, result: UnverifiedResult | undefined): Occurrence[] {
  if (result === undefined || result.type === "again") return [];
  const { participant, code, field, readable, subject } = item;
  // A copy from before its sender signed it again, which is recorded (TP-OPS-22).
  if (result.type === "recorded" && maySettle(code)) return [];
  if (result.type === "over") return [{ kind: "FLOOD", participant, subject: "", detail: subject }];
  const kind = eventKindOf(code);
  if (kind === undefined) return [];
  const about = kind === "ID_REUSE" ? (readable?.messageId ?? "") : (refusalNameOf(code) ?? "");
  return [{ kind, participant, subject: about, detail: field === "" ? subject : field }];
}

/** Two copies of one message in a batch: the second sees what became of the first. */
function keysOf(item: UnverifiedItem): string[] {
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
  const keys = [`${item.participant} bytes ${hex(item.digest)}`];
  if (item.readable !== undefined) {
    keys.push(`${item.participant} header ${hex(item.readable.headerDigest)}`);
  }
  return keys;
}

type Found = UnverifiedResult | { readonly type: "verdict"; readonly row: ItemRow | undefined };

async function lookUp(tx: Transaction, item: UnverifiedItem): Promise<Found> {
  const { participant, readable } = item;
  if (readable !== undefined) {
    const known = await findMessage(tx, participant, readable.messageId);
    if (known !== undefined && equalBytes(known.header_digest, readable.headerDigest)) {
      return { type: "recorded", id: known.id };
    }
  }
  const binding =
    readable === undefined ? undefined : await findBinding(tx, participant, readable.headerDigest);
  const exact = await findByDigest(tx, participant, item.digest);
  const bound = binding ?? (exact?.binds === 1 ? exact : undefined);
  if (bound !== undefined) return keptOf(bound);
  // What was recalled has been released, or given way, since: it is judged when it comes again.
  if (item.isRecalled) return { type: "again" };
  const isSame = exact?.state === "held" && exact.code === item.code && exact.field === item.field;
  return isSame ? keptOf(exact) : { type: "verdict", row: exact };
}

function keptOf(row: ItemRow): UnverifiedResult {
  return { type: "kept", id: row.id, code: row.code, isNew: false, isTold: isTold(row) };
}

/** A receipt gets no receipt; bytes without a message id are nobody's message. */
export function isTold(item: { readonly message_id: string; readonly kind: number }): boolean {
  return item.message_id !== "" && item.kind !== Kind.RECEIPT;
}

async function countCopy(tx: Transaction, id: number, nowMs: number): Promise<void> {
  await tx.run(
    "UPDATE quarantine SET count = count + 1, last_at = max(last_at, ?) WHERE id = ?",
    nowMs,
    id,
  );
}

function statementOf(item: UnverifiedItem): LogStatement {
  return {
    kind: EntryKind.REFUSAL,
    sender: item.participant,
    messageId: item.readable?.messageId ?? "",
    headerDigest: item.readable?.headerDigest ?? item.digest,
    code: item.code,
    field: item.field,
  };
}

interface Place {
  readonly log: LoggedStatements;
  readonly index: number;
  readonly registerVersion: number;
}

async function keepVerdict(
  tx: Transaction,
  { item, row }: Verdict,
  place: Place,
): Promise<UnverifiedResult> {
  const id = row === undefined ? await insertItem(tx, item, place) : row.id;
  if (row !== undefined) await setOutcome(tx, row.id, { ...item, state: "held" }, place);
  const { code, readable } = item;
  const said = { message_id: readable?.messageId ?? "", kind: readable?.kind ?? 0 };
  return { type: "kept", id, code, isNew: true, isTold: isTold(said) };
}

/** Gives an item a new outcome: another refusal, or that of a person. */
export async function setOutcome(
  tx: Transaction,
  id: number,
  outcome: Pick<UnverifiedItem, "code" | "field" | "receiptId"> & {
    readonly state: "held" | "rejected";
  },
  { log, index, registerVersion }: Place,
): Promise<void> {
  const isNewCopy = outcome.state === "held" ? 1 : 0;
  await tx.run(
    `UPDATE quarantine SET code = ?, field = ?, state = ?, binds = ?, log_index = ?, tree_size = ?,
       receipt_id = ?, recorded_at = ?, register_version = ?, unsaid = ?,
       count = count + ?, last_at = CASE ? WHEN 1 THEN ? ELSE last_at END
     WHERE id = ?`,
    outcome.code,
    outcome.field,
    outcome.state,
    outcome.state === "rejected" || !isRetryable(outcome.code) ? 1 : 0,
    index,
    log.size,
    outcome.receiptId,
    log.recordedAtMs,
    registerVersion,
    outcome.state === "rejected" ? 1 : 0,
    isNewCopy,
    isNewCopy,
    log.recordedAtMs,
    id,
  );
}

async function insertItem(tx: Transaction, item: UnverifiedItem, place: Place): Promise<number> {
  const { log, index, registerVersion } = place;
  const inserted = await tx.get<{ id: number }>(
    `INSERT INTO quarantine (participant, digest, size_bytes, subject, lane, kind, message_id,
       header_digest, header, code, field, first_at, last_at, count, state, binds, log_index,
       tree_size, receipt_id, recorded_at, register_version)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, 'held', ?, ?, ?, ?, ?, ?) RETURNING id`,
    item.participant,
    item.digest,
    item.sizeBytes,
    item.subject,
    item.lane,
    item.readable?.kind ?? 0,
    item.readable?.messageId ?? "",
    item.readable?.headerDigest ?? new Uint8Array(),
    item.header,
    item.code,
    item.field,
    log.recordedAtMs,
    log.recordedAtMs,
    isRetryable(item.code) ? 0 : 1,
    index,
    log.size,
    item.receiptId,
    log.recordedAtMs,
    registerVersion,
  );
  return inserted?.id ?? 0;
}
