import { type LogReport, verifyLog } from "#message-log";
import { readSqliteFile } from "#store";
import { ExchangePaths } from "./exchange-paths.ts";
import { logKeysOfFolder } from "./log-keys.ts";

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
  const { origin, publicKeys } = await logKeysOfFolder(dataDir);
  const { store } = new ExchangePaths(dataDir).gateway;
  const report = await readSqliteFile(store, (tx) => verifyLog(tx, { origin, publicKeys }));
  return { origin, ...report };
}
