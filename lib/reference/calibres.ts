import type { ReferenceTable } from "./reference-table.ts";

/** One calibre designation and the other ways it is written. */
export interface Calibre {
  /** Stable identifier in lower kebab case. */
  readonly id: string;
  /** The way we print it. */
  readonly canonical: string;
  /** Upper case, without spaces; the canonical form need not be repeated. */
  readonly aliases: readonly string[];
  /**
   * `cartridge`: names one round. `bore`: a shotgun gauge. `family`: a short form, such as ".45",
   * that several rounds share; it says less than a cartridge and is never refined by guessing.
   */
  readonly kind: "cartridge" | "bore" | "family";
}

/**
 * Designations as C.I.P., SAAMI and NATO write them. Rounds that are often confused (7.62x51 and
 * .308 Win, 5.56x45 and .223 Rem) stay apart, and nothing is inferred from a diameter.
 */
export const CALIBRES: ReferenceTable<Calibre> = {
  name: "calibres",
  version: "2026-11-01",
  source: "Designations published by C.I.P., SAAMI and NATO, and short forms used by police.",
  rows: [
    { id: "22", canonical: ".22", aliases: ["22", "22CAL"], kind: "family" },
    { id: "22-lr", canonical: ".22 LR", aliases: ["22LR", ".22LONGRIFLE"], kind: "cartridge" },
    { id: "25", canonical: ".25", aliases: ["25"], kind: "family" },
    { id: "25-auto", canonical: ".25 Auto", aliases: ["25ACP", "6.35MM"], kind: "cartridge" },
    { id: "32", canonical: ".32", aliases: ["32"], kind: "family" },
    { id: "32-auto", canonical: ".32 Auto", aliases: ["32ACP", "7.65MM"], kind: "cartridge" },
    { id: "357", canonical: ".357", aliases: ["357"], kind: "family" },
    {
      id: "357-magnum",
      canonical: ".357 Magnum",
      aliases: ["357MAG", "357MAGNUM"],
      kind: "cartridge",
    },
    { id: "38", canonical: ".38", aliases: ["38"], kind: "family" },
    {
      id: "38-special",
      canonical: ".38 Special",
      aliases: ["38SPL", "38SPECIAL"],
      kind: "cartridge",
    },
    { id: "380", canonical: ".380", aliases: ["380"], kind: "family" },
    { id: "380-auto", canonical: ".380 Auto", aliases: ["380ACP", "9X17MM"], kind: "cartridge" },
    { id: "40", canonical: ".40", aliases: ["40"], kind: "family" },
    { id: "40-sw", canonical: ".40 S&W", aliases: ["40S&W"], kind: "cartridge" },
    { id: "45", canonical: ".45", aliases: ["45"], kind: "family" },
    { id: "45-auto", canonical: ".45 Auto", aliases: ["45ACP", "45AUTO"], kind: "cartridge" },
    { id: "5-56", canonical: "5.56", aliases: ["5.56MM"], kind: "family" },
    { id: "5-56x45", canonical: "5.56x45 mm", aliases: ["5.56NATO"], kind: "cartridge" },
    { id: "223-rem", canonical: ".223 Rem", aliases: ["223", "223REM"], kind: "cartridge" },
    { id: "5-7", canonical: "5.7", aliases: ["5.7MM"], kind: "family" },
    { id: "5-7x28", canonical: "5.7x28 mm", aliases: [], kind: "cartridge" },
    { id: "7-62", canonical: "7.62", aliases: ["7.62MM"], kind: "family" },
    { id: "7-62x39", canonical: "7.62x39 mm", aliases: [], kind: "cartridge" },
    { id: "7-62x51", canonical: "7.62x51 mm", aliases: ["7.62NATO"], kind: "cartridge" },
    { id: "308-win", canonical: ".308 Win", aliases: ["308", "308WIN"], kind: "cartridge" },
    { id: "9mm", canonical: "9 mm", aliases: ["9"], kind: "family" },
    {
      id: "9mm-luger",
      canonical: "9 mm Luger",
      aliases: ["9X19", "9X19MM", "9MMPARABELLUM", "9MMPARA"],
      kind: "cartridge",
    },
    {
      id: "9mm-makarov",
      canonical: "9 mm Makarov",
      aliases: ["9X18", "9X18MM"],
      kind: "cartridge",
    },
    { id: "10mm", canonical: "10 mm", aliases: ["10"], kind: "family" },
    { id: "10mm-auto", canonical: "10 mm Auto", aliases: ["10X25MM"], kind: "cartridge" },
    { id: "12-gauge", canonical: "12 gauge", aliases: ["12GA", "12BORE", "12/70"], kind: "bore" },
    { id: "20-gauge", canonical: "20 gauge", aliases: ["20GA", "20BORE", "20/70"], kind: "bore" },
  ],
};

/** Compatibility form, upper case, no spaces, and the multiplication sign as a letter. */
const spelling = (text: string): string =>
  text.normalize("NFKC").toUpperCase().replaceAll(/\s+/gu, "").replaceAll("×", "X");

const bySpelling: ReadonlyMap<string, Calibre> = new Map(
  CALIBRES.rows.flatMap((row) =>
    [row.canonical, ...row.aliases].map((name) => [spelling(name), row] as const),
  ),
);

/** The calibre a text names, however it is spaced or cased; undefined when the table has none. */
export function calibreOf(asMarked: string): Calibre | undefined {
  return bySpelling.get(spelling(asMarked));
}

/**
 * Whether two texts may name the same calibre: equal as written, or one designation of the table.
 * A family ("9 mm") is not equal to a cartridge ("9 mm Luger"): nothing is inferred.
 */
export function isSameCalibre(left: string, right: string): boolean {
  const known = calibreOf(left);
  return known === undefined ? spelling(left) === spelling(right) : known === calibreOf(right);
}
