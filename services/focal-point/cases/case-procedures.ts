import { TracepostError } from "#errors";
import type { MessageDraft } from "#post";
import { type PersonsBlock, TraceRequest } from "#proto";
import type { SqlRow, Transaction } from "#runtime";
import { decodeExactly } from "#wire";
import { bindManifests } from "../attachments/transfer-procedures.ts";
import { keepSentPersons } from "../persons/person-part.ts";
import {
  type Clearance,
  draftCleared,
  findHeld,
  type Held,
  holdForSecondPerson,
  type NotAlone,
} from "../releases/hold.ts";
import {
  type CaseRecord,
  eventsOf,
  findCase,
  insertCase,
  type StoredCaseEvent,
} from "./case-record.ts";

/** A case to open with the request that opens it. */
export interface CaseToOpen {
  readonly caseId: string;
  readonly peer: string;
  readonly nationalCaseNumber: string;
  /** Encoded TraceRequest. */
  readonly request: Uint8Array;
  readonly draft: MessageDraft & { readonly messageId: string };
  /** Why one person sends it although it needs two (TP-ANS-6). */
  readonly alone?: { readonly reason: string };
  /** Personal data of the draft, of which a copy is kept apart (TP-PERS-4). */
  readonly persons?: PersonsBlock;
  /** Absent: every call opens a case of its own. */
  readonly idempotency?: { readonly key: string; readonly bodyDigest: Uint8Array };
  /** User id. */
  readonly actor: string;
  readonly nowMs: number;
}

/** What opening came to. */
export type OpenedCase =
  | { readonly type: "opened" | "repeated"; readonly record: CaseRecord }
  /** The key stands for another request. */
  | { readonly type: "mismatch" }
  | NotAlone;

/**
 * Opens a case and drafts its request, as one step; a repeat finds the case of the first time. What
 * one person may not send waits for a second one, whose clearance opens it.
 */
export async function openCase(
  tx: Transaction,
  args: CaseToOpen,
  given?: Clearance,
): Promise<OpenedCase> {
  const { caseId, nowMs } = args;
  const held = await claimRequest(tx, args, given);
  if (held.type !== "cleared") return held;
  await insertCase(tx, {
    caseId,
    role: "requesting",
    peer: args.peer,
    state: "SUBMITTED",
    nationalCaseNumber: args.nationalCaseNumber,
    request: args.request,
    requestMessageId: args.draft.messageId,
    actor: args.actor,
    nowMs,
  });
  await draftCleared(tx, args.draft, held.clearance);
  await bindManifests(tx, args.draft, decodeExactly(TraceRequest, args.request)?.attachments ?? []);
  const { actor, draft, peer, persons } = args;
  const { messageId, sender } = draft;
  await keepSentPersons(tx, persons, { caseId, peer, sender, messageId, actor, nowMs });
  const record = await findCase(tx, caseId);
  if (record === undefined) throw new TracepostError("INTERNAL", "a case opened is not there");
  return { type: "opened", record };
}

/**
 * Asks whether a request may leave, by whatever way, and keeps its idempotency key if it may: the
 * clearance to send it, or what it came to instead.
 */
export async function claimRequest(
  tx: Transaction,
  args: CaseToOpen,
  given: Clearance | undefined,
): Promise<(Held & { readonly type: "cleared" }) | OpenedCase> {
  const { caseId, peer, draft, actor, nowMs, alone, idempotency } = args;
  if (idempotency !== undefined) {
    const earlier = await findRepeated(tx, idempotency);
    // What was held under this key is what a second person now lets go.
    if (earlier !== null && (given === undefined || earlier.type !== "held")) return earlier;
  }
  const repeat = idempotency && { key: idempotency.key, digest: idempotency.bodyDigest };
  const hold = { action: "request", args, caseId, peer, draft, actor, nowMs, alone, repeat };
  const held = await holdForSecondPerson(tx, hold, given);
  if (held.type === "officer") throw new TracepostError("INTERNAL", "a register asked a State");
  if (held.type !== "cleared" || idempotency === undefined) return held;
  await tx.run(
    "INSERT INTO trace_idempotency (key, body_digest, case_id, created_at) VALUES (?, ?, ?, ?)",
    idempotency.key,
    idempotency.bodyDigest,
    caseId,
    nowMs,
  );
  return held;
}

/** The case an idempotency key stands for; null when the key is new. */
export async function findRepeated(
  tx: Transaction,
  args: { readonly key: string; readonly bodyDigest: Uint8Array },
): Promise<OpenedCase | null> {
  const row = await tx.get<{ body_digest: Uint8Array; case_id: string }>(
    "SELECT body_digest, case_id FROM trace_idempotency WHERE key = ?",
    args.key,
  );
  if (row === undefined) {
    return (await findHeld(tx, { key: args.key, digest: args.bodyDigest })) ?? null;
  }
  const record = await findCase(tx, row.case_id);
  const isSame = Buffer.compare(row.body_digest, args.bodyDigest) === 0;
  return isSame && record !== undefined ? { type: "repeated", record } : { type: "mismatch" };
}

/** A case with what happened to it. */
export interface CaseWithEvents {
  readonly record: CaseRecord;
  readonly events: readonly StoredCaseEvent[];
}

/** One case, or null. */
export async function loadCase(
  tx: Transaction,
  args: { caseId: string; eventLimit: number },
): Promise<CaseWithEvents | null> {
  const record = await findCase(tx, args.caseId);
  if (record === undefined) return null;
  return { record, events: await eventsOf(tx, args.caseId, args.eventLimit) };
}

/**
 * Cases whose request waits for its first answer, the oldest first; none in which an answer was not
 * taken, since the same one would not be taken again.
 */
export async function casesAwaiting(
  tx: Transaction,
  args: { limit: number },
): Promise<{ caseId: string; request: Uint8Array }[]> {
  const rows = await tx.all<SqlRow & { case_id: string; request: Uint8Array }>(
    `SELECT case_id, request FROM trace_case WHERE awaiting_answer = 1 AND for_officer = 0
       AND state IN ('DELIVERED', 'ACKNOWLEDGED', 'IN_PROGRESS') AND refusal_code IS NULL
     ORDER BY position LIMIT ?`,
    args.limit,
  );
  return rows.map((row) => ({ caseId: row.case_id, request: row.request }));
}

/** Counts of a summary; no content. */
export interface CaseCounts {
  readonly requesting: Readonly<Record<string, number>>;
  readonly requested: Readonly<Record<string, number>>;
  /** Of the former, those with States off the exchange. */
  readonly offExchange: Readonly<Record<string, number>>;
  /** Answers to our requests, by code of domain notes 2.2 or REFUSED. */
  readonly repliesReceived: Readonly<Record<string, number>>;
  /** Answers of ours, likewise. */
  readonly repliesSent: Readonly<Record<string, number>>;
  readonly effects: { readonly messages: number; readonly duplicates: number };
}

/** Counts cases by state, answers by outcome, and effects by message. */
export async function caseCounts(tx: Transaction, _args: unknown): Promise<CaseCounts> {
  const rows = await tx.all<SqlRow & { what: string; name: string; count: number }>(
    "SELECT what, name, count FROM trace_count WHERE count > 0 ORDER BY what, name",
  );
  const counts = (what: string): Record<string, number> =>
    Object.fromEntries(rows.filter((row) => row.what === what).map((row) => [row.name, row.count]));
  const effects = counts("effect");
  return {
    requesting: counts("requesting"),
    requested: counts("requested"),
    offExchange: counts("off exchange"),
    repliesReceived: counts("outcome requesting"),
    repliesSent: counts("outcome requested"),
    effects: { messages: effects.messages ?? 0, duplicates: effects.duplicates ?? 0 },
  };
}
