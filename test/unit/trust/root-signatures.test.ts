import { describe, expect, it } from "vitest";
import type { Signature } from "#proto";
import {
  checkRootSignatures,
  generateSigningKey,
  majority,
  majorityOf,
  type RootSigned,
  rootsThatSigned,
  type SigningKeyPair,
  withRootSignature,
} from "#trust";
import { PAYLOAD_TYPES } from "../../../lib/trust/dsse.ts";

/** What root keys sign beside a register: as many different ones as must (TP-REG-2). */

const [one, two, three] = [generateSigningKey(), generateSigningKey(), generateSigningKey()];
const keys = [one, two, three].map(({ publicKey }) => publicKey);
const type = PAYLOAD_TYPES.registerManifest;
const payload = Buffer.from("what they sign");

function signedBy(...pairs: SigningKeyPair[]): RootSigned {
  const unsigned: Signature[] = [];
  const signatures = pairs.reduce(
    (before, pair) => withRootSignature({ type, payload, signatures: before }, pair),
    unsigned,
  );
  return { type, payload, signatures };
}

describe("signatures of root keys", () => {
  it("are kept beside each other, one for each key", () => {
    const signed = signedBy(two, one, two);
    expect(signed.signatures.map(({ keyId }) => keyId)).toEqual([one.keyId, two.keyId]);
  });

  it("count in the order of the keys, and only where they verify", () => {
    const ids = (signed: RootSigned) => rootsThatSigned(signed, keys);
    expect(ids(signedBy())).toEqual([]);
    expect(ids(signedBy(three, one, generateSigningKey()))).toEqual([one.keyId, three.keyId]);
    const signed = signedBy(one, two);
    expect(ids({ ...signed, payload: Buffer.from("other bytes") })).toEqual([]);
    expect(ids({ ...signed, type: PAYLOAD_TYPES.registerFreshness })).toEqual([]);
    const posed = signed.signatures.map((signature) => ({ ...signature, keyId: three.keyId }));
    expect(ids({ ...signed, signatures: posed })).toEqual([]);
  });

  it("are enough from the threshold on, which is never none", () => {
    const check = (threshold: number, ...pairs: SigningKeyPair[]) => {
      const refusal = checkRootSignatures(signedBy(...pairs), { keys, threshold }, "file");
      return refusal === undefined ? "enough" : refusal;
    };
    expect(check(2, one, two)).toBe("enough");
    expect(check(2, one, two, three)).toBe("enough");
    expect(check(1, three)).toBe("enough");
    expect(check(2, three)).toEqual({
      code: "SIGNATURE_INVALID",
      field: "file",
      detail: "hold 1 of the 2 root keys that must sign",
    });
    expect(check(0)).toMatchObject({ code: "SIGNATURE_INVALID" });
    expect(check(0, one)).toMatchObject({ code: "SIGNATURE_INVALID" });
  });

  it("are those of more than half of the keys, where nothing else is said", () => {
    expect([1, 2, 3, 4, 5].map(majority)).toEqual([1, 2, 2, 3, 3]);
    expect(majorityOf(keys)).toEqual({ keys, threshold: 2 });
  });
});
