import { readFile } from "node:fs/promises";
import type { Command } from "commander";
import { describe, expect, it } from "vitest";
import { createProgram } from "../../../cli/program.ts";
import { leafCommands } from "../../support/command-lines.ts";
import { SILENT_TERMINAL, tracepostHere as tracepost } from "../../support/in-process.ts";

/** A line with everything that the command demands. */
function completeLine(words: string, command: Command): string[] {
  const args = command.registeredArguments.map(({ argChoices }) => argChoices?.[0] ?? "1");
  const options = command.options
    .filter(({ mandatory }) => mandatory)
    .flatMap(({ argChoices, long }) => [`${long}=${argChoices?.[0] ?? "x"}`]);
  return [...words.split(" "), ...options, ...args];
}

const leaves = leafCommands(createProgram(SILENT_TERMINAL, false));
const table = leaves.map(({ command, words }) => [words, command] as const);

describe("every command", () => {
  it("is found by walking the program", () => {
    expect(leaves.length).toBeGreaterThan(25);
    expect(leaves.map(({ words }) => words)).toContain("user token add");
  });

  it("reaches all of the firearm register (TP-FIRE-15)", () => {
    const words = leaves.map((leaf) => leaf.words).filter((each) => each.startsWith("register "));
    expect(words).toEqual(
      expect.arrayContaining(
        ["import", "status", "rejects", "export", "find", "show"].map((one) => `register ${one}`),
      ),
    );
  });

  it.each(table)("%s has a help with an example of itself", async (words, command) => {
    const { code, err, out } = await tracepost([...words.split(" "), "--help"]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const examples = out.slice(out.search(/^Examples?:/mu));
    expect(examples).toMatch(/^Examples?:\n/u);
    expect(examples).toContain(`tracepost ${words}`);
    expect(command.description()).not.toBe("");
  });

  // TP-CLI-1
  it.each(table)("%s prints JSON when it is asked to", (_words, command) => {
    expect(command.options.map(({ long }) => long)).toContain("--json");
  });

  it.each(table)("%s says what each option and argument is for", (_words, command) => {
    const silent = [...command.options, ...command.registeredArguments].filter(
      ({ description }) => description === "",
    );
    expect(silent).toEqual([]);
  });

  it.each(table)("%s has a row in docs/cli.md", async (words) => {
    const page = await readFile(new URL("../../../docs/cli.md", import.meta.url), "utf8");
    const rows = page.split("\n").filter((line) => line.startsWith("| `"));
    const named = rows.some((row) => {
      const [, cell = ""] = row.split("|");
      return [...cell.matchAll(/`([^`]+)`/gu)].some(([, text]) =>
        `${text} `.startsWith(`${words} `),
      );
    });
    expect(named, words).toBe(true);
  });

  it.each(table)("%s refuses an unknown option and says where the help is", async (words, one) => {
    const args = [...completeLine(words, one), "--no-such-option"];
    const end = await tracepost(args);
    expect(end).toMatchObject({ code: 2, out: "" });
    expect(end.err).toContain("--no-such-option");
    expect(end.err).toContain(`See: tracepost ${words} --help`);
    const asJson = await tracepost([...args, "--json"]);
    expect(asJson).toMatchObject({ code: 2, out: "" });
    expect(JSON.parse(asJson.err).error).toMatchObject({
      code: "USAGE",
      remedy: `See: tracepost ${words} --help`,
      fields: [],
    });
  });

  it.each(table)("%s refuses more arguments than it takes", async (words, command) => {
    const end = await tracepost([...completeLine(words, command), "one-too-many"]);
    expect(end).toMatchObject({ code: 2, out: "" });
    expect(end.err).toContain("too many arguments");
  });
});
