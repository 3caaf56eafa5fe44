import type { ReferenceTable } from "./reference-table.ts";

/** A language that official letters can be written in, BCP 47. */
export type LetterLanguage = "ar" | "en" | "es" | "fr" | "pt" | "ru";

/** The languages of letters, the default first. */
export const LETTER_LANGUAGE_NAMES: Readonly<Record<LetterLanguage, string>> = {
  en: "English",
  fr: "French",
  es: "Spanish",
  pt: "Portuguese",
  ar: "Arabic",
  ru: "Russian",
};

/** A language and the States that are written to in it. */
interface LanguageRow {
  readonly language: LetterLanguage;
  /** ISO 3166-1 alpha-2. */
  readonly states: readonly string[];
}

/** In which language a State is written to unless an officer chooses another; English elsewhere. */
export const LETTER_LANGUAGES: ReferenceTable<LanguageRow> = {
  name: "letter-languages",
  version: "2026-11-01",
  source:
    "Official language, or of several the one used with other States, among English, French, " +
    "Spanish, Portuguese, Arabic and Russian.",
  rows: [
    {
      language: "fr",
      states: [
        ...["BE", "BF", "BI", "BJ", "CD", "CF", "CG", "CH", "CI", "CM", "DJ", "FR", "GA", "GN"],
        ...["HT", "LU", "MC", "MG", "ML", "NE", "SN", "TD", "TG"],
      ],
    },
    {
      language: "es",
      states: [
        ...["AD", "AR", "BO", "CL", "CO", "CR", "CU", "DO", "EC", "ES", "GQ", "GT", "HN", "MX"],
        ...["NI", "PA", "PE", "PY", "SV", "UY", "VE"],
      ],
    },
    { language: "pt", states: ["AO", "BR", "CV", "GW", "MZ", "PT", "ST", "TL"] },
    {
      language: "ar",
      states: [
        ...["AE", "BH", "DZ", "EG", "IQ", "JO", "KM", "KW", "LB", "LY", "MA", "MR", "OM", "PS"],
        ...["QA", "SA", "SD", "SY", "TN", "YE"],
      ],
    },
    { language: "ru", states: ["AM", "AZ", "BY", "KG", "KZ", "RU", "TJ", "TM", "UZ"] },
  ],
};

const byState: ReadonlyMap<string, LetterLanguage> = new Map(
  LETTER_LANGUAGES.rows.flatMap(({ language, states }) =>
    states.map((state) => [state, language] as const),
  ),
);

/** In which language a State is written to. */
export function letterLanguageOf(state: string): LetterLanguage {
  return byState.get(state) ?? "en";
}

/** Name of a State in a language; of a State that is gone its English name; else the code. */
export function stateNameIn(language: LetterLanguage, alpha2: string): string {
  return new Intl.DisplayNames([language], { type: "region" }).of(alpha2) ?? alpha2;
}
