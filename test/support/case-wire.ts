import {
  foldMoves,
  judgeArrival,
  judgeNext,
  nameOf,
  nextSentAtMs,
  type RecordedMove,
  type Side,
  type TakenMove,
  type TraceState,
} from "#casework";
import { OutcomeClass, TraceMove } from "#proto";
import { NOON_MS } from "./made-moves.ts";

/** Moves of a trace after its request, by the side that makes them. */
export const MOVES_OF: Readonly<Record<Side, readonly (keyof typeof TraceMove)[]>> = {
  requested: [
    "ACKNOWLEDGEMENT",
    "REQUEST_FOR_INFORMATION",
    "INTERIM",
    "FINAL",
    "REFERRAL",
    "DELAY",
    "REFUSAL",
    "CLARIFICATION",
    "CORRECTION",
  ],
  requesting: [
    "SUPPLEMENTARY_INFORMATION",
    "CLARIFICATION_REQUEST",
    "WITHDRAWAL",
    "REMINDER",
    "OUTCOME_FEEDBACK",
    "CASE_CLOSED",
    "CASE_REOPENED",
  ],
};

/** A move with what its sender had of the other side when it made it. */
interface MadeMove extends RecordedMove {
  readonly seen: readonly string[];
}

interface End {
  /** How far its clock is off. */
  readonly skewMs: number;
  readonly known: MadeMove[];
  readonly outbox: MadeMove[];
  readonly inbox: MadeMove[];
  /** Receipts on their way to the gateway. */
  readonly receipts: { readonly messageId: string; readonly sentAtMs: number }[];
}

/**
 * One trace conversation between two States with a gateway between them. Each end knows what it
 * made and what reached it; everything else is on its way, as long as the test wants.
 */
export class CaseWire {
  readonly ends: Readonly<Record<Side, End>>;
  readonly taken: (TakenMove & MadeMove)[] = [];
  #nowMs = NOON_MS;
  #made = 0;

  constructor(skewMs: number) {
    const end = (skew: number): End => ({
      skewMs: skew,
      known: [],
      outbox: [],
      inbox: [],
      receipts: [],
    });
    this.ends = { requesting: end(0), requested: end(skewMs) };
  }

  tick(ms: number): void {
    this.#nowMs += ms;
  }

  /** Makes a move if its side may, as far as it knows; undefined when it may not. */
  make(by: Side, name: keyof typeof TraceMove, refuses: boolean): MadeMove | undefined {
    const { known, outbox, skewMs } = this.ends[by];
    const sentAtMs = nextSentAtMs(known, this.#nowMs + skewMs);
    const facts = { by, move: TraceMove[name], sentAtMs, outcomeClass: classOf(name, refuses) };
    if (!judgeNext(this.standingOf(known, sentAtMs), facts).ok) return undefined;
    const seen = known.filter((move) => move.by !== by).map(({ messageId }) => messageId);
    this.#made += 1;
    // Nobody makes two moves within a few milliseconds.
    this.tick(100);
    const move = { ...facts, messageId: `${String(this.#made).padStart(4, "0")}-${by}`, seen };
    known.push(move);
    outbox.push(move);
    return move;
  }

  /** Brings the oldest message of a side to the gateway, which judges it and passes it on. */
  toGateway(by: Side): MadeMove | undefined {
    const move = this.ends[by].outbox.shift();
    if (move === undefined) return undefined;
    const judged = judgeArrival({ openedAtMs: NOON_MS, moves: this.taken }, move);
    if (!judged.ok) throw new TypeError(`lost: ${describe(move)}: ${judged.refusal.detail}`);
    this.taken.push(move);
    this.ends[otherSide(by)].inbox.push(move);
    return move;
  }

  /** Brings one message on its way to a side there, not always the oldest. */
  toEnd(side: Side, pick: number): void {
    const { inbox, known, receipts, skewMs } = this.ends[side];
    if (inbox.length === 0) return;
    const [move] = inbox.splice(pick % inbox.length, 1);
    if (move === undefined) return;
    known.push(move);
    receipts.push({ messageId: move.messageId, sentAtMs: this.#nowMs + skewMs });
  }

  /** Brings one receipt of a side to the gateway. */
  toReceipts(side: Side, pick: number): void {
    const { receipts } = this.ends[side];
    if (receipts.length === 0) return;
    const [receipt] = receipts.splice(pick % receipts.length, 1);
    const at = this.taken.findIndex(({ messageId }) => messageId === receipt?.messageId);
    const move = this.taken[at];
    if (move !== undefined) this.taken[at] = { ...move, receiptedAtMs: receipt?.sentAtMs };
  }

  /** Brings everything where it goes. */
  settle(): void {
    for (const side of ["requesting", "requested"] as const) {
      while (this.ends[side].outbox.length > 0) this.toGateway(side);
    }
    for (const side of ["requesting", "requested"] as const) {
      while (this.ends[side].inbox.length > 0) this.toEnd(side, 0);
    }
  }

  standingOf(moves: readonly RecordedMove[], asOfMs = this.#nowMs) {
    return foldMoves(moves, { openedAtMs: NOON_MS, asOfMs });
  }

  stateAt(side: Side): TraceState {
    return this.standingOf(this.ends[side].known).state;
  }
}

/** The side that a move does not belong to. */
export function otherSide(side: Side): Side {
  return side === "requesting" ? "requested" : "requesting";
}

/** What a header would disclose. */
function classOf(name: keyof typeof TraceMove, refuses: boolean): OutcomeClass {
  if (name === "REFUSAL") return OutcomeClass.REFUSED;
  return name === "CLARIFICATION" && refuses ? OutcomeClass.REFUSED : OutcomeClass.UNSPECIFIED;
}

function describe({ by, messageId, move }: RecordedMove): string {
  return `${nameOf(TraceMove, move)} of the ${by} State (${messageId})`;
}
