import { readFile } from "node:fs/promises";
import { TracepostError } from "#errors";

/**
 * Reads a file, or standard input for "-", up to a bound. Throws TracepostError INPUT_INVALID when
 * it cannot be read or is longer than `bytesMax`.
 */
export async function readInput(file: string, bytesMax: number): Promise<Uint8Array> {
  const bytes = file === "-" ? await readStandardInput(bytesMax) : await readNamed(file);
  if (bytes.length <= bytesMax) return bytes;
  const name = file === "-" ? "standard input" : file;
  throw new TracepostError("INPUT_INVALID", `${name} is longer than ${bytesMax} bytes`, {
    remedy: "Give a shorter input.",
  });
}

async function readNamed(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (caught) {
    const why = caught instanceof Error ? caught.message : String(caught);
    throw new TracepostError("INPUT_INVALID", `The file cannot be read: ${why}`, {
      cause: caught,
      remedy: "Give the path of a readable file, or - for standard input.",
    });
  }
}

async function readStandardInput(bytesMax: number): Promise<Uint8Array> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of process.stdin as AsyncIterable<Buffer>) {
    pieces.push(piece);
    size += piece.length;
    if (size > bytesMax) break;
  }
  return Buffer.concat(pieces);
}
