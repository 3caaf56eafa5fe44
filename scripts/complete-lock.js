/**
 * Completes package-lock.json after `npm install`.
 *
 * A registry mirror that carries no packages for other platforms makes npm leave them out of the
 * lock file, and `npm ci` then refuses the lock file on every machine ("Missing: … from lock
 * file"). The name of such a package says for which system, processor and C library it is, so the
 * entry can be written without fetching it. Entries that are there already are kept as they are.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const SYSTEMS = ["android", "darwin", "freebsd", "linux", "openharmony", "win32"];
const PROCESSORS = ["arm64", "arm", "ia32", "ppc64", "riscv64", "s390x", "x64"];
/** @type {Record<string, string>} */
const PROCESSOR_WORDS = { armv7: "arm" };
/** @type {Record<string, string>} */
const LIBRARIES = { gnu: "glibc", gnueabihf: "glibc", musl: "musl", musleabihf: "musl" };

/**
 * @typedef {{version?: string, dev?: boolean, optional?: boolean, os?: string[], cpu?: string[],
 *   libc?: string[], resolved?: string, optionalDependencies?: Record<string, string>}} LockEntry
 * @typedef {{packages: Record<string, LockEntry>}} LockFile
 */

/**
 * Lock entry of a platform package, read off its name; undefined when the name says nothing.
 * @param {string} name
 * @param {string} version
 * @param {LockEntry} parent
 * @returns {LockEntry | undefined}
 */
function platformEntry(name, version, parent) {
  const words = name.split(/[/-]/).map((word) => PROCESSOR_WORDS[word] ?? word);
  const os = SYSTEMS.find((system) => words.includes(system));
  const cpu = PROCESSORS.find((processor) => words.includes(processor));
  if (os === undefined || cpu === undefined) return undefined;
  const library = words.map((word) => LIBRARIES[word]).find((found) => found !== undefined);
  return {
    version,
    cpu: [cpu],
    ...(parent.dev === true ? { dev: true } : {}),
    ...(os === "linux" && library !== undefined ? { libc: [library] } : {}),
    optional: true,
    os: [os],
  };
}

/**
 * Entries the lock file names as optional dependencies and does not list, by their path.
 * @param {LockFile} lock
 * @returns {Map<string, LockEntry | undefined>}
 */
export function missingEntries(lock) {
  const listed = new Set(
    Object.keys(lock.packages).map((path) => path.split("node_modules/").pop()),
  );
  /** @type {Map<string, LockEntry | undefined>} */
  const missing = new Map();
  for (const parent of Object.values(lock.packages)) {
    for (const [name, range] of Object.entries(parent.optionalDependencies ?? {})) {
      if (!listed.has(name))
        missing.set(`node_modules/${name}`, platformEntry(name, range, parent));
    }
  }
  return missing;
}

function main() {
  const file = new URL("../package-lock.json", import.meta.url);
  const lock = JSON.parse(readFileSync(file, "utf8"));
  const missing = missingEntries(lock);
  const unreadable = [...missing].filter(([, entry]) => entry === undefined).map(([path]) => path);
  if (unreadable.length > 0) {
    console.error(`Cannot tell the platform of: ${unreadable.join(", ")}`);
    process.exitCode = 1;
    return;
  }
  const entries = Object.entries(lock.packages);
  for (const [path, entry] of missing) if (entry !== undefined) entries.push([path, entry]);
  entries.sort(([left], [right]) => left.localeCompare(right, "en"));
  lock.packages = Object.fromEntries(entries);
  writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`package-lock.json: ${missing.size} platform entries added.`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
