import type { ReferenceTable } from "./reference-table.ts";

/** Another way in which a brand is written. */
export interface BrandAlias {
  readonly alias: string;
  /** The way it stands in the other tables. */
  readonly brand: string;
}

const also = (brand: string, ...aliases: string[]): BrandAlias[] =>
  aliases.map((alias) => ({ alias, brand }));

/** Spellings, company names and short forms of brands. */
export const BRAND_ALIASES: ReferenceTable<BrandAlias> = {
  name: "brand-aliases",
  version: "2026-11-01",
  source: "Names of the makers in their own publications, and short forms used by police.",
  rows: [
    ...also("SMITH & WESSON", "S&W", "Smith and Wesson", "Smith Wesson"),
    ...also("RUGER", "Sturm Ruger", "Sturm, Ruger & Co.", "Sturm Ruger & Co. Inc."),
    ...also("GLOCK", "Glock GmbH", "Glock Ges.m.b.H.", "Glock Inc."),
    ...also("TAURUS", "Forjas Taurus", "Taurus Armas", "Taurus International"),
    ...also("ROSSI", "Amadeo Rossi"),
    ...also("SPRINGFIELD", "Springfield Armory", "Springfield Inc."),
    ...also("SIG SAUER", "SIG", "SIGSauer", "SIG Sauer Inc.", "SIG Sauer GmbH"),
    ...also("BERETTA", "Pietro Beretta", "P. Beretta", "Fabbrica d'Armi Pietro Beretta"),
    ...also("FN", "FNH", "FN Herstal", "Fabrique Nationale", "Fabrique Nationale Herstal"),
    ...also("WALTHER", "Carl Walther", "Walther Arms"),
    ...also("HI-POINT", "Hi Point", "HiPoint", "Hi-Point Firearms"),
    ...also("KEL-TEC", "Kel Tec", "KelTec", "Kel-Tec CNC"),
    ...also("PALMETTO", "Palmetto State Armory", "PSA"),
    ...also("JIMENEZ", "Jimenez Arms"),
    ...also("CENTURY", "Century Arms", "Century International Arms", "CAI"),
    ...also("NAA", "North American Arms"),
    ...also("MOSSBERG", "O.F. Mossberg", "O.F. Mossberg & Sons"),
    ...also("REMINGTON", "Remington Arms", "RemArms"),
    ...also("BUSHMASTER", "Bushmaster Firearms"),
    ...also("CANIK", "Canik55", "Samsun Yurt Savunma", "SYS"),
    ...also("COBRA", "Cobra Enterprises", "Cobra Firearms"),
    ...also("DAVIS", "Davis Industries"),
    ...also("LORCIN", "Lorcin Engineering"),
    ...also("BRYCO", "Bryco Arms"),
    ...also("COLT", "Colt's", "Colt's Manufacturing", "Colt's Patent Firearms"),
    ...also("HECKLER & KOCH", "H&K", "HK", "Heckler und Koch", "Heckler and Koch"),
    ...also("CZ", "Česká zbrojovka", "Ceska zbrojovka Uherský Brod", "CZUB"),
    ...also("ZASTAVA", "Crvena zastava", "Zastava oružje", "Застава"),
    ...also("IZHMASH", "Ижмаш", "Izhevsk Machine-Building Plant", "Kalashnikov Concern"),
    ...also("CUGIR", "Romarm", "Romarm/Cugir"),
  ],
};

/** How somebody else's works stand to a brand. */
export type MakerTie =
  /** Makes firearms of the brand for the owner of it. */
  | "CONTRACT"
  /** Makes the brand's design under its own name, by licence. */
  | "LICENSEE"
  /** Took the brand's designs or works over. */
  | "SUCCESSOR"
  /** Belongs to the same house. */
  | "SAME_HOUSE"
  /** Imports or assembles what others have made, under its own mark. */
  | "IMPORTER";

/** A brand and somebody else who may have made the firearm that bears it, or its likeness. */
export interface BrandTie {
  /** Brand in the spelling of the other tables. */
  readonly brand: string;
  /** Brand, or maker where it sells under no brand of its own. */
  readonly maker: string;
  /** State of the maker's works, ISO 3166-1 alpha-2. */
  readonly state: string;
  readonly tie: MakerTie;
  /** Which firearms. */
  readonly what: string;
}

/** Brand, maker and licensee are three things; here is where they are known to differ. */
export const BRAND_TIES: ReferenceTable<BrandTie> = {
  name: "brand-ties",
  version: "2026-11-01",
  source: "Publications of the makers. A tie says who else to think of, never who has made it.",
  rows: [
    { brand: "SPRINGFIELD", maker: "HS PRODUKT", state: "HR", tie: "CONTRACT", what: "XD" },
    { brand: "ROSSI", maker: "TAURUS", state: "BR", tie: "SAME_HOUSE", what: "revolvers" },
    { brand: "BERETTA", maker: "TAURUS", state: "BR", tie: "LICENSEE", what: "92 as PT92" },
    { brand: "BROWNING", maker: "FN", state: "BE", tie: "SAME_HOUSE", what: "pistols" },
    { brand: "BROWNING", maker: "MIROKU", state: "JP", tie: "CONTRACT", what: "long arms" },
    { brand: "WALTHER", maker: "MANURHIN", state: "FR", tie: "LICENSEE", what: "PP, PPK" },
    { brand: "WALTHER", maker: "SMITH & WESSON", state: "US", tie: "LICENSEE", what: "PPK" },
    { brand: "WALTHER", maker: "UMAREX", state: "DE", tie: "SAME_HOUSE", what: "P22" },
    { brand: "COLT", maker: "COLT CANADA", state: "CA", tie: "SAME_HOUSE", what: "C7, C8" },
    { brand: "SIG SAUER", maker: "SAUER & SOHN", state: "DE", tie: "SAME_HOUSE", what: "pistols" },
    { brand: "HECKLER & KOCH", maker: "MKE", state: "TR", tie: "LICENSEE", what: "G3, MP5" },
    { brand: "FN", maker: "IMBEL", state: "BR", tie: "LICENSEE", what: "FAL" },
    { brand: "DAVIS", maker: "COBRA", state: "US", tie: "SUCCESSOR", what: "pistols" },
    { brand: "LORCIN", maker: "COBRA", state: "US", tie: "SUCCESSOR", what: "pistols" },
    { brand: "BRYCO", maker: "JIMENEZ", state: "US", tie: "SUCCESSOR", what: "pistols" },
    { brand: "CENTURY", maker: "CUGIR", state: "RO", tie: "IMPORTER", what: "rifles" },
    { brand: "CENTURY", maker: "CANIK", state: "TR", tie: "IMPORTER", what: "pistols" },
    { brand: "CENTURY", maker: "ZASTAVA", state: "RS", tie: "IMPORTER", what: "rifles" },
  ],
};

/** Letters and digits alone, without marks on them, in upper case; "&" as its word. */
const spelling = (text: string): string =>
  text
    .normalize("NFKD")
    .toUpperCase()
    .replaceAll("&", "AND")
    .replaceAll(/[^\p{L}\p{N}]/gu, "");

const bySpelling: ReadonlyMap<string, string> = new Map(
  BRAND_ALIASES.rows.flatMap(({ alias, brand }) => [
    [spelling(alias), brand] as const,
    [spelling(brand), brand] as const,
  ]),
);

/**
 * The brand a text names, in the spelling of the tables where they know it; otherwise its letters
 * and digits in upper case, so that two texts name one brand exactly when this is equal.
 */
export function brandOf(text: string): string {
  const written = spelling(text);
  return bySpelling.get(written) ?? written;
}

/** Whether two texts name one brand, however spelt; two empty ones name none. */
export function isSameBrand(left: string, right: string): boolean {
  const brand = brandOf(left);
  return brand !== "" && brand === brandOf(right);
}

const spelledTies = BRAND_TIES.rows.map((tie) => {
  return { tie, of: brandOf(tie.brand), by: brandOf(tie.maker) };
});

/** What ties two brands that are not the same, whichever is named first; undefined when unknown. */
export function brandTie(left: string, right: string): BrandTie | undefined {
  const [one, other] = [brandOf(left), brandOf(right)];
  const known = spelledTies.find(
    ({ of, by }) => (of === one && by === other) || (of === other && by === one),
  );
  return known?.tie;
}
