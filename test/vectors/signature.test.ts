import { createPrivateKey, ECDH } from "node:crypto";
import { describe, expect, it } from "vitest";
import {
  createSigner,
  keyIdOf,
  PAYLOAD_TYPES,
  type PayloadType,
  pairOf,
  preAuthEncoding,
  publicKeyOf,
  verifyBytes,
  verifyBytesNow,
} from "#trust";
import { isSignedBy } from "../second-verifier/register.ts";
import { bytesOf, readVectors } from "../support/vectors.ts";

interface SignatureVector {
  readonly name: string;
  readonly payload_type: PayloadType;
  readonly payload: string;
  readonly signature: string;
}

interface Signatures {
  readonly key: { readonly seed: string; readonly public_key: string; readonly key_id: string };
  readonly valid: readonly (SignatureVector & { readonly pre_authentication_encoding: string })[];
  readonly invalid: readonly (SignatureVector & { readonly public_key?: string })[];
}

const fromHex = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, "hex"));

describe("the golden vectors of signatures", () => {
  const { invalid, key, valid } = readVectors<Signatures>("signature/signatures.json");
  const der = Buffer.from(`302e020100300506032b657004220420${key.seed}`, "hex");
  const pair = pairOf(createPrivateKey({ key: der, format: "der", type: "pkcs8" }));
  const publicKey = publicKeyOf(fromHex(key.public_key));

  it("name the key by its public half", () => {
    expect(keyIdOf(fromHex(key.public_key))).toBe(key.key_id);
    expect(pair.keyId).toBe(key.key_id);
  });

  it("use every payload type there is", () => {
    const used = new Set(valid.map(({ payload_type }) => payload_type));
    expect(used).toEqual(new Set(Object.values(PAYLOAD_TYPES)));
  });

  it.each(valid)("are made and verified: $name", async (vector) => {
    const type = vector.payload_type;
    const payload = bytesOf(vector.payload);
    const encoded = Buffer.from(preAuthEncoding(type, payload)).toString("base64");
    expect(encoded).toBe(vector.pre_authentication_encoding);
    const signature = Buffer.from(createSigner(pair, type).sign(payload)).toString("base64");
    expect(signature).toBe(vector.signature);
    expect(await verifyBytes(publicKey, type, payload, bytesOf(vector.signature))).toBe(true);
  });

  it.each(invalid)("do not verify: $name", async (vector) => {
    const verifier = publicKeyOf(fromHex(vector.public_key ?? key.public_key));
    const { payload_type: type } = vector;
    const [payload, signature] = [bytesOf(vector.payload), bytesOf(vector.signature)];
    expect(await verifyBytes(verifier, type, payload, signature)).toBe(false);
  });
});

interface P256Signatures extends Omit<Signatures, "key"> {
  readonly key: { readonly secret: string; readonly public_key: string; readonly key_id: string };
}

describe("the golden vectors of signatures on P-256 (TP-TRUST-9)", () => {
  const { invalid, key, valid } = readVectors<P256Signatures>("signature/p256.json");
  const raw = Buffer.from(key.public_key, "hex");
  const publicKey = publicKeyOf(raw);
  const point = ECDH.convertKey(raw, "prime256v1", undefined, undefined, "uncompressed") as Buffer;
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((one) =>
    one.toString("base64url"),
  );
  const d = Buffer.from(key.secret, "hex").toString("base64url");
  const jwk = { kty: "EC", crv: "P-256", x: x as string, y: y as string, d };
  const pair = pairOf(createPrivateKey({ key: jwk, format: "jwk" }));

  it("name the key by its compressed point", () => {
    expect(keyIdOf(raw)).toBe(key.key_id);
    expect(pair.keyId).toBe(key.key_id);
  });

  it.each(valid)("are made and verified: $name", async (vector) => {
    const type = vector.payload_type;
    const payload = bytesOf(vector.payload);
    const encoded = Buffer.from(preAuthEncoding(type, payload)).toString("base64");
    expect(encoded).toBe(vector.pre_authentication_encoding);
    const signature = Buffer.from(createSigner(pair, type).sign(payload)).toString("base64");
    expect(signature).toBe(vector.signature);
    expect(await verifyBytes(publicKey, type, payload, bytesOf(vector.signature))).toBe(true);
  });

  it.each(invalid)("do not verify: $name", async (vector) => {
    const verifierRaw = Buffer.from(vector.public_key ?? key.public_key, "hex");
    const { payload_type: type } = vector;
    const [payload, signature] = [bytesOf(vector.payload), bytesOf(vector.signature)];
    const verifier = publicKeyOf(verifierRaw);
    expect(await verifyBytes(verifier, type, payload, signature)).toBe(false);
    expect(verifyBytesNow(verifier, type, payload, signature)).toBe(false);
    if (!type.endsWith("header.v1")) return;
    const known = { algorithm: 1n, raw: verifierRaw };
    expect(isSignedBy(known, "header", payload, signature)).toBe(false);
  });

  it("are read alike by the second verifier", () => {
    const [first] = valid;
    if (first === undefined) throw new TypeError("no vector");
    const [payload, signature] = [bytesOf(first.payload), bytesOf(first.signature)];
    expect(isSignedBy({ algorithm: 1n, raw }, "header", payload, signature)).toBe(true);
  });
});
