import type { KeyObject } from "node:crypto";
import type {
  KeyPurpose,
  Participant,
  ParticipantGroup,
  ParticipantRegister,
  SealingKey,
  SigningKey,
} from "#proto";
import { timestampMs } from "#wire";
import { publicKeyOf } from "./keys.ts";
import { logPublicKeyOf } from "./log-key.ts";
import { type OpenedSuccession, openSuccession } from "./versions/log-succession.ts";

/** A signing key as the register has it. */
export interface RegisteredKey {
  /** Undefined: the gateway's. */
  readonly participant: Participant | undefined;
  readonly key: SigningKey;
  readonly publicKey: KeyObject;
}

/** A participant that cosigns checkpoints. */
export interface RegisteredWitness {
  /** Name of its key in signature lines. */
  readonly name: string;
  readonly participant: string;
  readonly publicKey: KeyObject;
  /** Address that `add-checkpoint` is below; empty: nobody asks it. */
  readonly url: string;
}

/** Who watches the log, and how many of them prove a checkpoint. */
export interface WitnessSet {
  readonly quorum: number;
  readonly witnesses: readonly RegisteredWitness[];
}

/** A participant register that was verified; nothing in it changes. */
export interface RegisterView {
  readonly version: bigint;
  readonly issuedAtMs: number;
  /** From then on a newer one is due; not enforced here. */
  readonly expiresAtMs: number;
  /** Name of the log, the origin line of its checkpoints. */
  readonly logOrigin: string;
  /** How the log came to that name, the first succession first (TP-SUCC-2). */
  readonly successions: readonly OpenedSuccession[];
  readonly participants: readonly Participant[];
  readonly groups: readonly ParticipantGroup[];
  participant(id: string): Participant | undefined;
  /** A key by its id, whatever its validity. */
  signingKey(keyId: string): RegisteredKey | undefined;
  /** The gateway's keys of one purpose, whatever their validity. */
  gatewayKeys(purpose: KeyPurpose): readonly RegisteredKey[];
  /** Post-quantum keys that sign checkpoints too, those that are not revoked. */
  readonly logKeys: readonly KeyObject[];
  /** Ids of these keys. */
  readonly logKeyIds: readonly string[];
  /** Who watches the log; no witnesses and a quorum of 0: nobody. */
  readonly witnesses: WitnessSet;
  /** The sealing key (`age1pq1…`) of a participant at a time: of the valid ones, the newest. */
  sealingRecipient(id: string, atMs: number): string | undefined;
}

/**
 * Builds the look-ups over a checked register; key objects are made once, they cost the most.
 * `freshnessKeys`: those of its manifest, which sign no message and are found by purpose alone.
 */
export function createRegisterView(
  register: ParticipantRegister,
  freshnessKeys: readonly SigningKey[] = [],
): RegisterView {
  const byId = new Map(register.participants.map((participant) => [participant.id, participant]));
  const registered = (key: SigningKey, participant?: Participant): RegisteredKey => ({
    participant,
    key,
    publicKey: publicKeyOf(key.publicKey),
  });
  const own = register.gatewayKeys.map((key) => registered(key));
  const fresh = freshnessKeys.map((key) => registered(key));
  const theirs = register.participants.flatMap((participant) =>
    participant.signingKeys.map((key) => registered(key, participant)),
  );
  const keys = new Map([...theirs, ...own].map((one) => [one.key.keyId, one]));
  const logKeys = register.logKeys.filter(({ revokedAt }) => revokedAt === undefined);
  return {
    version: register.version,
    issuedAtMs: timestampMs(register.issuedAt) ?? 0,
    expiresAtMs: timestampMs(register.expiresAt) ?? 0,
    logOrigin: register.logOrigin,
    successions: register.logSuccessions.flatMap((signed) => {
      const opened = openSuccession(signed);
      return opened.ok ? [opened.value] : [];
    }),
    participants: register.participants,
    groups: register.groups,
    participant: (id) => byId.get(id),
    signingKey: (keyId) => keys.get(keyId),
    gatewayKeys: (purpose) => [...own, ...fresh].filter(({ key }) => key.purpose === purpose),
    logKeys: logKeys.map(({ publicKey }) => logPublicKeyOf(publicKey)),
    logKeyIds: logKeys.map(({ keyId }) => keyId),
    witnesses: {
      quorum: register.witnesses?.quorum ?? 0,
      witnesses: (register.witnesses?.witnesses ?? []).map(({ publicKey, ...witness }) => {
        return { ...witness, publicKey: publicKeyOf(publicKey) };
      }),
    },
    sealingRecipient: (id, atMs) => {
      const participant = byId.get(id);
      return participant && newestValid(participant.sealingKeys, atMs)?.recipient;
    },
  };
}

function newestValid(keys: readonly SealingKey[], atMs: number): SealingKey | undefined {
  const since = (key: SealingKey): number => timestampMs(key.notBefore) ?? Infinity;
  return keys
    .filter((key) => since(key) <= atMs && atMs < (timestampMs(key.notAfter) ?? 0))
    .toSorted((left, right) => since(right) - since(left))[0];
}
