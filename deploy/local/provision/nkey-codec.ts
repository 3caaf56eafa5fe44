import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";

/** Base32 alphabet of RFC 4648, in which nkeys are written. */
const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/** PKCS#8 and SPKI of an Ed25519 key up to its 32 bytes (RFC 8410). */
const PKCS8_PREFIX = Buffer.from("302e020100300506032b657004220420", "hex");
const SPKI_PREFIX = Buffer.from("302a300506032b6570032100", "hex");
/** An encoded seed is two bytes of type, 32 of seed, two of checksum. */
const SEED_AT = { from: 2, to: 34 };
/** An encoded public key is one byte of type, 32 of key, two of checksum. */
const PUBLIC_AT = { from: 1, to: 33 };

/** The private key of an encoded seed (`S…`); the caller has checked that it is one. */
export function privateKeyOfSeed(seed: string): KeyObject {
  const raw = decodeBase32(seed).subarray(SEED_AT.from, SEED_AT.to);
  return createPrivateKey({
    key: Buffer.concat([PKCS8_PREFIX, raw]),
    format: "der",
    type: "pkcs8",
  });
}

/** The key of an encoded public key (`O…`, `A…`, `U…`). Throws when it is too short to be one. */
export function publicKeyOfText(text: string): KeyObject {
  const raw = decodeBase32(text).subarray(PUBLIC_AT.from, PUBLIC_AT.to);
  return createPublicKey({ key: Buffer.concat([SPKI_PREFIX, raw]), format: "der", type: "spki" });
}

/** The encoded public key of an encoded seed and its private key. */
export function publicTextOf(seed: string, privateKey: KeyObject): string {
  const [first = 0, second = 0] = decodeBase32(seed);
  // A seed has its own letter in the first five bits, and the type of its key in the next eight.
  const type = ((first & 0b111) << 5) | (second >> 3);
  const spki = createPublicKey(privateKey).export({ format: "der", type: "spki" });
  const body = Buffer.concat([Buffer.of(type), spki.subarray(SPKI_PREFIX.length)]);
  const sum = Buffer.alloc(2);
  sum.writeUInt16LE(checksumOf(body));
  return encodeBase32(Buffer.concat([body, sum]));
}

/** CRC-16/XMODEM. */
function checksumOf(bytes: Uint8Array): number {
  let sum = 0;
  for (const byte of bytes) {
    sum ^= byte << 8;
    for (let bit = 0; bit < 8; bit += 1) {
      sum = (sum & 0x8000 ? (sum << 1) ^ 0x1021 : sum << 1) & 0xffff;
    }
  }
  return sum;
}

/** Of bytes that fill whole characters, as the 35 of a public key do. */
function encodeBase32(bytes: Uint8Array): string {
  let text = "";
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xffff;
    bits += 8;
    for (; bits >= 5; bits -= 5) text += BASE32[(held >> (bits - 5)) & 0b11111];
  }
  return text;
}

function decodeBase32(text: string): Uint8Array {
  const bytes: number[] = [];
  let bits = 0;
  let held = 0;
  for (const character of text) {
    held = ((held << 5) | BASE32.indexOf(character)) & 0xffff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push((held >> bits) & 0xff);
  }
  return Uint8Array.from(bytes);
}
