import { TracepostError } from "#errors";
import {
  parseConfig,
  pathFrom,
  placeOf,
  STORE_SETTINGS,
  type StorePlace,
  type StoreSettings,
  type Transaction,
} from "#runtime";
import { probePlace, readStore } from "#store";
import type { ExchangePaths } from "./exchange-paths.ts";
import { readPlan, writePlan } from "./plan-files.ts";
import { isThere } from "./root-keys.ts";

/** What a folder says of the gateway's store; undefined: a file (TP-STORE-9). */
export async function storeSettingsOf({
  gateway,
}: ExchangePaths): Promise<StoreSettings | undefined> {
  const file = gateway.storeSettings;
  const settings = await readPlan(STORE_SETTINGS, file);
  if (settings?.passwordFile === undefined) return settings;
  return { ...settings, passwordFile: pathFrom(file, settings.passwordFile) };
}

/**
 * Whether settings fit together and name a server that can hold a store. Throws TracepostError
 * CONFIG_INVALID, DATA_FOLDER or STORE.
 */
export async function checkStoreSettings(
  { gateway }: ExchangePaths,
  settings: StoreSettings,
): Promise<void> {
  const file = gateway.storeSettings;
  parseConfig(STORE_SETTINGS, JSON.stringify(settings), "the store");
  await probePlace(placeOf(settings, { file, sqliteFile: gateway.store }));
}

/** Notes checked settings for a folder. */
export async function writeStoreSettings(
  { gateway }: ExchangePaths,
  settings: StoreSettings,
): Promise<void> {
  await writePlan(gateway.storeSettings, settings);
}

/** Where the gateway of a folder keeps its records. */
export async function gatewayPlace(paths: ExchangePaths): Promise<StorePlace> {
  const { store, storeSettings } = paths.gateway;
  return placeOf(await storeSettingsOf(paths), { file: storeSettings, sqliteFile: store });
}

/** Runs `work` on one state of it. Throws TracepostError DATA_FOLDER when nothing is there yet. */
export async function readGatewayStore<T>(
  paths: ExchangePaths,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  return await readStore(await gatewayPlace(paths), work);
}

/** The same; undefined before the first start of the gateway. */
export async function readGatewayStoreIfThere<T>(
  paths: ExchangePaths,
  work: (tx: Transaction) => Promise<T>,
): Promise<T | undefined> {
  try {
    return await readGatewayStore(paths, work);
  } catch (caught) {
    if (caught instanceof TracepostError && caught.code === "DATA_FOLDER") {
      const place = await gatewayPlace(paths);
      if (place.kind === "postgres" || !(await isThere(place.file))) return undefined;
    }
    throw caught;
  }
}
