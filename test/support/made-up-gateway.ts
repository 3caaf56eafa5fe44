import { DailyCountsShare, ExchangeStatus, MonitorEvent, PeriodLength, RecordCount } from "#proto";
import { MONITOR_FEED_LIMITS } from "#runtime";
import { dayName, dayOf, monitorEventsDigest, sumRecordCounts } from "#statistics";
import { encodeMessage, sha256 } from "#wire";
import { type CountedRecord, closingOf } from "../../gateway/store/monitor/counted-record.ts";
import { appendFeed, type FeedDraft } from "../../gateway/store/monitor/feed-chain.ts";
import { eventFor, type FedMonitor, isShownTo } from "../../gateway/store/monitor/monitor-event.ts";
import { MONITOR_SQL } from "../../gateway/store/monitor/monitor-tables.ts";
import { MONITOR } from "./made-feed.ts";
import { makeRelease } from "./made-release.ts";
import { MadeUpYear, type YearPlan } from "./made-up-year.ts";
import { openMemoryTransaction } from "./memory-transaction.ts";
import { randomFrom } from "./seeded-random.ts";
import { kindName, lineOf } from "./year-log.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;
/** Hours for which the gateway counts nothing, and feeds what it records only afterwards. */
const LATE_HOURS = [5, 24, 72];
/** Shares of States that consent to be named. */
const NAMED_SHARE = 0.93;
/** Of a month, on this day of the next one. */
const RELEASE_DAY = 15;
const BODY = { body: "ECOWAS", members: 15 };

/** A message of the feed of a made-up year. */
export interface YearFeed {
  /** As the gateway sends it. */
  readonly feed: Uint8Array;
  readonly madeAtMs: number;
  /** How many it tells. */
  readonly events: number;
  /** What was recorded and is told by it, or by none: lines of the log of the year. */
  readonly lines: readonly string[];
}

/** Makes what the gateway feeds a monitor of a made-up year, by functions of the gateway. */
export class MadeUpGateway {
  readonly #year: MadeUpYear;
  readonly #plan: YearPlan;
  readonly #monitor: FedMonitor;
  readonly #tx = openMemoryTransaction("CREATE TABLE messages (id INTEGER) STRICT;", MONITOR_SQL);
  readonly #late: readonly { readonly fromMs: number; readonly untilMs: number }[];
  readonly #waiting: CountedRecord[] = [];
  #day: FedDay | undefined;
  #month: Record<string, Record<string, number>> = {};

  constructor(plan: YearPlan) {
    this.#plan = plan;
    this.#year = new MadeUpYear(plan);
    const random = randomFrom(plan.seed + 1);
    const states = this.#year.states.filter(() => random() < NAMED_SHARE);
    this.#monitor = { id: MONITOR, states };
    this.#late = LATE_HOURS.map((hours) => {
      const fromMs = Date.UTC(plan.year, 0) + random() * 350 * DAY_MS;
      return { fromMs, untilMs: fromMs + (hours * DAY_MS) / 24 };
    });
  }

  /** States that are named. */
  get named(): readonly string[] {
    return this.#monitor.states;
  }

  /** Every message of the feed, the last day of the year closed. */
  async *feeds(): AsyncGenerator<YearFeed> {
    for (const records of this.#year.minutes()) {
      const first = records[0]?.recordedAtMs ?? 0;
      const nowMs = first - (first % MINUTE_MS) + MINUTE_MS;
      if (this.#waiting.length > 0 && !this.#isLate(nowMs)) yield* this.#tell(nowMs);
      for (const record of records) this.#waiting.push(record);
      if (!this.#isLate(nowMs)) yield* this.#tell(nowMs);
    }
    const endMs = Date.UTC(this.#plan.year + 1, 0) + MINUTE_MS;
    yield* this.#tell(endMs);
    yield* this.#closeDay(endMs);
    this.#tx[Symbol.dispose]();
  }

  #isLate(nowMs: number): boolean {
    return this.#late.some(({ fromMs, untilMs }) => nowMs >= fromMs && nowMs < untilMs);
  }

  /** What was recorded since the gateway looked last, in steps of its own; a day at a time. */
  async *#tell(nowMs: number): AsyncGenerator<YearFeed> {
    while (this.#waiting.length > 0) {
      const day = dayOf(this.#waiting[0]?.recordedAtMs ?? 0);
      if (this.#day !== undefined && this.#day.day !== day) yield* this.#closeDay(nowMs);
      this.#day ??= { day, digests: [], counts: [], lastIndex: 0 };
      const found = this.#waiting.findIndex(({ recordedAtMs }) => dayOf(recordedAtMs) !== day);
      const ofDay = found === -1 ? this.#waiting.length : found;
      const records = this.#waiting.splice(0, Math.min(ofDay, MONITOR_FEED_LIMITS.stepRecords));
      yield await this.#tellRecords(this.#day, records, nowMs);
    }
  }

  async #tellRecords(day: FedDay, records: CountedRecord[], nowMs: number): Promise<YearFeed> {
    const shown = records.filter((record) => isShownTo(record, this.#monitor));
    const events: MonitorEvent[] = [];
    for (const record of shown) {
      const salt = sha256(Buffer.from(`${this.#plan.seed} ${record.id}`)).subarray(0, 16);
      const isEnd = (await closingOf(this.#tx, record)).length > 0;
      const detail = { salt, ended: isEnd ? record.request : undefined };
      events.push(eventFor(record, this.#monitor, detail));
    }
    for (const event of events) {
      day.digests.push(sha256(encodeMessage(MonitorEvent, event)));
      const { code, fromState, kind, logIndex, status } = event;
      day.counts.push(RecordCount.create({ kind, status, code, records: 1n }));
      day.lastIndex = Number(logIndex);
      if (status !== ExchangeStatus.ACTUAL || code !== 0) continue;
      if (!this.#members.includes(fromState)) continue;
      const name = kindName(kind);
      const byState = this.#month[name] ?? {};
      byState[fromState] = (byState[fromState] ?? 0) + 1;
      this.#month[name] = byState;
    }
    day.counts = sumRecordCounts(day.counts);
    const lines = records.map((record) => lineOf(record, nowMs));
    const content = { $case: "events", value: { events } } as const;
    const feed = await this.#append(content, nowMs);
    return { feed, madeAtMs: nowMs, events: events.length, lines };
  }

  get #members(): readonly string[] {
    return this.#monitor.states.slice(0, BODY.members);
  }

  /** The share of a day that is over, and what is released on the day that begins. */
  async *#closeDay(nowMs: number): AsyncGenerator<YearFeed> {
    const closed = this.#day;
    this.#day = undefined;
    if (closed === undefined) return;
    const counts = sumRecordCounts(closed.counts);
    const share = DailyCountsShare.create({
      ...{ day: dayName(closed.day), salt: new Uint8Array(16), counts },
      logIndex: BigInt(closed.lastIndex + 1),
      events: counts.reduce((sum, { records }) => sum + records, 0n),
      eventsDigest: monitorEventsDigest(closed.digests),
    });
    const content = { $case: "counts", value: share } as const;
    yield { feed: await this.#append(content, nowMs), madeAtMs: nowMs, events: 0, lines: [] };
    const date = new Date((closed.day + 1) * DAY_MS);
    if (date.getUTCDate() === RELEASE_DAY && date.getUTCMonth() > 0) {
      yield { feed: await this.#release(date, nowMs), madeAtMs: nowMs, events: 0, lines: [] };
    }
    await this.#tx.run("DELETE FROM monitor_feed WHERE made_at < ?", nowMs - DAY_MS);
  }

  async #release(date: Date, nowMs: number): Promise<Uint8Array> {
    const length = PeriodLength.MONTH;
    const period = new Date(date.getTime() - 20 * DAY_MS).toISOString().slice(0, 7);
    const about = { length, period, vintage: 1, releasedOn: date.toISOString().slice(0, 10) };
    const of = { body: BODY.body, members: this.#members, status: ExchangeStatus.ACTUAL };
    const table = { name: "MESSAGES_BY_KIND", measure: "MESSAGES", dimension: "KIND" };
    const tables = [{ ...table, counts: this.#month }];
    const counted = { tables, times: [], pairs: {}, reporting: this.#members };
    this.#month = {};
    const { release } = makeRelease({ ...about, ...of, named: null }, counted, []);
    return await this.#append({ $case: "release", value: release }, nowMs);
  }

  async #append(content: FeedDraft["content"], nowMs: number): Promise<Uint8Array> {
    const draft = { monitor: MONITOR, nowMs, registerVersion: 1, content };
    const number = await appendFeed(this.#tx, draft);
    const row = await this.#tx.get<{ feed: Uint8Array }>(
      "SELECT feed FROM monitor_feed WHERE monitor = ? AND number = ?",
      ...[MONITOR, number],
    );
    return row?.feed ?? new Uint8Array();
  }
}

interface FedDay {
  readonly day: number;
  readonly digests: Uint8Array[];
  counts: RecordCount[];
  lastIndex: number;
}
