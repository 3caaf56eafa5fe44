import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { TracepostError } from "#errors";
import {
  KeyPurpose,
  KeyStatement,
  type SealingKey,
  type SignatureAlgorithm,
  type SignedKeyStatement,
  SigningKey,
} from "#proto";
import { REGISTER_LIMITS } from "#runtime";
import { timestampMs, toTimestamp } from "#wire";
import {
  generateSealingKey,
  type SealingKeyPair,
  saveSealingKey,
  saveSigningKey,
} from "./key-files.ts";
import { generateSigningKey, type SigningKeyPair } from "./keys.ts";
import { saveProtectedKey } from "./protected-key.ts";
import { fileSigner, type KeySigner } from "./signers/key-signer.ts";
import { isExternalKey, type KeySource, loadKeySigner } from "./signers/key-source.ts";
import { signKeyStatement, signKeyStatementWith } from "./versions/key-statement.ts";

/** The keys a participant begins with. */
export interface OwnKeys {
  readonly identity: SigningKeyPair;
  readonly header: SigningKeyPair;
  readonly sealing: SealingKeyPair;
}

/** The first statement of a participant about its keys, valid from `nowMs` for two years. */
export function firstStatement(
  participant: string,
  keys: OwnKeys,
  nowMs: number,
): SignedKeyStatement {
  return signKeyStatement(statedFirst(participant, keys, nowMs), [keys.identity, keys.header]);
}

/** How keys are made and kept. */
export interface OwnKeyOptions extends KeySource {
  /** Of new signing keys; default Ed25519. */
  readonly algorithm?: SignatureAlgorithm;
  /** What new key files are put under; absent: they are private by their mode alone. */
  readonly passphrase?: string;
  /** Recipient of the State recovery key, stated for everybody to see (TP-RECOVER-5). */
  readonly recovery?: string;
}

/**
 * Makes the keys of a new participant in its folder, identity.key, header.key and seal.age, and
 * its first statement about them (TP-REG-6). A signing key whose public half lies there already is
 * one of the external signer, and is taken (TP-SIGN-2). Throws TracepostError KEY_FILE when a
 * private one is there.
 */
export async function makeOwnKeys(
  participant: string,
  folder: string,
  nowMs: number,
  options: OwnKeyOptions = {},
): Promise<SignedKeyStatement> {
  const keys = {
    identity: await keptKey(join(folder, "identity.key"), options),
    header: await keptKey(join(folder, "header.key"), options),
    sealing: await generateSealingKey(),
  };
  await saveSealingKey(join(folder, "seal.age"), keys.sealing, options.passphrase);
  const { recovery: recoveryRecipient = "" } = options;
  const statement = { ...statedFirst(participant, keys, nowMs), recoveryRecipient };
  return await signKeyStatementWith(statement, [keys.identity, keys.header]);
}

/** Which keys are to be made anew, and from when they are valid. */
export interface KeyRenewal {
  readonly header: boolean;
  readonly sealing: boolean;
  readonly identity: boolean;
  /** Milliseconds since 1970; the keys before stay valid as they were: the two overlap. */
  readonly fromMs: number;
}

/**
 * Makes the next keys of a participant in its folder, named by the sequence of the statement, such
 * as header-2.key, and the next statement: the keys before, as long as they last, and the new ones,
 * announced (TP-REG-6). Throws TracepostError KEY_FILE when a key that has to sign is not there.
 */
export async function renewOwnKeys(
  previous: KeyStatement,
  folder: string,
  renewal: KeyRenewal,
  nowMs: number,
  options: OwnKeyOptions = {},
): Promise<SignedKeyStatement> {
  const sequence = previous.sequence + 1n;
  const fromMs = Math.max(renewal.fromMs, nowMs);
  const lasting = previous.signingKeys.filter(
    ({ notAfter }) => (timestampMs(notAfter) ?? 0) > nowMs,
  );
  const signingKeys = [...lasting];
  const sealingKeys = previous.sealingKeys.filter(
    ({ notAfter }) => (timestampMs(notAfter) ?? 0) > nowMs,
  );
  let identityKey = previous.identityKey;
  if (renewal.header) {
    const pair = await keptKey(join(folder, `header-${sequence}.key`), options);
    signingKeys.push(statedKey(pair, KeyPurpose.HEADER, fromMs));
  }
  if (renewal.sealing) {
    const pair = await generateSealingKey();
    await saveSealingKey(join(folder, `seal-${sequence}.age`), pair, options.passphrase);
    sealingKeys.push(statedSealingKey(pair, fromMs));
  }
  if (renewal.identity) {
    const pair = await keptKey(join(folder, `identity-${sequence}.key`), options);
    identityKey = statedKey(pair, KeyPurpose.IDENTITY, nowMs);
  }
  const statement = KeyStatement.create({
    ...previous,
    ...(options.recovery === undefined ? {} : { recoveryRecipient: options.recovery }),
    sequence,
    identityKey,
    signingKeys,
    sealingKeys,
    madeAt: toTimestamp(nowMs),
  });
  const signers = [identityKey, previous.identityKey, ...signingKeys].map(
    (key) => key?.keyId ?? "",
  );
  return await signKeyStatementWith(statement, await keysOf(folder, new Set(signers), options));
}

async function keptKey(file: string, options: OwnKeyOptions): Promise<KeySigner> {
  if (await isExternalKey(file)) return await loadKeySigner(file, options);
  const pair = generateSigningKey(options.algorithm);
  if (options.passphrase === undefined) await saveSigningKey(file, pair);
  else await saveProtectedKey(file, pair, options.passphrase, "service");
  return fileSigner(pair);
}

/** The keys of a folder with these ids, in their order. */
async function keysOf(
  folder: string,
  keyIds: ReadonlySet<string>,
  source: KeySource,
): Promise<KeySigner[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith(".key"));
  const keys: KeySigner[] = [];
  // One after the other: opening one under a passphrase takes much memory on purpose.
  for (const file of files) keys.push(await loadKeySigner(join(folder, file), source));
  return [...keyIds].map((keyId) => {
    const pair = keys.find((one) => one.keyId === keyId);
    if (pair !== undefined) return pair;
    throw new TracepostError("KEY_FILE", `${folder} does not hold the key ${keyId}`, {
      remedy: "Put the key file back: every key of a statement signs it, as proof that it is had.",
    });
  });
}

/** What is said of a key, wherever it lies. */
type KeyFacts = Pick<SigningKeyPair, "algorithm" | "keyId" | "publicRaw">;

function statedFirst(
  participant: string,
  keys: {
    readonly identity: KeyFacts;
    readonly header: KeyFacts;
    readonly sealing: SealingKeyPair;
  },
  nowMs: number,
): KeyStatement {
  return KeyStatement.create({
    participant,
    sequence: 1n,
    identityKey: statedKey(keys.identity, KeyPurpose.IDENTITY, nowMs),
    signingKeys: [statedKey(keys.header, KeyPurpose.HEADER, nowMs)],
    sealingKeys: [statedSealingKey(keys.sealing, nowMs)],
    madeAt: toTimestamp(nowMs),
  });
}

function statedKey(pair: KeyFacts, purpose: KeyPurpose, fromMs: number): SigningKey {
  const { algorithm, keyId, publicRaw } = pair;
  const key = { keyId, publicKey: publicRaw, algorithm, purpose };
  return SigningKey.create({ ...key, ...lifeFrom(fromMs) });
}

function statedSealingKey({ recipient }: SealingKeyPair, fromMs: number): SealingKey {
  return { recipient, ...lifeFrom(fromMs) };
}

function lifeFrom(fromMs: number) {
  return {
    notBefore: toTimestamp(fromMs),
    notAfter: toTimestamp(fromMs + REGISTER_LIMITS.keyLifeMs),
  };
}
