import {
  AlertKind,
  AlertMove,
  Kind,
  type MonitorEvent,
  OutcomeClass,
  Priority,
  RefusalCode,
  TraceMove,
} from "#proto";

/** One measure with one dimension, of which sums are kept (TP-MON-6). */
export interface Cut {
  /** As the store has it; never given to another one. */
  readonly id: number;
  readonly measure: string;
  /** Name of the dimension; MEMBER of the pair: the State it went to. */
  readonly dimension: string;
  readonly unit: "MESSAGES" | "CASES";
  /** Whether an event counts, and under which key. */
  keyOf(event: MonitorEvent): string | undefined;
}

/** Hours of which histograms are kept (TP-MON-8). */
export interface HoursCut {
  readonly id: number;
  readonly measure: string;
  isOf(event: MonitorEvent): boolean;
}

const isTrace = (event: MonitorEvent): boolean =>
  event.kind === Kind.TRACE_REQUEST && event.move === TraceMove.REQUEST;

/** What answers a request (docs/spec/moves.md), as releases of the gateway count it. */
const ANSWERS: readonly TraceMove[] = [TraceMove.FINAL, TraceMove.REFERRAL];
/** What says what came of it. */
const OUTCOMES: readonly TraceMove[] = [...ANSWERS, TraceMove.REFUSAL];
/** What the State that asked ends its request with. */
const OF_ASKING: readonly TraceMove[] = [TraceMove.WITHDRAWAL, TraceMove.CASE_CLOSED];

/** Whether an event that ends a request is of the State that asked. */
export function isOfAsking({ move }: MonitorEvent): boolean {
  return OF_ASKING.includes(move);
}

/** Whether an event opens a wait. */
export const isRequest = isTrace;

/** The cut that every message that was accepted counts in. */
export const MESSAGES_BY_KIND = 1;

/** Every cut; a refused message counts as such and nowhere else. */
export const CUTS: readonly Cut[] = [
  cut(MESSAGES_BY_KIND, "MESSAGES", "KIND", "MESSAGES", ({ kind }) => nameOf(Kind, kind)),
  cut(2, "MESSAGES", "PRIORITY", "MESSAGES", ({ priority }) => nameOf(Priority, priority)),
  cut(3, "MESSAGES", "TO", "MESSAGES", ({ toState }) => toState),
  cut(4, "TRACE_REQUESTS", "PRIORITY", "CASES", (event) =>
    isTrace(event) ? nameOf(Priority, event.priority) : undefined,
  ),
  cut(5, "TRACE_REQUESTS", "TO", "CASES", (event) => (isTrace(event) ? event.toState : undefined)),
  cut(6, "TRACE_REQUESTS", "COMPLETENESS", "CASES", (event) =>
    isTrace(event) ? tenthText(event.completenessTenth) : undefined,
  ),
  cut(7, "TRACE_REQUESTS", "CHAIN_LENGTH", "CASES", (event) =>
    isTrace(event) ? String(event.chainLength) : undefined,
  ),
  cut(8, "TRACE_MOVES", "MOVE", "MESSAGES", ({ move }) => named(TraceMove, move)),
  cut(9, "OUTCOMES", "OUTCOME", "CASES", (event) =>
    OUTCOMES.includes(event.move) ? named(OutcomeClass, event.outcomeClass) : undefined,
  ),
  cut(10, "ALERTS", "ALERT_KIND", "MESSAGES", ({ alertKind, alertMove }) =>
    alertMove === AlertMove.ALERT ? nameOf(AlertKind, alertKind) : undefined,
  ),
  cut(11, "ALERT_MOVES", "ALERT_MOVE", "MESSAGES", (event) => named(AlertMove, event.alertMove)),
  {
    ...cut(12, "REFUSALS", "CODE", "MESSAGES", () => undefined),
    keyOf: ({ code }) => named(RefusalCode, code),
  },
];

/** Every histogram. */
export const HOURS_CUTS: readonly HoursCut[] = [
  {
    id: 101,
    measure: "HOURS_TO_ACKNOWLEDGE",
    isOf: ({ move }) => move === TraceMove.ACKNOWLEDGEMENT,
  },
  { id: 102, measure: "HOURS_TO_ANSWER", isOf: ({ move }) => ANSWERS.includes(move) },
  { id: 103, measure: "HOURS_TO_REFUSE", isOf: ({ move }) => move === TraceMove.REFUSAL },
];

function cut(
  id: number,
  measure: string,
  dimension: string,
  unit: Cut["unit"],
  keyOf: Cut["keyOf"],
): Cut {
  const keyOfAccepted: Cut["keyOf"] = (event) =>
    event.code === RefusalCode.UNSPECIFIED ? keyOf(event) : undefined;
  return { id, measure, dimension, unit, keyOf: keyOfAccepted };
}

type Enum = Readonly<Record<string, number>>;
const namesOf = new WeakMap<Enum, ReadonlyMap<number, string>>();

/** Name of a value without its prefix, UNSPECIFIED included; undefined for one not known here. */
export function nameOf(values: Enum, value: number): string | undefined {
  let names = namesOf.get(values);
  if (names === undefined) {
    names = new Map(Object.entries(values).map(([name, number]) => [number, name]));
    namesOf.set(values, names);
  }
  return names.get(value);
}

/** The same of what is said. */
function named(values: Enum, value: number): string | undefined {
  return value === 0 ? undefined : nameOf(values, value);
}

/** Tenths as a share: 10 of ten is 1.0; not told is said so. */
function tenthText(tenth: number): string {
  return tenth === 0 ? "NOT_TOLD" : (tenth / 10).toFixed(1);
}
