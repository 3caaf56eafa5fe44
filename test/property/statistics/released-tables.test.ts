import { describe, expect, inject, it } from "vitest";
import { type CountedCell, type CountedTable, makeSafe, type SafeTable } from "#statistics";
import { attackReleases, type ReleaseAttack } from "../../support/release-attacker.ts";
import { randomFrom } from "../../support/seeded-random.ts";

const seed = inject("seed");
const STATES = ["GH", "KE", "NG", "SN", "ZA"];
type Events = Record<string, number>;
type Random = () => number;

/** Made-up events: how many of each State, kind, priority and outcome. */
function anyEvents(random: Random, size: number, most: number): Events {
  const events: Events = {};
  for (let n = 0; n < size; n += 1) {
    const pick = (all: readonly string[]): string =>
      all[Math.floor(random() ** 1.7 * all.length)] ?? "";
    const key = [pick(STATES), pick(["R", "P", "S"]), pick(["1", "2", "3"]), pick(["X", "Y", "Z"])];
    const name = key.join(" ");
    events[name] = (events[name] ?? 0) + 1 + Math.floor(random() * most);
  }
  return events;
}

const AXES = { KIND: 1, PRIORITY: 2, OUTCOME: 3 } as const;
type Axis = keyof typeof AXES;

/** A table over some axes, with every total and every zero. */
function tableOf(events: Events, axes: readonly Axis[], more: Partial<CountedTable>): CountedTable {
  const members = more.members ?? STATES;
  const cells = new Map<string, { keys: string[]; byState: Record<string, number> }>();
  for (const [name, count] of Object.entries(events)) {
    const of = name.split(" ");
    if (!members.includes(of[0] ?? "")) continue;
    for (let mask = 0; mask < 1 << axes.length; mask += 1) {
      const keys = axes.map((axis, place) => ((mask >> place) & 1 ? "" : (of[AXES[axis]] ?? "")));
      const cell = cells.get(keys.join(" ")) ?? { keys, byState: {} };
      cell.byState[of[0] ?? ""] = (cell.byState[of[0] ?? ""] ?? 0) + count;
      cells.set(keys.join(" "), cell);
    }
  }
  const counted = [...cells.values()].map(({ byState, keys }): CountedCell => {
    const value = Object.values(byState).reduce((sum, one) => sum + one, 0);
    return { keys, value, byState };
  });
  return {
    ...{ name: axes.join("_"), measure: "TRACE_REQUESTS", figure: "COUNT", body: "ECOWAS" },
    ...{ members, period: "2026-10", vintage: 1, dimensions: axes, cells: counted },
    ...more,
  } as CountedTable;
}

/** As a release without any protection of what is withheld: small counts alone. */
function primaryOnly(tables: readonly CountedTable[]): SafeTable[] {
  return tables.map((table) => ({
    ...table,
    cells: table.cells.map((cell) => {
      const isSmall = (cell.value ?? 0) > 0 && (cell.value ?? 0) < 5;
      return { ...cell, status: isSmall ? 2 : 1, shown: isSmall ? 0 : (cell.value ?? 0) };
    }),
  }));
}

type Releases = readonly (readonly CountedTable[])[];

function released(releases: Releases): SafeTable[][] {
  const safe: SafeTable[][] = [];
  for (const tables of releases) safe.push(makeSafe(tables, safe.flat()));
  return safe;
}

/** Attacks every case, with and without protection, and says what came of it. */
function trial(name: string, cases: readonly Releases[]): { safe: number; unprotected: number } {
  const sum = (attacks: readonly ReleaseAttack[], of: (attack: ReleaseAttack) => number): number =>
    attacks.reduce((total, attack) => total + of(attack), 0);
  const attacks = cases.map((releases) => {
    const attack = attackReleases(released(releases));
    expect(attack.recovered, `${name}, seed ${seed}: ${JSON.stringify(releases)}`).toEqual([]);
    return attack;
  });
  const bare = cases.map((releases) => attackReleases(releases.map(primaryOnly)));
  const own = sum(bare, (it) => it.withheld);
  const [cells, withheld] = [sum(attacks, (it) => it.cells), sum(attacks, (it) => it.withheld)];
  const unprotected = sum(bare, (it) => it.recovered.length);
  const share = ((100 * (cells - withheld)) / cells).toFixed(1);
  console.info(
    `${name}: ${cases.length} tried, recovered 0 of ${withheld} withheld counts, ${own} of ` +
      `them small (${unprotected} without protection); shown: ${share} % of ${cells}`,
  );
  return { safe: cells - withheld, unprotected };
}

describe("an attacker that has every release", () => {
  const random = randomFrom(seed);
  const several = <T>(many: number, make: () => T): T[] => Array.from({ length: many }, make);
  const upTo = (most: number): number => Math.floor(random() * (most + 1));

  it("finds nothing in tables that share totals (TP-STAT-10, TP-STAT-11)", () => {
    const cases = several(30, (): Releases => {
      const events = anyEvents(random, 5 + upTo(40), 1 + upTo(10));
      const pairs: Axis[][] = [["KIND", "PRIORITY"], ["KIND", "OUTCOME"], ["PRIORITY"]];
      return [pairs.map((axes) => tableOf(events, axes, {}))];
    });
    expect(trial("Linked tables", cases).unprotected).toBeGreaterThan(20);
  });

  it("finds nothing in vintages of a table (TP-STAT-12)", () => {
    const cases = several(12, (): Releases => {
      const events = anyEvents(random, 10 + upTo(40), 1 + upTo(10));
      return [1, 2, 3].map((vintage) => {
        const late = vintage === 1 ? {} : anyEvents(random, upTo(8), 1 + upTo(4));
        for (const [name, count] of Object.entries(late))
          events[name] = (events[name] ?? 0) + count;
        const members = vintage > 1 && random() < 0.2 ? STATES : STATES.slice(0, 4);
        return [tableOf(events, ["KIND", "PRIORITY"], { vintage, members })];
      });
    });
    expect(trial("Vintages", cases).unprotected).toBeGreaterThan(20);
  });

  it("finds nothing in months and their year (TP-STAT-10)", () => {
    const cases = several(6, (): Releases => {
      const whole: Events = {};
      const months = Array.from({ length: 12 }, (_none, month) => {
        const events = anyEvents(random, 3 + upTo(8), 1 + upTo(10));
        for (const [name, count] of Object.entries(events))
          whole[name] = (whole[name] ?? 0) + count;
        const period = `2026-${String(month + 1).padStart(2, "0")}`;
        return [tableOf(events, ["PRIORITY"], { period })];
      });
      return [...months, [tableOf(whole, ["PRIORITY"], { period: "2026" })]];
    });
    expect(trial("Periods", cases).unprotected).toBeGreaterThan(5);
  });

  it("finds nothing in the tables of a body within another (TP-STAT-14)", () => {
    const cases = several(20, (): Releases => {
      const events = anyEvents(random, 10 + upTo(40), 1 + upTo(10));
      const inner = tableOf(events, ["KIND", "PRIORITY"], {
        members: STATES.slice(0, 2 + upTo(2)),
      });
      const outer = tableOf(events, ["KIND", "PRIORITY"], { body: "AU" });
      return [[inner], [outer]];
    });
    expect(trial("Bodies", cases).unprotected).toBeGreaterThan(20);
  });
});
