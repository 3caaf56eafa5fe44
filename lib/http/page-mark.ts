/**
 * Where a page of a list ends, as the caller sees it: opaque, so that nobody counts with it and the
 * list may be ordered otherwise later (TP-API-11).
 */
export function pageMark(position: number): string {
  return Buffer.from(`p${position}`).toString("base64url");
}

/** The position behind a mark; undefined for a text that is none. No mark begins at the start. */
export function positionOf(mark: string | undefined): number | undefined {
  if (mark === undefined) return 0;
  const text = Buffer.from(mark, "base64url").toString("latin1");
  const position = /^p(\d{1,15})$/.exec(text)?.[1];
  const isMark = position !== undefined && pageMark(Number(position)) === mark;
  return isMark ? Number(position) : undefined;
}
