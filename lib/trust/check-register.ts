import { type Refusal, refuse } from "#errors";
import { KeyPurpose, type ParticipantRegister } from "#proto";
import { PROCESS_LIMITS, REGISTER_LIMITS } from "#runtime";
import { isParticipantId } from "#wire";
import { checkParticipant } from "./check-participant.ts";
import { checkGroups } from "./groups.ts";
import { keyIdOf } from "./keys.ts";
import { isSigningKey, isWindow } from "./versions/key-windows.ts";
import { LOG_ORIGIN, successionsProblem } from "./versions/log-succession.ts";
import { isLogKey, witnessProblem } from "./versions/log-trust.ts";

const GATEWAY_PURPOSES: ReadonlySet<KeyPurpose> = new Set([
  KeyPurpose.RECEIPT,
  KeyPurpose.CHECKPOINT,
]);

/**
 * Checks what a register says, after its signatures (TP-TRUST-4): a register is taken whole or not
 * at all. MALFORMED or TOO_LARGE, naming the field and the participant.
 */
export function checkRegister(register: ParticipantRegister): Refusal | undefined {
  if (register.version < 1n) return malformed("version", "begins at 1");
  if (!isWindow(register.issuedAt, register.expiresAt)) {
    return malformed("expires_at", "must be later than issued_at");
  }
  if (!LOG_ORIGIN.test(register.logOrigin)) return malformed("log_origin", "is no origin");
  if (register.participants.length > PROCESS_LIMITS.participantsMax) {
    const max = PROCESS_LIMITS.participantsMax;
    return refuse("TOO_LARGE", "register.participants", `over ${max}`);
  }
  const ids = new Set<string>();
  for (const participant of register.participants) {
    const { id } = participant;
    if (!isParticipantId(id)) return malformed("participants", `holds "${id.slice(0, 32)}"`);
    if (ids.has(id)) return malformed(`participants[${id}]`, "is there twice");
    ids.add(id);
    const refusal = checkParticipant(participant, `register.participants[${id}]`);
    if (refusal !== undefined) return refusal;
  }
  const group = checkGroups(register);
  if (group !== undefined) return group;
  const gatewayKey = register.gatewayKeys.find(
    (key) => !GATEWAY_PURPOSES.has(key.purpose) || !isSigningKey(key),
  );
  if (gatewayKey !== undefined) return malformed("gateway_keys", "hold a bad key");
  if (register.logKeys.length > REGISTER_LIMITS.logKeysMax || !register.logKeys.every(isLogKey)) {
    return malformed("log_keys", "hold a bad key, or too many");
  }
  const successions = successionsProblem(register);
  if (successions !== undefined) return malformed("log_successions", successions);
  const { participants, witnesses } = register;
  const problem = witnesses && witnessProblem(witnesses, participants);
  if (problem !== undefined) return malformed("witnesses", problem);
  return checkKeysAreUnique(register);
}

/** A key has one owner and one purpose. */
function checkKeysAreUnique(register: ParticipantRegister): Refusal | undefined {
  const signing = [
    ...register.participants.flatMap((participant) => participant.signingKeys),
    ...register.gatewayKeys,
    ...register.logKeys,
    ...(register.witnesses?.witnesses ?? []).map(({ publicKey }) => ({
      keyId: keyIdOf(publicKey),
    })),
  ].map(({ keyId }) => keyId);
  const sealing = register.participants.flatMap((participant) =>
    participant.sealingKeys.map(({ recipient }) => recipient),
  );
  const isUnique = (keys: readonly string[]): boolean => new Set(keys).size === keys.length;
  if (isUnique(signing) && isUnique(sealing)) return undefined;
  return malformed("participants", "hold a key twice");
}

function malformed(field: string, detail: string): Refusal {
  return refuse("MALFORMED", `register.${field}`, detail);
}
