import { type Refusal, refuse } from "#errors";
import {
  Boundness,
  Instrument,
  type InstrumentStanding,
  KeyPurpose,
  type Participant,
  type ParticipantRegister,
  ParticipantStatus,
  Role,
  type SealingKey,
  type SigningKey,
  type Timestamp,
} from "#proto";
import { PROCESS_LIMITS } from "#runtime";
import { isParticipantId, stateOfParticipant, timestampMs } from "#wire";
import { isHybridRecipient } from "./age-file.ts";
import { checkGroups } from "./groups.ts";
import { keyIdOf } from "./keys.ts";

const PUBLIC_KEY_BYTES = 32;
/** Origins are one line of a checkpoint (C2SP tlog-checkpoint): no blank, no plus sign. */
const LOG_ORIGIN = /^[A-Za-z0-9][A-Za-z0-9._/-]{0,199}$/;
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
    const refusal = checkParticipant(participant, `participants[${id}]`);
    if (refusal !== undefined) return refusal;
  }
  const group = checkGroups(register);
  if (group !== undefined) return group;
  const gatewayKey = register.gatewayKeys.find(
    (key) => !GATEWAY_PURPOSES.has(key.purpose) || !isSigningKey(key),
  );
  if (gatewayKey !== undefined) return malformed("gateway_keys", "hold a bad key");
  return checkKeysAreUnique(register);
}

function checkParticipant(participant: Participant, field: string): Refusal | undefined {
  if (!isNamed(Role, participant.role)) return malformed(`${field}.role`, "is not known");
  if (!isNamed(ParticipantStatus, participant.status)) {
    return malformed(`${field}.status`, "is not known");
  }
  if (participant.state !== (stateOfParticipant(participant.id) ?? "")) {
    return malformed(`${field}.state`, "is not the State of the id");
  }
  if (!participant.instruments.every(isStanding)) {
    return malformed(`${field}.instruments`, "hold a bad standing");
  }
  const hasGoodKeys = participant.signingKeys.every(
    (key) => key.purpose === KeyPurpose.HEADER && isSigningKey(key),
  );
  if (!hasGoodKeys) return malformed(`${field}.signing_keys`, "hold a bad key");
  if (!participant.sealingKeys.every(isSealingKey)) {
    return malformed(`${field}.sealing_keys`, "hold a bad key");
  }
  return undefined;
}

/** A key has one owner and one purpose. */
function checkKeysAreUnique(register: ParticipantRegister): Refusal | undefined {
  const signing = [
    ...register.participants.flatMap((participant) => participant.signingKeys),
    ...register.gatewayKeys,
  ].map(({ keyId }) => keyId);
  const sealing = register.participants.flatMap((participant) =>
    participant.sealingKeys.map(({ recipient }) => recipient),
  );
  const isUnique = (keys: readonly string[]): boolean => new Set(keys).size === keys.length;
  if (isUnique(signing) && isUnique(sealing)) return undefined;
  return malformed("participants", "hold a key twice");
}

function isStanding({ boundness, instrument, since, until }: InstrumentStanding): boolean {
  if (!isNamed(Instrument, instrument) || !isNamed(Boundness, boundness)) return false;
  if (timestampMs(since) === undefined) return false;
  return until === undefined || isWindow(since, until);
}

function isSigningKey({ keyId, notAfter, notBefore, publicKey }: SigningKey): boolean {
  if (publicKey.length !== PUBLIC_KEY_BYTES || keyIdOf(publicKey) !== keyId) return false;
  return isWindow(notBefore, notAfter);
}

function isSealingKey({ notAfter, notBefore, recipient }: SealingKey): boolean {
  return isHybridRecipient(recipient) && isWindow(notBefore, notAfter);
}

function isWindow(from: Timestamp | undefined, to: Timestamp | undefined): boolean {
  const fromMs = timestampMs(from);
  const toMs = timestampMs(to);
  return fromMs !== undefined && toMs !== undefined && fromMs < toMs;
}

function isNamed(names: Readonly<Record<string, number>>, value: number): boolean {
  return value !== 0 && Object.values(names).includes(value);
}

function malformed(field: string, detail: string): Refusal {
  return refuse("MALFORMED", `register.${field}`, detail);
}
