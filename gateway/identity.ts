import { join } from "node:path";
import { TracepostError } from "#errors";
import { type CheckpointSigner, createCheckpointSigner } from "#message-log";
import { KeyPurpose } from "#proto";
import {
  createSigner,
  loadSigningKey,
  PAYLOAD_TYPES,
  type RegisterView,
  readSecret,
  type SigningKeyPair,
} from "#trust";
import type { HeaderSigner } from "#wire";
import type { GatewayConfig } from "./config.ts";

/** What this gateway is, as its own files say. */
export interface GatewayIdentity {
  readonly receiptKey: SigningKeyPair;
  readonly checkpointKey: SigningKeyPair;
  /** Token of the user `installation`. */
  readonly apiToken: string;
}

/** Reads the keys of a gateway. Throws TracepostError KEY_FILE. */
export async function loadGatewayIdentity(config: GatewayConfig): Promise<GatewayIdentity> {
  return {
    receiptKey: await loadSigningKey(join(config.keysDir, "receipt.key")),
    checkpointKey: await loadSigningKey(join(config.keysDir, "checkpoint.key")),
    apiToken: await readSecret(config.apiTokenFile),
  };
}

/** What the gateway signs with. */
export interface GatewaySigners {
  readonly receipt: HeaderSigner;
  readonly checkpoint: CheckpointSigner;
}

/** The signers of a gateway in an exchange whose log has this name. */
export function gatewaySigners(identity: GatewayIdentity, logOrigin: string): GatewaySigners {
  return {
    receipt: createSigner(identity.receiptKey, PAYLOAD_TYPES.receipt),
    checkpoint: createCheckpointSigner(identity.checkpointKey, logOrigin),
  };
}

/**
 * Why nobody could verify what this gateway signs, if such a register were in force; undefined when
 * all is well.
 */
export function unfitness(identity: GatewayIdentity, register: RegisterView): string | undefined {
  const lacks = (keyId: string, purpose: KeyPurpose): boolean => {
    const registered = register.signingKey(keyId);
    return registered?.participant !== undefined || registered?.key.purpose !== purpose;
  };
  const { checkpointKey, receiptKey } = identity;
  if (lacks(receiptKey.keyId, KeyPurpose.RECEIPT)) {
    return `lack receipt key ${receiptKey.keyId} of this gateway`;
  }
  if (!lacks(checkpointKey.keyId, KeyPurpose.CHECKPOINT)) return undefined;
  return `lack checkpoint key ${checkpointKey.keyId} of this gateway`;
}

/** A gateway whose receipts nobody can verify must not start. Throws TracepostError KEY_FILE. */
export function checkOwnKeys(identity: GatewayIdentity, register: RegisterView): void {
  const reason = unfitness(identity, register);
  if (reason === undefined) return;
  throw new TracepostError("KEY_FILE", `the gateway keys of the register ${reason}`, {
    remedy: "Use the key files made with this register, or have the new keys registered.",
  });
}
