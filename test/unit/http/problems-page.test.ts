import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { PROBLEM_CODES, problemOf } from "#http";
import { problemsPage } from "../../../scripts/problems-page.js";
import { REPOSITORY } from "../../support/source-files.ts";

describe("the codes of problems (TP-API-61)", () => {
  it("stand on docs/spec/problems.md, word for word", async () => {
    const page = await readFile(join(REPOSITORY, "docs/spec/problems.md"), "utf8");
    expect(page, "run `npm run generate`").toBe(problemsPage());
    for (const code of PROBLEM_CODES) expect(page).toContain(`| \`${code}\` | `);
  });

  it("say what is wrong and what to do, each in sentences, under a status of their own kind", () => {
    expect(PROBLEM_CODES.length).toBeGreaterThan(60);
    for (const code of PROBLEM_CODES) {
      const { remedy = "", status, title, type } = problemOf(code);
      expect(title, code).toMatch(/^[A-Z]?[a-z_ ].+\.$/u);
      expect(remedy, code).toMatch(/^[A-Z].+[.a-z]$/u);
      expect(type).toBe(`urn:tracepost:problem:${code}`);
      expect(status, code).toBeGreaterThanOrEqual(400);
      expect(status, code).toBeLessThan(600);
    }
  });
});
