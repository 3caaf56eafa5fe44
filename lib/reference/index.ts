export {
  BRAND_ALIASES,
  BRAND_TIES,
  brandOf,
  brandTie,
  isSameBrand,
  type MakerTie,
} from "./brands.ts";
export {
  CALIBRES,
  type Calibre,
  type CalibreAgreement,
  calibreOf,
  compareCalibres,
  isSameCalibre,
} from "./calibres.ts";
export {
  alpha2Of,
  alpha3Of,
  isIsoAlpha2,
  isStateCode,
  stateName,
  USER_ASSIGNED_CODES,
  type UserAssignedCode,
} from "./countries.ts";
export { FORMER_STATES, type FormerState, formerState, formerStatesOf } from "./former-states.ts";
export { INSTRUMENTS, type ReferenceInstrument } from "./instruments.ts";
export {
  LETTER_LANGUAGE_NAMES,
  LETTER_LANGUAGES,
  type LetterLanguage,
  letterLanguageOf,
  stateNameIn,
} from "./letter-languages.ts";
export { alpha2OfM49, m49Of } from "./m49.ts";
export { MAKERS, type Maker, makerOf } from "./makers.ts";
export { isPlaceholder, PLACEHOLDERS } from "./placeholders.ts";
export type { ReferenceTable } from "./reference-table.ts";
export {
  type BodyRole,
  REGIONAL_BODIES,
  type RegionalBody,
  regionalBody,
} from "./regional-bodies.ts";
export { regionOf } from "./regions.ts";
