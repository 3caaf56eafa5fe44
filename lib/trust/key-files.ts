import { createPrivateKey, createPublicKey, type KeyObject, randomBytes } from "node:crypto";
import { mkdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { generateHybridIdentity, identityToRecipient } from "age-encryption";
import { TracepostError } from "#errors";
import { pairOf, type SigningKeyPair } from "./keys.ts";

/** An age hybrid identity (ML-KEM-768 and X25519) and its recipient. */
export interface SealingKeyPair {
  /** `AGE-SECRET-KEY-PQ-1…` */
  readonly identity: string;
  /** `age1pq1…` */
  readonly recipient: string;
}

const IDENTITY = /^AGE-SECRET-KEY-PQ-1[0-9A-Z]+$/m;

/** Makes a fresh sealing key. */
export async function generateSealingKey(): Promise<SealingKeyPair> {
  const identity = await generateHybridIdentity();
  return { identity, recipient: await identityToRecipient(identity) };
}

/** Reads a PKCS#8 PEM private key, 0600. Throws TracepostError KEY_FILE with what to do. */
export async function loadSigningKey(file: string): Promise<SigningKeyPair> {
  const pem = await readSecret(file);
  try {
    return pairOf(createPrivateKey(pem));
  } catch (caught) {
    throw damaged(file, "an Ed25519 private key in PKCS#8 PEM", caught);
  }
}

/** Writes a private key as PKCS#8 PEM, 0600; an existing file is replaced as a whole. */
export async function saveSigningKey(file: string, pair: SigningKeyPair): Promise<void> {
  await writeSecret(file, pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString());
}

/** Reads an SPKI PEM public key. Throws TracepostError KEY_FILE. */
export async function loadPublicKey(file: string): Promise<KeyObject> {
  const pem = await readFile(file, "utf8").catch((caught: unknown) => {
    throw absent(file, caught);
  });
  try {
    return createPublicKey(pem);
  } catch (caught) {
    throw damaged(file, "a public key in SPKI PEM", caught);
  }
}

/** Writes a public key as SPKI PEM. */
export async function savePublicKey(
  file: string,
  pair: Pick<SigningKeyPair, "publicKey">,
): Promise<void> {
  const pem = pair.publicKey.export({ type: "spki", format: "pem" }).toString();
  await writeWhole(file, pem, 0o644);
}

/** Reads an age identity file, 0600. Throws TracepostError KEY_FILE with what to do. */
export async function loadSealingKey(file: string): Promise<SealingKeyPair> {
  const identity = IDENTITY.exec(await readSecret(file))?.[0];
  if (identity === undefined) throw damaged(file, "an age hybrid identity", undefined);
  try {
    return { identity, recipient: await identityToRecipient(identity) };
  } catch (caught) {
    throw damaged(file, "an age hybrid identity", caught);
  }
}

/** Writes an identity file the standard `age` tool reads, 0600. */
export async function saveSealingKey(file: string, pair: SealingKeyPair): Promise<void> {
  await writeSecret(file, `# public key: ${pair.recipient}\n${pair.identity}\n`);
}

/** Reads a secret text file; refuses one that others can read. */
export async function readSecret(file: string): Promise<string> {
  const found = await stat(file).catch((caught: unknown) => {
    throw absent(file, caught);
  });
  if (process.platform !== "win32" && (found.mode & 0o077) !== 0) {
    const mode = (found.mode & 0o777).toString(8);
    throw new TracepostError("KEY_FILE", `${file} can be read by others (mode ${mode})`, {
      remedy: `Take the rights away: chmod 600 ${file}`,
    });
  }
  return await readFile(file, "utf8");
}

/** Writes a secret text file, 0600, in one piece. */
export async function writeSecret(file: string, text: string): Promise<void> {
  await writeWhole(file, text, 0o600);
}

async function writeWhole(file: string, text: string, mode: number): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const partial = `${file}.${randomBytes(4).toString("hex")}.part`;
  await writeFile(partial, text, { mode, flush: true });
  await rename(partial, file);
}

function absent(file: string, cause: unknown): TracepostError {
  return new TracepostError("KEY_FILE", `${file} cannot be read`, {
    cause,
    remedy: "Put the key file back from your copy, or set the folder up again.",
  });
}

function damaged(file: string, expected: string, cause: unknown): TracepostError {
  return new TracepostError("KEY_FILE", `${file} is not ${expected}`, {
    cause,
    remedy: "Put the key file back from your copy; a changed key must be registered anew.",
  });
}
