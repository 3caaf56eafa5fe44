import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** Every file below some folders, with its bytes. */
export async function* filesBelow(
  dirs: readonly string[],
): AsyncGenerator<{ path: string; bytes: Buffer }> {
  for (const dir of dirs) {
    const entries = await readdir(dir, { recursive: true, withFileTypes: true });
    for (const entry of entries) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      yield { path, bytes: await readFile(path) };
    }
  }
}

/** Texts of which some form stands in clear in some file: `text in path`. */
export async function findInClear(
  dirs: readonly string[],
  texts: readonly string[],
): Promise<string[]> {
  const found: string[] = [];
  for await (const { path, bytes } of filesBelow(dirs)) {
    for (const text of texts) {
      if (formsOf(text).some((form) => bytes.includes(form))) found.push(`${text} in ${path}`);
    }
  }
  return found;
}

/** The ways in which a text could stand in a file without being sealed. */
function formsOf(text: string): Buffer[] {
  const hex = Buffer.from(text).toString("hex");
  return [Buffer.from(text), Buffer.from(text, "utf16le"), Buffer.from(hex)];
}
