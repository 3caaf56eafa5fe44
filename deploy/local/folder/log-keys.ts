import type { KeyObject } from "node:crypto";
import { access } from "node:fs/promises";
import { TracepostError } from "#errors";
import { KeyPurpose, RevocationReason, type SigningKey } from "#proto";
import { loadRegister, type OpenedSuccession, type RegisterView } from "#trust";
import { ExchangePaths } from "./exchange-paths.ts";
import { rootSignersOf } from "./root-keys.ts";

/** Whose log it is said to be, and who may have signed for it. */
export interface LogKeys {
  /** Origin line of the checkpoints. */
  readonly origin: string;
  /** Checkpoint keys, Ed25519 and ML-DSA-44, but for those revoked otherwise than replaced. */
  readonly publicKeys: readonly KeyObject[];
  /** How the log came to its name. */
  readonly successions: readonly OpenedSuccession[];
}

/** What it signed before it was replaced holds for ever. */
function isReplaced({ revocationReason }: SigningKey): boolean {
  return revocationReason === RevocationReason.SUPERSEDED;
}

/** What a register says of the log. */
export function logKeysOf(register: RegisterView): LogKeys {
  const publicKeys = register
    .gatewayKeys(KeyPurpose.CHECKPOINT)
    .filter(({ key }) => key.revokedAt === undefined || isReplaced(key))
    .map(({ publicKey }) => publicKey);
  const { logKeys, logOrigin: origin, successions } = register;
  return { origin, publicKeys: [...publicKeys, ...logKeys], successions };
}

/**
 * What the register of a data folder says of the log. Throws TracepostError DATA_FOLDER for a
 * folder without an exchange, VERIFICATION for a register that the root keys did not sign.
 */
export async function logKeysOfFolder(dataDir: string): Promise<LogKeys> {
  const { register: registerFile, rootPublicKeys } = new ExchangePaths(dataDir).exchange;
  await access(registerFile).catch((caught: unknown) => {
    throw new TracepostError("DATA_FOLDER", `there is no exchange in ${dataDir}`, {
      cause: caught,
      remedy: "Give the folder of an exchange with --data.",
    });
  });
  const { rootPublicKeyFiles } = await rootSignersOf(rootPublicKeys);
  return logKeysOf(await loadRegister(registerFile, rootPublicKeyFiles));
}
