import { access, readFile } from "node:fs/promises";
import { dirname, join, normalize } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import * as runtime from "#runtime";
import { limitsPage } from "../../scripts/limits-page.js";
import { REPOSITORY, type SourceFile, sourceFiles } from "../support/source-files.ts";

const exists = (path: string): Promise<boolean> =>
  access(join(REPOSITORY, path)).then(
    () => true,
    () => false,
  );
const text = (path: string): Promise<string> => readFile(join(REPOSITORY, path), "utf8");

/** Text of a page without its code blocks, where "#" is a comment and brackets are no links. */
const prose = (page: SourceFile): string => page.text.replace(/^```.*?^```/gms, "");

describe("the pages", () => {
  let pages: SourceFile[] = [];

  beforeAll(async () => {
    pages = await sourceFiles(/\.md$/);
  });

  it("have exactly one heading of the first level each", () => {
    const wrong = pages.filter((page) => prose(page).match(/^# /gm)?.length !== 1);
    expect(wrong.map(({ path }) => path)).toEqual([]);
  });

  it("link to files that are there", async () => {
    const broken: string[] = [];
    for (const page of pages) {
      for (const [, target = ""] of prose(page).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)) {
        if (/^[a-z]+:/.test(target)) continue;
        const path = normalize(join(dirname(page.path), target));
        if (!(await exists(path))) broken.push(`${page.path}: ${target}`);
      }
    }
    expect(broken).toEqual([]);
  });

  it("of the specification are all listed in its table", async () => {
    const table = await text("docs/spec/README.md");
    const specification = pages.filter(({ path }) => /^docs\/spec\/(?!README)/.test(path));
    const unlisted = specification.filter(({ path }) => !table.includes(`(${path.slice(10)})`));
    expect(unlisted.map(({ path }) => path)).toEqual([]);
  });

  it("define every requirement that code, tests and pages name, once", async () => {
    const defined = new Map<string, number>();
    const specification = pages.filter(({ path }) => path.startsWith("docs/spec/"));
    for (const page of specification) {
      for (const [, id = ""] of page.text.matchAll(
        /^(?:\|\s*|[-*]\s+|#+\s+)?\**`?(TP-[A-Z]+-\d+)\b/gm,
      ))
        defined.set(id, (defined.get(id) ?? 0) + 1);
    }
    const twice = [...defined].filter(([, count]) => count > 1).map(([id]) => id);
    const sources = await sourceFiles(/\.(ts|js|proto|md)$/);
    const undefinedIds = sources
      .filter(({ path }) => path !== "CONTRIBUTING.md" && path !== "docs/spec/README.md")
      .flatMap(({ path, text: source }) =>
        [...source.matchAll(/\bTP-[A-Z]+-\d+\b/g)]
          .filter(([id]) => !defined.has(id))
          .map(([id]) => `${path}: ${id}`),
      );
    expect({ twice, undefinedIds: [...new Set(undefinedIds)] }).toEqual({
      twice: [],
      undefinedIds: [],
    });
  });

  it("have every section of the domain notes that code names", async () => {
    const notes = await text("docs/spec/domain.md");
    const sections = new Set(
      [...notes.matchAll(/^#+ (\d+(?:\.\d+)?) /gm)].map(([, it = ""]) => it),
    );
    const sources = await sourceFiles(/^(lib|gateway|services|cli|scenario|deploy|test)\/.*\.ts$/);
    const missing = sources.flatMap(({ path, text: source }) =>
      [...source.matchAll(/domain\s+(?:\*\s+)?notes\s+(?:\*\s+)?(\d+(?:\.\d+)?)/g)]
        .filter(([, section = ""]) => !sections.has(section))
        .map(([, section = ""]) => `${path}: ${section}`),
    );
    expect(missing).toEqual([]);
  });

  it("say what the limits of the program are, each with its reason", async () => {
    expect(await text("docs/spec/limits.md"), "run `npm run generate`").toBe(limitsPage());
    const groups = Object.keys(runtime).filter((name) => name.endsWith("_LIMITS"));
    expect(
      limitsPage()
        .match(/^## (.*)$/gm)
        ?.sort(),
    ).toEqual(groups.map((it) => `## ${it}`).sort());
    const withoutReason = limitsPage().match(/^\|.*\|\s*\|$/gm);
    expect(withoutReason).toBeNull();
  });

  it("name only tests that exist as the answer to a threat", async () => {
    const named = (await text("docs/spec/threats.md")).matchAll(/`(test\/[^`\s]+)`/g);
    const paths = [...named].map(([, path = ""]) => path);
    expect(paths.length).toBeGreaterThan(20);
    const missing: string[] = [];
    for (const path of new Set(paths)) if (!(await exists(path))) missing.push(path);
    expect(missing).toEqual([]);
  });
});

describe("the decisions", () => {
  it("are numbered, no number twice, listed, and say what was refused", async () => {
    const decisions = await sourceFiles(/^docs\/adr\/\d{4}-.*\.md$/);
    const index = await text("docs/adr/README.md");
    expect(decisions.length).toBeGreaterThanOrEqual(10);
    const numbers = decisions.map(({ path }) => path.slice("docs/adr/".length).slice(0, 4));
    expect(new Set(numbers).size).toBe(numbers.length);
    decisions.forEach(({ path, text: decision }, position) => {
      const number = numbers[position];
      expect(decision).toMatch(
        new RegExp(`^# ${number}: .+\n\nStatus: (accepted|superseded by \\d{4})\n`),
      );
      expect(decision).toMatch(/^## Alternatives refused$/m);
      expect(index).toContain(`(${path.slice("docs/adr/".length)})`);
    });
  });
});

describe("dependencies.md", () => {
  it("names each dependency with the licence it comes under, and nothing else", async () => {
    const manifest = JSON.parse(await text("package.json"));
    const wanted = new Map<string, string | undefined>();
    for (const group of ["dependencies", "devDependencies", "optionalDependencies"]) {
      for (const name of Object.keys(manifest[group])) {
        const installed = `node_modules/${name}/package.json`;
        const present = await exists(installed);
        wanted.set(name, present ? JSON.parse(await text(installed)).license : undefined);
      }
    }
    const rows = (await text("dependencies.md")).matchAll(
      /^\| `([^`]+)` \| ([^|]+) \| ([^|]+) \|/gm,
    );
    const listed = new Map([...rows].map(([, name = "", licence = ""]) => [name, licence.trim()]));
    expect([...listed.keys()].sort()).toEqual([...wanted.keys()].sort());
    for (const [name, licence] of wanted)
      if (licence !== undefined) expect([name, listed.get(name)]).toEqual([name, licence]);
  });
});
