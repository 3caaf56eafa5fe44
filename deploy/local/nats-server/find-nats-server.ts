import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { TracepostError } from "#errors";
import { fetchDebianPackage } from "./debian-package.ts";
import { copyFromDockerImage } from "./docker-image.ts";
import {
  compareVersions,
  type Inspection,
  inspectServer,
  NATS_SERVER_VERSION_MIN,
  type NatsServer,
} from "./server-version.ts";

/** Debian suite whose nats-server is recent enough and runs on older releases too. */
const DEBIAN_SUITE = "forky";
/** A work folder this old was left by a fetch that was ended. */
const ABANDONED_AFTER_MS = 3_600_000;
/** Prefix of a finished folder in the cache; its version follows. */
const CACHED_PREFIX = "nats-server-";

/** Where to look. */
export interface FindNatsServerOptions {
  /** A path the user insists on (NATS_SERVER); nothing else is tried then. */
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
 * Finds a nats-server that is new enough (TP-NATS-1): the one the user names, the search path, the
 * cache, Debian's package, Docker's image. Safe to call from several processes at the same time.
 * Throws TracepostError MISSING_DEPENDENCY that says what was tried and what to install.
 */
export async function findNatsServer(options: FindNatsServerOptions): Promise<NatsServer> {
  if (options.wanted !== undefined && options.wanted !== "") return insistOn(options.wanted);
  const tried: string[] = [];
  const onPath = await searchPath(options.searchPath, tried);
  if (onPath !== undefined) return onPath;
  await mkdir(options.cacheDir, { recursive: true, mode: 0o700 });
  const cached = await searchCache(options.cacheDir);
  if (cached !== undefined) return cached;
  tried.push(`${options.cacheDir}: nothing fetched before`);
  const fetched = await fetchServer(options, tried);
  if (fetched !== undefined) return fetched;
  throw new TracepostError(
    "MISSING_DEPENDENCY",
    `no nats-server ${NATS_SERVER_VERSION_MIN} or later on this machine`,
    { problems: tried, remedy: howToInstall() },
  );
}

async function insistOn(path: string): Promise<NatsServer> {
  const inspection = await inspectServer(path);
  if (inspection.kind === "usable") return inspection.server;
  throw new TracepostError("MISSING_DEPENDENCY", `NATS_SERVER cannot be used: ${path}`, {
    problems: [`${path}: ${describe(inspection)}`],
    remedy: `Point NATS_SERVER at a nats-server ${NATS_SERVER_VERSION_MIN} or later, or unset it.`,
  });
}

async function searchPath(path: string, tried: string[]): Promise<NatsServer | undefined> {
  const program = process.platform === "win32" ? "nats-server.exe" : "nats-server";
  const dirs = new Set(path.split(delimiter).filter((dir) => dir !== ""));
  let seen = 0;
  for (const dir of dirs) {
    const file = join(dir, program);
    if (!(await isFile(file))) continue;
    seen += 1;
    const inspection = await inspectServer(file);
    if (inspection.kind === "usable") return inspection.server;
    tried.push(`${file}: ${describe(inspection)}`);
  }
  if (seen === 0) tried.push("search path: no nats-server on it");
  return undefined;
}

async function isFile(file: string): Promise<boolean> {
  try {
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}

function describe(inspection: Inspection): string {
  if (inspection.kind === "not-a-server") return inspection.complaint;
  return inspection.kind === "too-old"
    ? `version ${inspection.server.version} is older than ${NATS_SERVER_VERSION_MIN}`
    : `version ${inspection.server.version}`;
}

async function searchCache(cacheDir: string): Promise<NatsServer | undefined> {
  const names = (await readdir(cacheDir)).filter((name) => name.startsWith(CACHED_PREFIX));
  const newestFirst = names.toSorted((a, b) =>
    compareVersions(b.slice(CACHED_PREFIX.length), a.slice(CACHED_PREFIX.length)),
  );
  for (const name of newestFirst) {
    const server = await serverIn(join(cacheDir, name));
    if (server !== undefined) return server;
  }
  return undefined;
}

async function serverIn(root: string): Promise<NatsServer | undefined> {
  for (const dir of ["usr/sbin", "usr/bin"]) {
    const file = join(root, dir, "nats-server");
    if (!(await isFile(file))) continue;
    const inspection = await inspectServer(file);
    if (inspection.kind === "usable") return inspection.server;
  }
  return undefined;
}

async function fetchServer(
  options: FindNatsServerOptions,
  tried: string[],
): Promise<NatsServer | undefined> {
  await removeAbandoned(options.cacheDir);
  const ways = [
    {
      name: "Debian's package",
      get: () =>
        fetchDebianPackage({
          name: "nats-server",
          suite: DEBIAN_SUITE,
          parentDir: options.cacheDir,
          ...(options.aptDir === undefined ? {} : { aptDir: options.aptDir }),
        }),
    },
    { name: "Docker's image", get: () => copyFromDockerImage(options.cacheDir) },
  ];
  for (const way of ways) {
    options.onProgress?.(`fetching nats-server (${way.name})`);
    const fetched = await way.get();
    if (!fetched.ok) {
      tried.push(`${way.name}: ${fetched.complaint}`);
      continue;
    }
    const server = await keep(fetched.root, options.cacheDir);
    await rm(fetched.workDir, { recursive: true, force: true });
    if (server !== undefined) return server;
    tried.push(`${way.name}: it holds no nats-server that is new enough and runs here`);
  }
  return undefined;
}

/**
 * Moves a fetched tree to its final name in one step, so that no other process ever sees half of
 * it; when another process was faster, its tree is used.
 */
async function keep(root: string, cacheDir: string): Promise<NatsServer | undefined> {
  const fetched = await serverIn(root);
  if (fetched === undefined) return undefined;
  const target = join(cacheDir, `${CACHED_PREFIX}${fetched.version}`);
  try {
    await rename(root, target);
  } catch (caught) {
    const found = await serverIn(target);
    if (found !== undefined) return found;
    throw new TracepostError("MISSING_DEPENDENCY", `cannot keep nats-server in ${cacheDir}`, {
      cause: caught,
      remedy: `Check the rights and the free space of ${cacheDir}, or remove ${target}.`,
    });
  }
  return serverIn(target);
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

function howToInstall(): string {
  const where =
    process.platform === "darwin"
      ? "`brew install nats-server`"
      : "your package manager, or a release of github.com/nats-io/nats-server";
  return (
    `Install nats-server ${NATS_SERVER_VERSION_MIN} or later (${where}) so that it is on the ` +
    "search path, or set NATS_SERVER to the path of one."
  );
}
