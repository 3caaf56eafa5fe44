import type { CaseStep, RecordedMove, Side } from "#casework";
import type { OutcomeClass, TraceMove } from "#proto";
import { MOVE_LIMITS, type SqlRow, type Transaction } from "#runtime";

/** A message of a case as it is kept. */
export interface StoredMove extends RecordedMove {
  /** What it concludes the case with: an outcome of domain notes 2.2, REFUSED or REFERRED. */
  readonly outcome: string | null;
  /** Encoded TraceReply of the requested side, TraceFollowUp of the requesting side. */
  readonly body: Uint8Array;
  /** When it was stored here. */
  readonly keptAtMs: number;
  /** User id, `firearm-register` or `exchange` (TP-API-8). */
  readonly actor: string;
  readonly effect: CaseStep["effect"];
  /** It came or went by letter: the other State is not on the exchange (TP-OFF-6, TP-OFF-8). */
  readonly byLetter: boolean;
  /** What became of a message of ours; empty on one of the other State, or while under way. */
  readonly fate: MoveFate | "";
  /** Why it was not taken. */
  readonly code: string | null;
  readonly field: string | null;
}

/** Ends of a message of ours. */
export type MoveFate = "accepted" | "delivered" | "refused" | "rejected" | "expired";

/** Ends after which a move counts no more. */
const TAKEN_BACK: readonly string[] = ["refused", "rejected", "expired"];

/** Whether a move counts: its message was not refused, rejected or lost on its way. */
export function counts({ fate }: Pick<StoredMove, "fate">): boolean {
  return !TAKEN_BACK.includes(fate);
}

interface MoveRow extends SqlRow {
  message_id: string;
  side: Side;
  move: TraceMove;
  outcome_class: OutcomeClass;
  outcome: string | null;
  body: Uint8Array;
  sent_at: number;
  kept_at: number;
  actor: string;
  effect: CaseStep["effect"];
  fate: MoveFate | "";
  code: string | null;
  field: string | null;
  by_letter: number;
}

/** Every message of a case after its request, in the order in which they were stored here. */
export async function movesOf(tx: Transaction, caseId: string): Promise<StoredMove[]> {
  const rows = await tx.all<MoveRow>(
    "SELECT * FROM trace_move WHERE case_id = ? ORDER BY position LIMIT ?",
    caseId,
    MOVE_LIMITS.movesMax,
  );
  return rows.map((row) => ({
    messageId: row.message_id,
    by: row.side,
    move: row.move,
    outcomeClass: row.outcome_class,
    outcome: row.outcome,
    body: row.body,
    sentAtMs: row.sent_at,
    keptAtMs: row.kept_at,
    actor: row.actor,
    effect: row.effect,
    fate: row.fate,
    code: row.code,
    field: row.field,
    byLetter: row.by_letter === 1,
  }));
}

/** The same for those who read. */
export async function caseMoves(
  tx: Transaction,
  args: { readonly caseId: string },
): Promise<StoredMove[]> {
  return await movesOf(tx, args.caseId);
}

/** A message to be kept. */
export type NewMove = Omit<StoredMove, "byLetter" | "effect" | "fate" | "code" | "field"> & {
  /** Absent: it is a message of the exchange. */
  readonly byLetter?: boolean;
};

/** Keeps a message of a case; what it does is found when the case is folded. */
export async function addMove(tx: Transaction, caseId: string, move: NewMove): Promise<void> {
  await tx.run(
    `INSERT INTO trace_move (case_id, message_id, side, move, outcome_class, outcome, body, sent_at,
       kept_at, actor, effect, by_letter) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'moved', ?)`,
    caseId,
    move.messageId,
    move.by,
    move.move,
    move.outcomeClass,
    move.outcome,
    move.body,
    move.sentAtMs,
    move.keptAtMs,
    move.actor,
    move.byLetter === true ? 1 : 0,
  );
}

/** Notes what became of a message of ours; false when it is no move of the case. */
export async function setFate(
  tx: Transaction,
  caseId: string,
  told: {
    readonly messageId: string;
    readonly fate: MoveFate;
    readonly code?: string | undefined;
    readonly field?: string | undefined;
  },
): Promise<boolean> {
  const changed = await tx.run(
    `UPDATE trace_move SET fate = ?, code = ?, field = ? WHERE case_id = ? AND message_id = ?
       AND (fate <> 'delivered' OR ? = 'delivered')`,
    told.fate,
    told.code ?? null,
    told.field ?? null,
    caseId,
    told.messageId,
    told.fate,
  );
  return changed > 0;
}

/** Notes what each move does after all that is known now; gives those that have just crossed. */
export async function setEffects(
  tx: Transaction,
  caseId: string,
  moves: readonly StoredMove[],
  steps: readonly CaseStep[],
): Promise<StoredMove[]> {
  const effectOf = new Map(steps.map(({ effect, messageId }) => [messageId, effect]));
  const changed = moves.filter(({ effect, messageId }) => {
    return (effectOf.get(messageId) ?? effect) !== effect;
  });
  for (const { messageId } of changed) {
    await tx.run(
      "UPDATE trace_move SET effect = ? WHERE case_id = ? AND message_id = ?",
      effectOf.get(messageId) ?? "moved",
      caseId,
      messageId,
    );
  }
  return changed.filter(({ messageId }) => effectOf.get(messageId) === "crossed");
}

/** Nothing of ours that was not taken is left to look into. */
export async function clearRefusal(tx: Transaction, caseId: string): Promise<void> {
  await tx.run(
    "UPDATE trace_case SET refusal_code = NULL, refusal_field = NULL WHERE case_id = ?",
    caseId,
  );
}
