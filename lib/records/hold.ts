/** A legal hold over an item: from its beginning to its release, in milliseconds since 1970. */
export interface Hold {
  readonly fromMs: number;
  /** Absent: it lasts. */
  readonly toMs?: number | undefined;
}

/** Whether a hold lies on the item at an instant; its last moment is the one before the release. */
export function isHeldAt(holds: readonly Hold[], atMs: number): boolean {
  return holds.some(({ fromMs, toMs }) => fromMs <= atMs && (toMs === undefined || atMs < toMs));
}

/**
 * When the last of the holds ends; `lasts` while one has no end, undefined without any. A hold that
 * begins later than a record should have ended shows that it is still there, and counts too.
 */
export function heldUntil(holds: readonly Hold[]): number | "lasts" | undefined {
  if (holds.some(({ toMs }) => toMs === undefined)) return "lasts";
  const ends = holds.map(({ toMs = 0 }) => toMs);
  return ends.length === 0 ? undefined : Math.max(...ends);
}
