import { createPrivateKey } from "node:crypto";
import { armor, Decrypter, Encrypter } from "age-encryption";
import { TracepostError } from "#errors";
import { pairOf, type SigningKeyPair } from "./keys.ts";
import { readSecret, writeSecret } from "./secret-file.ts";

const ARMOR_START = "-----BEGIN AGE ENCRYPTED FILE-----";
/** Shorter ones are guessed. */
const PASSPHRASE_CHARS_MIN = 12;

/** Asks for the passphrase of a key file; called only when the file needs one. */
export type AskPassphrase = (file: string) => Promise<string>;

/**
 * Writes a signing key under a passphrase: PKCS#8 PEM in an armoured age file (scrypt), which the
 * `age` tool opens, mode 0600 (TP-REG-11). Throws TracepostError KEY_FILE when the file holds
 * another key, USAGE for a passphrase of fewer than 12 characters.
 */
export async function saveProtectedKey(
  file: string,
  pair: Pick<SigningKeyPair, "privateKey">,
  passphrase: string,
): Promise<void> {
  if (passphrase.length < PASSPHRASE_CHARS_MIN) {
    throw new TracepostError("USAGE", "The passphrase is too short", {
      remedy: `Take at least ${PASSPHRASE_CHARS_MIN} characters; several words are good.`,
    });
  }
  const encrypter = new Encrypter();
  encrypter.setPassphrase(passphrase);
  const pem = pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  await writeSecret(file, armor.encode(await encrypter.encrypt(pem)));
}

/**
 * Reads a signing key that may be under a passphrase. Throws TracepostError KEY_FILE naming the
 * file when it is absent, open to others, no key, or the passphrase is wrong.
 */
export async function loadProtectedKey(file: string, ask: AskPassphrase): Promise<SigningKeyPair> {
  const text = await readSecret(file);
  const pem = text.startsWith(ARMOR_START) ? await opened(file, text, await ask(file)) : text;
  try {
    return pairOf(createPrivateKey(pem));
  } catch (caught) {
    throw new TracepostError("KEY_FILE", `${file} holds no Ed25519 or P-256 private key`, {
      cause: caught,
      remedy: "Put the key file back from your copy.",
    });
  }
}

async function opened(file: string, text: string, passphrase: string): Promise<string> {
  const decrypter = new Decrypter();
  decrypter.addPassphrase(passphrase);
  try {
    return await decrypter.decrypt(armor.decode(text), "text");
  } catch (caught) {
    throw new TracepostError("KEY_FILE", `${file} does not open with this passphrase`, {
      cause: caught,
      remedy: "Give the passphrase it was made with; there is no other way to open it.",
    });
  }
}
