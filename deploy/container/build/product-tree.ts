import { chmod, copyFile, mkdir, readdir, readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { TracepostError } from "#errors";

/** What of the checkout runs in a container: folders whole, or single files. */
const PRODUCT = [
  "LICENSE",
  "package.json",
  "bin",
  "cli",
  "deploy/container/health.ts",
  "deploy/container/main.ts",
  "deploy/local",
  "deploy/nats",
  "gateway",
  "lib",
  "proto/gen",
  "proto/index.ts",
  "proto/tracepost",
  "services",
];

/** An entry of package-lock.json, as far as it is looked at. */
interface LockEntry {
  readonly dev?: boolean;
  readonly devOptional?: boolean;
  readonly os?: readonly string[];
}

/**
 * Lays out what an image holds (TP-CON-3): the product, the production packages of the lock file
 * as they are installed in this checkout, and the Node of the lock file. Nothing is fetched. Throws
 * TracepostError MISSING_DEPENDENCY when a package or that Node is not installed.
 */
export async function layOutProduct(checkout: string, target: string): Promise<void> {
  await rm(target, { recursive: true, force: true });
  for (const path of PRODUCT) await copyTree(join(checkout, path), join(target, path));
  for (const path of await productionPackages(checkout)) {
    await copyPackage(join(checkout, path), join(target, path));
  }
  const node = join(checkout, "node_modules", `node-linux-${process.arch}`);
  await copyPackage(join(node, "bin", "node"), join(target, "runtime", "node"));
  await copyTree(join(node, "LICENSE"), join(target, "runtime", "LICENSE"));
}

/** Packages the product runs on; those for one system only are Node itself, laid out apart. */
async function productionPackages(checkout: string): Promise<string[]> {
  const lock = JSON.parse(await readFile(join(checkout, "package-lock.json"), "utf8")) as {
    readonly packages: Readonly<Record<string, LockEntry>>;
  };
  return Object.entries(lock.packages)
    .filter(([path, { dev = false, devOptional = false, os }]) => {
      return path !== "" && !dev && !devOptional && os === undefined;
    })
    .map(([path]) => path);
}

async function copyPackage(from: string, to: string): Promise<void> {
  try {
    await copyTree(from, to);
  } catch (caught) {
    throw new TracepostError("MISSING_DEPENDENCY", `${from} is not installed`, {
      cause: caught,
      remedy: "Run `npm ci` in the checkout, on Linux: its packages go into the image.",
    });
  }
}

/**
 * Copies a file or folder so that everybody may read it, whatever the umask was. Packages within a
 * package have entries of their own.
 */
async function copyTree(from: string, to: string): Promise<void> {
  const entries = await readdir(from, { withFileTypes: true }).catch((caught: unknown) => {
    if ((caught as NodeJS.ErrnoException).code === "ENOTDIR") return undefined;
    throw caught;
  });
  await makeFolder(entries === undefined ? dirname(to) : to);
  if (entries === undefined) return await copyOne(from, to);
  for (const entry of entries) {
    const [source, copy] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory() && entry.name !== "node_modules") await copyTree(source, copy);
    else if (entry.isFile()) await copyOne(source, copy);
  }
}

async function copyOne(from: string, to: string): Promise<void> {
  await copyFile(from, to);
  await chmod(to, to.endsWith(join("runtime", "node")) ? 0o755 : 0o644);
}

async function makeFolder(dir: string): Promise<void> {
  const made = await mkdir(dir, { recursive: true });
  for (let each = dir; made !== undefined && each.length >= made.length; each = dirname(each)) {
    await chmod(each, 0o755);
  }
}
