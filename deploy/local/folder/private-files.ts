import { mkdir, open, rename } from "node:fs/promises";
import { dirname } from "node:path";

/** Mode of folders and files that hold keys or messages: the owner's alone (TP-NATS-9). */
const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;

/** Makes a folder, and those above it, for the owner alone. */
export async function makePrivateFolder(dir: string): Promise<void> {
  await mkdir(dir, { recursive: true, mode: FOLDER_MODE });
}

/**
 * Writes a file for the owner alone, with its folder: complete and on disk under its name, or not
 * there at all. Replaces an earlier one.
 */
export async function writePrivateFile(file: string, content: string | Uint8Array): Promise<void> {
  await makePrivateFolder(dirname(file));
  const unfinished = `${file}.unfinished`;
  const handle = await open(unfinished, "w", FILE_MODE);
  try {
    await handle.chmod(FILE_MODE);
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(unfinished, file);
}
