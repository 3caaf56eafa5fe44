import { describe, expect, it } from "vitest";
import {
  evaluate,
  type OpenFindings,
  refusalsOn,
} from "../../../services/regional-monitor/watch/evaluate.ts";
import type { Readings } from "../../../services/regional-monitor/watch/readings.ts";

const TODAY = 20_760;
const NONE: OpenFindings = new Map();
const QUIET: Readings = {
  ...{ today: TODAY, startedOn: TODAY - 100, fedOn: TODAY, firstDay: TODAY - 100 },
  named: new Map([
    ["KE", TODAY - 100],
    ["NE", TODAY - 3],
  ]),
  ...{ lastRecord: new Map(), open: [], refusals: new Map(), discrepancies: [] },
  ...{ openOn: TODAY, daysKnown: undefined, unknown: new Set() },
};

describe("what rules find", () => {
  const silence = (of: "STATES" | "OTHERS" | "FEED") =>
    ({ name: "silent", rule: "SILENCE", of, days: 14 }) as const;

  it("is the silence of a State that is named, since its last record (TP-WATCH-5)", () => {
    const lastRecord = new Map([["KE", TODAY - 14]]);
    expect(evaluate(silence("STATES"), { ...QUIET, lastRecord }, NONE)).toEqual([
      {
        ...{ name: "silent", rule: "SILENCE", about: "STATE", subject: "KE", side: "BEYOND" },
        ...{ value: 14, threshold: 14, unit: "DAYS", since: TODAY - 14, detail: "" },
      },
      // It is named for three days: nobody knows what it did before.
      expect.objectContaining({ subject: "NE", side: "WITHIN", value: 3 }),
    ]);
  });

  it("is of nobody while the feed itself is silent (TP-WATCH-5)", () => {
    const lastRecord = new Map([["KE", TODAY - 20]]);
    const away = { ...QUIET, lastRecord, fedOn: TODAY - 19 };
    expect(evaluate(silence("STATES"), away, NONE)).toMatchObject([
      { subject: "KE", side: "WITHIN", value: 1 },
      { subject: "NE", side: "WITHIN" },
    ]);
    expect(evaluate(silence("FEED"), away, NONE)).toMatchObject([
      { subject: "", side: "BEYOND", value: 19, since: TODAY - 19 },
    ]);
    const unfed = { ...QUIET, fedOn: undefined };
    expect(evaluate(silence("STATES"), unfed, NONE)).toEqual([]);
    expect(evaluate(silence("FEED"), unfed, NONE)).toMatchObject([{ value: 100 }]);
  });

  it("tells those that are not named as one, and none of them (TP-WATCH-5)", () => {
    const lastRecord = new Map([
      ["", TODAY - 15],
      ["BR", TODAY - 90],
    ]);
    const found = evaluate(silence("OTHERS"), { ...QUIET, lastRecord }, NONE);
    expect(found).toMatchObject([{ subject: "", side: "BEYOND", value: 15 }]);
    expect(evaluate(silence("OTHERS"), QUIET, NONE)).toEqual([]);
    const named = evaluate(silence("STATES"), { ...QUIET, lastRecord }, NONE);
    expect(named.map(({ subject }) => subject)).toEqual(["KE", "NE"]);
  });

  describe("of requests that are open for long (TP-WATCH-5)", () => {
    const rule = {
      ...({ name: "old", rule: "BACKLOG", of: "ALL", olderThanDays: 30, count: 20 } as const),
    };
    const openOf = (old: number, recent: number, state = "") => [
      { state, day: TODAY - 30, requests: recent },
      { state, day: TODAY - 31, requests: old },
      { state: "BR", day: TODAY - 90, requests: 500 },
    ];
    const side = (old: number, recent: number, percent?: number) => {
      const whole = percent === undefined ? rule : { ...rule, percent };
      const [found] = evaluate(whole, { ...QUIET, open: openOf(old, recent) }, NONE);
      return [found?.side, found?.value];
    };

    it("counts those that are older, and ends well below where it begins", () => {
      expect(side(20, 400)).toEqual(["BEYOND", 20]);
      expect(side(19, 400)).toEqual(["BETWEEN", 19]);
      expect(side(16, 0)).toEqual(["BETWEEN", 16]);
      expect(side(15, 0)).toEqual(["WITHIN", 15]);
    });

    it("asks for a share as well, if one is given", () => {
      expect(side(20, 60, 25)).toEqual(["BEYOND", 25]);
      expect(side(20, 61, 25)).toEqual(["BETWEEN", 24]);
      expect(side(20, 90, 25)).toEqual(["WITHIN", 18]);
      expect(side(19, 0, 25)).toEqual(["BETWEEN", 100]);
    });

    it("never says a small count, nor a share that is made of one", () => {
      expect(side(4, 0)).toEqual(["WITHIN", null]);
      expect(side(4, 0, 25)).toEqual(["WITHIN", null]);
      expect(side(5, 0)).toEqual(["WITHIN", 5]);
    });

    it("looks at each State that is named", () => {
      const readings = { ...QUIET, open: openOf(25, 0, "KE") };
      expect(evaluate({ ...rule, of: "STATES" }, readings, NONE)).toMatchObject([
        { subject: "KE", side: "BEYOND", value: 25, since: TODAY },
        { subject: "NE", side: "WITHIN", value: null },
      ]);
    });
  });

  describe("of refusals that jump (TP-WATCH-5)", () => {
    const rule = { name: "jump", rule: "REFUSALS", count: 10, deviations: 3 } as const;
    const refusals = (usual: number, day: number, today = 0) => {
      const days = Array.from({ length: 28 }, (_, at) => [TODAY - 1 - 28 + at, usual] as const);
      return new Map([["EXPIRED", new Map([...days, [TODAY - 1, day], [TODAY, today]])]]);
    };
    const on = (day: number, readings: Partial<Readings>, open = NONE) =>
      refusalsOn(day, rule, { readings: { ...QUIET, ...readings }, open });

    it("compares a day with the 28 before it", () => {
      // Mean 16 of a calm month: by chance it may be 16 + 3 * 4.
      expect(on(TODAY - 1, { refusals: refusals(16, 28) })).toMatchObject([{ side: "BETWEEN" }]);
      expect(on(TODAY - 1, { refusals: refusals(16, 29) })).toMatchObject([
        { subject: "EXPIRED", side: "BEYOND", value: 29, threshold: 29, since: TODAY - 1 },
      ]);
      expect(
        refusalsOn(
          TODAY - 1,
          { ...rule, ratio: 3 },
          {
            readings: { ...QUIET, refusals: refusals(16, 40) },
            open: NONE,
          },
        ),
      ).toMatchObject([{ side: "BETWEEN", threshold: 49 }]);
    });

    it("tells nothing below a count that could give somebody away", () => {
      expect(on(TODAY - 1, { refusals: refusals(0, 9) })).toMatchObject([
        { side: "BETWEEN", threshold: 10 },
      ]);
      expect(on(TODAY - 1, { refusals: refusals(0, 10) })).toMatchObject([{ side: "BEYOND" }]);
      expect(on(TODAY - 1, { refusals: refusals(0, 4) })).toMatchObject([{ value: null }]);
    });

    it("begins on a day that is not over, and ends on one that is", () => {
      expect(on(TODAY, { refusals: refusals(0, 0, 12) })).toMatchObject([{ side: "BEYOND" }]);
      expect(on(TODAY, { refusals: refusals(0, 0, 2) })).toEqual([]);
      const open = new Map([["EXPIRED", { threshold: 10, since: TODAY - 2 }]]);
      expect(on(TODAY - 1, { refusals: refusals(0, 0) }, open)).toMatchObject([
        { side: "WITHIN", threshold: 10, since: TODAY - 2 },
      ]);
      // Also where nothing is left of that code in the month before.
      expect(on(TODAY - 1, {}, open)).toMatchObject([{ subject: "EXPIRED", side: "WITHIN" }]);
    });

    it("keeps the threshold it began with", () => {
      const open = new Map([["EXPIRED", { threshold: 29, since: TODAY - 9 }]]);
      expect(on(TODAY - 1, { refusals: refusals(60, 60) }, open)).toMatchObject([
        { side: "BEYOND", threshold: 29, since: TODAY - 9 },
      ]);
    });

    it("finds nothing as long as too few days are known", () => {
      const many = refusals(0, 900);
      expect(on(TODAY - 1, { refusals: many, firstDay: TODAY - 7 })).toEqual([]);
      expect(on(TODAY - 1, { refusals: many, firstDay: TODAY - 8 })).toHaveLength(1);
      expect(on(TODAY - 1, { refusals: many, fedOn: undefined })).toEqual([]);
    });
  });

  it("is each day whose counts differ, until they agree (TP-WATCH-5)", () => {
    const rule = { name: "differ", rule: "DISCREPANCY" } as const;
    const discrepancies = [
      { day: TODAY - 1, firstIndex: 1_200, lastIndex: 1_388 },
      { day: TODAY - 2, firstIndex: undefined, lastIndex: undefined },
    ];
    const found = evaluate(rule, { ...QUIET, discrepancies }, NONE);
    expect(found).toMatchObject([
      {
        subject: "2026-11-02",
        side: "BEYOND",
        value: null,
        detail: "entries 1200 to 1388 of the log",
      },
      { subject: "2026-11-01", side: "BEYOND", detail: "" },
    ]);
    const open = new Map([["2026-11-02", { threshold: null, since: TODAY - 1 }]]);
    expect(evaluate(rule, QUIET, open)).toMatchObject([{ subject: "2026-11-02", side: "WITHIN" }]);
  });
});
