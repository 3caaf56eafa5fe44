import { readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { TracepostError } from "#errors";
import { fetchDebianPackages } from "./debian-package.ts";
import type { FetchWay } from "./fetch-way.ts";
import type { Tool } from "./tool-version.ts";

/** Debian suite whose programs are recent enough and run on older releases too. */
const DEBIAN_SUITE = "forky";
/** A work folder this old was left by a fetch that was ended. */
const ABANDONED_AFTER_MS = 3_600_000;

/** What a fetch needs. */
export interface FetchOptions {
  readonly cacheDir: string;
  readonly aptDir?: string;
  readonly onProgress?: (text: string) => void;
  /** Finds the program in an unpacked tree, if it is one that can be used. */
  readonly toolIn: (root: string) => Promise<Tool | undefined>;
}

/** The program from the package of that name in Debian; each step of apt gets `deadlineMs`. */
export function debianPackage(name: string, deadlineMs: number): FetchWay {
  return {
    name: "Debian's package",
    fetch: (place) =>
      fetchDebianPackages({ names: [name], suite: DEBIAN_SUITE, deadlineMs, ...place }),
  };
}

/**
 * Fetches a program into `cacheDir/<program>-<version>`, by the first way that has it; undefined
 * when none has, with the reasons added to `tried`. Throws TracepostError MISSING_DEPENDENCY when
 * it cannot be kept.
 */
export async function fetchTool(
  { program, ways }: { readonly program: string; readonly ways: readonly FetchWay[] },
  options: FetchOptions,
  tried: string[],
): Promise<Tool | undefined> {
  const { aptDir, cacheDir } = options;
  await removeAbandoned(cacheDir);
  for (const way of ways) {
    options.onProgress?.(`fetching ${program} (${way.name})`);
    const place = { parentDir: cacheDir, ...(aptDir === undefined ? {} : { aptDir }) };
    const fetched = await way.fetch(place);
    if (!fetched.ok) {
      tried.push(`${way.name}: ${fetched.complaint}`);
      continue;
    }
    const tool = await keep(program, fetched.root, options);
    await rm(fetched.workDir, { recursive: true, force: true });
    if (tool !== undefined) return tool;
    tried.push(`${way.name}: it holds no ${program} that is new enough and runs here`);
  }
  return undefined;
}

/**
 * Moves a fetched tree to its final name in one step, so that no other process ever sees half of
 * it; when another process was faster, its tree is used.
 */
async function keep(
  program: string,
  root: string,
  { cacheDir, toolIn }: FetchOptions,
): Promise<Tool | undefined> {
  const fetched = await toolIn(root);
  if (fetched === undefined) return undefined;
  const target = join(cacheDir, `${program}-${fetched.version}`);
  try {
    await rename(root, target);
  } catch (caught) {
    const found = await toolIn(target);
    if (found !== undefined) return found;
    throw new TracepostError("MISSING_DEPENDENCY", `cannot keep ${program} in ${cacheDir}`, {
      cause: caught,
      remedy: `Check the rights and the free space of ${cacheDir}, or remove ${target}.`,
    });
  }
  return toolIn(target);
}

async function removeAbandoned(cacheDir: string): Promise<void> {
  for (const name of await readdir(cacheDir)) {
    if (!name.startsWith(".fetch-")) continue;
    const dir = join(cacheDir, name);
    const info = await stat(dir).catch(() => undefined);
    if (info !== undefined && Date.now() - info.mtimeMs > ABANDONED_AFTER_MS) {
      await rm(dir, { recursive: true, force: true });
    }
  }
}
