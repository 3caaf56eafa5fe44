import { describe, expect, it } from "vitest";
import { KeyPurpose, SignatureAlgorithm, type SigningKey } from "#proto";
import { generateSigningKey, keyIdOf } from "#trust";
import { toTimestamp } from "#wire";
import {
  isKeyFor,
  isSealingKey,
  isSigningKey,
  isValidAt,
  isWindow,
  isWithin,
  sealingKeyId,
} from "../../../lib/trust/versions/key-windows.ts";
import { keyOf } from "../../support/register-authority.ts";

/** When a key counts, to the millisecond, and which keys a register may hold (TP-TRUST-9). */

const at = (ms: number) => toTimestamp(ms);
const none = undefined;

describe("a window", () => {
  it.each<[from: number | undefined, to: number | undefined, isOne: boolean]>([
    [0, 1, true],
    [1, 1, false],
    [2, 1, false],
    [none, 1, false],
    [0, none, false],
    [none, none, false],
  ])("from %s to %s: %s", (from, to, isOne) => {
    const time = (ms: number | undefined) => (ms === none ? none : at(ms));
    expect(isWindow(time(from), time(to))).toBe(isOne);
  });

  it.each<[since: number | undefined, until: number | undefined, atMs: number, isIn: boolean]>([
    [10, 20, 9, false],
    [10, 20, 10, true],
    [10, 20, 19, true],
    [10, 20, 20, false],
    [10, none, 9_999_999, true],
    [10, none, 9, false],
    [none, 20, 15, false],
    [none, none, 15, false],
  ])("since %s until %s has %s in it: %s", (since, until, atMs, isIn) => {
    const time = (ms: number | undefined) => (ms === none ? none : at(ms));
    expect(isWithin({ since: time(since), until: time(until) }, atMs)).toBe(isIn);
  });
});

describe("a signing key", () => {
  const ed25519 = generateSigningKey();
  const p256 = generateSigningKey(SignatureAlgorithm.ES256);
  const key = keyOf(ed25519, KeyPurpose.HEADER);
  const { ES256, UNSPECIFIED } = SignatureAlgorithm;
  const short = ed25519.publicRaw.subarray(1);

  it.each<[what: string, key: SigningKey, isGood: boolean]>([
    ["Ed25519 that signs messages", key, true],
    ["Ed25519 that signs receipts", keyOf(ed25519, KeyPurpose.RECEIPT), true],
    ["P-256 that signs messages", keyOf(p256, KeyPurpose.HEADER), true],
    ["P-256 of an identity", keyOf(p256, KeyPurpose.IDENTITY), true],
    ["P-256 that signs receipts", keyOf(p256, KeyPurpose.RECEIPT), false],
    ["P-256 that signs freshness", keyOf(p256, KeyPurpose.FRESHNESS), false],
    ["P-256 called Ed25519", { ...keyOf(p256, KeyPurpose.HEADER), algorithm: UNSPECIFIED }, false],
    ["Ed25519 called P-256", { ...key, algorithm: ES256 }, false],
    ["another id", { ...key, keyId: p256.keyId }, false],
    ["a short key under its own id", { ...key, publicKey: short, keyId: keyIdOf(short) }, false],
    ["no end", { ...key, notAfter: none }, false],
    ["no beginning", { ...key, notBefore: none }, false],
  ])("%s: %#", (_what, one, isGood) => {
    expect(isSigningKey(one)).toBe(isGood);
  });

  it("is for one purpose", () => {
    expect(isKeyFor(key, KeyPurpose.HEADER)).toBe(true);
    expect(isKeyFor(key, KeyPurpose.IDENTITY)).toBe(false);
    expect(isKeyFor({ ...key, keyId: "" }, KeyPurpose.HEADER)).toBe(false);
    expect(isKeyFor(none, KeyPurpose.HEADER)).toBe(false);
  });

  it.each<[what: string, change: Partial<SigningKey>, atMs: number, isValid: boolean]>([
    ["before it begins", {}, 9, false],
    ["as it begins", {}, 10, true],
    ["before it ends", {}, 19, true],
    ["as it ends", {}, 20, false],
    ["without an end", { notAfter: none }, 15, false],
    ["before it is revoked", { revokedAt: at(15) }, 14, true],
    ["as it is revoked", { revokedAt: at(15) }, 15, false],
  ])("counts %s: %#", (_what, change, atMs, isValid) => {
    expect(isValidAt({ ...key, notBefore: at(10), notAfter: at(20), ...change }, atMs)).toBe(
      isValid,
    );
  });
});

describe("a sealing key", () => {
  const window = { notBefore: at(10), notAfter: at(20) };

  it("is a hybrid recipient with a window", () => {
    expect(isSealingKey({ recipient: "age1pq1abc", ...window })).toBe(true);
    expect(isSealingKey({ recipient: "age1abc", ...window })).toBe(false);
    expect(isSealingKey({ recipient: "age1pq1abc", ...window, notAfter: none })).toBe(false);
    expect(isSealingKey({ recipient: "age1pq1abc", ...window, notBefore: at(20) })).toBe(false);
  });

  it("is known by the digest of its recipient", () => {
    expect(sealingKeyId("age1pq1abc")).toBe("d282f1e8180a6d3438d992c16bffd46a");
  });
});
