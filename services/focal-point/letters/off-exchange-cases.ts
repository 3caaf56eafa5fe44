import { nextTraceState, type TraceState } from "#casework";
import { TracepostError } from "#errors";
import { Header, Kind, type TraceMove } from "#proto";
import { doOnce, type RepeatKey, type RepeatMismatch } from "#repeats";
import type { Transaction } from "#runtime";
import { toTimestamp } from "#wire";
import { type CaseToOpen, claimRequest, type OpenedCase } from "../cases/case-procedures.ts";
import { addEvent, findCase, insertCase, moveCase } from "../cases/case-record.ts";
import { keepSentPersons } from "../persons/person-part.ts";
import { type Clearance, noteByLetter } from "../releases/hold.ts";
import { addLetter, type LetterRecord } from "./letter-record.ts";

/**
 * Opens a case with a State off the exchange (TP-OFF-1): the same as any other, except that nothing
 * is drafted for the post. What a header would say is kept beside the request, for the letter. What
 * one person may not send by the exchange he does not send by letter either: it waits, and until a
 * second person has confirmed it there is no case and no letter (TP-OFF-7).
 */
export async function openByLetter(
  tx: Transaction,
  args: CaseToOpen,
  given?: Clearance,
): Promise<OpenedCase> {
  const { actor, caseId, draft, nowMs, peer, persons } = args;
  const held = await claimRequest(tx, args, given);
  if (held.type !== "cleared") return held;
  await noteByLetter(tx, draft, held.clearance);
  const header = Header.create({
    messageId: draft.messageId,
    kind: Kind.TRACE_REQUEST,
    sender: draft.sender,
    conversationId: caseId,
    sentAt: toTimestamp(nowMs),
    status: draft.status ?? 0,
    priority: draft.priority ?? 0,
    instrumentBasis: [...(draft.instrumentBasis ?? [])],
    handling: draft.handling,
  });
  await insertCase(tx, {
    caseId,
    role: "requesting",
    peer: args.peer,
    state: "DRAFT",
    nationalCaseNumber: args.nationalCaseNumber,
    request: args.request,
    requestMessageId: draft.messageId,
    requestHeader: Header.encode(header).finish(),
    actor,
    nowMs,
  });
  await tx.run("UPDATE trace_case SET off_exchange = 1 WHERE case_id = ?", caseId);
  const { messageId, sender } = draft;
  await keepSentPersons(tx, persons, { caseId, peer, sender, messageId, actor, nowMs });
  const record = await findCase(tx, caseId);
  if (record === undefined) throw new TracepostError("INTERNAL", "a case opened is not there");
  return { type: "opened", record };
}

/** What became of something done by letter. */
export type DoneByLetter =
  | { readonly type: "done"; readonly state: TraceState }
  | { readonly type: "unknown" }
  /** The State of this case is on the exchange; messages carry it. */
  | { readonly type: "on exchange" }
  | { readonly type: "illegal"; readonly state: TraceState };

/** A letter that left. */
export interface LetterSent {
  readonly caseId: string;
  readonly letter: LetterRecord & { readonly direction: "out" };
}

/**
 * Notes that the letter of a case left (TP-OFF-5). The first one makes the case submitted and,
 * since
 * nobody off the exchange gives receipts, delivered: the clock begins. Later ones are kept.
 */
export async function noteDispatched(tx: Transaction, args: LetterSent): Promise<DoneByLetter> {
  const { caseId, letter } = args;
  const known = await findOffExchange(tx, caseId);
  if ("type" in known) return known;
  const { actor, channel, nowMs, onDate, reference } = letter;
  await addLetter(tx, caseId, letter);
  const detail = `${channel} ${reference}, ${onDate}`;
  const event = { caseId, messageId: "", detail, actor, nowMs };
  if (known.state !== "DRAFT") {
    await addEvent(tx, { ...event, event: "another letter dispatched", state: known.state });
    return { type: "done", state: known.state };
  }
  await moveCase(tx, { ...event, event: "letter dispatched", state: "SUBMITTED" });
  const taken = "taken as delivered: no receipts off the exchange";
  await moveCase(tx, { ...event, detail: "", event: taken, state: "DELIVERED" });
  return { type: "done", state: "DELIVERED" };
}

/** An answer that came by another channel. */
export interface EnteredAnswer {
  readonly caseId: string;
  readonly letter: LetterRecord & { readonly direction: "in" };
  /** Encoded TraceReply. */
  readonly reply: Uint8Array;
  readonly move: TraceMove;
  /** Code of a final outcome, REFUSED, or null for a move that concludes nothing. */
  readonly outcome: string | null;
}

/** Enters an answer by hand: the same transitions, marked as entered (TP-OFF-6). */
export async function enterAnswer(tx: Transaction, args: EnteredAnswer): Promise<DoneByLetter> {
  const { caseId, letter, move, outcome, reply } = args;
  const known = await findOffExchange(tx, caseId);
  if ("type" in known) return known;
  const state = nextTraceState(known.state, move, "requested");
  if (state === undefined) return { type: "illegal", state: known.state };
  const { actor, channel, nowMs, onDate, reference } = letter;
  await addLetter(tx, caseId, letter);
  await tx.run(
    `UPDATE trace_case SET reply = ?, outcome = coalesce(?, outcome),
       answered_at = CASE WHEN ? = 'ANSWERED' THEN ? ELSE answered_at END WHERE case_id = ?`,
    reply,
    outcome,
    state,
    nowMs,
    caseId,
  );
  const said = outcome === null ? "" : `${outcome}: `;
  const detail = `${said}${channel} ${reference}, ${onDate}`;
  const event = "answer entered by hand";
  await moveCase(tx, { caseId, event, state, messageId: "", detail, actor, nowMs });
  return { type: "done", state };
}

type OffExchange = { readonly state: TraceState } | Exclude<DoneByLetter, { type: "done" }>;

async function findOffExchange(tx: Transaction, caseId: string): Promise<OffExchange> {
  const known = await findCase(tx, caseId);
  if (known === undefined || known.role !== "requesting") return { type: "unknown" };
  return known.offExchange ? { state: known.state } : { type: "on exchange" };
}

type Repeatable = { readonly repeat: RepeatKey | undefined };
type Once = (DoneByLetter & { readonly repeated: boolean }) | RepeatMismatch;

/** {@link noteDispatched} for a caller who may ask again (TP-API-18). */
export async function dispatchOnce(tx: Transaction, args: LetterSent & Repeatable): Promise<Once> {
  const { letter, repeat } = args;
  return await doOnce(tx, { repeat, made: "done", nowMs: letter.nowMs }, () =>
    noteDispatched(tx, args),
  );
}

/** {@link enterAnswer} for a caller who may ask again (TP-API-18). */
export async function enterAnswerOnce(
  tx: Transaction,
  args: EnteredAnswer & Repeatable,
): Promise<Once> {
  const { letter, repeat } = args;
  return await doOnce(tx, { repeat, made: "done", nowMs: letter.nowMs }, () =>
    enterAnswer(tx, args),
  );
}
