import { armor, Decrypter, Encrypter } from "age-encryption";
import { TracepostError } from "#errors";
import { readSecret, writeSecret } from "./secret-file.ts";

const ARMOR_START = "-----BEGIN AGE ENCRYPTED FILE-----";
/** Shorter ones are guessed. */
const PASSPHRASE_CHARS_MIN = 12;
/** Work of scrypt, as a power of two: what the `age` tool takes, about a second here. */
const WORK = 18;
/** Of keys that a service opens by itself, at each start and rotation. */
const SERVICE_WORK = 15;

/** Asks for the passphrase of a key file; called only when the file needs one. */
export type AskPassphrase = (file: string) => Promise<string>;

/**
 * Writes a secret text under a passphrase: an armoured age file (scrypt), which the `age` tool
 * opens, mode 0600 (TP-SIGN-4). Throws TracepostError KEY_FILE when the file holds something else,
 * USAGE for a passphrase of fewer than 12 characters.
 */
export async function writeProtected(
  file: string,
  text: string,
  passphrase: string,
  opener: "person" | "service" = "person",
): Promise<void> {
  if (passphrase.length < PASSPHRASE_CHARS_MIN) {
    throw new TracepostError("USAGE", "The passphrase is too short", {
      remedy: `Take at least ${PASSPHRASE_CHARS_MIN} characters; several words are good.`,
    });
  }
  const encrypter = new Encrypter();
  encrypter.setPassphrase(passphrase);
  encrypter.setScryptWorkFactor(opener === "service" ? SERVICE_WORK : WORK);
  await writeSecret(file, armor.encode(await encrypter.encrypt(text)));
}

/**
 * Reads a secret text that may be under a passphrase. Throws TracepostError KEY_FILE naming the
 * file when it is absent or open to others, or the passphrase is wrong.
 */
export async function readProtected(file: string, ask: AskPassphrase): Promise<string> {
  const text = await readSecret(file);
  return text.startsWith(ARMOR_START) ? await opened(file, text, await ask(file)) : text;
}

/** For folders of which no passphrase was said. Throws TracepostError KEY_FILE. */
export function noPassphrase(file: string): Promise<string> {
  return Promise.reject(
    new TracepostError("KEY_FILE", `${file} is under a passphrase`, {
      remedy:
        "Write it into a file that only you can read, and name that: keyPassphraseFile in the " +
        "configuration of a service, --passphrase-file in a command.",
    }),
  );
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
