/** The reserved sender of the gateway's own receipts; no participant can have it (TP-WIRE-6). */
export const GATEWAY_SENDER = "GATEWAY";

/** A State's participant (`NE`, `NE-CUSTOMS`) or an organization's (`ORG-ECOWAS`). */
const PARTICIPANT_ID = /^(?:[A-Z]{2}(?:-[A-Z0-9]{2,16})?|ORG-[A-Z0-9]{2,16})$/;

/** Whether a text has the form of a participant id; says nothing about the register. */
export function isParticipantId(id: string): boolean {
  return PARTICIPANT_ID.test(id);
}

/** ISO 3166-1 alpha-2 code of a State's participant; undefined for an organization. */
export function stateOfParticipant(id: string): string | undefined {
  if (!isParticipantId(id) || id.startsWith("ORG-")) return undefined;
  return id.slice(0, 2);
}

/** Whether a participant is the one that is named, or an agency of the State that is. */
export function belongsTo(id: string, party: string): boolean {
  return id === party || stateOfParticipant(id) === party;
}
