import type { ReferenceTable } from "./reference-table.ts";

/** A State that is gone and still stands on firearms as their country of manufacture. */
export interface FormerState {
  /** ISO 3166-3 alpha-4. */
  readonly code: string;
  /** Former ISO 3166-1 alpha-2 code; one of them, CS, was given to two States. */
  readonly formerAlpha2: string;
  /** Last calendar year in which the State existed under this code. */
  readonly untilYear: number;
  readonly name: string;
  /** States that may hold its records, ISO 3166-1 alpha-2; who is asked is never guessed. */
  readonly successors: readonly string[];
}

/** Withdrawn codes that makers' marks still carry (domain notes 7.7). */
export const FORMER_STATES: ReferenceTable<FormerState> = {
  name: "former-states",
  version: "2026-11-01",
  source: "ISO 3166-3; successors as the withdrawal entries name them.",
  rows: [
    { code: "BUMM", formerAlpha2: "BU", untilYear: 1989, name: "Burma", successors: ["MM"] },
    {
      code: "CSHH",
      formerAlpha2: "CS",
      untilYear: 1992,
      name: "Czechoslovakia",
      successors: ["CZ", "SK"],
    },
    {
      code: "CSXX",
      formerAlpha2: "CS",
      untilYear: 2006,
      name: "Serbia and Montenegro",
      successors: ["ME", "RS"],
    },
    {
      code: "DDDE",
      formerAlpha2: "DD",
      untilYear: 1990,
      name: "German Democratic Republic",
      successors: ["DE"],
    },
    {
      code: "SUHH",
      formerAlpha2: "SU",
      untilYear: 1991,
      name: "USSR",
      successors: [
        ...["AM", "AZ", "BY", "EE", "GE", "KG", "KZ", "LT"],
        ...["LV", "MD", "RU", "TJ", "TM", "UA", "UZ"],
      ],
    },
    {
      code: "VDVN",
      formerAlpha2: "VD",
      untilYear: 1976,
      name: "Democratic Republic of Viet-Nam",
      successors: ["VN"],
    },
    {
      code: "YUCS",
      formerAlpha2: "YU",
      untilYear: 2003,
      name: "Yugoslavia",
      successors: ["BA", "HR", "ME", "MK", "RS", "SI"],
    },
    { code: "ZRCD", formerAlpha2: "ZR", untilYear: 1997, name: "Zaire", successors: ["CD"] },
  ],
};

const byCode: ReadonlyMap<string, FormerState> = new Map(
  FORMER_STATES.rows.map((row) => [row.code, row]),
);

/** The State that a withdrawn ISO 3166-3 code names; undefined for any other text. */
export function formerState(code: string): FormerState | undefined {
  return byCode.get(code);
}

/**
 * The former States that a withdrawn alpha-2 code may mean; with a year, those that existed then or
 * the first after. Several when only an officer can tell, none for a code that is not withdrawn.
 */
export function formerStatesOf(alpha2: string, year?: number): readonly FormerState[] {
  const bearers = FORMER_STATES.rows
    .filter((row) => row.formerAlpha2 === alpha2)
    .sort((a, b) => a.untilYear - b.untilYear);
  if (year === undefined || bearers.length < 2) return bearers;
  const first = bearers.find((row) => year <= row.untilYear);
  return first === undefined ? bearers : [first];
}
