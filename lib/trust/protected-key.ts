import { createPrivateKey } from "node:crypto";
import { TracepostError } from "#errors";
import { pairOf, type SigningKeyPair } from "./keys.ts";
import { type AskPassphrase, readProtected, writeProtected } from "./passphrase.ts";

/**
 * Writes a signing key under a passphrase: PKCS#8 PEM in an armoured age file (scrypt), which the
 * `age` tool opens, mode 0600 (TP-REG-11). Throws TracepostError KEY_FILE when the file holds
 * another key, USAGE for a passphrase of fewer than 12 characters.
 */
export async function saveProtectedKey(
  file: string,
  pair: Pick<SigningKeyPair, "privateKey">,
  passphrase: string,
  opener?: "person" | "service",
): Promise<void> {
  const pem = pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  await writeProtected(file, pem, passphrase, opener);
}

/**
 * Reads a signing key that may be under a passphrase. Throws TracepostError KEY_FILE naming the
 * file when it is absent, open to others, no key, or the passphrase is wrong.
 */
export async function loadProtectedKey(file: string, ask: AskPassphrase): Promise<SigningKeyPair> {
  const pem = await readProtected(file, ask);
  try {
    return pairOf(createPrivateKey(pem));
  } catch (caught) {
    throw new TracepostError("KEY_FILE", `${file} holds no Ed25519 or P-256 private key`, {
      cause: caught,
      remedy: "Put the key file back from your copy.",
    });
  }
}
