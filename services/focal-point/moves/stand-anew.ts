import { type CaseStanding, foldMoves, nameOf, turnOf } from "#casework";
import { TraceMove } from "#proto";
import type { Transaction } from "#runtime";
import { EXCHANGE_ACTOR } from "#users";
import { addEvent, type CaseRecord, moveCase } from "../cases/case-record.ts";
import { followCases } from "../ledger/origin-record.ts";
import { counts, movesOf, type StoredMove, setEffects } from "./move-record.ts";

/** What makes a case be looked at anew. */
export interface Cause {
  readonly event: string;
  readonly messageId: string;
  readonly detail?: string;
  readonly actor: string;
  readonly nowMs: number;
}

/** Where a case stands after the moves that count, before it is written. */
export function standingOf(
  known: CaseRecord,
  moves: readonly StoredMove[],
  nowMs: number,
): CaseStanding {
  const counting = moves.filter(counts);
  const options = { openedAtMs: known.openedAtMs, asOfMs: nowMs };
  // Without a move a request of ours stands where the exchange has brought it.
  return foldMoves(counting, moves.length === 0 ? { ...options, from: known.state } : options);
}

/**
 * Folds the moves of a case and writes where it stands, with the event that made it so: state,
 * outcome, the answer in force, and for whom it waits (TP-MOVE-20). A move that has just turned out
 * to have crossed another gets an event of its own.
 */
export async function standAnew(
  tx: Transaction,
  known: CaseRecord,
  cause: Cause,
): Promise<CaseStanding> {
  const { caseId, role } = known;
  const moves = await movesOf(tx, caseId);
  const standing = standingOf(known, moves, cause.nowMs);
  const { answeredAtMs, state, steps } = standing;
  const crossed = await setEffects(tx, caseId, moves, steps);
  const inForce = steps
    .filter(({ effect }) => effect !== "crossed")
    .map(({ messageId }) => moves.find((move) => move.messageId === messageId))
    .filter((move) => move !== undefined);
  const reply = inForce.findLast(({ by }) => by === "requested");
  await tx.run(
    `UPDATE trace_case SET reply = ?, reply_message_id = ?, outcome = ?, answered_at = ?,
       awaiting_answer = ?, asked_back = ? WHERE case_id = ?`,
    reply?.body ?? null,
    reply?.messageId ?? null,
    outcomeOf(inForce, standing),
    answeredAtMs ?? null,
    role === "requested" && turnOf(state) === "requested" ? 1 : 0,
    role === "requesting" && state === "INFORMATION_REQUESTED" ? 1 : 0,
    caseId,
  );
  await moveCase(tx, { caseId, state, ...cause });
  if (role === "requesting") await followCases(tx, caseId, cause.nowMs);
  for (const { messageId, move } of crossed) {
    const detail = nameOf(TraceMove, move) ?? "";
    const actor = EXCHANGE_ACTOR;
    const { nowMs } = cause;
    await addEvent(tx, { caseId, event: CROSSED, state, messageId, detail, actor, nowMs });
  }
  return standing;
}

/** Event of a move that met one of the other side on its way. */
const CROSSED = "crossed on its way, without effect";

/** What the case is concluded with; a refusal that is taken back concludes nothing. */
function outcomeOf(inForce: readonly StoredMove[], { state }: CaseStanding): string | null {
  const outcome = inForce.findLast((move) => move.outcome !== null)?.outcome ?? null;
  const rests = state === "REFUSED" || state === "CLARIFICATION_SOUGHT" || state === "CLOSED";
  return outcome === "REFUSED" && !rests ? null : outcome;
}
