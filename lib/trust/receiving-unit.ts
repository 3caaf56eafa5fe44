import { Instrument, type Participant, ParticipantStatus, Role } from "#proto";
import type { RegisterView } from "./register-view.ts";

/** The participant of a State that messages to the State go to: its active focal point. */
export function receivingUnit(register: RegisterView, state: string): Participant | undefined {
  return register.participants.find(
    (participant) =>
      participant.state === state &&
      participant.role === Role.FOCAL_POINT &&
      participant.status === ParticipantStatus.ACTIVE,
  );
}

/** Name of the group of the States that apply an instrument; undefined for none of the list. */
export function partiesGroup(instrument: Instrument): string | undefined {
  const name = Object.entries(Instrument).find(([, value]) => value === instrument)?.[0];
  return name === undefined || instrument === Instrument.UNSPECIFIED
    ? undefined
    : `PARTIES:${name}`;
}
