/** Where tiles are on an HTTP server: `tile/<L>/<N>[.p/<W>]` (https://c2sp.org/tlog-tiles). */
import { parseDecimal } from "./decimal.ts";
import { TILE_WIDTH } from "./tile-width.ts";

/** Which hashes a tile holds. */
export interface TileName {
  /** 0 for leaves, 1 for roots of 256 leaves, and so on. */
  readonly level: number;
  /** Number of the tile at its level, from 0. */
  readonly index: number;
  /** Hashes in it: 256, or fewer in the last one of its level. */
  readonly width: number;
}

const LEVEL_MAX = 63;
/** An index of 2^45, of a tree that could not be larger, takes five elements. */
const PATH = /^([1-9]?[0-9])\/((?:x[0-9]{3}\/){0,4}[0-9]{3})(?:\.p\/([1-9][0-9]{0,2}))?$/;

/** What stands after `tile/`; the index in elements of three digits. */
export function tilePath({ index, level, width }: TileName): string {
  const digits = String(index);
  const padded = digits.padStart(Math.ceil(digits.length / 3) * 3, "0");
  const elements = padded.match(/.{3}/g) ?? [];
  const last = elements.pop() ?? "000";
  const path = [level, ...elements.map((element) => `x${element}`), last].join("/");
  return width === TILE_WIDTH ? path : `${path}.p/${width}`;
}

/**
 * Reads what stands after `tile/`; undefined unless it is exactly what {@link tilePath} writes, so
 * that one tile has one address.
 */
export function parseTilePath(path: string): TileName | undefined {
  const [, levelText = "", indexText = "", widthText] = PATH.exec(path) ?? [];
  const level = parseDecimal(levelText);
  const index = parseDecimal(indexText.replaceAll(/x|\//g, "").replace(/^0+(?=.)/, ""));
  const width = widthText === undefined ? TILE_WIDTH : parseDecimal(widthText);
  if (level === undefined || index === undefined || width === undefined) return undefined;
  if (level > LEVEL_MAX || width > TILE_WIDTH) return undefined;
  const name = { level, index, width };
  return tilePath(name) === path ? name : undefined;
}
