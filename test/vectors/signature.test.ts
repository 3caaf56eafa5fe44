import { createPrivateKey } from "node:crypto";
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
} from "#trust";
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
