import { DAY_MS } from "./units.ts";

/** Limits of the moves of a trace case (docs/spec/moves.md). */
export const MOVE_LIMITS = {
  /** Information asked for and not given by then closes the case (domain notes 2.2). */
  informationWaitMs: 60 * DAY_MS,
  /** Cases are looked through so often for information that never came. */
  lapseEveryMs: DAY_MS,
  /** Cases that are closed so in one transaction; the rest waits for the next look. */
  lapsedCasesMax: 500,
  /** New facts reopen a case so long after its answer (domain notes 2.2). */
  reopenWithinMs: 30 * DAY_MS,
  /** Events in the chain of custody of one firearm. */
  custodyEventsMax: 64,
  /** Name of a legal person, or reference of a licence. */
  partyCharsMax: 200,
  /** Fields of a request that are asked back about. */
  askedFieldsMax: 32,
  /** States that a referral leads to. */
  nextStatesMax: 8,
  /** Moves of the other State that a sender may have seen in any choice: the newest ones. */
  unseenMovesMax: 6,
  /** Moves of one case; no case of two States has so many. */
  movesMax: 400,
} as const;
