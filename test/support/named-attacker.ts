import { CellStatus, type StatisticsCell, type StatisticsRelease } from "#proto";
import type { NamedStates } from "#statistics";
import { type Equation, solve, type UnknownCount } from "./count-solver.ts";
import { type MadeUp, type Pieces, reportingIn } from "./made-up-counts.ts";

/** One release as it left, and what it is of. */
export interface NamedRelease {
  readonly release: StatisticsRelease;
  readonly made: MadeUp;
  readonly named: NamedStates;
}

/** What was found out. */
export interface NamedAttack {
  readonly recovered: readonly string[];
  /** Counts of States that had not consented, and cells that were withheld. */
  readonly hidden: number;
  readonly cells: number;
  readonly shown: number;
}

const MOST = 100_000;
const THRESHOLD = 5;

/**
 * Somebody who has every release of one period, and solves for what was not told: the counts of
 * States that have not consented, zeros too, and cells that were withheld. It knows by itself how
 * the tables hang together, and is told which numbers were kept from before and which counts have
 * not changed. It goes by what left the gateway alone.
 */
export function attackNamed(
  releases: readonly NamedRelease[],
  members: readonly string[],
): NamedAttack {
  const attack = new Attack(releases, members);
  for (const index of releases.keys()) attack.read(index);
  attack.compareVintages();
  return attack.result();
}

/** A measure: its cells by State and key, and the tables it is told in. */
interface Family {
  readonly name: string;
  readonly of: keyof MadeUp;
  /** Place of the key in the names of the pieces; undefined: by State alone. */
  readonly at: number | undefined;
  readonly tables: Readonly<Record<string, readonly ("STATE" | "KEY")[]>>;
  /** Who is named by its key, and in its totals. */
  readonly named: readonly string[];
  readonly namedTotals: readonly string[];
}

class Attack {
  readonly #releases: readonly NamedRelease[];
  readonly #members: readonly string[];
  readonly #unknowns: UnknownCount[] = [];
  readonly #equations: Equation[] = [];
  readonly #names: string[] = [];
  readonly #withheld = new Set<number>();
  /** Counts of States that have not consented, and what they are of. */
  readonly #unnamed = new Map<number, string>();
  /** What is known without being shown, such as all of a column that has nothing. */
  readonly #known = new Set<string>();
  /** What is told by name in some release. */
  readonly #named = new Set<string>();
  readonly #places = new Map<string, { index: number | undefined; truth: number }>();
  #cells = 0;
  #shown = 0;

  constructor(releases: readonly NamedRelease[], members: readonly string[]) {
    this.#releases = releases;
    this.#members = members;
  }

  read(at: number): void {
    const one = this.#releases[at];
    if (one === undefined) return;
    const { named } = one;
    const [volumes, outcomes, times] = [named.VOLUMES, named.OUTCOMES, named.TIMELINESS];
    this.#family(at, {
      ...{ name: "MESSAGES", of: "messages", at: 1, named: volumes, namedTotals: volumes },
      tables: { MESSAGES_BY_KIND: ["KEY"], MESSAGES_BY_STATE_AND_KIND: ["STATE", "KEY"] },
    });
    this.#family(at, {
      ...{ name: "ANSWERS", of: "answers", at: 1, named: outcomes },
      namedTotals: [...outcomes, ...times],
      tables: {
        TRACE_ANSWERS_BY_OUTCOME: ["KEY"],
        TRACE_ANSWERS_BY_STATE_AND_OUTCOME: ["STATE", "KEY"],
        TIMES_OF_HOURS_TO_ANSWER: [],
        TIMES_OF_HOURS_TO_ANSWER_BY_STATE: ["STATE"],
      },
    });
    this.#family(at, {
      ...{ name: "ASKED", of: "asked", at: 1, named: times, namedTotals: times },
      tables: {
        TRACE_REQUESTS_ASKED_BY_ANSWERED: ["KEY"],
        TRACE_REQUESTS_ASKED_BY_STATE_AND_ANSWERED: ["STATE", "KEY"],
      },
    });
    this.#family(at, {
      ...{ name: "ACKNOWLEDGED", of: "acknowledged", at: undefined },
      ...{ named: times, namedTotals: times },
      tables: {
        TIMES_OF_HOURS_TO_ACKNOWLEDGE: [],
        TIMES_OF_HOURS_TO_ACKNOWLEDGE_BY_STATE: ["STATE"],
      },
    });
    this.#priorities(at);
    this.#pairs(at);
  }

  /** Of each count in two releases: that it has not changed, where it has not. */
  compareVintages(): void {
    for (const [key, later] of this.#places) {
      const [at, ...place] = key.split("|");
      const earlier = this.#places.get([Number(at) - 1, ...place].join("|"));
      if (earlier === undefined || earlier.truth !== later.truth) continue;
      this.#add([
        [earlier, 1],
        [later, -1],
      ]);
    }
  }

  result(): NamedAttack {
    const found = this.#solve();
    // What a State has let be told in one release is no secret of its own in another.
    const minded = new Set([
      ...this.#withheld,
      ...[...this.#unnamed].filter(([, name]) => !this.#named.has(name)).map(([index]) => index),
    ]);
    return {
      recovered: this.#names.filter((_name, index) => found.has(index) && minded.has(index)),
      hidden: minded.size,
      cells: this.#cells,
      shown: this.#shown,
    };
  }

  /** Measures that have nothing to do with each other are solved each by itself. */
  #solve(): ReadonlySet<number> {
    const groupOf = (index: number): string => {
      const [, family = ""] = (this.#names[index] ?? "").split("|");
      return ["PAIR", "PRIORITY"].includes(family) ? "MESSAGES" : family;
    };
    const found = new Set<number>();
    for (const [group, members] of Map.groupBy(this.#unknowns.keys(), groupOf)) {
      const own = this.#equations.filter(({ terms }) => groupOf(terms[0]?.index ?? -1) === group);
      const equations = own.map(({ constant, terms }) => ({
        constant,
        terms: terms.map(({ index, sign }) => ({ index: members.indexOf(index), sign })),
      }));
      const unknowns = members.map((index) => this.#unknowns[index] as UnknownCount);
      for (const index of solve(unknowns, equations)) found.add(members[index] ?? -1);
    }
    return found;
  }

  #family(at: number, family: Family): void {
    const { name, tables } = family;
    const pieces = this.#releases[at]?.made[family.of] ?? {};
    const rows = ["", ...this.#members];
    const keysOf = (one: string) => one.split(" ");
    const keyOf = (one: string) => (family.at === undefined ? "" : (keysOf(one)[family.at] ?? ""));
    const all = this.#releases.flatMap(({ made }) => Object.keys(made[family.of]));
    const keys = [...new Set(["", ...all.map(keyOf)])];
    const truthOf = (state: string, key: string): number =>
      Object.entries(pieces)
        .filter(([one]) => ["", keysOf(one)[0]].includes(state) && ["", keyOf(one)].includes(key))
        .reduce((sum, [, count]) => sum + count, 0);
    const told = Object.entries(tables).flatMap(([table, dimensions]) =>
      this.#cellsOf(at, table).map((cell) => {
        const key = (what: "STATE" | "KEY") => cell.keys[dimensions.indexOf(what)] ?? "";
        return [`${key("STATE")} ${key("KEY")}`, cell] as const;
      }),
    );
    for (const state of rows) {
      for (const key of keys) {
        const cells = told.filter(([place]) => place === `${state} ${key}`).map(([, cell]) => cell);
        const isNamed = (key === "" ? family.namedTotals : family.named).includes(state);
        const truth = truthOf(state, key);
        // A column in which nobody has anything, or of those that are silent altogether, is known.
        const isNone = family.namedTotals.includes(state) && truthOf(state, "") === 0;
        const isTold = state === "" || isNamed || isNone || truthOf("", key) === 0;
        const isFree = isTold || this.#isSilent(at, state);
        this.#place(at, `${name}|${state}|${key}`, { cells, isNamed, truth, isFree });
      }
    }
    const place = (state: string, key: string) => this.#places.get(`${at}|${name}|${state}|${key}`);
    for (const key of keys) {
      this.#add([[place("", key), -1], ...this.#members.map((s) => [place(s, key), 1] as const)]);
    }
    for (const state of keys.length > 1 ? rows : []) {
      const parts = keys.filter((key) => key !== "").map((key) => [place(state, key), 1] as const);
      this.#add([[place(state, ""), -1], ...parts]);
    }
  }

  /** Whether coverage tells that nobody but those that are named has had a record. */
  #isSilent(at: number, state: string): boolean {
    const { made, named, release } = this.#releases[at] as NamedRelease;
    const sends = (pieces: Pieces) => (one: string) =>
      Object.keys(pieces).some((name) => name.startsWith(`${one} `));
    const seen = new Set([
      ...named.VOLUMES.filter(sends(made.messages)),
      ...[...named.OUTCOMES, ...named.TIMELINESS].filter(sends(made.answers)),
    ]);
    return !reportingIn(made).includes(state) && release.statesReporting === seen.size;
  }

  #priorities(at: number): void {
    const { made } = this.#releases[at] as NamedRelease;
    const cells = this.#cellsOf(at, "TRACE_REQUESTS_BY_PRIORITY");
    const parts = cells.filter(({ keys }) => keys[0] !== "");
    for (const cell of parts) {
      const isOf = (one: string) =>
        one.includes(" TRACE_REQUEST ") && one.endsWith(` ${cell.keys[0]}`);
      const all = Object.entries(made.messages).filter(([one]) => isOf(one));
      const truth = all.reduce((sum, [, count]) => sum + count, 0);
      const name = `PRIORITY||${cell.keys[0]}`;
      this.#place(at, name, { cells: [cell], isNamed: false, truth, isFree: true });
    }
    this.#add([
      [this.#places.get(`${at}|MESSAGES||TRACE_REQUEST`), -1],
      ...parts.map(({ keys }) => [this.#places.get(`${at}|PRIORITY||${keys[0]}`), 1] as const),
    ]);
  }

  #pairs(at: number): void {
    const { made, named } = this.#releases[at] as NamedRelease;
    const told = this.#cellsOf(at, "MESSAGES_BY_PAIR");
    for (const state of this.#members) {
      const others = [...this.#members, "XX", "-"];
      for (const to of others) {
        const truth = Object.entries(made.messages)
          .filter(([one]) => one.split(" ")[0] === state && one.split(" ")[2] === to)
          .reduce((sum, [, count]) => sum + count, 0);
        const cells = told.filter(({ keys }) => keys.join() === `${state},${to}`);
        const isNamed = state !== to && named.ROUTES.includes(state) && named.ROUTES.includes(to);
        const total = this.#places.get(`${at}|MESSAGES|${state}|`)?.truth ?? 0;
        this.#place(at, `PAIR|${state}|${to}`, { cells, isNamed, truth, isFree: total === 0 });
      }
      this.#add([
        [this.#places.get(`${at}|MESSAGES|${state}|`), -1],
        ...others.map((to) => [this.#places.get(`${at}|PAIR|${state}|${to}`), 1] as const),
      ]);
    }
  }

  /** A count as it is known: shown, withheld with a status, or not told at all. */
  #place(
    at: number,
    name: string,
    of: { cells: readonly StatisticsCell[]; isNamed: boolean; truth: number; isFree: boolean },
  ): void {
    const { cells, isFree, isNamed, truth } = of;
    if (isNamed) this.#named.add(name);
    const shown = cells.filter(({ status }) => status === CellStatus.PUBLISHED);
    this.#cells += cells.length;
    this.#shown += shown.length;
    const key = `${at}|${name}`;
    const isShown = shown.some(({ value }) => value === truth);
    // A cell that is not listed of a State that is named is zero.
    if (isShown || (isNamed && cells.length === 0 && truth === 0)) {
      this.#places.set(key, { index: undefined, truth });
      return;
    }
    const [cell] = cells;
    const index = this.#unknowns.push({ ...boundsOf(cell?.status, truth), truth }) - 1;
    this.#places.set(key, { index, truth });
    this.#names.push(key);
    const isWithheld = cell !== undefined && cell.status !== CellStatus.PUBLISHED;
    if (isWithheld) this.#withheld.add(index);
    // What is known and has not changed since is known.
    const before = this.#places.get(`${at - 1}|${name}`);
    const isKnown = isFree || (before?.truth === truth && this.#known.has(`${at - 1}|${name}`));
    if (isKnown) this.#known.add(key);
    else if (cell === undefined && !isWithheld) this.#unnamed.set(index, name);
  }

  #cellsOf(at: number, table: string): readonly StatisticsCell[] {
    return this.#releases[at]?.release.tables.find(({ name }) => name === table)?.cells ?? [];
  }

  #add(
    signed: readonly (readonly [
      { index: number | undefined; truth: number } | undefined,
      number,
    ])[],
  ): void {
    const terms: { index: number; sign: number }[] = [];
    let constant = 0;
    for (const [place, sign] of signed) {
      if (place?.index === undefined) continue;
      terms.push({ index: place.index, sign });
      constant += sign * place.truth;
    }
    this.#equations.push({ terms, constant });
  }
}

function boundsOf(status: CellStatus | undefined, truth: number): Omit<UnknownCount, "truth"> {
  switch (status) {
    case CellStatus.PRIMARY:
      return { least: 1, most: THRESHOLD - 1 };
    case CellStatus.DOMINANCE:
      return { least: THRESHOLD, most: MOST };
    case CellStatus.SECONDARY:
      return { least: truth < THRESHOLD ? 1 : THRESHOLD, most: MOST };
    default:
      return { least: 0, most: MOST };
  }
}
