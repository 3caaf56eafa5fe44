import isoCountries from "i18n-iso-countries";
import { isStateCode } from "./countries.ts";

/** Codes that the United Nations list and ISO 3166-1 does not. */
const BESIDE_ISO: ReadonlyMap<string, string> = new Map([["XK", "412"]]);
const LEADING_ZEROS = /^0+/u;

/**
 * M49 code of a State by its alpha-2 code, without leading zeros as the SDG database writes it
 * (4 for AF); undefined for what is no State code. ISO 3166-1 numeric is taken from M49.
 */
export function m49Of(alpha2: string): string | undefined {
  if (!isStateCode(alpha2)) return undefined;
  const beside = BESIDE_ISO.get(alpha2);
  return beside ?? isoCountries.alpha2ToNumeric(alpha2)?.replace(LEADING_ZEROS, "");
}

const alpha2ByM49: ReadonlyMap<string, string> = new Map(
  Object.keys(isoCountries.getAlpha2Codes()).flatMap((alpha2) => {
    const code = m49Of(alpha2);
    return code === undefined ? [] : [[code, alpha2] as const];
  }),
);

/** Alpha-2 code of a State by its M49 code, with or without leading zeros; undefined otherwise. */
export function alpha2OfM49(code: string): string | undefined {
  return alpha2ByM49.get(code.replace(LEADING_ZEROS, ""));
}
