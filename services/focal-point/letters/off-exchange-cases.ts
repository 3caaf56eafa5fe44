import {
  checkReply,
  errorsOf,
  judgeArrival,
  nameOf,
  nextSentAtMs,
  type TraceState,
} from "#casework";
import { TracepostError } from "#errors";
import { type Finding, Header, Kind, TraceMove, TraceReply } from "#proto";
import { doOnce, type RepeatKey, type RepeatMismatch } from "#repeats";
import { newMessageId, type Transaction } from "#runtime";
import { toTimestamp } from "#wire";
import { type CaseToOpen, claimRequest, type OpenedCase } from "../cases/case-procedures.ts";
import { addEvent, type CaseRecord, findCase, insertCase, moveCase } from "../cases/case-record.ts";
import { conclusionOf } from "../moves/conclusion.ts";
import { answerInForce } from "../moves/defaults.ts";
import { disclosedOf, encodeBody } from "../moves/move-draft.ts";
import { addMove, counts, movesOf, type StoredMove } from "../moves/move-record.ts";
import { standAnew } from "../moves/stand-anew.ts";
import { keepSentPersons } from "../persons/person-part.ts";
import { type Clearance, noteByLetter } from "../releases/hold.ts";
import { addLetter, type LetterRecord, letterText } from "./letter-record.ts";

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

/** The same of an answer, whose content may break the rules of replies (TP-MOVE-10). */
export type EnteredByHand =
  | DoneByLetter
  | { readonly type: "invalid"; readonly errors: readonly Finding[] };

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
  const found = await findOffExchange(tx, caseId);
  if ("type" in found) return found;
  const { known } = found;
  const { actor, nowMs } = letter;
  await addLetter(tx, caseId, letter);
  const detail = letterText(letter);
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
}

/**
 * Enters an answer by hand (TP-OFF-6). It goes the way of one that came as a message: judged, kept
 * and folded with the same moves of the case, so that state, outcome, clock, chain and counts are
 * those a message would have made; dated when it is entered, and marked as come by letter. It is
 * given an id that belongs to no message. Whether it crossed a letter of ours nobody can tell, and
 * it is taken as one that may have.
 */
export async function enterAnswer(tx: Transaction, args: EnteredAnswer): Promise<EnteredByHand> {
  const { caseId, letter } = args;
  const { actor, nowMs } = letter;
  const found = await findOffExchange(tx, caseId);
  if ("type" in found) return found;
  const { known } = found;
  const moves = await movesOf(tx, caseId);
  const said = { kind: "reply", body: asTold(args.reply, moves) } as const;
  const errors = errorsOf(checkReply(said.body));
  if (errors.length > 0) return { type: "invalid", errors };
  const messageId = newMessageId(nowMs);
  const sentAtMs = nextSentAtMs(moves, nowMs);
  const { move, outcomeClass } = disclosedOf(said);
  const next = { messageId, by: "requested", move, outcomeClass, sentAtMs } as const;
  const { openedAtMs, state: before } = known;
  const isLegal = judgeArrival({ openedAtMs, moves: moves.filter(counts) }, next).ok;
  if (before === "DRAFT" || !isLegal) return { type: "illegal", state: before };
  await addLetter(tx, caseId, letter);
  const outcome = conclusionOf(said.body);
  const kept = { outcome, body: encodeBody(said), keptAtMs: nowMs, actor, byLetter: true };
  await addMove(tx, caseId, { ...next, ...kept });
  const what = outcome ?? nameOf(TraceMove, move) ?? "";
  const detail = `${what}: ${letterText(letter)}`;
  const event = "answer entered by hand";
  const { state } = await standAnew(tx, known, { event, messageId, detail, actor, nowMs });
  return { type: "done", state };
}

/** What the letter says; of a correction it does not know which answer of ours it corrects. */
function asTold(bytes: Uint8Array, moves: readonly StoredMove[]): TraceReply {
  const reply = TraceReply.decode(bytes);
  if (reply.content?.$case === "correction") {
    reply.content.value.correctedMessageId ||= answerInForce(moves);
  }
  return reply;
}

type OffExchange = { readonly known: CaseRecord } | Exclude<DoneByLetter, { type: "done" }>;

async function findOffExchange(tx: Transaction, caseId: string): Promise<OffExchange> {
  const known = await findCase(tx, caseId);
  if (known === undefined || known.role !== "requesting") return { type: "unknown" };
  return known.offExchange ? { known } : { type: "on exchange" };
}

type Repeatable = { readonly repeat: RepeatKey | undefined };
type Once<Done = DoneByLetter> = (Done & { readonly repeated: boolean }) | RepeatMismatch;

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
): Promise<Once<EnteredByHand>> {
  const { letter, repeat } = args;
  return await doOnce(tx, { repeat, made: "done", nowMs: letter.nowMs }, () =>
    enterAnswer(tx, args),
  );
}
