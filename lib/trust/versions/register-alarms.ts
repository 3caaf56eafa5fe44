import { keyDoubts } from "./key-doubts.ts";
import type { RegisterState } from "./register-state.ts";

/** What a person has to look at though the register was taken (TP-REG-7). */
export interface RegisterAlarm {
  /**
   * - `KEYS_UNSIGNED`: a participant's keys changed without its identity key; the old are used.
   * - `KEYS_OLDER`: an older statement of a participant was put back; the newer is used.
   * - `OWN_KEYS`: the register gives this participant an identity key that is not its own.
   * - `OWN_ENTRY_MISSING`: this participant is not in the register.
   */
  readonly kind: "KEYS_UNSIGNED" | "KEYS_OLDER" | "OWN_KEYS" | "OWN_ENTRY_MISSING";
  readonly participant: string;
  readonly detail: string;
}

/** Who a client is: its id, and the identity keys it has made itself. */
export interface OwnIdentity {
  readonly participant: string;
  readonly identityKeyIds: readonly string[];
}

const DETAILS: Readonly<Record<RegisterAlarm["kind"], string>> = {
  KEYS_UNSIGNED:
    "its keys changed without its identity key: ask it by another channel; the old are used",
  KEYS_OLDER: "an older statement about its keys was put back; the newer is used",
  OWN_KEYS: "the register gives us keys we have not made: stop, and tell the other members",
  OWN_ENTRY_MISSING: "we are not in the register: ask the secretariat",
};

/**
 * The alarms of a register in force (TP-REG-7): they follow from the state, so they stand until
 * the register, or a person, mends them. `own`: whose entry is looked at as one's own.
 */
export function registerAlarms(state: RegisterState, own?: OwnIdentity): readonly RegisterAlarm[] {
  const { taken } = state;
  if (taken === undefined) return [];
  const alarm = (kind: RegisterAlarm["kind"], participant: string): RegisterAlarm => ({
    kind,
    participant,
    detail: DETAILS[kind],
  });
  const alarms = keyDoubts(state).map(({ kind, participant }) => alarm(kind, participant));
  if (own === undefined) return alarms;
  const entry = taken.entries.find(({ participant }) => participant.id === own.participant);
  if (entry === undefined) return [alarm("OWN_ENTRY_MISSING", own.participant), ...alarms];
  if (own.identityKeyIds.includes(entry.statement.identityKey.keyId)) return alarms;
  return [alarm("OWN_KEYS", own.participant), ...alarms];
}
