import {
  AlertKind,
  AlertMove,
  ExchangeStatus,
  Kind,
  type MonitorEvent,
  OutcomeClass,
  Priority,
  RefusalCode,
  TraceMove,
} from "#proto";
import { isStateCode } from "#reference";
import { hourOf } from "../periods.ts";
import { nameOf } from "./cuts.ts";

/** Why an event is kept and not counted (TP-MON-5). */
export const EVENT_REFUSALS = {
  EVENT_REPEATED: "An event of the same place in the log was told before.",
  EVENT_IN_FUTURE: "It was recorded after the message that tells of it was made.",
  EVENT_MALFORMED: "Its salt or its numbers are none.",
  STATE_UNKNOWN: "It names a State that ISO 3166-1 does not know.",
  VALUE_UNKNOWN: "It holds a value that this version does not know.",
} as const satisfies Record<string, string>;

/** One of {@link EVENT_REFUSALS}. */
export type EventRefusal = keyof typeof EVENT_REFUSALS;

const SALT_BYTES = 16;
const TENTH_MAX = 10;
/** No case waits longer than a century. */
const HOURS_MAX = 876_600;

/** What speaks against counting an event; undefined: nothing. */
export function checkEvent(event: MonitorEvent, madeAtMs: number): EventRefusal | undefined {
  if (event.recordedHour > hourOf(madeAtMs)) return "EVENT_IN_FUTURE";
  if (!isWellFormed(event)) return "EVENT_MALFORMED";
  const states = [event.fromState, event.toState];
  if (!states.every((state) => state === "" || isStateCode(state))) return "STATE_UNKNOWN";
  return isKnown(event) ? undefined : "VALUE_UNKNOWN";
}

function isWellFormed(event: MonitorEvent): boolean {
  const { completenessTenth, endedRequestHour, hoursSinceRequest = 0, logIndex, salt } = event;
  return (
    salt.length === SALT_BYTES &&
    logIndex <= BigInt(Number.MAX_SAFE_INTEGER) &&
    completenessTenth <= TENTH_MAX &&
    hoursSinceRequest <= HOURS_MAX &&
    endedRequestHour <= event.recordedHour
  );
}

function isKnown(event: MonitorEvent): boolean {
  return (
    event.kind !== Kind.UNSPECIFIED &&
    event.status !== ExchangeStatus.UNSPECIFIED &&
    nameOf(Kind, event.kind) !== undefined &&
    nameOf(ExchangeStatus, event.status) !== undefined &&
    nameOf(Priority, event.priority) !== undefined &&
    nameOf(TraceMove, event.move) !== undefined &&
    nameOf(OutcomeClass, event.outcomeClass) !== undefined &&
    nameOf(AlertMove, event.alertMove) !== undefined &&
    nameOf(AlertKind, event.alertKind) !== undefined &&
    nameOf(RefusalCode, event.code) !== undefined
  );
}
