import { sign } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { TracepostError } from "#errors";
import { type CheckpointSigner, cosign, createCheckpointSigner } from "#message-log";
import { KeyPurpose, type Signature } from "#proto";
import type { Clock } from "#runtime";
import {
  type CurrentRegister,
  createSigner,
  type LogKeyPair,
  loadLogKey,
  PAYLOAD_TYPES,
  type PayloadType,
  preAuthEncoding,
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
  /** Sign kept checkpoints too; none in a folder made before there was one (TP-LOG-17). */
  readonly logKeys: LogKeyRing;
  /** Token of the user `installation`. */
  readonly apiToken: string;
}

/** Reads the keys of a gateway. Throws TracepostError KEY_FILE. */
export async function loadGatewayIdentity(config: GatewayConfig): Promise<GatewayIdentity> {
  return {
    receiptKeys: await SigningRing.open(config.keysDir, "receipt"),
    checkpointKeys: await SigningRing.open(config.keysDir, "checkpoint"),
    logKeys: await LogKeyRing.open(config.keysDir),
    apiToken: await readSecret(config.apiTokenFile),
  };
}

/** Post-quantum keys of the log: `log-ml-dsa-44.key`, and beside it those of a rotation. */
export class LogKeyRing {
  readonly #folder: string;
  #pairs: readonly LogKeyPair[] = [];

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Opens the keys of a folder; there may be none. Throws TracepostError KEY_FILE. */
  static async open(folder: string): Promise<LogKeyRing> {
    const ring = new LogKeyRing(folder);
    await ring.reload();
    return ring;
  }

  /** Reads the folder again; on a fault the keys stay as they were. */
  async reload(): Promise<void> {
    const names = await readdir(this.#folder).catch(() => []);
    const files = names.filter((name) => LOG_KEY_FILE.test(name)).toSorted();
    this.#pairs = await Promise.all(files.map((name) => loadLogKey(join(this.#folder, name))));
  }

  /** A note with a line of each key that the register names: old and new while both count. */
  countersign(note: string, register: RegisterView, nowMs: number): string {
    const seconds = Math.floor(nowMs / 1_000);
    const { logOrigin: name } = register;
    return this.namedBy(register).reduce(
      (signed, pair) => signed + cosign(note, { ...pair, name }, seconds),
      note,
    );
  }

  /** The keys of this folder that a register names. */
  namedBy({ logKeyIds }: RegisterView): readonly LogKeyPair[] {
    return this.#pairs.filter(({ keyId }) => logKeyIds.includes(keyId));
  }
}

const LOG_KEY_FILE = /^log-ml-dsa-44(-[^.]*)?\.key$/u;

/** What the gateway signs with. */
export interface GatewaySigners {
  readonly receipt: HeaderSigner;
  readonly disposal: HeaderSigner;
  readonly checkpoint: CheckpointSigner;
  /** Signatures of each key of the log under a renewal of it (TP-RENEW-2). */
  readonly renewal: RenewalSigner;
}

/** Signs an encoded LogRenewal. */
export type RenewalSigner = (renewal: Uint8Array) => Signature[];

/**
 * Signers that use, each time, the newest of the gateway's keys that the register in force has
 * valid (TP-RUN-7): a rotation takes effect when its time comes, without a start.
 */
export function gatewaySigners(
  { checkpointKeys, logKeys, receiptKeys }: GatewayIdentity,
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
      countersign: (note) => logKeys.countersign(note, register.view(), clock.now()),
    },
    renewal: (renewal) => {
      const view = register.view();
      const keys = [checkpointKeys.newest(view, clock.now()), ...logKeys.namedBy(view)];
      return renewalSignatures(renewal, keys);
    },
  };
}

/** What each of some keys signs of a renewal. */
export function renewalSignatures(
  renewal: Uint8Array,
  keys: readonly Pick<LogKeyPair, "keyId" | "privateKey">[],
): Signature[] {
  const signed = preAuthEncoding(PAYLOAD_TYPES.renewal, renewal);
  return keys.map(({ keyId, privateKey }) => ({ keyId, value: sign(null, signed, privateKey) }));
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
  const { checkpointKeys, logKeys, receiptKeys } = identity;
  await Promise.all([receiptKeys.reload(), checkpointKeys.reload(), logKeys.reload()]);
}

/** A gateway whose receipts nobody can verify must not start. Throws TracepostError KEY_FILE. */
export function checkOwnKeys(identity: GatewayIdentity, register: RegisterView): void {
  const reason = unfitness(identity, register);
  if (reason === undefined) return;
  throw new TracepostError("KEY_FILE", `the gateway keys of the register ${reason}`, {
    remedy: "Use the key files made with this register, or have the new keys registered.",
  });
}
