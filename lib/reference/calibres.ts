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
  /** Id of the short form that may mean this round. */
  readonly family?: string;
  /** Id of another round it is often written for; they stay apart. */
  readonly takenFor?: string;
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
    { id: "22", canonical: ".22", aliases: ["22", "22CAL", ".22CAL"], kind: "family" },
    {
      id: "22-lr",
      canonical: ".22 LR",
      aliases: ["22LR", ".22LONGRIFLE", "22LONGRIFLE", "5.6X15R"],
      kind: "cartridge",
      family: "22",
    },
    { id: "25", canonical: ".25", aliases: ["25"], kind: "family" },
    {
      id: "25-auto",
      canonical: ".25 Auto",
      aliases: ["25ACP", "6.35MM", ".25ACP", "6.35X16", "6.35MMBROWNING"],
      kind: "cartridge",
      family: "25",
    },
    { id: "32", canonical: ".32", aliases: ["32"], kind: "family" },
    {
      id: "32-auto",
      canonical: ".32 Auto",
      aliases: ["32ACP", "7.65MM", ".32ACP", "7.65X17", "7.65X17SR", "7.65MMBROWNING"],
      kind: "cartridge",
      family: "32",
    },
    { id: "357", canonical: ".357", aliases: ["357"], kind: "family" },
    {
      id: "357-magnum",
      canonical: ".357 Magnum",
      aliases: ["357MAG", "357MAGNUM", ".357MAG", "9X33R"],
      kind: "cartridge",
      family: "357",
    },
    { id: "38", canonical: ".38", aliases: ["38"], kind: "family" },
    {
      id: "38-special",
      canonical: ".38 Special",
      aliases: ["38SPL", "38SPECIAL", ".38SPL", "9X29R"],
      kind: "cartridge",
      family: "38",
    },
    { id: "380", canonical: ".380", aliases: ["380"], kind: "family" },
    {
      id: "380-auto",
      canonical: ".380 Auto",
      aliases: ["380ACP", "9X17MM", ".380ACP", "9X17", "9MMKURZ", "9MMSHORT", "9MMBROWNINGSHORT"],
      kind: "cartridge",
      family: "380",
    },
    { id: "40", canonical: ".40", aliases: ["40"], kind: "family" },
    {
      id: "40-sw",
      canonical: ".40 S&W",
      aliases: ["40S&W", ".40SW", "40SW", "10X22MM"],
      kind: "cartridge",
      family: "40",
    },
    { id: "45", canonical: ".45", aliases: ["45"], kind: "family" },
    {
      id: "45-auto",
      canonical: ".45 Auto",
      aliases: ["45ACP", "45AUTO", ".45ACP", "11.43X23", "11.43X23MM"],
      kind: "cartridge",
      family: "45",
    },
    { id: "5-56", canonical: "5.56", aliases: ["5.56MM"], kind: "family" },
    {
      id: "5-56x45",
      canonical: "5.56x45 mm",
      aliases: ["5.56NATO", "5.56X45", "5.56X45NATO", "5.56MMNATO"],
      kind: "cartridge",
      family: "5-56",
      takenFor: "223-rem",
    },
    {
      id: "223-rem",
      canonical: ".223 Rem",
      aliases: ["223", "223REM", ".223", ".223REMINGTON"],
      kind: "cartridge",
      takenFor: "5-56x45",
    },
    { id: "5-7", canonical: "5.7", aliases: ["5.7MM"], kind: "family" },
    { id: "5-7x28", canonical: "5.7x28 mm", aliases: [], kind: "cartridge", family: "5-7" },
    { id: "7-62", canonical: "7.62", aliases: ["7.62MM"], kind: "family" },
    {
      id: "7-62x39",
      canonical: "7.62x39 mm",
      aliases: ["7.62X39"],
      kind: "cartridge",
      family: "7-62",
    },
    {
      id: "7-62x51",
      canonical: "7.62x51 mm",
      aliases: ["7.62NATO", "7.62X51", "7.62X51NATO", "7.62MMNATO"],
      kind: "cartridge",
      family: "7-62",
      takenFor: "308-win",
    },
    {
      id: "308-win",
      canonical: ".308 Win",
      aliases: ["308", "308WIN", ".308", ".308WINCHESTER"],
      kind: "cartridge",
      takenFor: "7-62x51",
    },
    { id: "9mm", canonical: "9 mm", aliases: ["9"], kind: "family" },
    {
      id: "9mm-luger",
      canonical: "9 mm Luger",
      aliases: [
        "9X19",
        "9X19MM",
        "9MMPARABELLUM",
        "9MMPARA",
        "9MMLUGER",
        "9LUGER",
        "9X19PARA",
        "9X19PARABELLUM",
        "9PARA",
      ],
      kind: "cartridge",
      family: "9mm",
    },
    {
      id: "9mm-makarov",
      canonical: "9 mm Makarov",
      aliases: ["9X18", "9X18MM", "9MAKAROV", "9MMMAK", "9X18MAKAROV"],
      kind: "cartridge",
      family: "9mm",
    },
    { id: "10mm", canonical: "10 mm", aliases: ["10"], kind: "family" },
    {
      id: "10mm-auto",
      canonical: "10 mm Auto",
      aliases: ["10X25MM", "10X25", "10AUTO"],
      kind: "cartridge",
      family: "10mm",
    },
    {
      id: "12-gauge",
      canonical: "12 gauge",
      aliases: ["12GA", "12BORE", "12/70", "12G", "12/76", "CAL12", "12CAL"],
      kind: "bore",
    },
    {
      id: "20-gauge",
      canonical: "20 gauge",
      aliases: ["20GA", "20BORE", "20/70", "20G", "20/76", "CAL20"],
      kind: "bore",
    },
    { id: "32-sw", canonical: ".32 S&W", aliases: ["32S&W"], kind: "cartridge", family: "32" },
    { id: "38-sw", canonical: ".38 S&W", aliases: ["38S&W"], kind: "cartridge", family: "38" },
    {
      id: "38-super",
      canonical: ".38 Super",
      aliases: ["38SUPER", "9X23SR"],
      kind: "cartridge",
      family: "38",
    },
    { id: "357-sig", canonical: ".357 SIG", aliases: ["357SIG"], kind: "cartridge", family: "357" },
    {
      id: "22-short",
      canonical: ".22 Short",
      aliases: ["22SHORT"],
      kind: "cartridge",
      family: "22",
    },
    {
      id: "22-wmr",
      canonical: ".22 WMR",
      aliases: ["22WMR", "22MAG", "22MAGNUM", ".22MAGNUM"],
      kind: "cartridge",
      family: "22",
    },
    { id: "44", canonical: ".44", aliases: ["44"], kind: "family" },
    {
      id: "44-magnum",
      canonical: ".44 Magnum",
      aliases: ["44MAG", "44MAGNUM"],
      kind: "cartridge",
      family: "44",
    },
    {
      id: "44-special",
      canonical: ".44 Special",
      aliases: ["44SPL", "44SPECIAL"],
      kind: "cartridge",
      family: "44",
    },
    {
      id: "45-colt",
      canonical: ".45 Colt",
      aliases: ["45COLT", "45LC"],
      kind: "cartridge",
      family: "45",
    },
    { id: "50", canonical: ".50", aliases: ["50"], kind: "family" },
    {
      id: "50-bmg",
      canonical: ".50 BMG",
      aliases: ["50BMG", "12.7X99", "12.7X99MM"],
      kind: "cartridge",
      family: "50",
    },
    { id: "50-ae", canonical: ".50 AE", aliases: ["50AE"], kind: "cartridge", family: "50" },
    { id: "5-45x39", canonical: "5.45x39 mm", aliases: ["5.45X39", "5.45MM"], kind: "cartridge" },
    {
      id: "7-62x25",
      canonical: "7.62x25 mm",
      aliases: ["7.62X25", "7.62TOKAREV"],
      kind: "cartridge",
      family: "7-62",
      takenFor: "7-63x25",
    },
    {
      id: "7-63x25",
      canonical: "7.63x25 mm Mauser",
      aliases: ["7.63X25", "7.63MAUSER", "30MAUSER"],
      kind: "cartridge",
      takenFor: "7-62x25",
    },
    {
      id: "7-62x54r",
      canonical: "7.62x54 mm R",
      aliases: ["7.62X54R", "7.62X54"],
      kind: "cartridge",
      family: "7-62",
    },
    {
      id: "7-92x57",
      canonical: "7.92x57 mm",
      aliases: ["7.92X57", "8X57IS", "8MMMAUSER", "8X57"],
      kind: "cartridge",
    },
    {
      id: "30-06",
      canonical: ".30-06",
      aliases: ["30-06", ".30-06SPRINGFIELD", "7.62X63MM"],
      kind: "cartridge",
    },
    {
      id: "303-british",
      canonical: ".303 British",
      aliases: ["303BRITISH", "303"],
      kind: "cartridge",
    },
    { id: "270-win", canonical: ".270 Win", aliases: ["270WIN", "270"], kind: "cartridge" },
    { id: "12-7x108", canonical: "12.7x108 mm", aliases: ["12.7X108"], kind: "cartridge" },
    { id: "16-gauge", canonical: "16 gauge", aliases: ["16GA", "16BORE", "16/70"], kind: "bore" },
    { id: "28-gauge", canonical: "28 gauge", aliases: ["28GA", "28BORE"], kind: "bore" },
    {
      id: "410-bore",
      canonical: ".410 bore",
      aliases: ["410BORE", "410GA", ".410", "410"],
      kind: "bore",
    },
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

/** How two texts agree on the calibre of a firearm. */
export type CalibreAgreement =
  /** One designation, or equal as written. */
  | "SAME"
  /** A short form, and a round it may mean. */
  | "FAMILY"
  /** Two rounds that are often written for one another. */
  | "TAKEN_FOR"
  | "DIFFERENT"
  /** One of them is empty. */
  | "NOT_COMPARED";

/** Compares two calibres as recorded. Nothing is inferred from a diameter. */
export function compareCalibres(left: string, right: string): CalibreAgreement {
  if (spelling(left) === "" || spelling(right) === "") return "NOT_COMPARED";
  if (isSameCalibre(left, right)) return "SAME";
  const [one, other] = [calibreOf(left), calibreOf(right)];
  if (one === undefined || other === undefined) return "DIFFERENT";
  if (one.family === other.id || other.family === one.id) return "FAMILY";
  return one.takenFor === other.id || other.takenFor === one.id ? "TAKEN_FOR" : "DIFFERENT";
}
