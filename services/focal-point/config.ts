import { type Static, Type } from "typebox";
import { readServiceStart, SERVICE_SETTINGS, type ServiceStart } from "#participant";

const ConfigSchema = Type.Object(
  {
    ...SERVICE_SETTINGS,
    /** Who answers requests: an officer, or the firearm register by itself. */
    answering: Type.Enum(["officer", "register"]),
  },
  { additionalProperties: false },
);

/** A focal point's configuration file, checked. */
export type FocalPointConfig = Static<typeof ConfigSchema>;

const PROGRAM = "services/focal-point/main.ts";

/** Reads `--config FILE` and the environment; see readServiceStart. */
export async function readStart(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<ServiceStart<FocalPointConfig>> {
  return await readServiceStart(ConfigSchema, PROGRAM, args, env);
}
