import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { missingEntries } from "../../scripts/complete-lock.js";
import { REPOSITORY } from "../support/source-files.ts";

const read = async (file: string) => JSON.parse(await readFile(join(REPOSITORY, file), "utf8"));

describe("package-lock.json", () => {
  it("names no registry, so that every machine uses its own", async () => {
    const { packages } = await read("package-lock.json");
    const resolved = Object.entries<{ resolved?: string }>(packages)
      .filter(([, entry]) => entry.resolved !== undefined)
      .map(([path]) => path);
    expect(resolved).toEqual([]);
  });

  it("lists the optional packages of every platform, so that npm ci takes it everywhere", async () => {
    const missing = missingEntries(await read("package-lock.json"));
    expect([...missing.keys()], "run `node scripts/complete-lock.js`").toEqual([]);
  });

  it("says for every package with an install script whether it may run", async () => {
    const { packages } = await read("package-lock.json");
    const { allowScripts } = await read("package.json");
    const undecided = Object.entries<{ hasInstallScript?: boolean }>(packages)
      .filter(([, entry]) => entry.hasInstallScript === true)
      .map(([path]) => path.split("node_modules/").pop() ?? path)
      .filter((name) => !(name in allowScripts));
    expect(undecided).toEqual([]);
  });

  it("brings Node 24 for Linux and Windows", async () => {
    const { optionalDependencies } = await read("package.json");
    for (const platform of ["linux-x64", "linux-arm64", "win-x64"])
      expect(optionalDependencies[`node-${platform}`]).toMatch(/^24\.\d+\.\d+$/);
  });
});
