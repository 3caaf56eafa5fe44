import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { generateHybridIdentity, identityToRecipient } from "age-encryption";
import { TracepostError } from "#errors";
import { pairOf, type SigningKeyPair } from "./keys.ts";
import { type AskPassphrase, noPassphrase, readProtected, writeProtected } from "./passphrase.ts";
import { readPublic, readSecret, writePublic, writeSecret } from "./secret-file.ts";

/** An age hybrid identity (ML-KEM-768 and X25519) and its recipient. */
export interface SealingKeyPair {
  /** `AGE-SECRET-KEY-PQ-1…` */
  readonly identity: string;
  /** `age1pq1…` */
  readonly recipient: string;
}

/** Makes a fresh sealing key. */
export async function generateSealingKey(): Promise<SealingKeyPair> {
  const identity = await generateHybridIdentity();
  return { identity, recipient: await identityToRecipient(identity) };
}

/**
 * Reads a signing key, PKCS#8 PEM, mode 0600 (TP-TRUST-3). Throws TracepostError KEY_FILE naming
 * the file when it is absent, open to others, or a key of neither suite (TP-TRUST-9).
 */
export async function loadSigningKey(file: string): Promise<SigningKeyPair> {
  const pem = await readSecret(file);
  return parsed(file, "an Ed25519 or P-256 private key in PKCS#8 PEM", () =>
    pairOf(createPrivateKey(pem)),
  );
}

/**
 * Writes a signing key as PKCS#8 PEM, mode 0600, in one piece. Throws TracepostError KEY_FILE when
 * the file holds another key, which it would destroy.
 */
export async function saveSigningKey(
  file: string,
  pair: Pick<SigningKeyPair, "privateKey">,
): Promise<void> {
  await writeSecret(file, pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString());
}

/**
 * Reads the public half of a root key: Ed25519, SPKI PEM. Throws TracepostError KEY_FILE naming the
 * file.
 */
export async function loadPublicKey(file: string): Promise<KeyObject> {
  const pem = await readPublic(file);
  return parsed(file, "an Ed25519 public key in SPKI PEM", () => {
    const publicKey = createPublicKey(pem);
    if (publicKey.asymmetricKeyType !== "ed25519") {
      throw new TracepostError("KEY_FILE", "the key is not an Ed25519 key");
    }
    return publicKey;
  });
}

/** Writes a public key as SPKI PEM; an existing file is replaced. */
export async function savePublicKey(
  file: string,
  pair: Pick<SigningKeyPair, "publicKey">,
): Promise<void> {
  await writePublic(file, pair.publicKey.export({ type: "spki", format: "pem" }).toString());
}

/**
 * Reads a sealing key: an age identity file, mode 0600, with one hybrid identity; it may be under a
 * passphrase. Throws TracepostError KEY_FILE naming the file.
 */
export async function loadSealingKey(
  file: string,
  ask: AskPassphrase = noPassphrase,
): Promise<SealingKeyPair> {
  const text = await readProtected(file, ask);
  const lines = text.split("\n").map((line) => line.trim());
  const [identity, ...others] = lines.filter((line) => line !== "" && !line.startsWith("#"));
  const expected = "an age identity file with one hybrid identity";
  if (!identity?.startsWith("AGE-SECRET-KEY-PQ-1") || others.length > 0) {
    throw damaged(file, expected, undefined);
  }
  try {
    return { identity, recipient: await identityToRecipient(identity) };
  } catch (caught) {
    throw damaged(file, expected, caught);
  }
}

/**
 * Writes a sealing key as an identity file that the standard `age` tool reads, mode 0600, under a
 * passphrase if one is given. Throws TracepostError KEY_FILE when the file holds another key.
 */
export async function saveSealingKey(
  file: string,
  pair: SealingKeyPair,
  passphrase?: string,
): Promise<void> {
  const text = `# public key: ${pair.recipient}\n${pair.identity}\n`;
  if (passphrase === undefined) await writeSecret(file, text);
  else await writeProtected(file, text, passphrase, "service");
}

/** Reads a key out of the text of a file. Throws TracepostError KEY_FILE when it is none. */
export function parsed<T>(file: string, expected: string, read: () => T): T {
  try {
    return read();
  } catch (caught) {
    throw damaged(file, expected, caught);
  }
}

function damaged(file: string, expected: string, cause: unknown): TracepostError {
  return new TracepostError("KEY_FILE", `${file} is not ${expected}`, {
    cause,
    remedy: "Put the key file back from your copy; a changed key must be registered anew.",
  });
}
