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
import { hourAt, monitorEvent } from "./made-feed.ts";
import { randomFrom } from "./seeded-random.ts";

const STATES = ["NE", "NG", "KE", "BR", "AT", ""] as const;
const STATUSES = [ExchangeStatus.ACTUAL, ExchangeStatus.ACTUAL, ExchangeStatus.EXERCISE] as const;

/** Events of so many cases and alerts from a day on, in the order of the log, each place once. */
export function madeUpCases(count: number, from: string, seed: number): MonitorEvent[] {
  const random = randomFrom(seed);
  const below = (max: number): number => Math.floor(random() * max);
  const oneOf = <T>(values: readonly T[]): T => values[below(values.length)] as T;
  const events: Omit<MonitorEvent, "logIndex" | "salt">[] = [];
  const first = hourAt(from);
  for (let n = 0; n < count; n += 1) {
    const [asking, asked] = [oneOf(STATES), oneOf(STATES)];
    const status = oneOf(STATUSES);
    const priority = oneOf(PRIORITIES);
    const requestHour = first + below(24 * 200);
    const add = (hour: number, change: Partial<MonitorEvent>): void => {
      const { logIndex: _index, salt: _salt, ...event } = monitorEvent({ logIndex: 0n });
      events.push({ ...event, status, priority, recordedHour: hour, chainLength: 0, ...change });
    };
    const of = (hour: number) => ({ fromState: asked, toState: asking, hoursSinceRequest: hour });
    if (below(5) === 0) {
      const alert = {
        kind: Kind.ALERT,
        move: TraceMove.UNSPECIFIED,
        fromState: asking,
        toState: "",
      };
      add(requestHour, { ...alert, alertMove: AlertMove.ALERT, alertKind: oneOf(ALERTS) });
      const answer = { kind: Kind.ALERT_RESPONSE, move: TraceMove.UNSPECIFIED };
      const move = oneOf([AlertMove.ACKNOWLEDGEMENT, AlertMove.HIT]);
      add(requestHour + 3, { ...answer, fromState: asked, toState: asking, alertMove: move });
      continue;
    }
    const tenths = { completenessTenth: below(11), chainLength: 1 + below(4) };
    const request = { fromState: asking, toState: asked, ...tenths };
    if (below(9) === 0) {
      add(requestHour, { ...request, code: oneOf(CODES) });
      continue;
    }
    add(requestHour, request);
    const waited = below(90);
    const reply = { kind: Kind.TRACE_REPLY, chainLength: 0 };
    if (below(4) > 0) {
      add(requestHour + waited, { ...reply, move: TraceMove.ACKNOWLEDGEMENT, ...of(waited) });
    }
    const hours = waited + below(1_500);
    const end = { endedRequestHour: requestHour, chainLength: 0 };
    const choice = below(6);
    if (choice < 4) {
      const [move, outcomeClass] = oneOf(ENDS);
      add(requestHour + hours, { ...reply, ...end, move, outcomeClass, ...of(hours) });
      // Reopened and answered again: it ends nothing more.
      if (choice === 0 && move === TraceMove.FINAL) {
        add(requestHour + hours + 9, { ...reply, move, outcomeClass, ...of(hours + 9) });
      }
    } else if (choice === 4) {
      const back = { kind: Kind.TRACE_FOLLOW_UP, move: TraceMove.WITHDRAWAL };
      add(requestHour + hours, { ...back, ...end, fromState: asking, toState: asked });
    }
  }
  return events
    .toSorted((one, other) => one.recordedHour - other.recordedHour)
    .map((event, index) => monitorEvent({ ...event, logIndex: BigInt(index) }));
}

const ALERTS = [AlertKind.WANTED_FIREARM, AlertKind.LOST_STOLEN_CONSIGNMENT] as const;
const PRIORITIES = [Priority.ROUTINE, Priority.URGENT] as const;
const CODES = [RefusalCode.CLOCK_SKEW, RefusalCode.BODY_INVALID] as const;
const ENDS = [
  [TraceMove.FINAL, OutcomeClass.ESTABLISHED],
  [TraceMove.FINAL, OutcomeClass.NOT_ESTABLISHED],
  [TraceMove.REFERRAL, OutcomeClass.ONWARD],
  [TraceMove.REFUSAL, OutcomeClass.REFUSED],
] as const;
