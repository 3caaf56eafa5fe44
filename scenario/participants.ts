import { stateName } from "#reference";
import { stateOfParticipant } from "#wire";
import { type AlertCast, agenciesOf } from "./alerts/cast.ts";

/** A participant as the exchange is set up with it. */
export interface MadeUpParticipant {
  readonly id: string;
  readonly name: string;
  readonly role: "focal-point" | "border-agency";
  readonly state: string;
  readonly instruments: readonly [
    { readonly instrument: "ITI"; readonly boundness: "committed"; readonly since: string },
  ];
  readonly languages: readonly string[];
  readonly answering: "register";
  /** Groups a focal point is in. */
  readonly groups?: readonly string[];
}

/** Day the General Assembly adopted the Tracing Instrument for all Members (decision 60/519). */
const ITI_SINCE = "2005-12-08";

/**
 * Participants invented for the scenario: focal points, which answer from their registers without
 * officers, and the border agencies of the alert story.
 */
export function inventParticipants(
  states: readonly string[],
  story?: AlertCast,
): MadeUpParticipant[] {
  const focalPoints = states.map((state) => ({
    ...common(state, "Focal point"),
    id: state,
    role: "focal-point" as const,
    ...(story?.members.includes(state) ? { groups: [story.group] } : {}),
  }));
  const agencies = agenciesOf(story).map((id) => ({
    ...common(stateOfParticipant(id) ?? "", "Customs"),
    id,
    role: "border-agency" as const,
  }));
  return [...focalPoints, ...agencies];
}

function common(state: string, what: string) {
  return {
    name: `${what} of ${stateName(state)} (made up)`,
    state,
    instruments: [{ instrument: "ITI", boundness: "committed", since: ITI_SINCE }],
    languages: ["en"],
    answering: "register",
  } as const;
}
