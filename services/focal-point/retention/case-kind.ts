import {
  type Erased,
  erasePost,
  heldFacts,
  type ItemFacts,
  instrumentsOf,
  partsOf,
  type RecordKind,
  RowEraser,
} from "#participant-store";
import { type KeptPostMessage, keptMessages } from "#post";
import { Instrument, Kind, TraceMove } from "#proto";
import type { SqlRow, Transaction } from "#runtime";
import { EXCHANGE_ACTOR } from "#users";
import { type CaseRecord, findCase } from "../cases/case-record.ts";
import { counts, movesOf } from "../moves/move-record.ts";
import { erasePersons } from "../persons/person-procedures.ts";
import { blocksOf } from "../persons/person-record.ts";
import { eraseAttachments } from "./erase-attachments.ts";

/**
 * A trace case with its messages, letters, tables and documents; and apart from it, for longer,
 * what was said about the information given: notices, consents, copies passed on (TP-PREC-3).
 */
export const CASE_KIND: RecordKind = {
  async load(tx, key) {
    const record = await findCase(tx, key);
    return record === undefined ? undefined : await factsOf(tx, record);
  },
  async erase(tx, key, part, nowMs) {
    return part === NOTICES ? await eraseNotices(tx, key) : await eraseCase(tx, key, nowMs);
  },
};

const NOTICES = "notices";

/** Tables with what was made of a case, in an order in which they may be emptied. */
const TABLES = [
  "trace_move",
  "trace_case_event",
  "trace_letter",
  "trace_draft",
  "trace_acknowledge",
  "trace_link",
  "trace_ammunition",
  "trace_clock",
  "trace_idempotency",
  "release",
  "trace_case",
] as const;

async function factsOf(tx: Transaction, record: CaseRecord): Promise<ItemFacts> {
  const { caseId: key, openedAtMs, peer, requestMessageId, role } = record;
  const all = await keptMessages(tx, { conversationId: key });
  const messages = all.filter(({ kind }) => kind !== Kind.NOTICE);
  const isReal = await isActual(tx, key);
  const own = isReal ? "trace" : "exercise";
  const about = { messageId: requestMessageId, conversationId: key, kind: Kind.TRACE_REQUEST };
  const [sender, recipients] = role === "requested" ? [peer, []] : ["", [peer]];
  const hasNotices = await hasAny(tx, key);
  const notices = [
    { name: NOTICES, class: isReal ? "consent" : "exercise" },
    // They never end before their case: what erases them erases all that is left of it.
    { name: NOTICES, class: own },
    ...partsOf(NOTICES, messages),
  ];
  return {
    subject: `case ${key}`,
    class: own,
    instruments: [...new Set([...instrumentsOf(messages), ...instrumentsIn(record)])],
    triggers: await triggersOf(tx, record, all),
    parts: [
      { name: "case", class: own },
      ...partsOf("case", messages),
      ...(hasNotices ? notices : []),
    ],
    messages: [{ ...about, sender, recipients, recordedAtMs: openedAtMs }, ...heldFacts(all)],
    isOpen: all.some(({ isOpen }) => isOpen) || (await isWaiting(tx, key)),
    ...(isReal ? await neededUntil(tx, key) : {}),
  };
}

/** What a letter relied on is not known here: it is kept as if on all of them. */
function instrumentsIn({ offExchange }: CaseRecord): string[] {
  return offExchange ? Object.keys(Instrument) : [];
}

async function isActual(tx: Transaction, caseId: string): Promise<boolean> {
  const row = await tx.get<{ is_actual: number }>(
    "SELECT is_actual FROM trace_link WHERE case_id = ?",
    caseId,
  );
  return row?.is_actual !== 0;
}

/** Closed by its last CaseClosed that counts, unless it was reopened after it. */
async function triggersOf(
  tx: Transaction,
  { caseId, openedAtMs, updatedAtMs }: CaseRecord,
  messages: readonly KeptPostMessage[],
): Promise<ItemFacts["triggers"]> {
  const moves = (await movesOf(tx, caseId)).filter(counts);
  const letters = await tx.get<{ at: number | null }>(
    "SELECT max(at) AS at FROM trace_letter WHERE case_id = ?",
    caseId,
  );
  const times = [...moves.map(({ keptAtMs }) => keptAtMs), ...messages.map(({ atMs }) => atMs)];
  const lastMs = Math.max(openedAtMs, letters?.at ?? 0, ...times);
  const end = moves.findLast(({ move }) => ENDS.has(move));
  const isClosed = end?.move === TraceMove.CASE_CLOSED;
  return {
    RECORDED: openedAtMs,
    // Without any message of the exchange a case lives by what officers do.
    LAST_MESSAGE: times.length === 0 ? Math.max(lastMs, updatedAtMs) : lastMs,
    ...(isClosed ? { CASE_CLOSED: Math.max(openedAtMs, end.keptAtMs) } : {}),
  };
}

const ENDS: ReadonlySet<TraceMove> = new Set([TraceMove.CASE_CLOSED, TraceMove.CASE_REOPENED]);

/** Something waits for a second person, or a notice for its answer. */
async function isWaiting(tx: Transaction, caseId: string): Promise<boolean> {
  const row = await tx.get(
    `SELECT 1 FROM release WHERE case_id = ? AND state IN ('PENDING', 'REVIEW_DUE')
     UNION ALL SELECT 1 FROM notice WHERE case_id = ? AND state IN ('OPEN', 'WAITING') LIMIT 1`,
    caseId,
    caseId,
  );
  return row !== undefined;
}

async function hasAny(tx: Transaction, caseId: string): Promise<boolean> {
  const row = await tx.get(
    `SELECT 1 FROM notice WHERE case_id = ? UNION ALL
     SELECT 1 FROM onward_copy WHERE case_id = ? LIMIT 1`,
    caseId,
    caseId,
  );
  return row !== undefined;
}

/** While a person has said that personal data of it is needed, the case is, too. */
async function neededUntil(tx: Transaction, caseId: string) {
  const kept = (await blocksOf(tx, caseId)).filter(({ erased }) => erased === null);
  if (kept.length === 0) return {};
  return { neededUntilMs: Math.max(...kept.map(({ reviewAtMs }) => reviewAtMs)) };
}

async function eraseCase(tx: Transaction, key: string, nowMs: number): Promise<Erased> {
  const reason = "disposed of with its case";
  for (const { blockId } of await blocksOf(tx, key)) {
    await erasePersons(tx, { blockId, actor: EXCHANGE_ACTOR, reason, nowMs });
  }
  const eraser = new RowEraser(tx);
  const documents = await eraseAttachments(tx, key, eraser);
  for (const table of TABLES) await eraser.rows({ table, column: "case_id", value: key });
  const messages = await keptMessages(tx, { conversationId: key });
  const gone = messages.filter(({ kind }) => kind !== Kind.NOTICE);
  const named = await erasePost(tx, gone, eraser);
  return { parts: [eraser.erased(), ...documents], messages: named };
}

async function eraseNotices(tx: Transaction, key: string): Promise<Erased> {
  const eraser = new RowEraser(tx);
  const notices = await tx.all<SqlRow & { notice_id: string }>(
    "SELECT notice_id FROM notice WHERE case_id = ?",
    key,
  );
  for (const { notice_id: value } of notices) {
    await eraser.rows({ table: "notice_letter", column: "notice_id", value });
    await eraser.rows({ table: "release_grant", column: "request_id", value });
  }
  for (const table of ["notice", "onward_copy"]) {
    await eraser.rows({ table, column: "case_id", value: key });
  }
  const messages = await keptMessages(tx, { conversationId: key });
  const named = await erasePost(tx, messages, eraser);
  return { parts: [eraser.erased()], messages: named };
}
