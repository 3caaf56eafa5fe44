import { Decrypter, Encrypter } from "age-encryption";

/**
 * The whole header of an age file for one hybrid recipient (C2SP age): one stanza with 1,120 bytes
 * of encapsulated key and 32 of body, then the MAC. Nothing else is opened, so a hostile header
 * costs no key agreement, and a file is for whom it says and nobody besides.
 */
const HYBRID_HEADER =
  /^age-encryption\.org\/v1\n-> mlkem768x25519 [A-Za-z0-9+/]{1494}\n[A-Za-z0-9+/]{43}\n--- [A-Za-z0-9+/]{43}\n/;
const HEADER_BYTES = 22 + 19 + 1_494 + 1 + 43 + 1 + 4 + 43 + 1;

const RECIPIENT_START = "age1pq1";
const IDENTITY_START = "AGE-SECRET-KEY-PQ-1";

/** Whether a text looks like a hybrid recipient; its checksum is verified when it is used. */
export function isHybridRecipient(text: string): boolean {
  return text.startsWith(RECIPIENT_START);
}

/** Whether a text looks like a hybrid identity; its checksum is verified when it is used. */
export function isHybridIdentity(text: string): boolean {
  return text.startsWith(IDENTITY_START);
}

/**
 * Whether bytes begin with the header of an age file for exactly one hybrid recipient (TP-SEAL-4).
 */
export function isHybridFile(file: Uint8Array): boolean {
  const start = file.subarray(0, HEADER_BYTES);
  return HYBRID_HEADER.test(
    Buffer.from(start.buffer, start.byteOffset, start.length).toString("latin1"),
  );
}

/** Seals bytes to one hybrid recipient. Rejects when the recipient is none. */
export async function encryptTo(recipient: string, plaintext: Uint8Array): Promise<Uint8Array> {
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipient);
  return await encrypter.encrypt(plaintext);
}

/**
 * Opens a hybrid age file with whichever identity fits; undefined when none does or the file was
 * changed. Does not throw, whatever the bytes are.
 */
export async function decryptWith(
  identities: readonly string[],
  file: Uint8Array,
): Promise<Uint8Array | undefined> {
  try {
    const decrypter = new Decrypter();
    for (const identity of identities) decrypter.addIdentity(identity);
    return await decrypter.decrypt(file);
  } catch {
    // The library says why in words only; for us it is one answer, and none that helps a guesser.
    return undefined;
  }
}
