import type { ReferenceTable } from "./reference-table.ts";

/** A State that is gone and still stands on firearms as their country of manufacture. */
export interface FormerState {
  /** ISO 3166-3 alpha-4. */
  readonly code: string;
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
    { code: "BUMM", name: "Burma", successors: ["MM"] },
    { code: "CSHH", name: "Czechoslovakia", successors: ["CZ", "SK"] },
    { code: "CSXX", name: "Serbia and Montenegro", successors: ["ME", "RS"] },
    { code: "DDDE", name: "German Democratic Republic", successors: ["DE"] },
    {
      code: "SUHH",
      name: "USSR",
      successors: [
        ...["AM", "AZ", "BY", "EE", "GE", "KG", "KZ", "LT"],
        ...["LV", "MD", "RU", "TJ", "TM", "UA", "UZ"],
      ],
    },
    { code: "VDVN", name: "Democratic Republic of Viet-Nam", successors: ["VN"] },
    { code: "YUCS", name: "Yugoslavia", successors: ["BA", "HR", "ME", "MK", "RS", "SI"] },
    { code: "ZRCD", name: "Zaire", successors: ["CD"] },
  ],
};

const byCode: ReadonlyMap<string, FormerState> = new Map(
  FORMER_STATES.rows.map((row) => [row.code, row]),
);

/** The State that a withdrawn ISO 3166-3 code names; undefined for any other text. */
export function formerState(code: string): FormerState | undefined {
  return byCode.get(code);
}
