import type { PlannedRequest } from "../planned-request.ts";

/** Who plays in the alert story, and what it is about. */
export interface AlertCast {
  /** Group the alert is addressed to; made up. */
  readonly group: string;
  /** States of the group: the one that warns, the one that finds, and one that only listens. */
  readonly members: readonly [warns: string, finds: string, listens: string];
  /** Border agency that sends the alert. */
  readonly warner: string;
  /** Border agency that finds the firearm. */
  readonly finder: string;
  readonly make: string;
  readonly calibre: string;
  /** State of manufacture, which the finder's focal point asks in the end. */
  readonly madeIn: string;
}

/** What the alert is about in every run; no firearm has it. */
export const WANTED_SERIAL = "MADEUP-4711";

/**
 * Casts the story from who takes part: a firearm of the first request's make was stolen in the
 * State that asks there. Undefined where nobody asks or there are not States enough.
 */
export function castAlertStory(
  requests: readonly PlannedRequest[],
  states: readonly string[],
): AlertCast | undefined {
  const [first] = requests;
  if (first === undefined) return undefined;
  const { from: warns, row, to: madeIn } = first;
  const [finds, listens] = states.filter((state) => state !== warns && state !== madeIn);
  if (finds === undefined || listens === undefined) return undefined;
  return {
    group: "MADE-UP-REGION",
    members: [warns, finds, listens],
    warner: customsOf(warns),
    finder: customsOf(finds),
    make: row.manufacturer,
    calibre: row.calibre,
    madeIn,
  };
}

/** Border agencies that the story needs. */
export function agenciesOf(cast: AlertCast | undefined): string[] {
  return cast === undefined ? [] : [cast.warner, cast.finder];
}

function customsOf(state: string): string {
  return `${state}-CUSTOMS`;
}
