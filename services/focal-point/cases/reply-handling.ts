import { Handling, Tlp, UseRestriction } from "#proto";
import { strictestOf } from "#trust";

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

/** Handling of what answers a request: at least as strict as the request (ITI para 15). */
export function strictestHandling(asked: Handling | undefined, originatorState: string): Handling {
  // Nobody beyond the two States: the originator alone may allow more.
  return strictestOf(defaultHandling(originatorState), asked === undefined ? [] : [asked]);
}
