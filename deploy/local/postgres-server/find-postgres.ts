import { readdir, realpath } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { type FindToolOptions, findInstalledTool, type ToolSpec } from "../tools/find-tool.ts";

const POSTGRES: ToolSpec = {
  program: "postgres",
  versionMin: "15.0",
  versionPattern: /PostgreSQL\) (\d+\.\d+)/,
  variable: "POSTGRES",
  ways: [],
  source: "your package manager: the package `postgresql`",
};

/** Where Debian keeps what is not meant to be started by hand. */
const DEBIAN_DIR = "/usr/lib/postgresql";

/** Programs of one version of PostgreSQL. */
export interface PostgresPrograms {
  readonly version: string;
  readonly postgres: string;
  readonly initdb: string;
}

/** Finds a PostgreSQL 15 or later on this machine; undefined when there is none. */
export async function findPostgres(
  options: FindToolOptions,
): Promise<PostgresPrograms | undefined> {
  const versions = await readdir(DEBIAN_DIR).catch(() => []);
  const newestFirst = versions.toSorted((a, b) => Number(b) - Number(a));
  const dirs = newestFirst.map((version) => join(DEBIAN_DIR, version, "bin"));
  const searchPath = [options.searchPath, ...dirs].join(delimiter);
  const tool = await findInstalledTool(POSTGRES, { ...options, searchPath });
  if (tool === undefined) return undefined;
  // The other programs lie beside the file itself, not beside a link to it.
  const postgres = await realpath(tool.path);
  return { version: tool.version, postgres, initdb: join(dirname(postgres), "initdb") };
}
