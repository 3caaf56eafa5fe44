import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anyInput } from "./any-input.ts";
import { corpusNames, keptFor } from "./corpus.ts";
import { TARGETS } from "./targets.ts";
import { tryOn } from "./verdict.ts";

/** Inputs for each parser; `npm run fuzz -- --minutes 30` tries many more. */
const RUNS_EACH = 400;

const trials = TARGETS.map(
  (target) => [`${target.parses[0]} of ${target.corpus}`, target] as const,
);

describe("the corpus", () => {
  test("has seeds for every parser, and none that nobody reads", () => {
    const read = new Set(TARGETS.map(({ corpus }) => corpus));
    expect(corpusNames()).toEqual([...read].toSorted());
  });

  test.each(trials)("is read by %s, and what is valid is taken", async (_, target) => {
    for (const { bytes, name } of keptFor(target.corpus)) {
      const accepted = await tryOn(target, bytes);
      if (name.startsWith("valid")) expect([name, accepted]).toEqual([name, true]);
    }
  });
});

describe("whatever the bytes are", () => {
  test.each(trials)("%s takes or refuses them, and does nothing else", async (_, target) => {
    const property = fc.asyncProperty(anyInput(target.corpus), async (input) => {
      await tryOn(target, input);
    });
    await fc.assert(property, { numRuns: Math.ceil(RUNS_EACH * (target.share ?? 1)) });
  });
});
