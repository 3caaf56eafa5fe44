import { beforeAll, describe, expect, it } from "vitest";
import { sourceFiles } from "../support/source-files.ts";

/** A number as a page defines it: first in a row, an item or a heading. */
const DEFINED = /^(?:\|\s*|[-*]\s+|#+\s+)?\**`?(TP-[A-Z]+-\d+)\b/gm;
const NAMED = /\b(TP-[A-Z]+)-(\d+)\b(?:\s+(?:\*\s+)?to\s+(?:\*\s+)?(?:TP-[A-Z]+-)?(\d+)\b)?/g;

/** Every number that files name, those between the ends of "to" included. */
async function namedIn(paths: RegExp): Promise<Set<string>> {
  const named = new Set<string>();
  for (const { text } of await sourceFiles(paths)) {
    for (const [, group = "", first = "", last = first] of text.matchAll(NAMED)) {
      for (let n = Number(first); n <= Number(last); n += 1) named.add(`${group}-${n}`);
    }
  }
  return named;
}

describe("the requirements of the specification", () => {
  let defined: string[] = [];
  let code: Set<string>;
  let tests: Set<string>;

  beforeAll(async () => {
    const pages = await sourceFiles(/^docs\/spec\/.*\.md$/);
    defined = pages.flatMap(({ text }) => [...text.matchAll(DEFINED)].map(([, id = ""]) => id));
    code = await namedIn(/^(?:lib|gateway|services|cli|scenario|deploy|bin|scripts|proto\/trace)/);
    tests = await namedIn(/^test\/(?!architecture\/requirements)/);
  });

  it("are many, each named by the code that keeps it", () => {
    expect(defined.length).toBeGreaterThan(180);
    const missing = defined.filter((id) => !code.has(id));
    expect(missing, "name it in the comment of what keeps it").toEqual([]);
  });

  it("are each named by a test that shows it", () => {
    const missing = defined.filter((id) => !tests.has(id));
    expect(missing, "name it in the title of a test that shows it").toEqual([]);
  });
});
