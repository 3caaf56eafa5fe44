import { accepted, type Outcome, refused } from "#errors";
import type { AlertAddressing } from "#proto";
import { WIRE_LIMITS } from "#runtime";
import { expandGroup, partiesGroup, type RegisterView, receivingUnit } from "#trust";

/** Who sends. */
export interface AlertSender {
  readonly participant: string;
  /** ISO 3166-1 alpha-2. */
  readonly state: string;
}

/** Whom an alert goes to, and the group that was meant; "" for named States. */
export interface ExpandedRecipients {
  readonly recipients: readonly string[];
  readonly group: string;
}

/**
 * Makes participants of what an alert is addressed to: one receiving unit for each State, never of
 * the sender's own State, at most 256 (TP-ALERT-33). RECIPIENT_UNKNOWN or TOO_LARGE, with
 * the field.
 */
export function expandRecipients(
  addressing: AlertAddressing,
  sender: AlertSender,
  register: RegisterView,
  nowMs: number,
): Outcome<ExpandedRecipients> {
  const { group, instrument, states } = addressing;
  const parties = instrument === 0 ? "" : (partiesGroup(instrument) ?? "?");
  const given = [states.length > 0, group !== "", parties !== ""].filter(Boolean).length;
  if (given !== 1) {
    return refused("BODY_INVALID", "to", "must be named States, or a group, or an instrument");
  }
  const name = group === "" ? parties : group;
  if (name === "") return expandStates(states, sender, register);
  const members = expandGroup(name, sender.participant, register, nowMs);
  if (members === undefined) {
    const field = group === "" ? "to.instrument" : "to.group";
    return refused("RECIPIENT_UNKNOWN", field, "is no group of the register");
  }
  const recipients = members.filter((id) => register.participant(id)?.state !== sender.state);
  if (recipients.length === 0) {
    return refused("RECIPIENT_UNKNOWN", "to", "holds no other State");
  }
  return bounded({ recipients, group: name });
}

function expandStates(
  states: readonly string[],
  sender: AlertSender,
  register: RegisterView,
): Outcome<ExpandedRecipients> {
  const recipients: string[] = [];
  for (const [at, state] of states.entries()) {
    const field = `to.states[${at}]`;
    if (state === sender.state) return refused("RECIPIENT_UNKNOWN", field, "is the own State");
    const unit = receivingUnit(register, state);
    if (unit === undefined) {
      return refused("RECIPIENT_UNKNOWN", field, "has no active focal point");
    }
    if (!recipients.includes(unit.id)) recipients.push(unit.id);
  }
  return bounded({ recipients, group: "" });
}

function bounded(expanded: ExpandedRecipients): Outcome<ExpandedRecipients> {
  const { recipientsMax } = WIRE_LIMITS;
  if (expanded.recipients.length <= recipientsMax) return accepted(expanded);
  return refused("TOO_LARGE", "to", `over ${recipientsMax}`);
}
