import {
  Boundness,
  Instrument,
  KeyPurpose,
  Participant,
  ParticipantRegister,
  ParticipantStatus,
  Role,
  type SignatureAlgorithm,
  SignedRegister,
} from "#proto";
import {
  createSigner,
  generateSigningKey,
  openRegister,
  PAYLOAD_TYPES,
  type RegisterView,
  type SigningKeyPair,
  signRegister,
} from "#trust";
import { type HeaderSigner, stateOfParticipant, toTimestamp } from "#wire";

/** One participant of a test exchange with its private key. */
export interface Party {
  readonly id: string;
  readonly key: SigningKeyPair;
  readonly signer: HeaderSigner;
}

/** A register with everybody's private keys. */
export interface Parties {
  readonly register: RegisterView;
  readonly registerBytes: Uint8Array;
  readonly root: SigningKeyPair;
  readonly receiptKey: SigningKeyPair;
  readonly checkpointKey: SigningKeyPair;
  party(id: string): Party;
}

/** What a participant is, where it differs from an active focal point committed to the ITI. */
export interface PartySpec {
  readonly id: string;
  readonly role?: Role;
  readonly status?: ParticipantStatus;
  readonly boundness?: Boundness;
  /** Instruments it applies; the ITI unless said otherwise. */
  readonly instruments?: readonly Instrument[];
  readonly sealingKey?: string;
  /** Change the signing key's window or revocation, in milliseconds since 1970. */
  readonly notAfterMs?: number;
  readonly revokedAtMs?: number;
  /** How it signs; Ed25519 unless said otherwise. */
  readonly algorithm?: SignatureAlgorithm;
}

const SINCE_MS = Date.UTC(2020, 0, 1);
const UNTIL_MS = Date.UTC(2040, 0, 1);

/** Makes keys, fresh ones unless said otherwise, and a signed register for some participants. */
export function makeParties(
  specs: readonly PartySpec[],
  makeKey: (name: string, algorithm?: SignatureAlgorithm) => SigningKeyPair = freshKey,
): Parties {
  const root = makeKey("root");
  const receiptKey = makeKey("gateway receipt");
  const checkpointKey = makeKey("gateway log");
  const parties = new Map<string, Party>();
  const participants = specs.map((spec) => {
    const key = makeKey(spec.id, spec.algorithm);
    const signer = createSigner(key, PAYLOAD_TYPES.header);
    parties.set(spec.id, { id: spec.id, key, signer });
    return participantOf(spec, key);
  });
  const window = { notBefore: toTimestamp(SINCE_MS), notAfter: toTimestamp(UNTIL_MS) };
  const gatewayKey = (key: SigningKeyPair, purpose: KeyPurpose) => ({
    keyId: key.keyId,
    publicKey: key.publicRaw,
    purpose,
    ...window,
    revokedAt: undefined,
  });
  const register = ParticipantRegister.create({
    version: 1n,
    issuedAt: toTimestamp(SINCE_MS),
    expiresAt: toTimestamp(UNTIL_MS),
    logOrigin: "tracepost.example/test",
    participants,
    gatewayKeys: [
      gatewayKey(receiptKey, KeyPurpose.RECEIPT),
      gatewayKey(checkpointKey, KeyPurpose.CHECKPOINT),
    ],
  });
  const registerBytes = signRegister(register, [root]);
  const opened = openRegister(registerBytes, [root.publicKey]);
  if (!opened.ok) throw new TypeError(`the test register does not open: ${opened.refusal.detail}`);
  return {
    register: opened.value,
    registerBytes,
    root,
    receiptKey,
    checkpointKey,
    party: (id) => {
      const party = parties.get(id);
      if (party === undefined) throw new TypeError(`no party ${id}`);
      return party;
    },
  };
}

/** The next version of a register, as the secretariat would sign it after an edit. */
export function reissue(
  { root }: Pick<Parties, "root">,
  before: Uint8Array,
  edit: (register: ParticipantRegister) => Partial<ParticipantRegister>,
): Uint8Array {
  const register = ParticipantRegister.decode(SignedRegister.decode(before).register);
  return signRegister({ ...register, version: register.version + 1n, ...edit(register) }, [root]);
}

/** The same participants, with one of them changed. */
export function withParticipant(
  { participants }: ParticipantRegister,
  id: string,
  change: (participant: Participant) => Partial<Participant>,
): Pick<ParticipantRegister, "participants"> {
  return {
    participants: participants.map((one) => (one.id === id ? { ...one, ...change(one) } : one)),
  };
}

function freshKey(_name: string, algorithm?: SignatureAlgorithm): SigningKeyPair {
  return generateSigningKey(algorithm);
}

function participantOf(spec: PartySpec, key: SigningKeyPair): Participant {
  return Participant.create({
    id: spec.id,
    legalName: `Focal point of ${spec.id} (made up)`,
    role: spec.role ?? Role.FOCAL_POINT,
    state: stateOfParticipant(spec.id) ?? "",
    status: spec.status ?? ParticipantStatus.ACTIVE,
    instruments: (spec.instruments ?? [Instrument.ITI]).map((instrument) => ({
      instrument,
      boundness: spec.boundness ?? Boundness.COMMITTED,
      since: toTimestamp(SINCE_MS),
      until: undefined,
    })),
    signingKeys: [
      {
        keyId: key.keyId,
        publicKey: key.publicRaw,
        algorithm: key.algorithm,
        purpose: KeyPurpose.HEADER,
        notBefore: toTimestamp(SINCE_MS),
        notAfter: toTimestamp(spec.notAfterMs ?? UNTIL_MS),
        revokedAt: spec.revokedAtMs === undefined ? undefined : toTimestamp(spec.revokedAtMs),
      },
    ],
    sealingKeys:
      spec.sealingKey === undefined
        ? []
        : [
            {
              recipient: spec.sealingKey,
              notBefore: toTimestamp(SINCE_MS),
              notAfter: toTimestamp(UNTIL_MS),
            },
          ],
    languages: ["en"],
  });
}
