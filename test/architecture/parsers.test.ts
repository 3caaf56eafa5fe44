import { describe, expect, it } from "vitest";
import { TARGETS, WITHIN } from "../fuzz/targets.ts";
import { sourceFiles } from "../support/source-files.ts";

const PARSER = /^export (?:async )?function\*? (parse[A-Z]\w*)/gm;

describe("the table of parsers that are fuzzed", () => {
  const tried = new Set(TARGETS.flatMap(({ parses }) => parses));

  it("has every function of the product that parses what outsiders write", async () => {
    const sources = await sourceFiles(/^(lib|gateway|services|scenario|deploy)\/.*\.ts$/);
    const parsers = sources.flatMap(({ path, text }) =>
      [...text.matchAll(PARSER)].map(([, name = ""]) => ({ path, name })),
    );
    expect(parsers.length).toBeGreaterThan(15);
    const untried = parsers
      .filter(({ name }) => !tried.has(name) && !(name in WITHIN))
      .map(({ path, name }) => `${name} of ${path}: add it to test/fuzz/targets`);
    expect(untried).toEqual([]);
    const there = new Set(parsers.map(({ name }) => name));
    expect(Object.keys(WITHIN).filter((name) => !there.has(name))).toEqual([]);
  });

  it("says of a parser inside another which one that is", () => {
    const through = Object.values(WITHIN).flat();
    expect(through.filter((name) => !tried.has(name))).toEqual([]);
  });
});
