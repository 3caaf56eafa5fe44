import { type Refusal, refuse } from "#errors";
import { type Header, Instrument, type ParticipantRegister, ParticipantStatus, Role } from "#proto";
import { timestampMs } from "#wire";
import { isBound } from "./boundness.ts";
import type { EarlierRegister } from "./current-register.ts";
import type { RegisterView } from "./register-view.ts";

/** A name in capitals, so that none is taken for {@link PARTIES}. */
const GROUP_NAME = /^[A-Z][A-Z0-9-]{1,31}$/;

/**
 * Checks the groups of a register (TP-TRUST-4): names unique, members in it, one receiving unit for
 * each State. MALFORMED, naming the group.
 */
export function checkGroups(register: ParticipantRegister): Refusal | undefined {
  const states = new Map(register.participants.map(({ id, state }) => [id, state]));
  const names = new Set<string>();
  for (const { name, members } of register.groups) {
    const field = `register.groups[${name.slice(0, 32)}]`;
    if (!GROUP_NAME.test(name) || names.has(name)) {
      return refuse("MALFORMED", field, "must have a name of its own, such as ECOWAS");
    }
    names.add(name);
    const unknown = members.find((id) => !states.has(id));
    if (unknown !== undefined) {
      return refuse("MALFORMED", `${field}.members`, `holds ${unknown}, who is no participant`);
    }
    const units = members.map((id) => states.get(id) || id);
    if (members.length === 0 || new Set(units).size !== units.length) {
      return refuse("MALFORMED", `${field}.members`, "must be one receiving unit for each State");
    }
  }
  return undefined;
}

/** How the parties of an instrument are named as a group, such as `PARTIES:NAIROBI`. */
const PARTIES = "PARTIES:";

/**
 * Members of a group of the register, or the receiving units of the States that apply an instrument
 * at a time, as its parties or committed to it (TP-TRUST-8); undefined when there is no such group.
 */
export function groupMembers(
  name: string,
  register: RegisterView,
  atMs: number,
): readonly string[] | undefined {
  if (!name.startsWith(PARTIES)) {
    return register.groups.find((group) => group.name === name)?.members;
  }
  const instrument = Instrument[name.slice(PARTIES.length) as keyof typeof Instrument];
  if (instrument === undefined || instrument === Instrument.UNSPECIFIED) return undefined;
  return register.participants
    .filter((one) => one.role === Role.FOCAL_POINT && isBound(one, instrument, atMs))
    .map(({ id }) => id);
}

/**
 * The list that a sender expands a group to: its active members but the sender itself, in the
 * order of the register.
 */
export function expandGroup(
  name: string,
  sender: string,
  register: RegisterView,
  atMs: number,
): readonly string[] | undefined {
  return groupMembers(name, register, atMs)?.filter(
    (id) => id !== sender && register.participant(id)?.status === ParticipantStatus.ACTIVE,
  );
}

/**
 * Whether the recipients are the group that the header names, expanded by the register it names:
 * that of today, or an earlier one when the message was under way as the register changed
 * (TP-TRUST-8): NOT_PERMITTED with the field to correct. A message to no group passes.
 */
export function checkGroup(
  header: Header,
  register: RegisterView,
  nowMs: number,
  earlier: EarlierRegister,
): Refusal | undefined {
  const { addressedGroup, recipients, registerVersion, sender } = header;
  if (addressedGroup === "") return undefined;
  const named = registerVersion === register.version ? register : earlier(registerVersion);
  if (named === undefined) {
    const detail = `expanded by register ${registerVersion}; ${register.version} is in force`;
    return refuse("NOT_PERMITTED", "header.register_version", detail);
  }
  const atMs = Math.min(timestampMs(header.sentAt) ?? nowMs, nowMs);
  const members = expandGroup(addressedGroup, sender, named, atMs);
  if (members === undefined) {
    return refuse("NOT_PERMITTED", "header.addressed_group", "is no group of the register");
  }
  const listed = new Set(recipients);
  const isSame = members.length === listed.size && members.every((id) => listed.has(id));
  if (isSame) return undefined;
  return refuse("NOT_PERMITTED", "header.recipients", "are not the members of the group");
}
