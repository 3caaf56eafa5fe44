import { hash } from "node:crypto";

/**
 * Where a page of a list ends, as the caller sees it: opaque, so that nobody counts with it and the
 * list may be ordered otherwise later (TP-API-11).
 */
export function pageMark(position: number): string {
  return Buffer.from(`p${position}`).toString("base64url");
}

/** What a filtered list is asked for; the order of the names does not matter. */
export type ListFilters = Readonly<Record<string, string | number | boolean | undefined>>;

/**
 * The mark of a list that was filtered or ordered: where the page ends, bound to what was asked
 * for, so that it cannot go on in another list unnoticed (TP-API-11).
 */
export function filteredMark(key: readonly number[], filters: ListFilters): string {
  return Buffer.from(`k${key.join(",")}.${digestOf(filters)}`).toString("base64url");
}

/** The key behind a mark of such a list; undefined for a text that is no mark of this list. */
export function keyOfMark(mark: string, filters: ListFilters): readonly number[] | undefined {
  const text = Buffer.from(mark, "base64url").toString("latin1");
  const numbers = /^k(\d{1,15}(?:,\d{1,15})*)\.[\w-]{11}$/.exec(text)?.[1];
  const key = numbers?.split(",").map(Number);
  return key !== undefined && filteredMark(key, filters) === mark ? key : undefined;
}

const DIGEST_BYTES = 8;

function digestOf(filters: ListFilters): string {
  const asked = Object.entries(filters).filter(([, value]) => value !== undefined);
  const text = JSON.stringify(asked.toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return hash("sha256", text, "buffer").subarray(0, DIGEST_BYTES).toString("base64url");
}

/** The position behind a mark; undefined for a text that is none. No mark begins at the start. */
export function positionOf(mark: string | undefined): number | undefined {
  if (mark === undefined) return 0;
  const text = Buffer.from(mark, "base64url").toString("latin1");
  const position = /^p(\d{1,15})$/.exec(text)?.[1];
  const isMark = position !== undefined && pageMark(Number(position)) === mark;
  return isMark ? Number(position) : undefined;
}
