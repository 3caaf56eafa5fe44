import { Handling, Tlp, UseRestriction } from "#proto";

/** Who answers. */
export interface Replier {
  readonly participant: string;
  /** ISO 3166-1 alpha-2. */
  readonly state: string;
}

/** Handling of information that a State gives out unless it says otherwise. */
export function defaultHandling(originatorState: string): Handling {
  return Handling.create({
    tlp: Tlp.AMBER,
    use: [UseRestriction.NO_ONWARD],
    originatorState,
  });
}

/** Says nothing beside a restriction. */
const ANY_LAWFUL = UseRestriction.ANY_LAWFUL;

/** Handling of what answers a request: at least as strict as the request (ITI para 15). */
export function strictestHandling(asked: Handling | undefined, originatorState: string): Handling {
  const own = defaultHandling(originatorState);
  if (asked === undefined) return own;
  return Handling.create({
    tlp: Math.max(asked.tlp, own.tlp) as Tlp,
    use: [...new Set([...asked.use, ...own.use])].filter((use) => use !== ANY_LAWFUL),
    // Nobody beyond the two States: the originator alone may allow more.
    releasableTo: [],
    originatorState,
  });
}
