import {
  createECDH,
  createHmac,
  createPrivateKey,
  createPublicKey,
  ECDH,
  hash,
  type KeyObject,
  sign,
} from "node:crypto";

/** DER of a PKCS#8 Ed25519 private key up to its 32 secret bytes (RFC 8410). */
const PKCS8_START = Buffer.from("302e020100300506032b657004220420", "hex");
/** DER of an SPKI Ed25519 public key up to its 32 bytes. */
const SPKI_START_BYTES = 12;

/** A signing key that everybody knows, made from its name. */
export interface FixedKey {
  readonly name: string;
  readonly seed: Buffer;
  readonly privateKey: KeyObject;
  readonly publicRaw: Buffer;
  /** First 16 bytes of SHA-256 over the raw public key, lower-case hex. */
  readonly keyId: string;
}

/** The test key of a name: its seed is SHA-256("tracepost vector key " ‖ name). */
export function fixedKey(name: string): FixedKey {
  const seed = hash("sha256", `tracepost vector key ${name}`, "buffer");
  const privateKey = createPrivateKey({
    key: Buffer.concat([PKCS8_START, seed]),
    format: "der",
    type: "pkcs8",
  });
  const spki = createPublicKey(privateKey).export({ format: "der", type: "spki" });
  const publicRaw = spki.subarray(SPKI_START_BYTES);
  return {
    name,
    seed,
    privateKey,
    publicRaw,
    keyId: hash("sha256", publicRaw, "hex").slice(0, 32),
  };
}

/** A P-256 key that everybody knows, made from its name. */
export interface FixedP256Key {
  readonly secret: bigint;
  /** Compressed point. */
  readonly publicRaw: Buffer;
  readonly keyId: string;
}

/** Order of the group of P-256. */
export const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** The test key of a name: its secret is SHA-256("tracepost vector P-256 key " ‖ name). */
export function fixedP256Key(name: string): FixedP256Key {
  const secret = hash("sha256", `tracepost vector P-256 key ${name}`, "buffer");
  const publicRaw = pointOf(number(secret));
  return {
    secret: number(secret),
    publicRaw,
    keyId: hash("sha256", publicRaw, "hex").slice(0, 32),
  };
}

/** Signs a payload for one purpose: FIPS 186-5 6.4.1 with the nonce of RFC 6979, S made low. */
export function signAsP256(key: FixedP256Key, payloadType: string, payload: Uint8Array): Buffer {
  const digest = hash("sha256", preAuthentication(payloadType, payload), "buffer");
  const nonce = nonceOf(key.secret, digest);
  const r = number(pointOf(nonce).subarray(1)) % P256_ORDER;
  const s = (inverse(nonce) * (number(digest) + r * key.secret)) % P256_ORDER;
  return Buffer.concat([octets(r), octets(2n * s > P256_ORDER ? P256_ORDER - s : s)]);
}

/** The other form of a signature, which anybody can make from the first. */
export function mirrored(signature: Uint8Array): Buffer {
  const s = number(signature.subarray(32));
  return Buffer.concat([signature.subarray(0, 32), octets(P256_ORDER - s)]);
}

/** RFC 6979 section 3.2, for SHA-256 and a group of 256 bits. */
function nonceOf(secret: bigint, digest: Buffer): bigint {
  const start = Buffer.concat([octets(secret), octets(number(digest) % P256_ORDER)]);
  let v = Buffer.alloc(32, 1);
  let k = Buffer.alloc(32);
  for (const step of [0, 1]) {
    k = mac(k, Buffer.concat([v, Buffer.of(step), start]));
    v = mac(k, v);
  }
  for (;;) {
    v = mac(k, v);
    const nonce = number(v);
    if (nonce > 0n && nonce < P256_ORDER) return nonce;
    k = mac(k, Buffer.concat([v, Buffer.of(0)]));
    v = mac(k, v);
  }
}

function mac(key: Uint8Array, bytes: Uint8Array): Buffer<ArrayBuffer> {
  return Buffer.from(createHmac("sha256", key).update(bytes).digest());
}

function pointOf(scalar: bigint): Buffer {
  const ecdh = createECDH("prime256v1");
  ecdh.setPrivateKey(octets(scalar));
  return ECDH.convertKey(
    ecdh.getPublicKey(),
    "prime256v1",
    undefined,
    undefined,
    "compressed",
  ) as Buffer;
}

/** By Fermat: the order is prime. */
function inverse(of: bigint): bigint {
  let [base, exponent, result] = [of % P256_ORDER, P256_ORDER - 2n, 1n];
  for (; exponent > 0n; exponent >>= 1n) {
    if ((exponent & 1n) === 1n) result = (result * base) % P256_ORDER;
    base = (base * base) % P256_ORDER;
  }
  return result;
}

function number(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
}

function octets(value: bigint): Buffer {
  return Buffer.from(value.toString(16).padStart(64, "0"), "hex");
}

/** DSSE v1: `DSSEv1 <bytes of type> <type> <bytes of payload> <payload>`. */
export function preAuthentication(payloadType: string, payload: Uint8Array): Buffer {
  const head = `DSSEv1 ${payloadType.length} ${payloadType} ${payload.length} `;
  return Buffer.concat([Buffer.from(head, "ascii"), payload]);
}

/** Signs a payload for one purpose. */
export function signAs(key: FixedKey, payloadType: string, payload: Uint8Array): Buffer {
  return sign(null, preAuthentication(payloadType, payload), key.privateKey);
}

/** The payload types of the contract. */
export const PAYLOAD_TYPE = {
  header: "application/vnd.tracepost.header.v1",
  receipt: "application/vnd.tracepost.receipt.v1",
  register: "application/vnd.tracepost.register.v1",
  registerManifest: "application/vnd.tracepost.register-manifest.v1",
  registerFreshness: "application/vnd.tracepost.register-freshness.v1",
  keyStatement: "application/vnd.tracepost.key-statement.v1",
  retentionSchedule: "application/vnd.tracepost.retention-schedule.v1",
  policy: "application/vnd.tracepost.policy.v1",
  disposal: "application/vnd.tracepost.disposal-certificate.v1",
  renewal: "application/vnd.tracepost.log-renewal.v1",
  logSuccession: "application/vnd.tracepost.log-succession.v1",
  postCopy: "application/vnd.tracepost.post-copy.v1",
  postLog: "application/vnd.tracepost.post-log.v1",
  feedRequest: "application/vnd.tracepost.feed-request.v1",
} as const;
