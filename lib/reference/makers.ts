import type { ReferenceTable } from "./reference-table.ts";

/** A brand and the State whose records are asked first. */
export interface Maker {
  /** Brand in the form {@link normalizeMake} of casework gives: upper case, single spaces. */
  readonly brand: string;
  /** State of the trade-mark holder's works, ISO 3166-1 alpha-2. */
  readonly state: string;
  /** Made in several States: the State is the best first address, not a certainty. */
  readonly ambiguous: boolean;
}

const inOneState = (state: string, ...brands: string[]): Maker[] =>
  brands.map((brand) => ({ brand, state, ambiguous: false }));
const inSeveralStates = (state: string, ...brands: string[]): Maker[] =>
  brands.map((brand) => ({ brand, state, ambiguous: true }));

/** Brand → State of the trade-mark holder's works (docs/spec/screening.md, TP-SCR-4). */
export const MAKERS: ReferenceTable<Maker> = {
  name: "makers",
  version: "2026-11-01",
  source:
    "State of the works of each trade-mark holder, from the makers' own publications. " +
    "A brand is not always the maker, and a maker may work in several States.",
  rows: [
    ...inOneState("AT", "GLOCK"),
    ...inSeveralStates("BE", "FN"),
    ...inSeveralStates("BR", "TAURUS"),
    ...inOneState("BR", "ROSSI"),
    ...inOneState("DE", "WALTHER"),
    ...inSeveralStates("DE", "SIG SAUER"),
    // Its XD pistols come from Karlovac; its rifles do not.
    ...inSeveralStates("HR", "SPRINGFIELD"),
    ...inSeveralStates("IT", "BERETTA"),
    ...inOneState("TR", "CANIK"),
    ...inOneState("US", "SMITH & WESSON", "RUGER", "SCCY", "HI-POINT", "COBRA", "LORCIN"),
    ...inOneState("US", "MOSSBERG", "REMINGTON", "KEL-TEC", "DAVIS", "COLT", "BRYCO"),
    ...inOneState("US", "PALMETTO", "JIMENEZ", "POLYMER80", "DPMS", "KIMBER", "BUSHMASTER", "NAA"),
    // An importer and assembler of firearms made elsewhere.
    ...inSeveralStates("US", "CENTURY"),
  ],
};

const byBrand: ReadonlyMap<string, Maker> = new Map(MAKERS.rows.map((row) => [row.brand, row]));

/** The maker of a brand in normalized form; undefined when the table does not have it. */
export function makerOf(brand: string): Maker | undefined {
  return byBrand.get(brand);
}
