import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { FAULTS } from "#errors";
import { MAKERS } from "#reference";
import { EXIT_CODES_HELP, exitCodes } from "../../../cli/exit-codes.ts";

const page = (name: string): Promise<string> =>
  readFile(new URL(`../../../docs/${name}`, import.meta.url), "utf8");

describe("docs/cli.md", () => {
  it("lists every exit code with the faults that end with it", async () => {
    const rows = [
      ...(await page("cli.md")).matchAll(/^\| (\d)\s+\| [^|]+\| ([A-Z][A-Z_, ]*?)\s*\|$/gmu),
    ];
    const listed = rows.map(([, code, faults = ""]) => [Number(code), faults.split(", ")]);
    const known = exitCodes().map(({ exitCode, faults }) => [exitCode, [...faults].toSorted()]);
    const sorted = listed.map(([code, faults]) => [code, (faults as string[]).toSorted()]);
    expect(sorted).toEqual(known);
  });
});

describe("the help", () => {
  it("names every exit code of lib/errors", () => {
    for (const { exitCode } of Object.values(FAULTS)) {
      expect(EXIT_CODES_HELP).toMatch(new RegExp(`^  ${exitCode}  \\w`, "mu"));
    }
  });
});

describe("docs/spec/screening.md", () => {
  it("has the maker table of the program", async () => {
    const rows = [
      ...(await page("spec/screening.md")).matchAll(/^\| ([A-Z]{2})\s+\| (.+?)\s*\|$/gmu),
    ];
    const listed = rows.flatMap(([, state, brands = ""]) =>
      brands.split(", ").map((brand) => {
        const name = brand.replace(/\s*\(.*\)$/u, "");
        return `${state} ${name.replace("\\*", "*")}`;
      }),
    );
    const known = MAKERS.rows.map(({ ambiguous, brand, state }) => {
      return `${state} ${brand}${ambiguous ? "*" : ""}`;
    });
    expect(listed.toSorted()).toEqual(known.toSorted());
  });
});
