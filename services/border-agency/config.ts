import { type Static, Type } from "typebox";
import { readServiceStart, SERVICE_SETTINGS, type ServiceStart } from "#participant";

const ConfigSchema = Type.Object(SERVICE_SETTINGS, { additionalProperties: false });

/** A border agency's configuration file, checked. */
export type BorderAgencyConfig = Static<typeof ConfigSchema>;

const PROGRAM = "services/border-agency/main.ts";

/** Reads `--config FILE` and the environment; see readServiceStart. */
export async function readStart(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<ServiceStart<BorderAgencyConfig>> {
  return await readServiceStart(ConfigSchema, PROGRAM, args, env);
}
