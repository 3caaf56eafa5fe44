import { access } from "node:fs/promises";
import { join } from "node:path";
import { TracepostError } from "#errors";
import { type CheckpointSigner, cosign, createCheckpointSigner } from "#message-log";
import { KeyPurpose } from "#proto";
import type { Clock } from "#runtime";
import {
  type CurrentRegister,
  createSigner,
  type LogKeyPair,
  loadLogKey,
  PAYLOAD_TYPES,
  type PayloadType,
  type RegisterView,
  readSecret,
  SigningRing,
} from "#trust";
import type { HeaderSigner } from "#wire";
import type { GatewayConfig } from "./config.ts";

/** What this gateway is, as its own files say. */
export interface GatewayIdentity {
  readonly receiptKeys: SigningRing;
  readonly checkpointKeys: SigningRing;
  /** Signs kept checkpoints too; undefined in a folder made before there was one (TP-LOG-17). */
  readonly logKey?: LogKeyPair | undefined;
  /** Token of the user `installation`. */
  readonly apiToken: string;
}

/** Reads the keys of a gateway. Throws TracepostError KEY_FILE. */
export async function loadGatewayIdentity(config: GatewayConfig): Promise<GatewayIdentity> {
  return {
    receiptKeys: await SigningRing.open(config.keysDir, "receipt"),
    checkpointKeys: await SigningRing.open(config.keysDir, "checkpoint"),
    logKey: await loadLogKeyIfThere(join(config.keysDir, LOG_KEY_FILE)),
    apiToken: await readSecret(config.apiTokenFile),
  };
}

/** Name of the file in the folder of keys. */
const LOG_KEY_FILE = "log-ml-dsa-44.key";

async function loadLogKeyIfThere(file: string): Promise<LogKeyPair | undefined> {
  const isThere = await access(file).then(
    () => true,
    () => false,
  );
  return isThere ? await loadLogKey(file) : undefined;
}

/** What the gateway signs with. */
export interface GatewaySigners {
  readonly receipt: HeaderSigner;
  readonly disposal: HeaderSigner;
  readonly checkpoint: CheckpointSigner;
}

/**
 * Signers that use, each time, the newest of the gateway's keys that the register in force has
 * valid (TP-RUN-7): a rotation takes effect when its time comes, without a start.
 */
export function gatewaySigners(
  { checkpointKeys, logKey, receiptKeys }: GatewayIdentity,
  register: CurrentRegister,
  clock: Clock,
): GatewaySigners {
  const newestSigner = (type: PayloadType): HeaderSigner => {
    const newest = (): HeaderSigner =>
      createSigner(receiptKeys.newest(register.view(), clock.now()), type);
    let chosen = newest();
    return {
      get keyId() {
        // Asked for first: what is signed next is signed by this very key.
        chosen = newest();
        return chosen.keyId;
      },
      sign: (bytes) => chosen.sign(bytes),
    };
  };
  return {
    receipt: newestSigner(PAYLOAD_TYPES.receipt),
    disposal: newestSigner(PAYLOAD_TYPES.disposal),
    checkpoint: {
      get origin() {
        return register.view().logOrigin;
      },
      sign: (size, rootHash) => {
        const view = register.view();
        const key = checkpointKeys.newest(view, clock.now());
        return createCheckpointSigner(key, view.logOrigin).sign(size, rootHash);
      },
      countersign: (note) => {
        const { logKeyIds, logOrigin: name } = register.view();
        if (logKey === undefined || !logKeyIds.includes(logKey.keyId)) return note;
        return note + cosign(note, { ...logKey, name }, Math.floor(clock.now() / 1_000));
      },
    },
  };
}

/**
 * Why nobody could verify what this gateway signs, if such a register were in force; undefined when
 * all is well.
 */
export function unfitness(identity: GatewayIdentity, register: RegisterView): string | undefined {
  const lacks = ({ keyIds }: SigningRing, purpose: KeyPurpose): boolean =>
    !keyIds.some((keyId) => {
      const registered = register.signingKey(keyId);
      return registered?.participant === undefined && registered?.key.purpose === purpose;
    });
  const { checkpointKeys, receiptKeys } = identity;
  if (lacks(receiptKeys, KeyPurpose.RECEIPT)) return "hold no receipt key of this gateway";
  if (!lacks(checkpointKeys, KeyPurpose.CHECKPOINT)) return undefined;
  return "hold no checkpoint key of this gateway";
}

/** Reads keys again that a rotation may have laid beside the others. */
export async function reloadGatewayKeys(identity: GatewayIdentity): Promise<void> {
  await Promise.all([identity.receiptKeys.reload(), identity.checkpointKeys.reload()]);
}

/** A gateway whose receipts nobody can verify must not start. Throws TracepostError KEY_FILE. */
export function checkOwnKeys(identity: GatewayIdentity, register: RegisterView): void {
  const reason = unfitness(identity, register);
  if (reason === undefined) return;
  throw new TracepostError("KEY_FILE", `the gateway keys of the register ${reason}`, {
    remedy: "Use the key files made with this register, or have the new keys registered.",
  });
}
