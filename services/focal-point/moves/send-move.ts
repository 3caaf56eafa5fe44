import {
  checkFollowUp,
  checkPersons,
  checkReply,
  errorsOf,
  judgeNext,
  nameOf,
  nextSentAtMs,
  type TraceState,
} from "#casework";
import { accepted, type Outcome, type Refusal, refuse } from "#errors";
import type { MessageDraft } from "#post";
import {
  type Finding,
  Handling,
  PersonsBlock,
  TraceFollowUp,
  TraceMove,
  TraceReply,
  TraceRequest,
} from "#proto";
import { doOnce, type RepeatKey, type RepeatMismatch } from "#repeats";
import { calendarDateOf, newMessageId, type Transaction } from "#runtime";
import { decodeExactly } from "#wire";
import { bindManifests } from "../attachments/transfer-procedures.ts";
import { addEvent, type CaseRecord, findCase } from "../cases/case-record.ts";
import type { Replier } from "../cases/reply-handling.ts";
import { passedOnRequest } from "../chain/link-record.ts";
import { noteReminded } from "../clocks/reminded.ts";
import { addLetter, type LetterRecord, letterText } from "../letters/letter-record.ts";
import {
  handlingWith,
  judgeOnward,
  keepPassedOn,
  type PassedOn,
  replyToJudge,
} from "../onward/judge-onward.ts";
import { forwardingIn, forwardStates } from "../onward/may-forward.ts";
import { keepSentPersons } from "../persons/person-part.ts";
import {
  type Clearance,
  draftCleared,
  holdForSecondPerson,
  type NotAlone,
  noteByLetter,
} from "../releases/hold.ts";
import { conclusionOf } from "./conclusion.ts";
import { withDefaults } from "./defaults.ts";
import { disclosedOf, encodeBody, type MoveBody, moveDraft } from "./move-draft.ts";
import { addMove, clearRefusal, counts, movesOf, type StoredMove } from "./move-record.ts";
import { standAnew, standingOf } from "./stand-anew.ts";

/** A move to make in a case. */
export interface MoveToSend {
  readonly caseId: string;
  /** reply: of the requested State. followUp: of the requesting one. */
  readonly kind: MoveBody["kind"];
  /** Encoded TraceReply or TraceFollowUp. */
  readonly body: Uint8Array;
  /** Encoded PersonsBlock: personal data of an answer, in a part of its own (TP-PERS-8). */
  readonly persons?: Uint8Array | undefined;
  readonly self: Replier;
  /** How it left, where the other State is not on the exchange (TP-OFF-8). */
  readonly letter?: LetterRecord | undefined;
  /** Why one person sends it although it needs two (TP-ANS-6). */
  readonly alone?: { readonly reason: string } | undefined;
  /** The draft that an officer saw and released; as it was, or edited (TP-ANS-8). */
  readonly drafted?: { readonly draftId: string; readonly isEdited: boolean } | undefined;
  /** User id, `firearm-register` or `acknowledgement-rule`. */
  readonly actor: string;
  readonly nowMs: number;
}

/** What became of a move. */
export type MoveSent =
  | { readonly type: "sent"; readonly messageId: string; readonly state: TraceState }
  | { readonly type: "unknown" }
  /** The case does not allow it to this side now. */
  | { readonly type: "illegal"; readonly state: TraceState; readonly refusal: Refusal }
  /** It would pass on what its originator keeps (TP-PERS-17). */
  | { readonly type: "refused"; readonly refusal: Refusal }
  /** Its body breaks rules (TP-MOVE-10, TP-MOVE-11). */
  | { readonly type: "invalid"; readonly errors: readonly Finding[] }
  | NotAlone
  /** Off the exchange it goes by letter, which is not named; on the exchange it does not. */
  | { readonly type: "letter"; readonly isNeeded: boolean }
  /** The firearm register may not say it by itself; an officer has to. */
  | { readonly type: "officer" };

/**
 * Judges a move of ours, drafts its message and moves the case, as one step (TP-MOVE-21). It is
 * dated after everything known of the case. What one person may not send waits for a second one,
 * whose clearance sends it.
 */
export async function sendMove(
  tx: Transaction,
  args: MoveToSend,
  given?: Clearance,
): Promise<MoveSent> {
  const { actor, caseId, nowMs, self } = args;
  const known = await findCase(tx, caseId);
  const side = args.kind === "reply" ? "requested" : "requesting";
  if (known === undefined || known.role !== side) return { type: "unknown" };
  const moves = await movesOf(tx, caseId);
  const request = decodeExactly(TraceRequest, known.request);
  const passedOnId = await passedOnRequest(tx, known.requestMessageId);
  const said = withDefaults(decodeBody(args), { known, moves, request, passedOnId, nowMs });
  if (!goesAsItMust(known, said, args)) return { type: "letter", isNeeded: known.offExchange };
  const persons = args.persons && PersonsBlock.decode(args.persons);
  const mayForwardTo = await statesToForward(tx, known, said);
  const errors = errorsOf(findingsOf(said, { request, persons, nowMs, mayForwardTo }));
  if (errors.length > 0) return { type: "invalid", errors };
  const sentAtMs = nextSentAtMs(moves, nowMs);
  const { move, outcomeClass } = disclosedOf(said);
  const standing = standingOf(known, moves, nowMs);
  const judged = judgeNext(standing, { by: side, move, sentAtMs, outcomeClass });
  const refusal = judged.ok ? forbiddenFacts(said, standing.state, moves) : judged.refusal;
  if (refusal !== undefined) return { type: "illegal", state: standing.state, refusal };
  const own = await moveDraft(tx, known, said, { self, sentAtMs, persons });
  if (own === undefined) return { type: "illegal", state: standing.state, refusal: NOT_SEALED };
  const passed = await judgePassedOn(tx, said, { known, request, persons });
  if (!passed.ok) return { type: "refused", refusal: passed.refusal };
  const handling = handlingWith(own.handling ?? Handling.create(), passed.value);
  const draft = { ...own, handling };
  const { alone } = args;
  const hold = { action: "move", args, caseId, peer: known.peer, draft, actor, nowMs, alone };
  const held = await holdForSecondPerson(tx, hold, given);
  if (held.type !== "cleared") return held;
  const messageId = await letOut(tx, known, { ...args, said, draft, clearance: held.clearance });
  const sent = { messageId, caseId, actor, nowMs };
  await keepSentPersons(tx, persons, { ...sent, peer: known.peer, sender: self.participant });
  await keepPassedOn(tx, passed.value, { ...sent, to: known.peer, byLetter: false });
  const outcome = said.kind === "reply" ? conclusionOf(said.body) : null;
  const facts = { messageId, by: side, move, outcomeClass, sentAtMs } as const;
  const kept = { outcome, keptAtMs: nowMs, actor, byLetter: known.offExchange };
  await addMove(tx, caseId, { ...facts, ...kept, body: encodeBody(said) });
  // Whoever makes another move has seen why the one before was not taken.
  await clearRefusal(tx, caseId);
  const event = said.kind === "reply" ? "reply sent" : "follow-up sent";
  const what = outcome ?? nameOf(TraceMove, move) ?? "";
  const detail = args.letter === undefined ? what : `${what}: ${letterText(args.letter)}`;
  const { state } = await standAnew(tx, known, { event, messageId, detail, actor, nowMs });
  await noteDraft(tx, args, { messageId, state });
  return { type: "sent", messageId, state };
}

/** Off the exchange all but the closing of a case, which needs nobody to be told, has a letter. */
function goesAsItMust(known: CaseRecord, said: MoveBody, { letter }: MoveToSend): boolean {
  if (!known.offExchange) return letter === undefined;
  return letter !== undefined || said.body.content?.$case === "caseClosed";
}

/** Puts a move into the outbox; of a case off the exchange its letter is noted instead. */
async function letOut(
  tx: Transaction,
  known: CaseRecord,
  going: {
    readonly said: MoveBody;
    readonly draft: MessageDraft;
    readonly letter?: LetterRecord | undefined;
    readonly clearance: Clearance;
  },
): Promise<string> {
  const { clearance, draft, letter, said } = going;
  if (known.offExchange) {
    const messageId = newMessageId(draft.nowMs);
    await noteByLetter(tx, { ...draft, messageId }, clearance);
    if (letter !== undefined) await addLetter(tx, known.caseId, letter);
    const isReminder = said.body.content?.$case === "reminder";
    if (isReminder) await noteReminded(tx, { caseId: known.caseId, nowMs: draft.nowMs });
    return messageId;
  }
  const { messageId } = await draftCleared(tx, draft, clearance);
  await bindManifests(tx, { ...draft, messageId }, said.body.attachments);
  return messageId;
}

/** Whether an answer may tell what others told; what we ask further tells nothing of others. */
async function judgePassedOn(
  tx: Transaction,
  said: MoveBody,
  around: {
    readonly known: CaseRecord;
    readonly request: TraceRequest | undefined;
    readonly persons: PersonsBlock | undefined;
  },
): Promise<Outcome<PassedOn[]>> {
  if (said.kind !== "reply") return accepted([]);
  const { known, ...rest } = around;
  const { peer: participant, requestMessageId: requestId } = known;
  return await judgeOnward(tx, replyToJudge(said.body, { ...rest, participant, requestId }));
}

/** Which draft an answer was released from stays with the case. */
async function noteDraft(
  tx: Transaction,
  { actor, caseId, drafted, nowMs }: MoveToSend,
  { messageId, state }: { readonly messageId: string; readonly state: TraceState },
): Promise<void> {
  if (drafted === undefined) return;
  const event = drafted.isEdited ? "draft released, edited" : "draft released as it was";
  const detail = `draft ${drafted.draftId}`;
  await addEvent(tx, { caseId, event, state, messageId, detail, actor, nowMs });
}

/** The same for a caller who may ask again (TP-API-18). */
export async function sendMoveOnce(
  tx: Transaction,
  args: MoveToSend & { readonly repeat: RepeatKey | undefined },
): Promise<(MoveSent & { readonly repeated: boolean }) | RepeatMismatch> {
  const { repeat, nowMs } = args;
  const made = ["sent", "held"] as const;
  return await doOnce(tx, { repeat, made, nowMs }, () => sendMove(tx, args));
}

function decodeBody({ body, kind }: MoveToSend): MoveBody {
  return kind === "reply"
    ? { kind, body: TraceReply.decode(body) }
    : { kind, body: TraceFollowUp.decode(body) };
}

/** The States that a referral may tell the request was passed on to; undefined for another move. */
async function statesToForward(tx: Transaction, known: CaseRecord, said: MoveBody) {
  const referral = said.kind === "reply" ? forwardingIn(said.body) : undefined;
  if (referral === undefined) return undefined;
  return await forwardStates(tx, known, { originator: known.peer, referral });
}

function findingsOf(
  said: MoveBody,
  around: {
    readonly mayForwardTo: readonly string[] | undefined;
    readonly request: TraceRequest | undefined;
    readonly persons: PersonsBlock | undefined;
    readonly nowMs: number;
  },
): Finding[] {
  if (said.kind === "followUp") return checkFollowUp(said.body);
  const { mayForwardTo, nowMs, persons, request } = around;
  const today = calendarDateOf(nowMs);
  const found = checkReply(said.body, { ...(request && { request }), today, mayForwardTo });
  return persons === undefined ? found : [...found, ...checkPersons(persons, nowMs)];
}

/** After a withdrawal only what it asked for may be told (domain notes 2.2). */
function forbiddenFacts(
  said: MoveBody,
  state: TraceState,
  moves: readonly StoredMove[],
): Refusal | undefined {
  if (said.kind !== "reply" || state !== "WITHDRAWN") return undefined;
  const withdrawal = moves.findLast((move) => counts(move) && move.move === TraceMove.WITHDRAWAL);
  const content = withdrawal && decodeExactly(TraceFollowUp, withdrawal.body)?.content;
  const welcome = content?.$case === "withdrawal" && content.value.acceptsFoundFacts;
  if (welcome) return undefined;
  return refuse("ILLEGAL_MOVE", "interim", "the withdrawal does not ask for what was found");
}

const NOT_SEALED = refuse("ILLEGAL_MOVE", "", "the request itself has not left yet");
