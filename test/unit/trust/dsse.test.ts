import { describe, expect, it } from "vitest";
import {
  createSigner,
  generateSigningKey,
  lowSignature,
  PAYLOAD_TYPES,
  preAuthEncoding,
  verifyBytes,
} from "#trust";

const payload = Buffer.from("hello world");

describe("a signature", () => {
  it("is made over the pre-authentication encoding of DSSE 1.0", () => {
    // The example of the DSSE specification, with a payload type of ours.
    const encoded = Buffer.from(preAuthEncoding(PAYLOAD_TYPES.header, payload)).toString();
    expect(encoded).toBe("DSSEv1 35 application/vnd.tracepost.header.v1 11 hello world");
  });

  it("is the same each time, so that a lost receipt can be made again", () => {
    const signer = createSigner(generateSigningKey(), PAYLOAD_TYPES.receipt);
    expect(signer.sign(payload)).toEqual(signer.sign(payload));
    expect(signer.sign(payload)).toHaveLength(64);
  });

  it("verifies for its own key, bytes and purpose only", async () => {
    const pair = generateSigningKey();
    const other = generateSigningKey();
    const signature = createSigner(pair, PAYLOAD_TYPES.header).sign(payload);
    const { header, receipt, register } = PAYLOAD_TYPES;
    expect(await verifyBytes(pair.publicKey, header, payload, signature)).toBe(true);
    expect(await verifyBytes(other.publicKey, header, payload, signature)).toBe(false);
    expect(await verifyBytes(pair.publicKey, receipt, payload, signature)).toBe(false);
    expect(await verifyBytes(pair.publicKey, register, payload, signature)).toBe(false);
    const longer = Buffer.concat([payload, Buffer.from([0])]);
    expect(await verifyBytes(pair.publicKey, header, longer, signature)).toBe(false);
  });

  it("of another length is simply wrong", async () => {
    const { publicKey } = generateSigningKey();
    for (const length of [0, 1, 63, 65]) {
      const signature = new Uint8Array(length);
      expect(await verifyBytes(publicKey, PAYLOAD_TYPES.header, payload, signature)).toBe(false);
    }
  });
});

describe("a signature of P-256 (TP-TRUST-9)", () => {
  const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
  const HALF = ORDER / 2n;
  const of = (s: bigint, r = "11".repeat(32)) =>
    Buffer.from(`${r}${s.toString(16).padStart(64, "0")}`, "hex");

  it.each<[what: string, s: bigint, low: bigint | undefined]>([
    ["the lowest", 1n, 1n],
    ["the highest of the lower half", HALF, HALF],
    ["the lowest of the upper half", HALF + 1n, HALF],
    ["the highest there is", ORDER - 1n, 1n],
    ["one of no group element", ORDER, undefined],
    ["one beyond", ORDER + 1n, undefined],
  ])("is taken in its lower half: %s", (_what, s, low) => {
    const taken = lowSignature(of(s));
    expect(taken && Buffer.from(taken)).toEqual(low === undefined ? undefined : of(low));
  });

  it("has 64 bytes", () => {
    const whole = of(1n);
    expect(lowSignature(whole.subarray(0, 63))).toBeUndefined();
    expect(lowSignature(Buffer.concat([whole, Buffer.of(0)]))).toBeUndefined();
  });
});
