import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";

/** Folder of this checkout. */
export const REPOSITORY = join(import.meta.dirname, "../..");

/** Folders that hold nothing written by hand; the same as .gitignore, and generated code. */
const LEFT_OUT = new Set(["node_modules", ".git", ".cache", "coverage", "bench-results", "gen"]);

/** A text file of the checkout. */
export interface SourceFile {
  /** Relative to the checkout, with forward slashes. */
  readonly path: string;
  readonly text: string;
  readonly lines: readonly string[];
}

async function walk(folder: string, found: string[]): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    const isDataFolder = relative(REPOSITORY, path) === "data";
    if (entry.isDirectory() && !LEFT_OUT.has(entry.name) && !isDataFolder) await walk(path, found);
    if (entry.isFile() && !entry.name.endsWith(".log")) found.push(path);
  }
}

/** Every file of the checkout whose path matches, with its text, sorted by path. */
export async function sourceFiles(pattern: RegExp): Promise<SourceFile[]> {
  const found: string[] = [];
  await walk(REPOSITORY, found);
  const paths = found.map((path) => relative(REPOSITORY, path).replaceAll("\\", "/"));
  const wanted = paths.filter((path) => pattern.test(path)).sort();
  return Promise.all(
    wanted.map(async (path) => {
      const text = await readFile(join(REPOSITORY, path), "utf8");
      return { path, text, lines: text.split("\n") };
    }),
  );
}

/** `path:line` of every line that matches in the files. */
export function findLines(files: readonly SourceFile[], pattern: RegExp): string[] {
  return files.flatMap(({ path, lines }) =>
    lines.flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}`] : [])),
  );
}
