import {
  Boundness,
  Instrument,
  KeyPurpose,
  type KeyRevocation,
  KeyStatement,
  Participant,
  ParticipantStatus,
  type RegisterBundle,
  RegisterEntry,
  Role,
  type RootKeySet,
  type SealingKey,
  type SignedKeyStatement,
  SigningKey,
} from "#proto";
import {
  draftRegister,
  firstState,
  generateSigningKey,
  type OpenedManifest,
  openManifest,
  type RegisterDraft,
  type RegisterState,
  type SigningKeyPair,
  signFreshness,
  signKeyStatement,
  signManifest,
} from "#trust";
import { toTimestamp } from "#wire";

export const DAY_MS = 86_400_000;
/** When the first version of a made-up register is issued. */
export const START_MS = Date.UTC(2026, 2, 1);
const SINCE = toTimestamp(START_MS - 400 * DAY_MS);
const UNTIL = toTimestamp(START_MS + 4_000 * DAY_MS);

/** A registered key of a pair, valid for years. */
export function keyOf(pair: SigningKeyPair, purpose: KeyPurpose): SigningKey {
  const { algorithm, keyId, publicRaw } = pair;
  const window = { notBefore: SINCE, notAfter: UNTIL };
  return SigningKey.create({ keyId, publicKey: publicRaw, algorithm, purpose, ...window });
}

/** Root keys with a threshold, each in a State of its own. */
export class Roots {
  readonly pairs: readonly SigningKeyPair[];
  readonly threshold: number;

  constructor(count = 3, threshold = 2) {
    this.pairs = Array.from({ length: count }, () => generateSigningKey());
    this.threshold = threshold;
  }

  get set(): RootKeySet {
    const states = ["KE", "AT", "BR", "NE"];
    const keys = this.pairs.map(({ keyId, publicRaw }, index) => ({
      keyId,
      publicKey: publicRaw,
      state: states[index % states.length] as string,
    }));
    return { threshold: this.threshold, keys };
  }
}

/** What a participant says about its keys, and who signs it. */
export interface Said {
  readonly sequence: bigint;
  readonly identity: SigningKeyPair;
  readonly header: SigningKeyPair;
  readonly sealing?: readonly SealingKey[];
  /** Identity key before, if another. */
  readonly before?: SigningKeyPair;
}

/** Keys of a participant that nobody has seen. */
export function freshKeys(): Pick<Said, "identity" | "header"> {
  return { identity: generateSigningKey(), header: generateSigningKey() };
}

/** A key statement of a participant. */
export function statementOf(participant: string, said: Said): SignedKeyStatement {
  const statement = KeyStatement.create({
    participant,
    sequence: said.sequence,
    identityKey: keyOf(said.identity, KeyPurpose.IDENTITY),
    signingKeys: [keyOf(said.header, KeyPurpose.HEADER)],
    sealingKeys: [...(said.sealing ?? [])],
    madeAt: toTimestamp(START_MS),
  });
  const before = said.before === undefined ? [] : [said.before];
  return signKeyStatement(statement, [said.identity, said.header, ...before]);
}

/** An entry of a focal point committed to the ITI. */
export function entryOf(
  id: string,
  statement: SignedKeyStatement,
  more: {
    readonly changes?: readonly SignedKeyStatement[];
    readonly revocations?: readonly KeyRevocation[];
    readonly participant?: Partial<Participant>;
  } = {},
): RegisterEntry {
  const participant = Participant.create({
    id,
    legalName: `Focal point of ${id} (made up)`,
    role: Role.FOCAL_POINT,
    state: id.slice(0, 2),
    status: ParticipantStatus.ACTIVE,
    instruments: [{ instrument: Instrument.ITI, boundness: Boundness.COMMITTED, since: SINCE }],
    languages: ["en"],
    ...more.participant,
  });
  return RegisterEntry.create({
    participant,
    statement,
    identityChanges: [...(more.changes ?? [])],
    revocations: [...(more.revocations ?? [])],
  });
}

/** An entry of a focal point that has stated its keys once. */
export function firstEntry(id: string, keys = freshKeys()): RegisterEntry {
  return entryOf(id, statementOf(id, { sequence: 1n, ...keys }));
}

/** What a version says and who signs it, where it is not as usual. */
type VersionChange = Partial<RegisterDraft> & { readonly signers?: readonly SigningKeyPair[] };

/** A secretariat that issues versions of a register. */
export class RegisterAuthority {
  readonly roots = new Roots();
  readonly receiptKey = generateSigningKey();
  readonly checkpointKey = generateSigningKey();
  readonly freshnessKey = generateSigningKey();

  /** A client that knows the root keys alone. */
  newcomer(): RegisterState {
    return firstState(this.roots.set);
  }

  /** A version, the first unless said otherwise, signed by as many of its roots as must. */
  issue(entries: readonly RegisterEntry[], change: VersionChange = {}): RegisterBundle {
    const { signers = this.roots.pairs.slice(0, this.roots.threshold), ...draft } = change;
    const bundle = draftRegister({
      previous: undefined,
      issuedAtMs: START_MS,
      logOrigin: "tracepost.example/test",
      entries,
      roots: this.roots.set,
      gatewayKeys: [
        keyOf(this.receiptKey, KeyPurpose.RECEIPT),
        keyOf(this.checkpointKey, KeyPurpose.CHECKPOINT),
      ],
      freshnessKeys: [keyOf(this.freshnessKey, KeyPurpose.FRESHNESS)],
      groups: [],
      ...draft,
    });
    const [unsigned] = bundle.manifests;
    if (unsigned === undefined) throw new TypeError("a draft has a manifest");
    return { ...bundle, manifests: [signers.reduce(signManifest, unsigned)] };
  }

  /** The version after the last one of a bundle; its manifest alone. */
  next(
    before: RegisterBundle,
    entries: readonly RegisterEntry[],
    change: VersionChange = {},
  ): RegisterBundle {
    const after = { previous: manifestOf(before), issuedAtMs: START_MS + 500 };
    return this.issue(entries, { ...after, ...change });
  }

  /** A bundle with a signature of freshness of its last manifest. */
  freshened(bundle: RegisterBundle, nowMs: number, key = this.freshnessKey): RegisterBundle {
    return { ...bundle, freshness: signFreshness(manifestOf(bundle), key, nowMs) };
  }
}

/** The last manifest of a bundle, opened. */
export function manifestOf(bundle: RegisterBundle): OpenedManifest {
  const signed = bundle.manifests.at(-1);
  const opened = signed && openManifest(signed);
  if (!opened?.ok) throw new TypeError("the manifest of the bundle does not open");
  return opened.value;
}
