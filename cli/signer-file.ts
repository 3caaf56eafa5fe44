import { dirname, resolve } from "node:path";
import { Type } from "typebox";
import { parseConfig } from "#runtime";
import { ExternalSigner } from "#trust";
import { readInput } from "./read-input.ts";

const FILE_BYTES_MAX = 16_384;
const SIGNER = Type.Object(
  { command: Type.Array(Type.String({ minLength: 1 }), { minItems: 1 }) },
  { additionalProperties: false },
);

/**
 * The program that a file names, as a configuration names it; it runs in the folder of the file.
 * Throws TracepostError INPUT_INVALID or CONFIG_INVALID.
 */
export async function openSigner(file: string): Promise<ExternalSigner> {
  const text = Buffer.from(await readInput(file, FILE_BYTES_MAX)).toString("utf8");
  const { command } = parseConfig(SIGNER, text, file) as { command: [string, ...string[]] };
  return new ExternalSigner({ command, cwd: dirname(resolve(file)) });
}
