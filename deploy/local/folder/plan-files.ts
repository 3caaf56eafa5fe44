import { readFile } from "node:fs/promises";
import type { Static, TSchema } from "typebox";
import { TracepostError } from "#errors";
import { parseConfig } from "#runtime";
import { writePrivateFile } from "./private-files.ts";

/** Writes down as JSON what was decided for an exchange. */
export async function writePlan(file: string, plan: object): Promise<void> {
  await writePrivateFile(file, `${JSON.stringify(plan, null, 2)}\n`);
}

/** Reads it; undefined where nothing was decided. Throws TracepostError DATA_FOLDER. */
export async function readPlan<T extends TSchema>(
  schema: T,
  file: string,
): Promise<Static<T> | undefined> {
  const text = await readFile(file, "utf8").catch((caught: NodeJS.ErrnoException) => {
    if (caught.code === "ENOENT") return undefined;
    throw TracepostError.from(caught, "DATA_FOLDER");
  });
  return text === undefined ? undefined : parseConfig(schema, text, file);
}
