import isoCountries from "i18n-iso-countries";

/**
 * A State code that ISO 3166-1 leaves to its users. It takes part only by explicit entry in the
 * participant register (docs/spec/trust.md).
 */
export interface UserAssignedCode {
  readonly alpha2: string;
  readonly alpha3: string;
  /** Who uses it and why it is here. */
  readonly note: string;
}

/** User-assigned codes in use by international bodies; ISO 3166-1 reserves X** for such use. */
export const USER_ASSIGNED_CODES: readonly UserAssignedCode[] = [
  { alpha2: "XK", alpha3: "XKX", note: "Kosovo, as used by the World Bank and the EU" },
];

/** i18n-iso-countries lists XK beside the official codes; here the two stay apart. */
const isUserAssigned = (alpha2: string): boolean =>
  USER_ASSIGNED_CODES.some((code) => code.alpha2 === alpha2);

const officialAlpha3: ReadonlyMap<string, string> = new Map(
  Object.entries(isoCountries.getAlpha2Codes()).filter(([alpha2]) => !isUserAssigned(alpha2)),
);
const alpha3ByAlpha2: ReadonlyMap<string, string> = new Map([
  ...officialAlpha3,
  ...USER_ASSIGNED_CODES.map((code) => [code.alpha2, code.alpha3] as const),
]);
const alpha2ByAlpha3: ReadonlyMap<string, string> = new Map(
  [...alpha3ByAlpha2].map(([alpha2, alpha3]) => [alpha3, alpha2]),
);

const englishNames = new Intl.DisplayNames(["en"], { type: "region" });

/** Whether a text is a current ISO 3166-1 alpha-2 code, in upper case; XK and the like are not. */
export function isIsoAlpha2(text: string): boolean {
  return officialAlpha3.has(text);
}

/** Whether a text is a State code used here: current ISO 3166-1 alpha-2, or user-assigned. */
export function isStateCode(text: string): boolean {
  return alpha3ByAlpha2.has(text);
}

/** Alpha-2 code of a current alpha-3 code in upper case (or XKX); undefined for anything else. */
export function alpha2Of(alpha3: string): string | undefined {
  return alpha2ByAlpha3.get(alpha3);
}

/** Alpha-3 code of an alpha-2 code, for print; undefined for what is no State code. */
export function alpha3Of(alpha2: string): string | undefined {
  return alpha3ByAlpha2.get(alpha2);
}

/** English short name of a State, such as "Austria"; the code itself when there is none. */
export function stateName(alpha2: string): string {
  return isStateCode(alpha2) ? (englishNames.of(alpha2) ?? alpha2) : alpha2;
}
