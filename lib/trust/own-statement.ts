import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { TracepostError } from "#errors";
import {
  KeyPurpose,
  KeyStatement,
  type SealingKey,
  SignatureAlgorithm,
  type SignedKeyStatement,
  SigningKey,
} from "#proto";
import { REGISTER_LIMITS } from "#runtime";
import { timestampMs, toTimestamp } from "#wire";
import {
  generateSealingKey,
  loadSigningKey,
  type SealingKeyPair,
  saveSealingKey,
  saveSigningKey,
} from "./key-files.ts";
import { generateSigningKey, type SigningKeyPair } from "./keys.ts";
import { signKeyStatement } from "./versions/key-statement.ts";

/** The keys a participant begins with. */
export interface OwnKeys {
  readonly identity: SigningKeyPair;
  readonly header: SigningKeyPair;
  readonly sealing: SealingKeyPair;
}

/** The first statement of a participant about its keys, valid from `nowMs` for two years. */
export function firstStatement(
  participant: string,
  { header, identity, sealing }: OwnKeys,
  nowMs: number,
): SignedKeyStatement {
  const statement = KeyStatement.create({
    participant,
    sequence: 1n,
    identityKey: statedKey(identity, KeyPurpose.IDENTITY, nowMs),
    signingKeys: [statedKey(header, KeyPurpose.HEADER, nowMs)],
    sealingKeys: [statedSealingKey(sealing, nowMs)],
    madeAt: toTimestamp(nowMs),
  });
  return signKeyStatement(statement, [identity, header]);
}

/**
 * Makes the keys of a new participant in its folder, identity.key, header.key and seal.age, and
 * its first statement about them (TP-REG-6). Throws TracepostError KEY_FILE when one is there.
 */
export async function makeOwnKeys(
  participant: string,
  folder: string,
  nowMs: number,
  algorithm: SignatureAlgorithm = SignatureAlgorithm.UNSPECIFIED,
): Promise<SignedKeyStatement> {
  const keys: OwnKeys = {
    identity: generateSigningKey(algorithm),
    header: generateSigningKey(algorithm),
    sealing: await generateSealingKey(),
  };
  await saveSigningKey(join(folder, "identity.key"), keys.identity);
  await saveSigningKey(join(folder, "header.key"), keys.header);
  await saveSealingKey(join(folder, "seal.age"), keys.sealing);
  return firstStatement(participant, keys, nowMs);
}

/** Which keys are to be made anew, and from when they are valid. */
export interface KeyRenewal {
  readonly header: boolean;
  readonly sealing: boolean;
  readonly identity: boolean;
  /** Of the new signing keys; default Ed25519. */
  readonly algorithm?: SignatureAlgorithm;
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
    const pair = await keptKey(join(folder, `header-${sequence}.key`), renewal.algorithm);
    signingKeys.push(statedKey(pair, KeyPurpose.HEADER, fromMs));
  }
  if (renewal.sealing) {
    const pair = await generateSealingKey();
    await saveSealingKey(join(folder, `seal-${sequence}.age`), pair);
    sealingKeys.push(statedSealingKey(pair, fromMs));
  }
  if (renewal.identity) {
    const pair = await keptKey(join(folder, `identity-${sequence}.key`), renewal.algorithm);
    identityKey = statedKey(pair, KeyPurpose.IDENTITY, nowMs);
  }
  const statement = KeyStatement.create({
    ...previous,
    sequence,
    identityKey,
    signingKeys,
    sealingKeys,
    madeAt: toTimestamp(nowMs),
  });
  const signers = [identityKey, previous.identityKey, ...signingKeys].map(
    (key) => key?.keyId ?? "",
  );
  return signKeyStatement(statement, await keysOf(folder, new Set(signers)));
}

async function keptKey(file: string, algorithm?: SignatureAlgorithm): Promise<SigningKeyPair> {
  const pair = generateSigningKey(algorithm);
  await saveSigningKey(file, pair);
  return pair;
}

/** The keys of a folder with these ids, in their order. */
async function keysOf(folder: string, keyIds: ReadonlySet<string>): Promise<SigningKeyPair[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith(".key"));
  const pairs = await Promise.all(files.map((file) => loadSigningKey(join(folder, file))));
  return [...keyIds].map((keyId) => {
    const pair = pairs.find((one) => one.keyId === keyId);
    if (pair !== undefined) return pair;
    throw new TracepostError("KEY_FILE", `${folder} does not hold the key ${keyId}`, {
      remedy: "Put the key file back: every key of a statement signs it, as proof that it is had.",
    });
  });
}

function statedKey(pair: SigningKeyPair, purpose: KeyPurpose, fromMs: number): SigningKey {
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
