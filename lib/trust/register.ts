import type { KeyObject } from "node:crypto";
import { readFile } from "node:fs/promises";
import { accepted, type Outcome, refused, TracepostError } from "#errors";
import {
  KeyPurpose,
  type Participant,
  ParticipantRegister,
  SignedRegister,
  type SigningKey,
} from "#proto";
import { PROCESS_LIMITS } from "#runtime";
import { decodeExactly, isParticipantId, timestampMs } from "#wire";
import { createSigner, PAYLOAD_TYPES, verifyBytesNow } from "./dsse.ts";
import { loadPublicKey } from "./key-files.ts";
import { keyIdOf, publicKeyOf, rawPublicKey, type SigningKeyPair } from "./keys.ts";

/** A signing key as the register has it. */
export interface RegisteredKey {
  /** Undefined: the gateway's. */
  readonly participant: Participant | undefined;
  readonly key: SigningKey;
  readonly publicKey: KeyObject;
}

/** A verified participant register. */
export interface RegisterView {
  readonly version: bigint;
  /** Origin line of the checkpoints of this exchange's log. */
  readonly logOrigin: string;
  readonly participants: readonly Participant[];
  participant(id: string): Participant | undefined;
  signingKey(keyId: string): RegisteredKey | undefined;
  /** Keys of the gateway for one purpose. */
  gatewayKeys(purpose: KeyPurpose): readonly RegisteredKey[];
  /** Current sealing key of a participant (`age1pq1…`), the newest valid one. */
  sealingRecipient(id: string, atMs: number): string | undefined;
}

/** Encodes and signs a register with every given root key (TP-TRUST-1). */
export function signRegister(
  register: ParticipantRegister,
  rootKeys: readonly SigningKeyPair[],
): Uint8Array {
  const bytes = ParticipantRegister.encode(register).finish();
  const signatures = rootKeys.map((pair) => {
    const signer = createSigner(pair, PAYLOAD_TYPES.register);
    return { keyId: signer.keyId, value: signer.sign(bytes) };
  });
  return SignedRegister.encode({ register: bytes, signatures }).finish();
}

/**
 * Verifies and reads a register. Every given root key must have signed it. Refuses with
 * SIGNATURE_INVALID, KEY_UNKNOWN or MALFORMED; never half a register (TP-TRUST-1, TP-TRUST-2).
 */
export function openRegister(
  bytes: Uint8Array,
  rootPublicKeys: readonly KeyObject[],
): Outcome<RegisterView> {
  const signed = decodeExactly(SignedRegister, bytes);
  if (signed === undefined) return refused("MALFORMED", "register", "not canonical protobuf");
  for (const root of rootPublicKeys) {
    const keyId = keyIdOf(rawPublicKey(root));
    const signature = signed.signatures.find((one) => one.keyId === keyId);
    if (signature === undefined) return refused("KEY_UNKNOWN", "signatures", "a root is missing");
    if (!verifyBytesNow(root, PAYLOAD_TYPES.register, signed.register, signature.value)) {
      return refused("SIGNATURE_INVALID", "signatures", "not signed by the root key");
    }
  }
  if (rootPublicKeys.length === 0) return refused("KEY_UNKNOWN", "signatures", "no root key");
  const register = decodeExactly(ParticipantRegister, signed.register);
  if (register === undefined) return refused("MALFORMED", "register", "not canonical protobuf");
  return viewOf(register);
}

/** Reads a register file. Throws TracepostError VERIFICATION or KEY_FILE with what to do. */
export async function loadRegister(
  file: string,
  rootPublicKeyFiles: readonly string[],
): Promise<RegisterView> {
  const roots = await Promise.all(rootPublicKeyFiles.map(loadPublicKey));
  const bytes = await readFile(file).catch((caught: unknown) => {
    throw new TracepostError("VERIFICATION", `${file} cannot be read`, { cause: caught });
  });
  const opened = openRegister(bytes, roots);
  if (opened.ok) return opened.value;
  const { code, field, detail } = opened.refusal;
  throw new TracepostError("VERIFICATION", `${file} is not a register signed by the root keys`, {
    problems: [`${field}: ${detail} (${code})`],
    remedy: "Fetch the register again from the secretariat; do not work with this one.",
  });
}

function viewOf(register: ParticipantRegister): Outcome<RegisterView> {
  const { participants, gatewayKeys } = register;
  if (participants.length > PROCESS_LIMITS.participantsMax) {
    return refused("TOO_LARGE", "register.participants", "too many");
  }
  const byId = new Map<string, Participant>();
  const keys = new Map<string, RegisteredKey>();
  const note = (participant: Participant | undefined, key: SigningKey): boolean => {
    if (key.publicKey.length !== 32 || key.keyId !== keyIdOf(key.publicKey)) return false;
    if (keys.has(key.keyId)) return false;
    keys.set(key.keyId, { participant, key, publicKey: publicKeyOf(key.publicKey) });
    return true;
  };
  for (const participant of participants) {
    const { id } = participant;
    if (!isParticipantId(id) || byId.has(id)) {
      return refused("MALFORMED", "register.participants.id", "not an id, or there twice");
    }
    byId.set(id, participant);
    const good = participant.signingKeys.every(
      (key) => key.purpose === KeyPurpose.HEADER && note(participant, key),
    );
    if (!good) return refused("MALFORMED", `register.participants.${id}.signing_keys`, "bad key");
  }
  if (!gatewayKeys.every((key) => key.purpose !== KeyPurpose.HEADER && note(undefined, key))) {
    return refused("MALFORMED", "register.gateway_keys", "bad key");
  }
  return accepted({
    version: register.version,
    logOrigin: register.logOrigin,
    participants,
    participant: (id) => byId.get(id),
    signingKey: (keyId) => keys.get(keyId),
    gatewayKeys: (purpose) =>
      [...keys.values()].filter((one) => !one.participant && one.key.purpose === purpose),
    sealingRecipient: (id, atMs) => currentSealingKey(byId.get(id), atMs),
  });
}

function currentSealingKey(participant: Participant | undefined, atMs: number): string | undefined {
  const valid = (participant?.sealingKeys ?? []).filter((key) => {
    const from = timestampMs(key.notBefore) ?? 0;
    const until = timestampMs(key.notAfter) ?? Number.POSITIVE_INFINITY;
    return from <= atMs && atMs < until;
  });
  const since = (key: (typeof valid)[number]): number => timestampMs(key.notBefore) ?? 0;
  return valid.sort((a, b) => since(b) - since(a))[0]?.recipient;
}
