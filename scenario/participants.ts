import { stateName } from "#reference";

/** A State's focal point as the exchange is set up with it. */
export interface MadeUpParticipant {
  readonly id: string;
  readonly name: string;
  readonly role: "focal-point";
  readonly state: string;
  readonly instruments: readonly [
    { readonly instrument: "ITI"; readonly boundness: "committed"; readonly since: string },
  ];
  readonly languages: readonly string[];
  readonly answering: "register";
}

/** Day the General Assembly adopted the Tracing Instrument for all Members (decision 60/519). */
const ITI_SINCE = "2005-12-08";

/** Focal points invented for the scenario: they answer from their registers, without officers. */
export function inventParticipants(states: readonly string[]): MadeUpParticipant[] {
  return states.map((state) => ({
    id: state,
    name: `Focal point of ${stateName(state)} (made up)`,
    role: "focal-point",
    state,
    instruments: [{ instrument: "ITI", boundness: "committed", since: ITI_SINCE }],
    languages: ["en"],
    answering: "register",
  }));
}
