/** Keys as signature lines name them: name, type, raw key (https://c2sp.org/signed-note). */
import { hash, type KeyObject } from "node:crypto";

/** Signature types of C2SP signed-note that are used here. */
export const NOTE_TYPE = {
  /** Plain Ed25519 over the text: checkpoints of the log. */
  ed25519: 0x01,
  /** Timestamped Ed25519 cosignature: witnesses (c2sp.org/tlog-cosignature). */
  ed25519Cosignature: 0x04,
  /** Timestamped ML-DSA-44 cosignature: the log's second signature. */
  mlDsa44Cosignature: 0x06,
} as const;

/** A type of {@link NOTE_TYPE}. */
export type NoteType = (typeof NOTE_TYPE)[keyof typeof NOTE_TYPE];

/** Bytes of a key hash: says which key, proves nothing. */
export const NOTE_KEY_HASH_BYTES = 4;

/** Key hash: SHA-256(name ‖ 0x0A ‖ type ‖ public key), first four bytes. */
export function noteKeyHash(name: string, type: NoteType, publicRaw: Uint8Array): Uint8Array {
  const input = Buffer.concat([Buffer.from(`${name}\n`), Buffer.from([type]), publicRaw]);
  return Uint8Array.from(hash("sha256", input, "buffer").subarray(0, NOTE_KEY_HASH_BYTES));
}

/**
 * Raw bytes of a public key of Ed25519 or ML-DSA-44; undefined for any other. Not taken from
 * lib/trust: that would load all its cryptography into every store's thread.
 */
export function rawNoteKey(key: KeyObject): Uint8Array | undefined {
  const jwk: { readonly x?: string; readonly pub?: string } = key.export({ format: "jwk" });
  switch (key.asymmetricKeyType) {
    case "ed25519":
      return jwk.x === undefined ? undefined : Buffer.from(jwk.x, "base64url");
    case "ml-dsa-44":
      return jwk.pub === undefined ? undefined : Buffer.from(jwk.pub, "base64url");
    default:
      return undefined;
  }
}
