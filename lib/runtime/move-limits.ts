import { DAY_MS } from "./units.ts";

/** Limits of the moves of a trace case (docs/spec/moves.md). */
export const MOVE_LIMITS = {
  /** Information asked for and not given by then closes the case (domain notes 2.2). */
  informationWaitMs: 60 * DAY_MS,
  /** New facts reopen a case so long after its answer (domain notes 2.2). */
  reopenWithinMs: 30 * DAY_MS,
  /** Moves of the other State that a sender may not have seen yet; the newest are tried. */
  unseenMovesMax: 6,
} as const;
