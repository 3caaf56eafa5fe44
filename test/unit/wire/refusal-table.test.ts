import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { REFUSALS, type RefusalCodeName } from "#errors";
import { RefusalCode } from "#proto";
import { refusalCodeOf, refusalNameOf } from "#wire";
import { REPOSITORY } from "../../support/source-files.ts";

const names = Object.keys(REFUSALS) as RefusalCodeName[];

/** Rows of the table of codes on its page, cell by cell. */
async function pageRows(): Promise<string[][]> {
  const page = await readFile(join(REPOSITORY, "docs/spec/refusals.md"), "utf8");
  return page
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

describe("the closed table of refusals (TP-REF-1)", () => {
  it("is the enum of the wire contract, no code more or less, in the same sequence", () => {
    const enumNames = Object.keys(RefusalCode).filter((name) => name !== "UNSPECIFIED");
    expect(names).toEqual(enumNames);
    expect(new Set(Object.values(RefusalCode)).size).toBe(enumNames.length + 1);
  });

  it("is the table of docs/spec/refusals.md, word for word", async () => {
    const expected = Object.entries(REFUSALS).map(([code, rule]) => [
      `\`${code}\``,
      rule.step,
      rule.retryable ? "retryable" : "final",
      rule.meaning,
      rule.remedy,
    ]);
    expect(await pageRows()).toEqual(expected);
  });

  it("says for each code what is wrong and what to do, each in one sentence", () => {
    for (const [code, rule] of Object.entries(REFUSALS)) {
      // A sentence about a field begins with its name.
      expect(rule.meaning, code).toMatch(/^[A-Z]?[a-z_ ].+\.$/);
      expect(rule.remedy, code).toMatch(/^[A-Z].+\.$/);
    }
  });

  it("is read back from the wire as it was written", () => {
    for (const name of names) expect(refusalNameOf(refusalCodeOf(name))).toBe(name);
    expect(refusalNameOf(RefusalCode.UNSPECIFIED)).toBeUndefined();
    expect(refusalNameOf(999 as RefusalCode)).toBeUndefined();
  });
});
