import { createHash, createPublicKey, type KeyObject, verify } from "node:crypto";
import { Fields } from "./protobuf.ts";
import { demand } from "./untrue.ts";

/** What a key may sign, by its number in the contract. */
export const PURPOSE = { header: 1n, receipt: 2n, checkpoint: 3n } as const;

/** A key of the register. */
export interface KnownKey {
  /** A participant id, or GATEWAY. */
  readonly owner: string;
  readonly purpose: bigint;
  readonly raw: Buffer;
}

/** Who signs with what, as the root keys say. */
export interface KnownRegister {
  readonly logOrigin: string;
  readonly keys: ReadonlyMap<string, KnownKey>;
}

/** SubjectPublicKeyInfo of an Ed25519 key up to the key itself (RFC 8410 section 4). */
const ED25519_SPKI = Buffer.from("302a300506032b6570032100", "hex");

/** An Ed25519 public key of 32 raw bytes. */
export function ed25519Key(raw: Uint8Array): KeyObject {
  demand(raw.length === 32, "an Ed25519 key has 32 bytes");
  return createPublicKey({ key: Buffer.concat([ED25519_SPKI, raw]), format: "der", type: "spki" });
}

/** Verifies a signature over the DSSE pre-authentication encoding of a payload. */
export function isSigned(
  key: KeyObject,
  purpose: "header" | "receipt" | "register",
  payload: Uint8Array,
  signature: Uint8Array,
): boolean {
  const type = `application/vnd.tracepost.${purpose}.v1`;
  const head = `DSSEv1 ${type.length} ${type} ${payload.length} `;
  return verify(null, Buffer.concat([Buffer.from(head), payload]), key, signature);
}

/** Reads a register file that a root key, in PEM, has signed. */
export function openKnownRegister(file: Uint8Array, rootPem: string): KnownRegister {
  const signed = new Fields(file);
  const body = signed.bytes(1);
  const root = createPublicKey(rootPem);
  const isRoot = signed.messages(2).some((one) => isSigned(root, "register", body, one.bytes(2)));
  demand(isRoot, "the register is not signed by the root key");
  const register = new Fields(body);
  const keys = new Map<string, KnownKey>();
  const learn = (owner: string, key: Fields): void => {
    const raw = key.bytes(2);
    const id = createHash("sha256").update(raw).digest("hex").slice(0, 32);
    demand(key.text(1) === id && !keys.has(id), "a key of the register has a wrong id");
    keys.set(id, { owner, purpose: key.number(3), raw });
  };
  for (const participant of register.messages(5)) {
    for (const key of participant.messages(7)) learn(participant.text(1), key);
  }
  for (const key of register.messages(6)) learn("GATEWAY", key);
  return { logOrigin: register.text(4), keys };
}
