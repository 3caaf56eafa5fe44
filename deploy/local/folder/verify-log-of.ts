import { access } from "node:fs/promises";
import { join } from "node:path";
import { TracepostError } from "#errors";
import { type LogReport, verifyLog } from "#message-log";
import { KeyPurpose } from "#proto";
import { openSqliteReader } from "#store";
import { loadRegister } from "#trust";
import { ExchangePaths } from "./exchange-paths.ts";
import { rootSignersOf } from "./root-keys.ts";

/** What is known of the log of a data folder after every entry was read. */
export interface LogVerification extends LogReport {
  /** Name of the log, from the participant register. */
  readonly origin: string;
}

/**
 * Recomputes the whole log of a data folder from its entries and checks the latest checkpoint with
 * the gateway's checkpoint keys, which the participant register vouches for under the root key.
 * Needs no network and no running service, and disturbs none (TP-LOG-12). Throws TracepostError
 * DATA_FOLDER for a folder without an exchange or with a damaged store, VERIFICATION for a register
 * that the root key did not sign.
 */
export async function verifyLogOf(dataDir: string): Promise<LogVerification> {
  const { register: registerFile, rootPublicKeys } = new ExchangePaths(dataDir).exchange;
  await access(registerFile).catch((caught: unknown) => {
    throw new TracepostError("DATA_FOLDER", `there is no exchange in ${dataDir}`, {
      cause: caught,
      remedy: "Give the folder of an exchange with --data.",
    });
  });
  const { rootPublicKeyFiles } = await rootSignersOf(rootPublicKeys);
  const register = await loadRegister(registerFile, rootPublicKeyFiles);
  const publicKeys = register
    .gatewayKeys(KeyPurpose.CHECKPOINT)
    .filter(({ key }) => key.revokedAt === undefined)
    .map(({ publicKey }) => publicKey);
  const origin = register.logOrigin;
  const reader = openSqliteReader(join(dataDir, "gateway", "gateway.sqlite"));
  try {
    return { origin, ...(await reader.read((tx) => verifyLog(tx, { origin, publicKeys }))) };
  } finally {
    reader.close();
  }
}
