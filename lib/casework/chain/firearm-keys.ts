import { brandOf, isPlaceholder } from "#reference";
import { lookAlikeKey } from "../look-alike.ts";
import { normalizeSerial } from "../normalize.ts";
import { serialMatches } from "../serial-match.ts";

/** What is marked on a firearm, as far as it tells one from another. */
export interface MarkedFirearm {
  readonly make: string;
  /** Exactly as read; `?` is one character that could not be read. */
  readonly serialRaw: string;
}

/** Keys under which cases about one firearm meet (TP-CHAIN-3). */
export interface FirearmKeys {
  /** The brand, however it is spelt or shortened. */
  readonly makeKey: string;
  readonly serialKey: string;
  readonly lookAlikeKey: string;
  /** Some characters of the serial number are not known. */
  readonly isPartial: boolean;
}

/** How two readings of a firearm meet. */
export type SameHow = "SERIAL" | "LOOK_ALIKE" | "PARTIAL";

/** Keys of a firearm; undefined where no serial number tells it from others. */
export function firearmKeysOf({ make, serialRaw }: MarkedFirearm): FirearmKeys | undefined {
  const serialKey = normalizeSerial(serialRaw);
  const known = serialKey.replaceAll(/[?*]/gu, "");
  if (known === "" || isPlaceholder(serialKey)) return undefined;
  return {
    makeKey: brandOf(make),
    serialKey,
    lookAlikeKey: lookAlikeKey(serialRaw),
    isPartial: known !== serialKey,
  };
}

/** How two firearms of one brand may be the same; undefined when they are not. */
export function sameFirearm(one: FirearmKeys, other: FirearmKeys): SameHow | undefined {
  if (one.makeKey !== other.makeKey) return undefined;
  if (one.serialKey === other.serialKey) return "SERIAL";
  if (one.lookAlikeKey === other.lookAlikeKey) return "LOOK_ALIKE";
  const fits =
    (one.isPartial && serialMatches(one.lookAlikeKey, other.lookAlikeKey)) ||
    (other.isPartial && serialMatches(other.lookAlikeKey, one.lookAlikeKey));
  return fits ? "PARTIAL" : undefined;
}
