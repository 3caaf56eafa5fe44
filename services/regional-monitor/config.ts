import { join } from "node:path";
import { type Static, Type } from "typebox";
import { readServiceStart, SERVICE_SETTINGS, type ServiceStart } from "#participant";
import { pathFrom, placeOf, STORE_SETTINGS, type StorePlace } from "#runtime";
import { WITNESS_SETTINGS } from "#witness";
import { WATCH_SETTINGS, watchFrom } from "./watch/watch-settings.ts";

/** Name of the store in the data folder. */
export const STORE_FILE = "regional-monitor.sqlite";

const ConfigSchema = Type.Object(
  {
    ...SERVICE_SETTINGS,
    /** Where it keeps what it counts (TP-MON-2). Default: regional-monitor.sqlite in dataDir. */
    store: Type.Optional(STORE_SETTINGS),
    /** When somebody has to look, and who is told by mail (TP-WATCH-4). */
    watch: Type.Optional(WATCH_SETTINGS),
    /** The monitor cosigns the message log (TP-MON-19). Default: it does not. */
    witness: Type.Optional(Type.Object(WITNESS_SETTINGS, { additionalProperties: false })),
  },
  { additionalProperties: false },
);

/** A regional monitor's configuration file, checked. */
export type MonitorConfig = Static<typeof ConfigSchema>;

const PROGRAM = "services/regional-monitor/main.ts";

/** What a regional monitor is started with. */
export interface MonitorStart extends ServiceStart<MonitorConfig> {
  /** Where the store lies. */
  readonly place: StorePlace;
}

/** Reads `--config FILE` and the environment; see readServiceStart. */
export async function readStart(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<MonitorStart> {
  const start = await readServiceStart<MonitorConfig>(ConfigSchema, PROGRAM, args, env);
  const { dataDir, store, watch = {}, witness } = start.config;
  const file = args[1] ?? "";
  const place = placeOf(store, { file, sqliteFile: join(dataDir, STORE_FILE) });
  const own = {
    watch: watchFrom(file, watch),
    ...(witness === undefined
      ? {}
      : { witness: { ...witness, keyFile: pathFrom(file, witness.keyFile) } }),
  };
  return { ...start, config: { ...start.config, ...own }, place };
}
