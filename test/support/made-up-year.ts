import {
  AlertKind,
  AlertMove,
  ExchangeStatus,
  Kind,
  OutcomeClass,
  Priority,
  RefusalCode,
  TraceMove,
} from "#proto";
import { isIsoAlpha2 } from "#reference";
import type { CountedRecord, CountedRequest } from "../../gateway/store/monitor/counted-record.ts";
import { casePlan, type PlannedMove } from "./made-up-case.ts";
import { randomFrom } from "./seeded-random.ts";
import { YearCalendar } from "./year-calendar.ts";

/** What a year is made from; the same plan gives the same year. */
export interface YearPlan {
  readonly seed: number;
  /** About so many messages. */
  readonly messages: number;
  readonly states: number;
  readonly year: number;
}

/** A message under way, before it is recorded. */
interface Planned extends PlannedMove {
  readonly from: string;
  readonly to: string;
  readonly request: CountedRequest | undefined;
  readonly status: ExchangeStatus;
  readonly priority: Priority;
}

const MINUTE_MS = 60_000;
/** Messages that come of one start, on average: a case, an alert with its responses, a notice. */
const OF_A_START = 4.55;
const ALERT_SHARE = 0.08;
const NOTICE_SHARE = 0.03;
const REFUSED_SHARE = 0.01;
const REFUSED_AGAIN_MS = 15 * MINUTE_MS;
/** Share of messages to a State of the same region. */
const NEAR_SHARE = 0.65;
const REGION_STATES = 20;

/** State codes in their order. */
export function stateCodes(count: number): string[] {
  const letters = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
  const codes = letters.flatMap((one) => letters.map((other) => `${one}${other}`));
  return codes.filter(isIsoAlpha2).slice(0, count);
}

/**
 * Records of a made-up year in the order of the log, one minute after the other: few States send
 * much and most little, mostly within their region; days and weeks have their rhythm in the time of
 * the sender; some hours are bursts; States and the whole exchange are without a line for a while,
 * and send what has waited afterwards. Nothing but what is still to come is kept.
 */
export class MadeUpYear {
  readonly states: readonly string[];
  readonly #random: () => number;
  readonly #calendar: YearCalendar;
  readonly #weights: readonly number[];
  readonly #due = new Map<number, Planned[]>();
  readonly #starts: number;
  #id = 0;
  /** What is planned is recorded from here on. */
  #earliestMs = 0;

  constructor({ messages, seed, states, year }: YearPlan) {
    this.states = stateCodes(states);
    this.#random = randomFrom(seed);
    this.#starts = messages / OF_A_START;
    this.#calendar = new YearCalendar({ states: this.states, starts: this.#starts, year }, () =>
      this.#random(),
    );
    this.#weights = this.states.map(() => this.#random() ** 4 + 0.002);
  }

  /** Records of each minute in which there are any. */
  *minutes(): Generator<readonly CountedRecord[]> {
    const { endMs, startMs } = this.#calendar;
    for (let minuteMs = startMs; minuteMs < endMs; minuteMs += MINUTE_MS) {
      this.#earliestMs = minuteMs;
      this.#begin(minuteMs);
      this.#earliestMs = minuteMs + MINUTE_MS;
      const due = this.#due.get(minuteMs);
      if (due === undefined) continue;
      this.#due.delete(minuteMs);
      const records = due
        .toSorted((one, other) => one.atMs - other.atMs)
        .flatMap((planned) => this.#record(planned) ?? []);
      if (records.length > 0) yield records;
    }
  }

  /** Cases, alerts and notices that begin in a minute. */
  #begin(minuteMs: number): void {
    const { endMs, peak, startMs } = this.#calendar;
    const mean = (this.#starts * peak * MINUTE_MS) / (endMs - startMs);
    const count = Math.floor(mean) + (this.#random() < mean % 1 ? 1 : 0);
    for (let n = 0; n < count; n += 1) {
      const from = this.#anyState();
      const share = this.#calendar.busy(minuteMs, from) / peak;
      if (this.#random() < share) this.#start(minuteMs, from);
    }
    for (const from of this.#calendar.startsIn(minuteMs)) this.#start(minuteMs, from);
  }

  #start(minuteMs: number, from: string): void {
    const atMs = minuteMs + Math.floor(this.#random() * MINUTE_MS);
    const chance = this.#random();
    const { ACTUAL, EXERCISE, TEST } = ExchangeStatus;
    const status = this.#pick<ExchangeStatus>([0.97, ACTUAL], [0.02, EXERCISE], [0.01, TEST]);
    const about = { atMs, from, status };
    if (chance < ALERT_SHARE) this.#startAlert(about);
    else if (chance < ALERT_SHARE + NOTICE_SHARE) {
      const notice = { ...NOTHING_SAID, kind: Kind.NOTICE, priority: Priority.ROUTINE };
      this.#plan({ ...notice, ...about, to: this.#partnerOf(from), request: undefined });
    } else {
      const priority = this.#pick<Priority>(
        [0.75, Priority.ROUTINE],
        [0.2, Priority.PRIORITY],
        [0.05, Priority.URGENT],
      );
      const request = { ...NOTHING_SAID, kind: Kind.TRACE_REQUEST, move: TraceMove.REQUEST };
      const to = this.#partnerOf(from);
      this.#plan({ ...request, ...about, priority, to, request: undefined });
    }
  }

  #startAlert(about: {
    readonly atMs: number;
    readonly from: string;
    status: ExchangeStatus;
  }): void {
    const alertKind = ALERT_KINDS[Math.floor(this.#random() * ALERT_KINDS.length)] ?? 1;
    const to = this.#regionOf(about.from).filter((state) => state !== about.from);
    const said = { ...NOTHING_SAID, alertKind, priority: Priority.PRIORITY, request: undefined };
    const alert = { ...said, ...about, kind: Kind.ALERT, to: "", recipients: to.length };
    this.#plan({ ...alert, alertMove: AlertMove.ALERT });
    for (const [share, alertMove] of [
      [0.1, AlertMove.UPDATE],
      [0.05, AlertMove.CANCEL],
    ] as const) {
      if (this.#random() > share) continue;
      this.#plan({ ...alert, alertMove, atMs: about.atMs + this.#random() ** 2 * 20 * DAY_MS });
    }
    for (const state of to) {
      if (this.#random() > 0.45) continue;
      const alertMove = this.#random() < 0.03 ? AlertMove.HIT : AlertMove.ACKNOWLEDGEMENT;
      const atMs = about.atMs + this.#random() ** 3 * 5 * DAY_MS;
      const response = { ...said, ...about, kind: Kind.ALERT_RESPONSE, alertMove };
      this.#plan({ ...response, alertKind: 0, from: state, to: about.from, atMs });
    }
  }

  /** Puts a message on its way; it is recorded once its sender has a line. */
  #plan(planned: Planned): void {
    const carriedMs = Math.floor(this.#calendar.recordedAt(planned.atMs, planned.from));
    const atMs = Math.max(carriedMs, this.#earliestMs);
    const minuteMs = atMs - (atMs % MINUTE_MS);
    if (minuteMs >= this.#calendar.endMs) return;
    const known = this.#due.get(minuteMs);
    const moved = { ...planned, atMs };
    if (known === undefined) this.#due.set(minuteMs, [moved]);
    else known.push(moved);
  }

  #record(planned: Planned): CountedRecord | undefined {
    this.#id += 1 + Math.floor(this.#random() * 3);
    const { atMs, from, move, request, to } = planned;
    const isRefused = this.#random() < REFUSED_SHARE;
    const isRequest = move === TraceMove.REQUEST && !isRefused;
    const chain = 1 + Math.floor(this.#random() ** 3 * 5);
    const record: CountedRecord = {
      ...{ id: this.#id, kind: planned.kind, status: planned.status, priority: planned.priority },
      code: isRefused ? this.#refusal() : RefusalCode.UNSPECIFIED,
      ...{ recordedAtMs: atMs, move, outcomeClass: planned.outcomeClass },
      ...{ alertMove: planned.alertMove, alertKind: planned.alertKind },
      completenessTenth: isRequest ? Math.floor(this.#random() ** 0.5 * 11) : 0,
      ...{ fromState: from, toState: to, recipients: planned.recipients, conversationId: "" },
      chainLength: isRequest ? chain : 0,
      request: isRefused ? undefined : request,
    };
    if (isRefused) this.#plan({ ...planned, atMs: atMs + REFUSED_AGAIN_MS });
    else if (isRequest) this.#planCase(record);
    return record;
  }

  /** What becomes of a request. */
  #planCase({ fromState, id, priority, recordedAtMs, status, toState }: CountedRecord): void {
    const asked = { asking: fromState, asked: toState, recordedAtMs, status, priority, id };
    for (const move of casePlan(recordedAtMs, () => this.#random())) {
      const isReply = move.kind === Kind.TRACE_REPLY;
      const [from, to] = isReply ? [toState, fromState] : [fromState, toState];
      const atMs = this.#calendar.inOffice(move.atMs, from);
      this.#plan({ ...move, atMs, from, to, status, priority, request: asked });
    }
  }

  #refusal(): RefusalCode {
    const codes = [RefusalCode.CLOCK_SKEW, RefusalCode.NOT_YOUR_MOVE, RefusalCode.NOT_PERMITTED];
    return codes[Math.floor(this.#random() * codes.length)] ?? RefusalCode.CLOCK_SKEW;
  }

  /** One of them by its share; the first where they are fewer than all. */
  #pick<T>(first: Choice<T>, ...others: readonly Choice<T>[]): T {
    let left = this.#random();
    for (const [share, value] of [first, ...others]) {
      left -= share;
      if (left < 0) return value;
    }
    return first[1];
  }

  #anyState(among = this.states): string {
    for (;;) {
      const at = Math.floor(this.#random() * among.length);
      const state = among[at] ?? "";
      if (this.#random() < (this.#weights[this.states.indexOf(state)] ?? 0)) return state;
    }
  }

  #partnerOf(from: string): string {
    for (;;) {
      const near = this.#regionOf(from);
      const to = this.#random() < NEAR_SHARE ? this.#anyState(near) : this.#anyState();
      if (to !== from) return to;
    }
  }

  #regionOf(state: string): readonly string[] {
    const first = Math.floor(this.states.indexOf(state) / REGION_STATES) * REGION_STATES;
    return this.states.slice(first, first + REGION_STATES);
  }
}

const DAY_MS = 86_400_000;

type Choice<T> = readonly [share: number, value: T];

const ALERT_KINDS = Object.values(AlertKind).filter((kind) => kind !== AlertKind.UNSPECIFIED);

/** What a message says that says nothing of a case or an alert. */
const NOTHING_SAID = {
  ...{ move: TraceMove.UNSPECIFIED, outcomeClass: OutcomeClass.UNSPECIFIED, recipients: 1 },
  ...{ alertMove: AlertMove.UNSPECIFIED, alertKind: AlertKind.UNSPECIFIED },
};
