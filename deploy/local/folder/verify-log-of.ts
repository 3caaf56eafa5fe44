import { join } from "node:path";
import { type LogReport, parseCheckpoint, verifyLog } from "#message-log";
import type { StorePlace } from "#runtime";
import { readStore } from "#store";
import type { OpenedSuccession } from "#trust";
import { ExchangePaths } from "./exchange-paths.ts";
import { gatewayPlace } from "./gateway-store.ts";
import { type LogKeys, logKeysOfFolder } from "./log-keys.ts";
import { isThere } from "./root-keys.ts";
import { StampCheck, type StampsUnderRoot } from "./stamp-check.ts";

/** What is known of the log of a data folder after every entry was read. */
export interface LogVerification extends LogReport {
  /** Name of the log, from the participant register. */
  readonly origin: string;
  /** What is left of the logs before it, the first one first (TP-SUCC-4). */
  readonly before: readonly EndedLogVerification[];
  /** Time-stamps that hold; undefined: they were not asked for. */
  readonly stamps: readonly StampsUnderRoot[] | undefined;
}

/** What is verified beside the log itself. */
export interface LogExtras {
  /** Time-stamps too, with the root certificates that are known, SHA-256 in hex (TP-STAMP-8). */
  readonly stampRoots?: readonly string[] | undefined;
}

/** What is left of a log that another has succeeded. */
export interface EndedLogVerification extends LogReport {
  readonly origin: string;
  /** Entries it is proven to have had by the statement of succession. */
  readonly provenSize: number;
  /** How many of those are not in what is left. */
  readonly missing: number;
}

/**
 * Recomputes the whole log of a data folder from its entries and checks the latest checkpoint with
 * the gateway's checkpoint keys, which the participant register vouches for under the root key; and
 * so what is left of the logs before it. Needs no network and no running service, and disturbs none
 * (TP-LOG-12). Throws TracepostError DATA_FOLDER for a folder without an exchange or with a damaged
 * store, VERIFICATION for a register that the root key did not sign.
 */
export async function verifyLogOf(
  dataDir: string,
  { stampRoots }: LogExtras = {},
): Promise<LogVerification> {
  const keys = await logKeysOfFolder(dataDir);
  const paths = new ExchangePaths(dataDir);
  const { logsBefore } = paths.gateway;
  const { origin, successions } = keys;
  const place = await gatewayPlace(paths);
  const { publicKeys } = keys;
  const found = await readStore(place, async (tx) => {
    const log = { origin, publicKeys };
    const witness = stampRoots && (await StampCheck.of(tx, { ...log, roots: stampRoots }));
    const report = await verifyLog(tx, { ...log, witness });
    return { ...report, stamps: witness?.underRoots };
  });
  const before: EndedLogVerification[] = [];
  for (const [at, succession] of successions.entries()) {
    const file = join(logsBefore, String(at + 1), "gateway.sqlite");
    if (!(await isThere(file))) continue;
    before.push(await verifyEnded(file, succession, keys));
  }
  return { origin, before, ...found };
}

async function verifyEnded(
  file: string,
  { succession }: OpenedSuccession,
  { publicKeys }: LogKeys,
): Promise<EndedLogVerification> {
  const { checkpoint, oldOrigin: origin } = succession;
  const place: StorePlace = { kind: "sqlite", file };
  const found = await readStore(place, (tx) => verifyLog(tx, { origin, publicKeys }));
  const provenSize = parseCheckpoint(checkpoint)?.size ?? 0;
  return { origin, provenSize, missing: Math.max(0, provenSize - found.size), ...found };
}
