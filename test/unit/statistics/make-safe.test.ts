import { describe, expect, it } from "vitest";
import { CellStatus } from "#proto";
import { makeSafe, publishedRate, publishedTable } from "#statistics";
import { countedTable, shownCells } from "../../support/counted-tables.ts";

const counted = (value: number) => ({ keys: ["A"], status: CellStatus.PUBLISHED, value });

describe("a release", () => {
  it("leaves with a status for what is withheld, and the value 0 (TP-STAT-5)", () => {
    const [table] = makeSafe([countedTable(["P"], { A: 3, B: 9, C: 20, D: 0, "*": 32 })], []);
    expect(table && publishedTable(table)).toEqual({
      name: "TRACE_REQUESTS_BY_P",
      dimensions: ["P"],
      cells: [
        { keys: ["A"], status: CellStatus.PRIMARY, value: 0 },
        { keys: ["B"], status: CellStatus.SECONDARY, value: 0 },
        { keys: ["C"], status: CellStatus.PUBLISHED, value: 20 },
        { keys: ["D"], status: CellStatus.PUBLISHED, value: 0 },
        { keys: [""], status: CellStatus.PUBLISHED, value: 32 },
      ],
    });
  });

  it("says what is missing, which is neither zero nor withheld", () => {
    const table = countedTable(["P"], { B: 9, "*": 9 });
    const cells = [{ keys: ["A"], value: null }, ...table.cells];
    const [safe] = makeSafe([{ ...table, cells }], []);
    expect(shownCells(safe)).toEqual({ A: "MISSING", B: 9, "*": 9 });
  });

  it("withholds across tables that share totals (TP-STAT-10)", () => {
    const byPriority = countedTable(["KIND", "P"], {
      "PISTOL A": 3,
      "PISTOL B": 4,
      "PISTOL *": 7,
      "RIFLE A": 10,
      "RIFLE B": 20,
      "RIFLE *": 30,
      "* A": 13,
      "* B": 24,
      "* *": 37,
    });
    const byOutcome = countedTable(["KIND", "OUTCOME"], {
      "PISTOL X": 7,
      "PISTOL Y": 0,
      "PISTOL *": 7,
      "RIFLE X": 5,
      "RIFLE Y": 25,
      "RIFLE *": 30,
    });
    const [first, second] = makeSafe([byPriority, byOutcome], []).map(shownCells);
    const lines = ["PISTOL *", "RIFLE *"].map((key) => [first?.[key], second?.[key]]);
    for (const [one, other] of lines) expect(one).toEqual(other);
    expect(first?.["PISTOL A"]).toBe("PRIMARY");
    expect(first?.["RIFLE A"]).toBe("SECONDARY");
  });

  it("withholds a month that would give a day away (TP-STAT-10)", () => {
    const days = Array.from({ length: 28 }, (_none, day) => {
      const period = `2026-02-${String(day + 1).padStart(2, "0")}`;
      return countedTable(["P"], { A: day === 7 ? 3 : 10 }, { period });
    });
    const earlier = days.flatMap((day) => makeSafe([day], []));
    const month = countedTable(["P"], { A: 273 }, { period: "2026-02" });
    expect(shownCells(makeSafe([month], earlier)[0])).toEqual({ A: "SECONDARY" });
    const whole = makeSafe([month], earlier.slice(0, 20));
    expect(shownCells(whole[0]), "days are still to come").toEqual({ A: 273 });
  });

  it("withholds what one State has nearly all of (TP-STAT-11)", () => {
    const table = countedTable(["P"], { B: 60, C: 80, "*": 240 });
    const one = { keys: ["A"], value: 100, byState: { NG: 86, GH: 14 } };
    const [safe] = makeSafe([{ ...table, cells: [one, ...table.cells] }], []);
    expect(shownCells(safe)).toMatchObject({ A: "DOMINANCE", B: "SECONDARY", C: 80, "*": 240 });
    const two = { ...one, byState: { NG: 85, GH: 15 } };
    const [other] = makeSafe([{ ...table, cells: [two, ...table.cells] }], []);
    expect(shownCells(other)).toEqual({ A: 100, B: 60, C: 80, "*": 240 });
  });

  it("keeps a number whose revision would give a small one away (TP-STAT-12)", () => {
    const first = makeSafe([countedTable(["P"], { A: 20, B: 30, C: 40, "*": 90 })], []);
    const revised = (cells: Record<string, number>) =>
      shownCells(makeSafe([countedTable(["P"], cells, { vintage: 2 })], first)[0]);
    expect(revised({ A: 26, B: 30, C: 45, "*": 101 })).toEqual({ A: 26, B: 30, C: 45, "*": 101 });
    expect(revised({ A: 22, B: 30, C: 40, "*": 92 })).toEqual({ A: 20, B: 30, C: 40, "*": 90 });
    const mixed = revised({ A: 22, B: 37, C: 46, "*": 105 });
    expect(mixed["A"]).toBe(20);
    expect([mixed["B"], mixed["C"], mixed["*"]], "not all others").not.toEqual([37, 46, 105]);
  });

  it("counts small revisions together until they can be shown (TP-STAT-12)", () => {
    const vintage = (n: number, value: number) => countedTable(["P"], { A: value }, { vintage: n });
    const first = makeSafe([vintage(1, 20)], []);
    const second = makeSafe([vintage(2, 23)], first);
    const third = makeSafe([vintage(3, 26)], [...first, ...second]);
    expect([second, third].map(([table]) => shownCells(table)["A"])).toEqual([20, 26]);
  });

  it("shows no revision that is a new member's alone (TP-STAT-12)", () => {
    const of = (vintage: number, members: string[], value: number) =>
      countedTable(["P"], { A: value }, { vintage, members });
    const first = makeSafe([of(1, ["GH", "NG"], 20)], []);
    expect(shownCells(makeSafe([of(2, ["GH", "NG", "SN"], 30)], first)[0])).toEqual({ A: 20 });
    expect(shownCells(makeSafe([of(2, ["GH", "NG"], 30)], first)[0])).toEqual({ A: 30 });
  });

  it("withholds what two bodies would give away of the State between them (TP-STAT-14)", () => {
    const small = countedTable(["P"], { A: 20 }, { body: "ECOWAS", members: ["GH", "NG"] });
    const large = countedTable(["P"], { A: 30 }, { body: "AU", members: ["GH", "NG", "ZA"] });
    expect(shownCells(makeSafe([large], makeSafe([small], []))[0])).toEqual({ A: "SECONDARY" });
    const wider = { ...large, members: ["GH", "KE", "NG", "ZA"] };
    expect(shownCells(makeSafe([wider], makeSafe([small], []))[0])).toEqual({ A: 30 });
  });

  it("shows a median of five times and more, beside a count that is shown (TP-STAT-13)", () => {
    const counts = countedTable(["P"], { A: 3, B: 9, C: 20, D: 7 });
    const medians = {
      ...countedTable(["P"], {}),
      name: "MEDIAN",
      figure: "QUANTILE",
      cells: ["A", "B", "C", "D"].map((key) => ({
        keys: [key],
        value: 48,
        of: key === "D" ? 4 : 9,
      })),
    } as const;
    const [, safe] = makeSafe([counts, medians], []);
    expect(shownCells(safe)).toMatchObject({ A: "PRIMARY", C: 48, D: "PRIMARY" });
    const later = { ...medians, vintage: 2, cells: [{ keys: ["C"], value: 50, of: 11 }] };
    expect(shownCells(makeSafe([later], safe ? [safe] : [])[0])).toEqual({ C: 48 });
    const much = { ...later, cells: [{ keys: ["C"], value: 50, of: 14 }] };
    expect(shownCells(makeSafe([much], safe ? [safe] : [])[0])).toEqual({ C: 50 });
  });

  it("gives rates of published counts, in whole per cent (TP-STAT-13)", () => {
    expect(publishedRate(counted(7), counted(30)).value).toBe(23);
    expect(publishedRate(counted(0), counted(30))).toMatchObject(counted(0));
    expect(publishedRate(counted(0), counted(0)).status).toBe(CellStatus.MISSING);
    const small = { ...counted(0), status: CellStatus.PRIMARY };
    expect(publishedRate(small, counted(30))).toEqual(small);
  });
});
