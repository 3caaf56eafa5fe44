import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { TracepostError } from "#errors";
import {
  addPolicySignature,
  CurrentPolicy,
  DEFAULT_POLICY_TEXT,
  defaultPolicy,
  draftPolicy,
  loadPolicy,
  openPolicy,
} from "#policy";
import { SignedPolicy } from "#proto";
import { createSigner, generateSigningKey, PAYLOAD_TYPES, savePublicKey } from "#trust";
import { toTimestamp } from "#wire";

const roots = [generateSigningKey(), generateSigningKey(), generateSigningKey()] as const;
const [first, second, third] = roots;
const signers = { keys: roots.map(({ publicKey }) => publicKey), threshold: 2 };

function draftOf(changes: { version?: bigint; text?: string } = {}): Uint8Array {
  const { version = 1n, text = DEFAULT_POLICY_TEXT } = changes;
  const issuedAt = toTimestamp(Date.UTC(2026, 0, 1));
  return draftPolicy({ version, issuedAt, text, reason: "The first policy" });
}

function signedBy(draft: Uint8Array, ...keys: readonly (typeof first)[]): Uint8Array {
  return keys.reduce((bytes, key) => addPolicySignature(bytes, key), draft);
}

function refusalOf(bytes: Uint8Array): unknown {
  const opened = openPolicy(bytes, signers);
  return opened.ok ? "opened" : opened.refusal;
}

describe("a signed policy (TP-POLICY-4)", () => {
  it("opens when k of the root keys have signed it, whichever they are", () => {
    for (const pair of [
      [first, second],
      [second, third],
      [third, first],
    ]) {
      const opened = openPolicy(signedBy(draftOf(), ...pair), signers);
      expect(opened).toMatchObject({ ok: true, value: { reason: "The first policy" } });
      expect(opened.ok && opened.value.policy.version).toBe(1n);
    }
  });

  it("is refused with fewer, with one twice, and with a stranger's", () => {
    const invalid = { code: "SIGNATURE_INVALID", field: "policy.signatures" };
    const stranger = generateSigningKey();
    for (const keys of [[], [first], [first, first], [first, stranger]]) {
      expect(refusalOf(signedBy(draftOf(), ...keys))).toMatchObject(invalid);
    }
  });

  it("is refused when a byte of it has changed, or it was signed as something else", () => {
    const { policy, signatures } = SignedPolicy.decode(signedBy(draftOf(), first, second));
    const other = SignedPolicy.decode(draftOf({ version: 2n })).policy;
    const swapped = SignedPolicy.encode({ policy: other, signatures }).finish();
    expect(refusalOf(swapped)).toMatchObject({ code: "SIGNATURE_INVALID" });
    const asRegister = [first, second].map((key) => {
      const { keyId, sign } = createSigner(key, PAYLOAD_TYPES.register);
      return { keyId, value: sign(policy) };
    });
    const crossed = SignedPolicy.encode({ policy, signatures: asRegister }).finish();
    expect(refusalOf(crossed)).toMatchObject({ code: "SIGNATURE_INVALID" });
  });

  it("is refused with a finding that is an error, however well it is signed", () => {
    const text = `${DEFAULT_POLICY_TEXT}\npermit (principal, action, resource);\n`;
    const refusal = refusalOf(signedBy(draftOf({ text }), first, second));
    expect(refusal).toMatchObject({ code: "MALFORMED", field: "policy.text" });
  });

  it("is refused when it is no policy file, or has no version", () => {
    expect(refusalOf(Buffer.from("no policy"))).toMatchObject({ code: "MALFORMED" });
    expect(refusalOf(new Uint8Array(2 ** 20 + 1))).toMatchObject({ code: "TOO_LARGE" });
    const none = signedBy(draftOf({ version: 0n }), first, second);
    expect(refusalOf(none)).toMatchObject({ field: "policy.version" });
  });

  it("is read from a file, or the fault says why not and what to do", async () => {
    const folder = await mkdtemp(join(tmpdir(), "tracepost-policy-"));
    try {
      const files = roots.map((_, index) => join(folder, `root-${index}.pub`));
      for (const [index, root] of roots.entries()) await savePublicKey(files[index] ?? "", root);
      const file = join(folder, "policy.bin");
      const by = { rootPublicKeyFiles: files, threshold: 2 };
      const told = async () => await loadPolicy(file, by).catch((caught: unknown) => caught);
      expect(await told()).toMatchObject({ code: "VERIFICATION" });
      await writeFile(file, signedBy(draftOf(), first));
      const fault = await told();
      expect(fault).toBeInstanceOf(TracepostError);
      expect(fault).toMatchObject({ problems: [expect.stringContaining("hold 1 of the 2")] });
      await writeFile(file, signedBy(draftOf(), first, third));
      expect((await loadPolicy(file, by)).policy.version).toBe(1n);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describe("the policy in force (TP-POLICY-5)", () => {
  it("is replaced by a higher version alone", () => {
    const current = new CurrentPolicy(defaultPolicy());
    const next = { ...defaultPolicy(), version: 2n };
    current.replace(next);
    expect(current.view()).toBe(next);
    expect(() => current.replace({ ...next, version: 2n })).toThrow("never goes back");
    expect(() => current.replace({ ...next, version: 1n })).toThrow("never goes back");
    expect(current.view()).toBe(next);
  });
});
