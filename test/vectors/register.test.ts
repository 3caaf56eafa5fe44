import { describe, expect, it } from "vitest";
import { KeyPurpose } from "#proto";
import { openRegister, publicKeyOf } from "#trust";
import { bytesOf, type InvalidVector, readVectors } from "../support/vectors.ts";

/** A refusal says in words what was found. */
const SAID = expect.stringMatching(/\w/);

interface Registers {
  readonly root_public_keys: readonly string[];
  readonly valid: {
    readonly bytes: string;
    readonly version: number;
    readonly log_origin: string;
    readonly participants: readonly string[];
    readonly header_keys: Readonly<Record<string, string>>;
    readonly receipt_keys: readonly string[];
    readonly checkpoint_keys: readonly string[];
  };
  readonly valid_mixed: {
    readonly bytes: string;
    readonly header_keys: Readonly<Record<string, string>>;
  };
  readonly invalid: readonly InvalidVector[];
}

describe("the golden vectors of the participant register", () => {
  const { invalid, root_public_keys, valid, valid_mixed } =
    readVectors<Registers>("register/registers.json");
  const roots = root_public_keys.map((root) => publicKeyOf(Buffer.from(root, "hex")));

  it("hold a register that opens with the roots that signed it", () => {
    const opened = openRegister(bytesOf(valid.bytes), roots);
    if (!opened.ok) expect.unreachable(JSON.stringify(opened.refusal));
    const register = opened.value;
    expect(Number(register.version)).toBe(valid.version);
    expect(register.logOrigin).toBe(valid.log_origin);
    expect(register.participants.map(({ id }) => id)).toEqual(valid.participants);
    for (const [id, keyId] of Object.entries(valid.header_keys)) {
      const registered = register.signingKey(keyId);
      expect(registered?.participant?.id).toBe(id);
      expect(registered?.key.purpose).toBe(KeyPurpose.HEADER);
    }
    const keyIds = (purpose: KeyPurpose) =>
      register.gatewayKeys(purpose).map(({ key }) => key.keyId);
    expect(keyIds(KeyPurpose.RECEIPT)).toEqual(valid.receipt_keys);
    expect(keyIds(KeyPurpose.CHECKPOINT)).toEqual(valid.checkpoint_keys);
  });

  it("hold a register in which one participant signs on P-256 (TP-TRUST-9)", () => {
    const opened = openRegister(bytesOf(valid_mixed.bytes), roots);
    if (!opened.ok) expect.unreachable(JSON.stringify(opened.refusal));
    for (const [id, keyId] of Object.entries(valid_mixed.header_keys)) {
      const registered = opened.value.signingKey(keyId);
      expect(registered?.participant?.id).toBe(id);
      const kind = id === "NE" ? "ec" : "ed25519";
      expect(registered?.publicKey.asymmetricKeyType).toBe(kind);
    }
  });

  it("hold a register that opens with one of the roots that signed it", () => {
    for (const root of roots) expect(openRegister(bytesOf(valid.bytes), [root]).ok).toBe(true);
  });

  it.each(invalid)("hold a register that does not open: $name", ({ bytes, code, field }) => {
    const opened = openRegister(bytesOf(bytes), roots);
    expect(opened).toMatchObject({ ok: false, refusal: { code, field, detail: SAID } });
  });
});
