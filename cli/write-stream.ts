import { open } from "node:fs/promises";
import { TracepostError } from "#errors";

const PRIVATE_FILE = 0o600;

/**
 * Writes a stream to a new file, readable by its owner only; gives how many bytes it has. Throws
 * TracepostError USAGE when the file is there already or cannot be made.
 */
export async function writeStream(
  path: string,
  source: AsyncIterable<Uint8Array>,
): Promise<number> {
  const file = await open(path, "wx", PRIVATE_FILE).catch((caught: unknown) => {
    throw new TracepostError("USAGE", `${path} cannot be written`, {
      cause: caught,
      remedy: "Name a file that is not there yet, in a folder that is.",
    });
  });
  let bytes = 0;
  try {
    for await (const piece of source) {
      await file.writeFile(piece);
      bytes += piece.length;
    }
    return bytes;
  } finally {
    await file.close();
  }
}
