import {
  checkFollowUp,
  checkReply,
  errorsOf,
  judgeNext,
  nameOf,
  nextSentAtMs,
  type TraceState,
} from "#casework";
import { type Refusal, refuse } from "#errors";
import { type Finding, TraceFollowUp, TraceMove, TraceReply, TraceRequest } from "#proto";
import { doOnce, type RepeatKey, type RepeatMismatch } from "#repeats";
import type { Transaction } from "#runtime";
import { decodeExactly } from "#wire";
import { bindManifests } from "../attachments/transfer-procedures.ts";
import { findCase } from "../cases/case-record.ts";
import type { Replier } from "../cases/reply-handling.ts";
import {
  type Clearance,
  draftCleared,
  holdForSecondPerson,
  type NotAlone,
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
  readonly self: Replier;
  /** Why one person sends it although it needs two (TP-ANS-6). */
  readonly alone?: { readonly reason: string } | undefined;
  /** User id, or `firearm-register`. */
  readonly actor: string;
  readonly nowMs: number;
}

/** What became of a move. */
export type MoveSent =
  | { readonly type: "sent"; readonly messageId: string; readonly state: TraceState }
  | { readonly type: "unknown" }
  /** The case does not allow it to this side now. */
  | { readonly type: "illegal"; readonly state: TraceState; readonly refusal: Refusal }
  /** Its body breaks rules (TP-MOVE-10, TP-MOVE-11). */
  | { readonly type: "invalid"; readonly errors: readonly Finding[] }
  | NotAlone
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
  const said = withDefaults(decodeBody(args), { known, moves, request, nowMs });
  const errors = errorsOf(findingsOf(said, request, nowMs));
  if (errors.length > 0) return { type: "invalid", errors };
  const sentAtMs = nextSentAtMs(moves, nowMs);
  const { move, outcomeClass } = disclosedOf(said);
  const standing = standingOf(known, moves, nowMs);
  const judged = judgeNext(standing, { by: side, move, sentAtMs, outcomeClass });
  const refusal = judged.ok ? forbiddenFacts(said, standing.state, moves) : judged.refusal;
  if (refusal !== undefined) return { type: "illegal", state: standing.state, refusal };
  const draft = await moveDraft(tx, known, said, { self, sentAtMs });
  if (draft === undefined) return { type: "illegal", state: standing.state, refusal: NOT_SEALED };
  const { alone } = args;
  const hold = { action: "move", args, caseId, peer: known.peer, draft, actor, nowMs, alone };
  const held = await holdForSecondPerson(tx, hold, given);
  if (held.type !== "cleared") return held;
  const { messageId } = await draftCleared(tx, draft, held.clearance);
  await bindManifests(tx, { ...draft, messageId }, said.body.attachments);
  const outcome = said.kind === "reply" ? conclusionOf(said.body) : null;
  const facts = { messageId, by: side, move, outcomeClass, sentAtMs } as const;
  await addMove(tx, caseId, { ...facts, outcome, body: encodeBody(said), keptAtMs: nowMs, actor });
  // Whoever makes another move has seen why the one before was not taken.
  await clearRefusal(tx, caseId);
  const event = said.kind === "reply" ? "reply sent" : "follow-up sent";
  const detail = outcome ?? nameOf(TraceMove, move) ?? "";
  const { state } = await standAnew(tx, known, { event, messageId, detail, actor, nowMs });
  return { type: "sent", messageId, state };
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

function findingsOf(said: MoveBody, request: TraceRequest | undefined, nowMs: number): Finding[] {
  if (said.kind === "followUp") return checkFollowUp(said.body);
  const today = new Date(nowMs).toISOString().slice(0, "2026-01-01".length);
  return checkReply(said.body, request === undefined ? { today } : { request, today });
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
