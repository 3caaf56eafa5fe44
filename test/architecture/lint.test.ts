import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { REPOSITORY } from "../support/source-files.ts";

const run = promisify(execFile);

/** Each is a fault that the linter lets pass in silence when its configuration is not read. */
const PLANTED: Readonly<Record<string, string>> = {
  "lib/planted/floating.ts": `
import { back } from "./circle.ts";
async function work(): Promise<void> {
  await Promise.resolve();
}
export function start(): void {
  work();
  [1].forEach(async () => {
    await work();
  });
  back();
}
export function weigh(size: "small" | "large"): number {
  switch (size) {
    case "small":
      return 1;
  }
  return 2;
}
`,
  "lib/planted/circle.ts": `
import { start } from "./floating.ts";
export function back(): void {
  start();
}
export default back;
export * from "./floating.ts";
`,
  "lib/planted/BadName.ts": `
export function long(): number {
  let sum = 0;
${"  sum += 1;\n".repeat(75)}  return sum;
}
`,
  "lib/planted/long-file.ts": Array.from(
    { length: 401 },
    (_, index) => `export const name${index} = ${index};
`,
  ).join(""),
};

const EXPECTED = [
  "lint/nursery/noFloatingPromises",
  "lint/nursery/noMisusedPromises",
  "lint/nursery/useExhaustiveSwitchCases",
  "lint/suspicious/noImportCycles",
  "lint/style/noDefaultExport",
  "lint/style/useFilenamingConvention",
  "lint/style/noExcessiveLinesPerFile",
  "lint/performance/noReExportAll",
  "lint/complexity/noExcessiveLinesPerFunction",
];

describe("the linter", () => {
  it("finds what was planted, with the configuration of this checkout", async () => {
    const folder = await mkdtemp(join(tmpdir(), "tracepost-lint-"));
    for (const file of ["biome.json", "package.json", "tsconfig.json", ".gitignore"])
      await cp(join(REPOSITORY, file), join(folder, file));
    await symlink(join(REPOSITORY, "node_modules"), join(folder, "node_modules"));
    for (const [file, source] of Object.entries(PLANTED)) {
      await mkdir(dirname(join(folder, file)), { recursive: true });
      await writeFile(join(folder, file), source);
    }
    const biome = join(REPOSITORY, "node_modules/.bin/biome");
    const report = await run(biome, ["lint", "--reporter=json", "--max-diagnostics=none"], {
      cwd: folder,
      maxBuffer: 64 * 1024 * 1024,
    }).then(
      () => "",
      (failure: { stdout: string }) => failure.stdout,
    );
    await rm(folder, { recursive: true });
    const { diagnostics } = JSON.parse(report) as { diagnostics: { category: string }[] };
    const found = new Set(diagnostics.map(({ category }) => category));
    expect(EXPECTED.filter((rule) => !found.has(rule))).toEqual([]);
  });
});
