import { writeFile } from "node:fs/promises";
import { TracepostError } from "#errors";

/** Writes a file that is not there yet. Throws TracepostError USAGE. */
export async function writeNew(file: string, content: string | Uint8Array): Promise<void> {
  await writeFile(file, content, { flag: "wx" }).catch((caught: unknown) => {
    throw new TracepostError("USAGE", `${file} cannot be written`, {
      cause: caught,
      remedy: "Name another file with --out; one that is there is not written over.",
    });
  });
}
