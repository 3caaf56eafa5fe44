import { AlertKind, AlertMove, Kind, OutcomeClass, TraceMove } from "#proto";

/** A message that is to be sent, and what it says. */
export interface PlannedMove {
  readonly atMs: number;
  readonly kind: Kind;
  readonly move: TraceMove;
  readonly outcomeClass: OutcomeClass;
  readonly alertMove: AlertMove;
  readonly alertKind: AlertKind;
  readonly recipients: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** What follows a request, with the shares of all cases in which it does. */
const SHARES = {
  acknowledged: 0.95,
  asksMore: 0.12,
  interim: 0.2,
  final: 0.82,
  referral: 0.04,
  refusal: 0.05,
  feedback: 0.3,
  closed: 0.4,
  withdrawn: 0.2,
};

/** What a final answer says, as often as it does. */
const { ESTABLISHED, NOT_ESTABLISHED, ONWARD, OUT_OF_SCOPE } = OutcomeClass;
const FOUND: readonly OutcomeClass[] = [
  ...[ESTABLISHED, ESTABLISHED, ESTABLISHED, ONWARD],
  ...[NOT_ESTABLISHED, NOT_ESTABLISHED, OUT_OF_SCOPE],
];

/** Days without an answer after which who asked reminds. */
const REMINDED_AFTER_DAYS = 30;

/** Moves that follow a request that was recorded at a time, in the order in which they are sent. */
export function casePlan(atMs: number, random: () => number): PlannedMove[] {
  const moves: PlannedMove[] = [];
  const say = (ms: number, kind: Kind, move: TraceMove, outcomeClass: OutcomeClass = 0): void => {
    const nothing = { alertMove: AlertMove.UNSPECIFIED, alertKind: AlertKind.UNSPECIFIED };
    moves.push({ ...nothing, atMs: atMs + ms, kind, move, outcomeClass, recipients: 1 });
  };
  const reply = (ms: number, move: TraceMove, outcome?: OutcomeClass): void =>
    say(ms, Kind.TRACE_REPLY, move, outcome);
  const follow = (ms: number, move: TraceMove): void => say(ms, Kind.TRACE_FOLLOW_UP, move);
  const acknowledgedMs = random() ** 3 * 72 * HOUR_MS;
  if (random() < SHARES.acknowledged) reply(acknowledgedMs, TraceMove.ACKNOWLEDGEMENT);
  // Most within weeks, some after months.
  const answeredMs = acknowledgedMs + (random() ** 2 * 40 + random() ** 12 * 120) * DAY_MS;
  if (random() < SHARES.asksMore) {
    reply(acknowledgedMs + answeredMs * 0.2, TraceMove.REQUEST_FOR_INFORMATION);
    follow(acknowledgedMs + answeredMs * 0.4, TraceMove.SUPPLEMENTARY_INFORMATION);
  }
  if (random() < SHARES.interim) reply(acknowledgedMs + answeredMs * 0.5, TraceMove.INTERIM);
  const chance = random();
  const { final, referral, refusal } = SHARES;
  if (chance < final) {
    reply(answeredMs, TraceMove.FINAL, FOUND[Math.floor(random() * FOUND.length)]);
  } else if (chance < final + referral) {
    reply(answeredMs, TraceMove.REFERRAL, OutcomeClass.ONWARD);
  } else if (chance < final + referral + refusal) {
    reply(answeredMs, TraceMove.REFUSAL, OutcomeClass.REFUSED);
  } else if (random() < SHARES.withdrawn) {
    follow((REMINDED_AFTER_DAYS + random() * 60) * DAY_MS, TraceMove.WITHDRAWAL);
    return moves;
  } else {
    follow((REMINDED_AFTER_DAYS + random() * 2) * DAY_MS, TraceMove.REMINDER);
    return moves;
  }
  if (answeredMs > REMINDED_AFTER_DAYS * DAY_MS) {
    follow(REMINDED_AFTER_DAYS * DAY_MS, TraceMove.REMINDER);
  }
  const later = answeredMs + random() * 60 * DAY_MS;
  if (random() < SHARES.feedback) follow(later, TraceMove.OUTCOME_FEEDBACK);
  if (random() < SHARES.closed) follow(later + random() * 10 * DAY_MS, TraceMove.CASE_CLOSED);
  return moves;
}
