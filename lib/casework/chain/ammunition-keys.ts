import { brandOf, isPlaceholder } from "#reference";
import { normalizeSerial } from "../normalize.ts";

/** What is marked on ammunition and its packaging, as far as it tells one lot from another. */
export interface MarkedAmmunition {
  readonly lot: string;
  readonly headstamp: string;
  readonly manufacturer: string;
  readonly packagingMarks: readonly string[];
}

/** Keys under which cases about one lot of ammunition meet (TP-CHAIN-9); empty: not known. */
export interface AmmunitionKeys {
  readonly lotKey: string;
  readonly headstampKey: string;
  readonly makerKey: string;
  /** Marks that tell boxes apart, such as a batch or a consignment number. */
  readonly packagingKeys: readonly string[];
}

/** How two readings of ammunition meet. */
export type SameAmmunitionHow = "LOT" | "PACKAGING";

/** Shorter marks, and such without a digit, stand on boxes of every lot. */
const PACKAGING_MARK = /^(?=.*\d).{6,}$/u;
/** So do counts of rounds, calibres and UN numbers of dangerous goods. */
const ON_EVERY_BOX = /^(?:\d{1,4}(?:X\d{1,3})?[A-Z]*|UN\d{4})$/u;

/** Keys of ammunition; undefined where neither lot nor packaging tells it from other. */
export function ammunitionKeysOf(marked: MarkedAmmunition): AmmunitionKeys | undefined {
  const { headstamp, lot, manufacturer, packagingMarks } = marked;
  const lotKey = keyOf(lot);
  const packagingKeys = [...new Set(packagingMarks.map(keyOf))].filter((key) => {
    return PACKAGING_MARK.test(key) && !ON_EVERY_BOX.test(key) && key !== lotKey;
  });
  if (lotKey === "" && packagingKeys.length === 0) return undefined;
  const makerKey = isPlaceholder(normalizeSerial(manufacturer)) ? "" : brandOf(manufacturer);
  return { lotKey, headstampKey: keyOf(headstamp), makerKey, packagingKeys };
}

/** A mark for comparing; empty where it is not known, or not read whole. */
function keyOf(raw: string): string {
  const key = normalizeSerial(raw);
  return /[?*]/u.test(key) || isPlaceholder(key) ? "" : key;
}

/**
 * How ammunition of two cases may be of one lot; undefined when it is not. Makers number their lots
 * alike, so that what is known of both, maker and headstamp, must not differ.
 */
export function sameAmmunition(
  one: AmmunitionKeys,
  other: AmmunitionKeys,
): SameAmmunitionHow | undefined {
  if (differ(one.makerKey, other.makerKey)) return undefined;
  if (differ(one.headstampKey, other.headstampKey)) return undefined;
  if (differ(one.lotKey, other.lotKey)) return undefined;
  if (one.lotKey !== "" && other.lotKey !== "") return "LOT";
  const isShared = one.packagingKeys.some((key) => other.packagingKeys.includes(key));
  return isShared ? "PACKAGING" : undefined;
}

function differ(one: string, other: string): boolean {
  return one !== "" && other !== "" && one !== other;
}
