/**
 * The layers gate: runs dependency-cruiser with .dependency-cruiser.cjs and fails on any breach. It
 * also fails when it has looked at fewer modules than the product has, because a cruiser that finds
 * nothing to read reports no breach.
 *
 *     node scripts/check-layers.js [FOLDER]
 */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { cruise } from "dependency-cruiser";

/** Modules of this checkout the gate must have seen; the product has more. */
const MODULES_MIN = 300;
const CHECKED = ["lib", "proto", "gateway", "services", "cli", "scenario", "deploy", "bin", "test"];
const here = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * Checks the folders of a checkout.
 * @param {string} root
 * @returns {Promise<{modules: number, breaches: {rule: string, from: string, to: string}[]}>}
 */
export async function checkLayers(root) {
  const { options, ...ruleSet } = createRequire(import.meta.url)("../.dependency-cruiser.cjs");
  const { output } = await cruise(
    CHECKED.filter((folder) => existsSync(join(root, folder))),
    { ...options, baseDir: root, ruleSet, validate: true },
    options.enhancedResolveOptions,
  );
  if (typeof output === "string") return { modules: 0, breaches: [] };
  const { summary, modules } = output;
  return {
    modules: modules.filter((module) => CHECKED.includes(module.source.split("/")[0] ?? "")).length,
    breaches: summary.violations.map(({ rule, from, to }) => ({ rule: rule.name, from, to })),
  };
}

async function main() {
  const root = resolve(process.argv[2] ?? here);
  const { modules, breaches } = await checkLayers(root);
  for (const { rule, from, to } of breaches) console.error(`${rule}: ${from} → ${to}`);
  console.log(`Layers: ${modules} modules checked, ${breaches.length} breaches.`);
  if (modules < MODULES_MIN) {
    console.error(`At least ${MODULES_MIN} modules were expected: the gate is not looking.`);
    process.exitCode = 1;
  }
  if (breaches.length > 0) process.exitCode = 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
