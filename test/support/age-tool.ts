import { mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { TracepostError } from "#errors";
import { readLocalEnvironment } from "../../deploy/local/environment.ts";
import { debianPackage } from "../../deploy/local/tools/fetch-tool.ts";
import {
  type FindToolOptions,
  findInstalledTool,
  findTool,
  type ToolSpec,
} from "../../deploy/local/tools/find-tool.ts";
import type { Tool } from "../../deploy/local/tools/tool-version.ts";

/** The tests start sooner without it than after a wait as long as this. */
const APT_STEP_DEADLINE_MS = 60_000;
/** A machine that could not get it is asked again after this, so that `npm test` stays quick. */
const ASKED_AGAIN_AFTER_MS = 24 * 3_600_000;

/** The `age` tool opens and seals hybrid files from 1.3 on. */
export const AGE: ToolSpec = {
  program: "age",
  versionMin: "1.3.0",
  // Debian's build says "1.3.2", others say "v1.3.2".
  versionPattern: /^v?(\d+\.\d+\.\d+)/m,
  variable: "AGE",
  ways: [debianPackage("age", APT_STEP_DEADLINE_MS)],
  source: "your package manager, or a release of github.com/FiloSottile/age",
};

/** The tool, or why tests that need it are skipped. */
export type AgeTool =
  | { readonly ok: true; readonly tool: Tool }
  | { readonly ok: false; readonly why: string };

/** Looks where `npm test` put it, and fetches nothing. Where CI is set, its absence is a fault. */
export async function findAge(options: FindToolOptions = fromEnvironment()): Promise<AgeTool> {
  const tool = await findInstalledTool(AGE, options);
  if (tool !== undefined) return { ok: true, tool };
  const noted = await readFile(noteFile(options), "utf8").catch(() => undefined);
  const why = noted ?? "no age 1.3 or later on this machine; `npm test` fetches one";
  if (isContinuousIntegration()) throw new TracepostError("MISSING_DEPENDENCY", why);
  return { ok: false, why };
}

/**
 * Fetches it where it is missing. Why it cannot be had is noted in the cache, and the machine asked
 * again after a day; where CI is set, at once.
 */
export async function fetchAge(options: FindToolOptions = fromEnvironment()): Promise<AgeTool> {
  const note = noteFile(options);
  const noted = await stat(note).catch(() => undefined);
  const isFresh = noted !== undefined && Date.now() - noted.mtimeMs < ASKED_AGAIN_AFTER_MS;
  if (isFresh && !isContinuousIntegration()) return await findAge(options);
  try {
    const tool = await findTool(AGE, options);
    await rm(note, { force: true });
    return { ok: true, tool };
  } catch (caught) {
    const { message, problems, remedy } = TracepostError.from(caught);
    const why = [message, ...problems, remedy].join("\n  ");
    await mkdir(options.cacheDir, { recursive: true, mode: 0o700 });
    await writeFile(note, why);
    return { ok: false, why };
  }
}

/** Whether a missing tool fails the run instead of leaving tests out. */
export function isContinuousIntegration(): boolean {
  return (process.env.CI ?? "") !== "";
}

function noteFile({ cacheDir }: FindToolOptions): string {
  return join(cacheDir, "age-missing.txt");
}

function fromEnvironment(): FindToolOptions {
  const { cacheDir, searchPath } = readLocalEnvironment();
  return {
    wanted: process.env.AGE ?? "",
    searchPath,
    cacheDir,
    onProgress: (text) => process.stderr.write(`${text}\n`),
  };
}
