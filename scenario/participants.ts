import { stateName } from "#reference";
import { stateOfParticipant } from "#wire";
import { type AlertCast, agenciesOf } from "./alerts/cast.ts";

/** A participant as the exchange is set up with it. */
export interface MadeUpParticipant {
  readonly id: string;
  readonly name: string;
  readonly role: "focal-point" | "border-agency" | "regional-monitor";
  /** Empty: a regional body. */
  readonly state: string;
  readonly instruments: readonly {
    readonly instrument: "ITI";
    readonly boundness: "committed";
    readonly since: string;
  }[];
  readonly languages: readonly string[];
  readonly answering: "register";
  /** Groups a focal point is in. */
  readonly groups?: readonly string[];
  readonly regionalBodies?: readonly { readonly body: string; readonly since: string }[];
  readonly disclosures?: readonly { readonly body: string; readonly aggregation: "EVENTS" }[];
}

/** The monitor of a body that counts for the States of the alert story. */
export const MONITOR = "ORG-UNODA";
const BODY = "UNODA";

/** Day the General Assembly adopted the Tracing Instrument for all Members (decision 60/519). */
const ITI_SINCE = "2005-12-08";

/**
 * Participants invented for the scenario: focal points, which answer from their registers without
 * officers, the border agencies of the alert story, and the monitor of a body: the States of
 * that story are its members, and have consented to be counted by it.
 */
export function inventParticipants(
  states: readonly string[],
  story?: AlertCast,
): MadeUpParticipant[] {
  const focalPoints = states.map((state) => ({
    ...common(state, "Focal point"),
    id: state,
    role: "focal-point" as const,
    ...(story?.members.includes(state) ? { groups: [story.group], ...MEMBER } : {}),
  }));
  const agencies = agenciesOf(story).map((id) => ({
    ...common(stateOfParticipant(id) ?? "", "Customs"),
    id,
    role: "border-agency" as const,
  }));
  return [...focalPoints, ...agencies, ...(story === undefined ? [] : [MONITOR_SPEC])];
}

const regionalBodies = [{ body: BODY, since: ITI_SINCE }];
const MEMBER = { regionalBodies, disclosures: [{ body: BODY, aggregation: "EVENTS" }] } as const;
const MONITOR_SPEC: MadeUpParticipant = {
  id: MONITOR,
  name: "Secretariat of the Tracing Instrument (made up)",
  role: "regional-monitor",
  state: "",
  ...{ instruments: [], languages: ["en"], answering: "register", regionalBodies },
};

function common(state: string, what: string) {
  return {
    name: `${what} of ${stateName(state)} (made up)`,
    state,
    instruments: [{ instrument: "ITI", boundness: "committed", since: ITI_SINCE }],
    languages: ["en"],
    answering: "register",
  } as const;
}
