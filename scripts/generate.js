/**
 * Generates proto/gen from proto/tracepost with buf and ts-proto, proto/index.ts, the door to it,
 * docs/spec/limits.md from the limits and docs/spec/problems.md from the codes. With `--check`
 * nothing is written: it fails when what is committed differs from what would be generated, so that
 * nobody edits generated code or forgets to generate it.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { limitsPage } from "./limits-page.js";
import { problemsPage } from "./problems-page.js";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const TOOLS = join(root, "node_modules/.bin");
const GENERATED = "proto/gen";
const DOOR = "proto/index.ts";
/** Pages made from tables of the program. */
const PAGES = { "docs/spec/limits.md": limitsPage, "docs/spec/problems.md": problemsPage };

/**
 * Runs a tool of this package; its complaints go to standard error.
 * @param {string} tool
 * @param {string[]} args
 * @param {string} [input]
 * @returns {string} its standard output
 */
function run(tool, args, input = "") {
  const result = spawnSync(join(TOOLS, tool), args, {
    cwd: root,
    // buf finds ts-proto, and ts-proto finds Node 24, on the path.
    env: { ...process.env, PATH: `${TOOLS}${delimiter}${process.env.PATH ?? ""}` },
    encoding: "utf8",
    input,
    stdio: ["pipe", "pipe", "inherit"],
    shell: process.platform === "win32",
  });
  if (result.status === 0) return result.stdout;
  console.error(`${tool} ${args.join(" ")} failed.`);
  process.exit(1);
}

/**
 * Paths of all files below a folder, relative to it, sorted.
 * @param {string} folder
 */
function filesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .map((path) => path.replaceAll("\\", "/"))
    .sort();
}

/**
 * What a generated file offers: messages and enums with their helpers, and the types that have no
 * value of the same name.
 * @param {string} source
 */
function exportedNames(source) {
  /** @param {RegExp} pattern */
  const all = (pattern) => [...source.matchAll(pattern)].map((match) => match[1] ?? "");
  const values = all(/^export const (\w+)(?:: MessageFns<\w+>)? = \{/gm);
  const helpers = all(/^export function (\w+(?:To|From)JSON)/gm);
  const types = all(/^export interface (\w+) \{/gm)
    .filter((name) => name !== "MessageFns" && !values.includes(name))
    .map((name) => `type ${name}`);
  return [...new Set([...values, ...helpers, ...types])];
}

/**
 * Source of the door over a folder of generated files.
 * @param {string} folder
 */
function doorOver(folder) {
  const lines = [
    "// The door to the generated wire contract: all messages and enums of tracepost.v1.",
    "// Made by scripts/generate.js; not edited by hand.",
    "",
  ];
  for (const file of filesBelow(folder)) {
    const names = exportedNames(readFileSync(join(folder, file), "utf8"));
    lines.push(`export { ${names.join(", ")} } from "./gen/${file}";`);
  }
  return run("biome", ["check", "--write", `--stdin-file-path=${DOOR}`], `${lines.join("\n")}\n`);
}

/**
 * Files that differ between two folders.
 * @param {string} left
 * @param {string} right
 */
function differences(left, right) {
  const files = new Set([...filesBelow(left), ...filesBelow(right)]);
  /** @param {string} folder @param {string} file */
  const read = (folder, file) => {
    try {
      return readFileSync(join(folder, file), "utf8");
    } catch {
      return undefined;
    }
  };
  return [...files].filter((file) => read(left, file) !== read(right, file));
}

function check() {
  const folder = mkdtempSync(join(tmpdir(), "tracepost-generate-"));
  try {
    run("buf", ["generate", "--output", folder]);
    const fresh = join(folder, GENERATED);
    const stale = differences(join(root, GENERATED), fresh).map((file) => `${GENERATED}/${file}`);
    if (readFileSync(join(root, DOOR), "utf8") !== doorOver(fresh)) stale.push(DOOR);
    for (const [file, page] of Object.entries(PAGES)) {
      if (readFileSync(join(root, file), "utf8") !== page()) stale.push(file);
    }
    if (stale.length === 0) {
      console.log("Generated files are fresh.");
      return;
    }
    console.error(`Not what would be generated:\n  ${stale.join("\n  ")}`);
    console.error("Run `npm run generate` and commit the result.");
    process.exitCode = 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function generate() {
  rmSync(join(root, GENERATED), { recursive: true, force: true });
  run("buf", ["generate"]);
  writeFileSync(join(root, DOOR), doorOver(join(root, GENERATED)));
  for (const [file, page] of Object.entries(PAGES)) writeFileSync(join(root, file), page());
}

if (process.argv.includes("--check")) check();
else generate();
