import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import type { WorkingCalendar } from "#casework";
import { DelayNotice, OutcomeClass, Priority, RefusalGround, TraceMove, TraceReply } from "#proto";
import { findCase, moveCase } from "../../../services/focal-point/cases/case-record.ts";
import {
  hasUnsettledClocks,
  settleClocks,
} from "../../../services/focal-point/clocks/clock-record.ts";
import {
  clockSettings,
  setCalendar,
  setTargets,
} from "../../../services/focal-point/clocks/clock-settings.ts";
import {
  ageingByState,
  countOverdue,
  listOverdue,
  overduePages,
  overdueQuery,
} from "../../../services/focal-point/clocks/overdue.ts";
import { addMove } from "../../../services/focal-point/moves/move-record.ts";
import { move, openCaseStore, putCase } from "../../support/case-store.ts";
import type { MemoryTransaction } from "../../support/memory-transaction.ts";

const DAY_MS = 86_400_000;
const START_MS = Date.UTC(2026, 2, 2, 9);
const VIENNA: WorkingCalendar = {
  timeZone: "Europe/Vienna",
  weekend: ["SATURDAY", "SUNDAY"],
  holidays: [],
};

let tx: MemoryTransaction;

beforeEach(() => {
  tx = openCaseStore();
});

const settle = async (): Promise<void> => {
  while (await hasUnsettledClocks(tx, undefined)) await settleClocks(tx, { limit: 2 });
};
const dueOf = async (caseId: string) => {
  const found = await findCase(tx, caseId);
  return [found?.acknowledgeByMs, found?.answerByMs].map((ms) =>
    ms == null ? null : (ms - START_MS) / DAY_MS,
  );
};
const overdue = (afterDays: number, filter = {}) =>
  listOverdue(tx, { nowMs: START_MS + afterDays * DAY_MS, limit: 100, ...filter });
const act = { actor: "supervisor", nowMs: START_MS };

describe("the clock of a case (TP-CLOCK-4, TP-CLOCK-8)", () => {
  test("is reckoned from the delivery, by the priority of its header", async () => {
    const urgent = await putCase(tx, { priority: Priority.URGENT, nowMs: START_MS });
    const routine = await putCase(tx, { nowMs: START_MS });
    const early = await putCase(tx, { role: "requesting", state: "SUBMITTED", nowMs: START_MS });
    await settle();
    expect(await dueOf(urgent)).toEqual([8 / 24, 3]);
    expect(await dueOf(routine)).toEqual([7, 30]);
    expect(await dueOf(early)).toEqual([null, null]);
  });

  test("stands still, goes on and ends with the moves of the case, and is reckoned once each", async () => {
    const caseId = await putCase(tx, { nowMs: START_MS });
    await settle();
    await move(tx, caseId, "INFORMATION_REQUESTED", START_MS + DAY_MS);
    await settle();
    expect(await dueOf(caseId)).toEqual([null, null]);
    expect(await overdue(400)).toEqual([]);
    await move(tx, caseId, "IN_PROGRESS", START_MS + 6 * DAY_MS);
    expect(await hasUnsettledClocks(tx, undefined)).toBe(true);
    await settle();
    expect(await dueOf(caseId)).toEqual([null, 35]);
    expect(await hasUnsettledClocks(tx, undefined)).toBe(false);
    await move(tx, caseId, "ANSWERED", START_MS + 10 * DAY_MS);
    await settle();
    expect(await dueOf(caseId)).toEqual([null, null]);
    const [group] = await ageingByState(tx, { nowMs: START_MS + 20 * DAY_MS });
    expect(group).toMatchObject({ open: 0, answered: 1, takenMedianMs: 5 * DAY_MS });
  });

  test("is not due before the day that a delay names, nor earlier for it (TP-CLOCK-10)", async () => {
    const delayed = async (reviewOn: string): Promise<string> => {
      const caseId = await putCase(tx, { nowMs: START_MS });
      const value = DelayNotice.create({ ground: RefusalGround.ONGOING_INVESTIGATION, reviewOn });
      const reply = TraceReply.create({ content: { $case: "delay", value }, languageTag: "en" });
      await addMove(tx, caseId, {
        messageId: `delay until ${reviewOn}`,
        by: "requested",
        move: TraceMove.DELAY,
        outcomeClass: OutcomeClass.UNSPECIFIED,
        outcome: null,
        body: TraceReply.encode(reply).finish(),
        sentAtMs: START_MS,
        keptAtMs: START_MS,
        actor: "officer",
      });
      const nowMs = START_MS + DAY_MS;
      const messageId = `delay until ${reviewOn}`;
      const event = { caseId, event: "reply sent", messageId, actor: "officer", nowMs };
      await moveCase(tx, { ...event, state: "DELAYED" });
      await settle();
      return caseId;
    };
    const late = await delayed("2026-05-01");
    const endOfReview = Date.parse("2026-05-01T23:59:59.999Z");
    expect(await dueOf(late)).toEqual([null, (endOfReview - START_MS) / DAY_MS]);
    expect((await dueOf(await delayed("2026-03-05")))[1]).toBe(30);
    await move(tx, late, "IN_PROGRESS", START_MS + 2 * DAY_MS);
    await settle();
    expect((await dueOf(late))[1]).toBe((endOfReview - START_MS) / DAY_MS);
    expect(await overdue(31)).toHaveLength(1);
    await setCalendar(tx, { ...act, state: "AT", calendar: VIENNA });
    await settle();
    const there = Date.parse("2026-05-01T21:59:59.999Z");
    expect((await dueOf(late))[1]).toBe((there - START_MS) / DAY_MS);
  });

  test("that was left by a service that ended is found by the next one", async () => {
    await putCase(tx, { nowMs: START_MS });
    await putCase(tx, { nowMs: START_MS });
    await putCase(tx, { nowMs: START_MS });
    expect(await settleClocks(tx, { limit: 2 })).toBe(2);
    expect(await settleClocks(tx, { limit: 2 })).toBe(1);
    expect(await settleClocks(tx, { limit: 2 })).toBe(0);
  });
});

describe("settings of clocks (TP-CLOCK-9)", () => {
  test("change what is open, and leave what has ended", async () => {
    const open = await putCase(tx, { priority: Priority.PRIORITY, nowMs: START_MS });
    const ended = await putCase(tx, { nowMs: START_MS });
    await move(tx, ended, "ANSWERED", START_MS + DAY_MS);
    await settle();
    await setCalendar(tx, { ...act, state: "AT", calendar: VIENNA });
    await settle();
    const endOfMonday = (Date.parse("2026-03-09T22:59:59.999Z") - START_MS) / DAY_MS;
    expect((await dueOf(open))[1]).toBe(endOfMonday);
    expect(await dueOf(ended)).toEqual([null, null]);
    await setCalendar(tx, { ...act, state: "AT", calendar: null });
    await settle();
    expect((await dueOf(open))[1]).toBe(7);
  });

  test("hold where they are closest: the pair, the requested State, the requesting one, all", async () => {
    const caseId = await putCase(tx, { peer: "US", requested: "AT", nowMs: START_MS });
    const target = (days: number) => ({
      acknowledge: { count: 1, unit: "DAYS" } as const,
      final: { count: days, unit: "DAYS" } as const,
    });
    const set = async (requesting: string, requested: string, days: number | null) => {
      const key = { requesting, requested, priority: "ROUTINE" } as const;
      await setTargets(tx, { ...act, ...key, targets: days === null ? null : target(days) });
      await settle();
      return (await dueOf(caseId))[1];
    };
    expect(await set("", "", 11)).toBe(11);
    expect(await set("US", "", 12)).toBe(12);
    expect(await set("", "AT", 13)).toBe(13);
    expect(await set("US", "AT", 14)).toBe(14);
    expect(await set("BR", "AT", 15)).toBe(14);
    expect(await set("US", "AT", null)).toBe(13);
    expect((await clockSettings(tx, undefined)).targets).toHaveLength(4);
  });
});

describe("the list of what is overdue (TP-CLOCK-8)", () => {
  test("begins with the longest, says what is owed, and comes in pages", async () => {
    const first = await putCase(tx, { nowMs: START_MS });
    const second = await putCase(tx, { role: "requesting", peer: "BR", nowMs: START_MS + 1 });
    await move(tx, first, "ACKNOWLEDGED", START_MS + DAY_MS);
    await settle();
    expect(await overdue(6)).toEqual([]);
    expect((await overdue(8)).map(({ caseId, owed }) => [caseId, owed])).toEqual([
      [second, "ACKNOWLEDGEMENT"],
    ]);
    const both = await overdue(31);
    expect(both.map(({ caseId }) => caseId)).toEqual([second, first]);
    expect(both[1]).toMatchObject({ owed: "ANSWER", priority: "ROUTINE", reminders: 0 });
    const [last] = await overdue(31, { limit: 1 });
    const after = { dueAtMs: last?.dueAtMs ?? 0, position: last?.position ?? 0 };
    expect((await overdue(31, { after })).map(({ caseId }) => caseId)).toEqual([first]);
    expect((await overdue(31, { role: "requested" })).map(({ caseId }) => caseId)).toEqual([first]);
    const back = await putCase(tx, { peer: "BR", nowMs: START_MS });
    await settle();
    const withBrazil = await overdue(31, { peer: "BR" });
    expect(withBrazil.map(({ caseId }) => caseId)).toEqual([back, second]);
    expect(await overdue(31, { peer: "BR", limit: 1 })).toHaveLength(1);
    expect(await countOverdue(tx, { nowMs: START_MS + 31 * DAY_MS })).toEqual({
      requesting: 1,
      requested: 2,
    });
  });

  test.each([
    [{}, "trace_clock_due (next_due_at"],
    [{ role: "requested" as const }, "trace_clock_due (next_due_at"],
    [{ peer: "BR", role: "requesting" as const }, "trace_clock_peer_due (role=? AND peer=? AND "],
    [{ peer: "BR" }, "trace_clock_peer_due (role=? AND peer=? AND "],
  ])("is found and sorted by an index, filtered by %j", async (filter, index) => {
    const place = { dueAtMs: START_MS, position: 3 };
    for (const after of [undefined, place]) {
      const pages = overduePages({ nowMs: START_MS, limit: 50, after, ...filter });
      for (const { params, sql } of pages.map(overdueQuery)) {
        const plan = await tx.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, ...params);
        const steps = plan.map(({ detail }) => detail).join("\n");
        expect(steps).toContain(`SEARCH clock USING INDEX ${index}`);
        expect(steps).not.toMatch(/SCAN|TEMP B-TREE/u);
      }
    }
  });
});

describe("ages (TP-CLOCK-7)", () => {
  test("are those of the nearest rank, whatever they are", async () => {
    const days = fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(days, async (ages) => {
        tx = openCaseStore();
        for (const age of ages) await putCase(tx, { nowMs: START_MS - age * DAY_MS });
        await settle();
        const [group] = await ageingByState(tx, { nowMs: START_MS });
        const sorted = ages.toSorted((one, other) => one - other);
        const at = (share: number) => sorted.find((_, i) => (i + 1) / sorted.length >= share);
        expect(group).toMatchObject({
          role: "requested",
          peer: "US",
          open: ages.length,
          medianMs: (at(0.5) ?? 0) * DAY_MS,
          p90Ms: (at(0.9) ?? 0) * DAY_MS,
          oldestMs: (sorted.at(-1) ?? 0) * DAY_MS,
        });
      }),
      { numRuns: 25 },
    );
  });
});
