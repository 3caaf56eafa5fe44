import { mkdir, readdir, stat } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { TracepostError } from "#errors";
import { fetchTool } from "./fetch-tool.ts";
import type { FetchWay } from "./fetch-way.ts";
import {
  compareVersions,
  type Inspection,
  inspectTool,
  type Tool,
  type VersionRule,
} from "./tool-version.ts";

/** A program that is taken from this machine, or fetched for it. */
export interface ToolSpec extends VersionRule {
  /** Its name without ".exe", such as "nats-server". */
  readonly program: string;
  /** Environment variable by which a user insists on one. */
  readonly variable: string;
  /** Ways to fetch it, tried one after the other. */
  readonly ways: readonly FetchWay[];
  /** Where a person gets it, such as "your package manager". */
  readonly source: string;
}

/** Where to look. */
export interface FindToolOptions {
  /** A path the user insists on; nothing else is tried then. */
  readonly wanted?: string;
  /** Folders with programs, in the form of PATH. */
  readonly searchPath: string;
  /** Folder for what is fetched, such as `~/.cache/tracepost`; made when absent. */
  readonly cacheDir: string;
  /** Folder with the settings of apt; default "/etc/apt". */
  readonly aptDir?: string;
  /** Told when a fetch begins, as it may take a minute. */
  readonly onProgress?: (text: string) => void;
}

/**
 * Finds a program that is new enough: the one the user names, the search path, the cache, then the
 * ways to fetch it. Safe to call from several processes at the same time. Throws TracepostError
 * MISSING_DEPENDENCY that says what was tried and what to install.
 */
export async function findTool(spec: ToolSpec, options: FindToolOptions): Promise<Tool> {
  const tried: string[] = [];
  const found = await findInstalledTool(spec, options, tried);
  if (found !== undefined) return found;
  await mkdir(options.cacheDir, { recursive: true, mode: 0o700 });
  const fetched = await fetchTool(
    spec,
    { ...options, toolIn: (root) => toolIn(root, spec) },
    tried,
  );
  if (fetched !== undefined) return fetched;
  throw new TracepostError(
    "MISSING_DEPENDENCY",
    `no ${spec.program} ${spec.versionMin} or later on this machine`,
    { problems: tried, remedy: howToInstall(spec) },
  );
}

/**
 * Finds a program without fetching anything; undefined when there is none, with the reasons added
 * to `tried`. Throws TracepostError MISSING_DEPENDENCY when the one the user names cannot be used.
 */
export async function findInstalledTool(
  spec: ToolSpec,
  options: FindToolOptions,
  tried: string[] = [],
): Promise<Tool | undefined> {
  if (options.wanted !== undefined && options.wanted !== "") return insistOn(spec, options.wanted);
  const onPath = await searchPath(spec, options.searchPath, tried);
  if (onPath !== undefined) return onPath;
  const cached = await searchCache(spec, options.cacheDir);
  if (cached === undefined) tried.push(`${options.cacheDir}: nothing fetched before`);
  return cached;
}

async function insistOn(spec: ToolSpec, path: string): Promise<Tool> {
  const inspection = await inspectTool(path, spec);
  if (inspection.kind === "usable") return inspection.tool;
  const { program, variable, versionMin } = spec;
  throw new TracepostError("MISSING_DEPENDENCY", `${variable} cannot be used: ${path}`, {
    problems: [`${path}: ${describe(inspection, spec)}`],
    remedy: `Point ${variable} at a ${program} ${versionMin} or later, or unset it.`,
  });
}

async function searchPath(
  spec: ToolSpec,
  path: string,
  tried: string[],
): Promise<Tool | undefined> {
  const program = process.platform === "win32" ? `${spec.program}.exe` : spec.program;
  const dirs = new Set(path.split(delimiter).filter((dir) => dir !== ""));
  let seen = 0;
  for (const dir of dirs) {
    const file = join(dir, program);
    if (!(await isFile(file))) continue;
    seen += 1;
    const inspection = await inspectTool(file, spec);
    if (inspection.kind === "usable") return inspection.tool;
    tried.push(`${file}: ${describe(inspection, spec)}`);
  }
  if (seen === 0) tried.push(`search path: no ${spec.program} on it`);
  return undefined;
}

async function isFile(file: string): Promise<boolean> {
  try {
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}

function describe(inspection: Inspection, { versionMin }: VersionRule): string {
  if (inspection.kind === "another-program") return inspection.complaint;
  const { version } = inspection.tool;
  return inspection.kind === "too-old"
    ? `version ${version} is older than ${versionMin}`
    : `version ${version}`;
}

async function searchCache(spec: ToolSpec, cacheDir: string): Promise<Tool | undefined> {
  const prefix = `${spec.program}-`;
  const all = await readdir(cacheDir).catch(() => []);
  const names = all.filter((name) => name.startsWith(prefix));
  const newestFirst = names.toSorted((a, b) =>
    compareVersions(b.slice(prefix.length), a.slice(prefix.length)),
  );
  for (const name of newestFirst) {
    const tool = await toolIn(join(cacheDir, name), spec);
    if (tool !== undefined) return tool;
  }
  return undefined;
}

/** The program in an unpacked package, if it is one that can be used. */
async function toolIn(root: string, spec: ToolSpec): Promise<Tool | undefined> {
  for (const dir of ["usr/sbin", "usr/bin"]) {
    const file = join(root, dir, spec.program);
    if (!(await isFile(file))) continue;
    const inspection = await inspectTool(file, spec);
    if (inspection.kind === "usable") return inspection.tool;
  }
  return undefined;
}

function howToInstall({ program, source, variable, versionMin }: ToolSpec): string {
  const where = process.platform === "darwin" ? `\`brew install ${program}\`` : source;
  return (
    `Install ${program} ${versionMin} or later (${where}) so that it is on the search path, ` +
    `or set ${variable} to the path of one.`
  );
}
