import { createPublicKey, type KeyObject } from "node:crypto";
import { TracepostError } from "#errors";
import { rawPublicKey } from "../keys.ts";
import { type AskPassphrase, noPassphrase } from "../passphrase.ts";
import { loadProtectedKey } from "../protected-key.ts";
import { readPublic } from "../secret-file.ts";
import type { ExternalSigner } from "./external-signer.ts";
import { fileSigner, type KeySigner } from "./key-signer.ts";

const PUBLIC_START = "-----BEGIN PUBLIC KEY-----";

/** What is needed beside the files of a key folder. */
export interface KeySource {
  /** Passphrase of encrypted files; absent: none is expected. */
  readonly ask?: AskPassphrase;
  /** Where private halves are that are not in the folder. */
  readonly external?: Pick<ExternalSigner, "key">;
}

/**
 * The signer of a key file (TP-SIGN-1): a private key, encrypted or not, or a public key alone,
 * whose private half the external signer has. Throws TracepostError KEY_FILE naming the file.
 */
export async function loadKeySigner(file: string, source: KeySource = {}): Promise<KeySigner> {
  const text = await readPublic(file);
  if (!text.startsWith(PUBLIC_START)) {
    return fileSigner(await loadProtectedKey(file, source.ask ?? noPassphrase));
  }
  const publicKey = publicKeyOfPem(file, text);
  if (source.external !== undefined) return source.external.key(publicKey);
  throw new TracepostError("KEY_FILE", `${file} holds a public key, and there is no signer`, {
    remedy: "Name the program that has the private key: signer in the configuration.",
  });
}

/** Whether a file names a key of the external signer; false when there is no file. */
export async function isExternalKey(file: string): Promise<boolean> {
  return await readPublic(file).then(
    (text) => text.startsWith(PUBLIC_START),
    () => false,
  );
}

function publicKeyOfPem(file: string, pem: string): KeyObject {
  try {
    const key = createPublicKey(pem);
    rawPublicKey(key);
    return key;
  } catch (caught) {
    throw new TracepostError("KEY_FILE", `${file} is no Ed25519 or P-256 public key`, {
      cause: caught,
      remedy: "Export the public key from the signer again, as SPKI PEM.",
    });
  }
}
