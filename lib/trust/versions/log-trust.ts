/** What a register says of the log: its post-quantum keys, and who watches it (TP-LOG-17). */
import type { LogKey, LogWitness, LogWitnessSet, Participant } from "#proto";
import { REGISTER_LIMITS } from "#runtime";
import { stateOfParticipant } from "#wire";
import { keyIdOf } from "../keys.ts";
import { LOG_KEY_BYTES } from "../log-key.ts";
import { isWindow } from "./key-windows.ts";

/** Names of keys in signature lines: no white space, no plus sign. */
const KEY_NAME = /^[A-Za-z0-9][A-Za-z0-9._/-]{0,199}$/;
const KEY_BYTES = 32;

/** Whether a key of the log is well-formed: its own id, its length, a closed window. */
export function isLogKey({ keyId, notAfter, notBefore, publicKey }: LogKey): boolean {
  if (publicKey.length !== LOG_KEY_BYTES || keyIdOf(publicKey) !== keyId) return false;
  return isWindow(notBefore, notAfter);
}

/**
 * What is wrong with a set of witnesses, in words; undefined when it is well-formed. A quorum is
 * more than half of them, so that two logs cannot both have one while fewer than half lie.
 */
export function witnessProblem(
  { quorum, witnesses }: LogWitnessSet,
  participants: readonly Participant[],
): string | undefined {
  if (witnesses.length > REGISTER_LIMITS.witnessesMax) return "hold too many";
  if (quorum > witnesses.length || quorum * 2 <= witnesses.length) {
    return "have a quorum that is not more than half of them";
  }
  const ids = new Set(participants.map(({ id }) => id));
  if (!witnesses.every((one) => isWitness(one, ids))) return "hold a bad one";
  const isUnique = (values: readonly string[]): boolean => new Set(values).size === values.length;
  const states = witnesses.map(({ participant }) => stateOfParticipant(participant) ?? participant);
  if (!isUnique(states)) return "hold two of one State";
  if (!isUnique(witnesses.map(({ name }) => name))) return "hold a name twice";
  return isUnique(witnesses.map(({ publicKey }) => keyIdOf(publicKey)))
    ? undefined
    : "hold a key twice";
}

function isWitness(
  { name, participant, publicKey, url }: LogWitness,
  ids: ReadonlySet<string>,
): boolean {
  const isNamed = KEY_NAME.test(name) && ids.has(participant);
  return isNamed && publicKey.length === KEY_BYTES && (url === "" || isAddress(url));
}

function isAddress(url: string): boolean {
  return url.length <= REGISTER_LIMITS.witnessUrlCharsMax && /^https?:\/\/[^\s?#]+$/.test(url);
}
