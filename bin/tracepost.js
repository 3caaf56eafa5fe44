#!/usr/bin/env node
/**
 * The `tracepost` command. Plain JavaScript, because it may be started by any Node: the product
 * needs Node 24 and brings it along as a dependency, so an older one hands over to that.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import module from "node:module";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const NODE_MAJOR_MIN = 24;
/** Exit code for something the machine lacks; the same as `MISSING_DEPENDENCY` in lib/errors. */
const EXIT_MISSING = 4;
/** Keeps a hand-over from handing over again. */
const HANDED_OVER = "TRACEPOST_NODE";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * The Node that came with the dependencies: in this checkout, or beside it where the package is
 * itself a dependency.
 * @returns {string | undefined}
 */
function findBundledNode() {
  const name = process.platform === "win32" ? "win" : process.platform;
  const file = process.platform === "win32" ? "node.exe" : "node";
  const binary = join(`node-${name}-${process.arch}`, "bin", file);
  return [join(root, "node_modules", binary), join(dirname(root), binary)].find(existsSync);
}

/**
 * Runs this command again on another Node and ends as it ends.
 * @param {string} node
 */
function handOver(node) {
  const child = spawn(node, process.argv.slice(1), {
    stdio: "inherit",
    env: { ...process.env, [HANDED_OVER]: node },
  });
  // The child decides when to end. Ctrl-C reaches it from the terminal already.
  process.on("SIGINT", () => process.stdin.isTTY || child.kill("SIGINT"));
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  process.on("SIGHUP", () => child.kill("SIGHUP"));
  child.on("error", (error) => refuse(`${node} cannot be started: ${error.message}`));
  child.on("exit", (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

/**
 * Node keeps what it compiled where services keep it too, so that the next command starts in half
 * the time. A directory of the user's own: what lies there is run. Where it cannot be written,
 * Node does without.
 */
function keepCompiled() {
  const cacheHome = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
  module.enableCompileCache(join(cacheHome, "tracepost", "compile-cache"));
}

/**
 * @param {string} message
 */
function refuse(message) {
  console.error(message);
  console.error("Run `npm ci` in the checkout (it installs Node 24), or install Node 24 or later.");
  process.exit(EXIT_MISSING);
}

if (Number.parseInt(process.versions.node, 10) >= NODE_MAJOR_MIN) {
  if (existsSync(join(root, "node_modules")) || existsSync(join(dirname(root), "commander"))) {
    keepCompiled();
    await import("../cli/main.ts");
  } else {
    refuse("The dependencies of tracepost are not installed.");
  }
} else {
  const bundled = process.env[HANDED_OVER] === undefined ? findBundledNode() : undefined;
  if (bundled !== undefined) handOver(bundled);
  else refuse(`tracepost needs Node ${NODE_MAJOR_MIN}; this is ${process.version}.`);
}
