/**
 * Sets up what `npm start`, `npm test` and `npm run bench` need and this checkout lacks: the
 * dependencies of package-lock.json (Node 24 is one of them), and a nats-server. Does nothing, and
 * quickly, when all is there. Plain JavaScript without dependencies, because it runs before
 * anything is installed, on whatever Node the machine has (18 or later).
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const NODE_MAJOR_MIN = 24;
/** Exit code for something the machine lacks; the same as `MISSING_DEPENDENCY` in lib/errors. */
const EXIT_MISSING = 4;
/** Longest wait for another set-up of the same checkout; a clean `npm ci` on a slow line. */
const OTHER_SETUP_WAIT_MS = 10 * 60_000;

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * Progress goes to standard error, so that the output of the command itself stays clean.
 * @param {string} text
 */
function say(text) {
  console.error(text);
}

/**
 * Ends the set-up with a message and what to do.
 * @param {string} message
 * @param {string} remedy
 * @returns {never}
 */
function fail(message, remedy) {
  console.error(`\nSet-up stopped: ${message}\n${remedy}`);
  process.exit(EXIT_MISSING);
}

/**
 * Packages of a lock file by their path, without the root.
 * @param {string} file
 * @returns {Map<string, {version?: string, optional?: boolean}>}
 */
function lockedPackages(file) {
  const { packages = {} } = JSON.parse(readFileSync(join(root, file), "utf8"));
  return new Map(Object.entries(packages).filter(([path]) => path !== ""));
}

/** Whether node_modules holds what package-lock.json says; contents are compared, not dates. */
function dependenciesInstalled() {
  if (!existsSync(join(root, "node_modules/.package-lock.json"))) return false;
  const wanted = lockedPackages("package-lock.json");
  const present = lockedPackages("node_modules/.package-lock.json");
  for (const [path, { version }] of present) {
    if (wanted.get(path)?.version !== version) return false;
  }
  for (const [path, { optional }] of wanted) {
    if (optional !== true && !present.has(path)) return false;
  }
  return true;
}

/** Runs `npm ci` with the npm that started us, or the one on the path. */
function installDependencies() {
  say("Installing the dependencies of package-lock.json (npm ci), about half a minute …");
  const startedAt = Date.now();
  const npm = process.env.npm_execpath;
  const node = process.env.npm_node_execpath ?? process.execPath;
  const [command, ...first] = npm === undefined ? ["npm"] : [node, npm];
  // Scripts of packages never run: none is needed, and two of them build native code.
  // Development and optional packages are named because a machine's settings may omit them.
  const flags = ["ci", "--ignore-scripts", "--include=dev", "--include=optional"];
  const result = spawnSync(
    command ?? "npm",
    [...first, ...flags, "--loglevel=error", "--no-audit", "--no-fund", "--no-progress"],
    { cwd: root, encoding: "utf8", shell: npm === undefined && process.platform === "win32" },
  );
  if (result.status !== 0) {
    console.error(result.stdout ?? "", result.stderr ?? "", result.error?.message ?? "");
    fail("npm ci did not succeed.", "Mend what npm names above, then run the command again.");
  }
  say(`Dependencies installed in ${Math.round((Date.now() - startedAt) / 1000)} s.`);
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (caught) {
    return /** @type {NodeJS.ErrnoException} */ (caught).code === "EPERM";
  }
}

/**
 * Runs the work while no other set-up of this checkout does: two commands started on a fresh clone
 * at the same time must not empty each other's node_modules. A lock whose owner is gone is taken.
 * @param {() => void} work
 */
function alone(work) {
  const lock = join(root, ".cache", "setup.lock");
  mkdirSync(dirname(lock), { recursive: true });
  const deadline = Date.now() + OTHER_SETUP_WAIT_MS;
  for (let attempt = 0; ; attempt += 1) {
    try {
      writeFileSync(lock, String(process.pid), { flag: "wx" });
      break;
    } catch (caught) {
      if (/** @type {NodeJS.ErrnoException} */ (caught).code !== "EEXIST") throw caught;
    }
    const owner = existsSync(lock) ? Number(readFileSync(lock, "utf8")) : 0;
    if (Number.isInteger(owner) && owner > 0 && !isAlive(owner)) rmSync(lock, { force: true });
    if (attempt === 0) say("Another set-up of this checkout is running; waiting for it …");
    if (Date.now() > deadline) {
      fail("another set-up of this checkout does not end.", `If none is running, delete ${lock}.`);
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
  }
  try {
    work();
  } finally {
    rmSync(lock, { force: true });
  }
}

/**
 * The Node that npm scripts of this checkout run on. On Linux and Windows it comes with the
 * dependencies; elsewhere it is the machine's own.
 */
function checkRuntime() {
  const suffix = process.platform === "win32" ? ".cmd" : "";
  const pinned = join(root, "node_modules", ".bin", `node${suffix}`);
  const runtime = existsSync(pinned) ? pinned : process.execPath;
  const result = spawnSync(runtime, ["--version"], { encoding: "utf8", shell: suffix !== "" });
  const major = Number(/^v(\d+)\./.exec(result.stdout ?? "")?.[1] ?? 0);
  if (major >= NODE_MAJOR_MIN) return runtime;
  const found = major === 0 ? `${runtime} does not run here` : `this machine has Node ${major}`;
  fail(
    `Tracepost needs Node ${NODE_MAJOR_MIN} or later, and ${found}.`,
    "Linux and Windows get it with the dependencies (x64; Linux also arm64). On macOS and other " +
      "systems install it, for example with `brew install node@24` or from https://nodejs.org, " +
      "put it first on the PATH, and run the command again.",
  );
}

/** @param {string} runtime */
function checkNatsServer(runtime) {
  const script = join("deploy", "local", "fetch-nats.ts");
  const result = spawnSync(runtime, [script], {
    cwd: root,
    stdio: ["ignore", "ignore", "inherit"],
    shell: process.platform === "win32",
  });
  // The script has said what is missing and how to get it.
  if (result.status !== 0) process.exit(result.status ?? EXIT_MISSING);
}

if (!dependenciesInstalled()) {
  alone(() => {
    // Whoever had the lock before may have done the work.
    if (!dependenciesInstalled()) installDependencies();
  });
}
checkNatsServer(checkRuntime());
