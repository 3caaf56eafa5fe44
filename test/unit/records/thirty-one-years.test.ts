import { describe, expect, it } from "vitest";
import {
  DEFAULT_SCHEDULE_TEXT,
  type Hold,
  type ItemFacts,
  parseSchedule,
  planRetention,
  type RetentionSchedule,
  ScheduleHistory,
} from "#records";
import { randomFrom } from "../../support/seeded-random.ts";
import { yearsLater } from "../../support/years-later.ts";

const DAY_MS = 86_400_000;
const [BEGIN, END] = [Date.UTC(2026, 0, 1), Date.UTC(2057, 0, 1)];
const EVERY_DAYS = 28;
const NEW_UNTIL = Date.UTC(2046, 0, 1);

/** A record of the simulated store, and what the test has seen of it. */
interface Kept {
  readonly id: number;
  readonly takenUnder: number;
  readonly instruments: readonly string[];
  readonly recordedAtMs: number;
  lastMessageMs: number;
  closedAtMs: number | undefined;
  readonly deliveredAtMs: number | undefined;
  readonly holds: { fromMs: number; toMs: number | undefined }[];
  /** Parts that are still there. */
  readonly parts: Set<string>;
  /** When each part went. */
  readonly gone: Map<string, number>;
}

/** Years of the `trace` line of each version, as the versions below are written. */
const TRACE_YEARS: readonly number[] = [10, 12, 6, 8];
const ITI_YEARS: readonly number[] = [20, 20, 20, 22];
const PERSONS_YEARS: readonly number[] = [5, 5, 3, 3];
const TAKEN_AT = [BEGIN, Date.UTC(2031, 1, 28), Date.UTC(2036, 1, 29), Date.UTC(2041, 11, 31)];

function versions(): readonly RetentionSchedule[] {
  return [1, 2, 3].map((version) => {
    const text = DEFAULT_SCHEDULE_TEXT.replace(
      "minimum: P10Y",
      `minimum: P${TRACE_YEARS[version]}Y`,
    )
      .replace("minimum: P20Y", `minimum: P${ITI_YEARS[version]}Y`)
      .replace("review: P5Y", `review: P${PERSONS_YEARS[version]}Y`);
    const parsed = parseSchedule(text, version);
    if (!parsed.ok) throw new TypeError(JSON.stringify(parsed.problems));
    return parsed.value;
  });
}

/** The dates by the years of all versions since: what the engine has to come to. */
function expectedEnd(record: Kept, part: string, inForce: number): number {
  const since = (years: readonly number[]): number =>
    Math.max(...years.slice(record.takenUnder, inForce + 1));
  const closed = record.closedAtMs ?? yearsLater(record.lastMessageMs, 2);
  const isIti = record.instruments.includes("ITI");
  const own = {
    body: yearsLater(closed, since(isIti ? ITI_YEARS : TRACE_YEARS)),
    persons: yearsLater(record.recordedAtMs, since(PERSONS_YEARS)),
    key: (record.deliveredAtMs ?? Number.POSITIVE_INFINITY) + 90 * DAY_MS,
  }[part];
  const held = record.holds.map(({ toMs }) => toMs ?? Number.POSITIVE_INFINITY);
  return Math.max(own ?? 0, ...held);
}

function factsOf(record: Kept): ItemFacts {
  const { closedAtMs, deliveredAtMs, holds, lastMessageMs, parts, recordedAtMs } = record;
  const classes = { body: "trace", persons: "persons", key: "transport" } as const;
  return {
    class: "trace",
    triggers: {
      RECORDED: recordedAtMs,
      LAST_MESSAGE: lastMessageMs,
      ...(closedAtMs !== undefined && { CASE_CLOSED: closedAtMs }),
      ...(deliveredAtMs !== undefined && { DELIVERED: deliveredAtMs }),
    },
    takenUnder: record.takenUnder,
    instruments: record.instruments,
    parts: [...parts].map((name) => ({ name, class: classes[name as keyof typeof classes] })),
    holds: holds as Hold[],
  };
}

/** Lives through thirty-one years: records come, cases close, holds come and go, laws change. */
function live(seed: number) {
  const random = randomFrom(seed);
  const chance = (share: number): boolean => random() < share;
  const signed = versions();
  const history = new ScheduleHistory();
  const records: Kept[] = [];
  const early: string[] = [];
  for (let nowMs = BEGIN; nowMs < END; nowMs += EVERY_DAYS * DAY_MS) {
    const next = signed[history.current.version];
    if (next !== undefined && nowMs >= (TAKEN_AT[next.version] ?? END)) history.add(next);
    if (nowMs < NEW_UNTIL && chance(0.4)) records.push(arrive(records.length, nowMs));
    for (const record of records) if (record.parts.size > 0) pass(record, nowMs);
  }
  return { records, early, history };

  function arrive(id: number, nowMs: number): Kept {
    const recordedAtMs = nowMs + Math.floor(random() * DAY_MS);
    return {
      ...{ id, recordedAtMs, lastMessageMs: recordedAtMs, closedAtMs: undefined, holds: [] },
      takenUnder: history.current.version,
      instruments: chance(0.3) ? ["ITI"] : [],
      deliveredAtMs: chance(0.95) ? recordedAtMs + Math.floor(random() * DAY_MS) : undefined,
      parts: new Set(["body", "persons", "key"]),
      gone: new Map(),
    };
  }

  function pass(record: Kept, nowMs: number): void {
    if (record.closedAtMs === undefined && chance(0.1)) record.closedAtMs = nowMs;
    else if (record.closedAtMs !== undefined && chance(0.004)) record.closedAtMs = undefined;
    if (record.closedAtMs === undefined && chance(0.02)) record.lastMessageMs = nowMs;
    const open = record.holds.find(({ toMs }) => toMs === undefined);
    if (open === undefined && chance(0.004)) record.holds.push({ fromMs: nowMs, toMs: undefined });
    else if (open !== undefined && chance(0.04)) open.toMs = nowMs;
    dispose(record, nowMs);
  }

  function dispose(record: Kept, nowMs: number): void {
    for (const { dueAtMs, name } of planRetention(factsOf(record), history).parts) {
      const end = expectedEnd(record, name, history.current.version);
      if ((dueAtMs ?? Number.POSITIVE_INFINITY) !== end) {
        early.push(`record ${record.id} ${name}: ${dueAtMs} instead of ${end} at ${nowMs}`);
      }
      if (dueAtMs === undefined || dueAtMs > nowMs) continue;
      record.parts.delete(name);
      record.gone.set(name, nowMs);
    }
  }
}

describe("thirty-one years of records (TP-RET-2 to TP-RET-5)", () => {
  it("end on the day that the law of then says, and none is forgotten", () => {
    const { early, history, records } = live(20260101);
    expect(history.current.version).toBe(3);
    expect(early.slice(0, 3)).toEqual([]);
    const held = records.filter(({ holds }) => holds.length > 0);
    const ended = records.flatMap(({ gone }) => [...gone.keys()]);
    const count = (name: string) => ended.filter((one) => one === name).length;
    expect(
      [records.length, held.length, count("body"), count("persons")].every((n) => n > 20),
    ).toBe(true);
    const last = END - EVERY_DAYS * DAY_MS;
    const forgotten = records.flatMap((record) =>
      [...record.parts].filter((name) => expectedEnd(record, name, 3) <= last),
    );
    expect(forgotten).toEqual([]);
    // A part goes at the first look after its day, unless it was due later when that day came.
    const kept = records.filter(({ parts }) => parts.has("body"));
    for (const record of kept) expect(expectedEnd(record, "body", 3)).toBeGreaterThan(last);
  });
});
