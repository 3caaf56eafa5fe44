import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tracepostHere as tracepost } from "../../support/in-process.ts";

let dir = "";
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "tracepost-completion-"));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const hasShell = (shell: string): boolean =>
  spawnSync(shell, ["-c", "exit 0"], { stdio: "ignore" }).status === 0;

/** The script of a shell in a file. */
async function scriptOf(shell: string): Promise<string> {
  const { code, err, out } = await tracepost(["completion", shell]);
  expect(code, err).toBe(0);
  const file = join(dir, `tracepost.${shell}`);
  await writeFile(file, out);
  return file;
}

function run(shell: string, args: readonly string[]): string[] {
  const { status, stderr, stdout } = spawnSync(shell, args, { encoding: "utf8", cwd: dir });
  expect(stderr).toBe("");
  expect(status).toBe(0);
  return stdout.split("\n").filter((line) => line !== "");
}

/** What each shell offers for a line, of which the last word is being typed. */
const OFFERS: Readonly<Record<string, (file: string, words: readonly string[]) => string[]>> = {
  bash: (file, words) => {
    const line = words.map((word) => `'${word}'`).join(" ");
    const set = `COMP_WORDS=(${line}); COMP_CWORD=${words.length - 1}`;
    const ask = `source ${file}; ${set}; _tracepost; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return run("bash", ["--norc", "-c", ask]);
  },
  zsh: (file, words) => {
    const line = words.map((word) => `'${word}'`).join(" ");
    // What the completion system of zsh would be told.
    const told = [
      "compdef() { :; }",
      "_files() { print -rl -- *(N) }",
      'compadd() { shift; print -rl -- "$@" }',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: of the shell
      '_describe() { print -rl -- "${(@)${(@P)2}%%:*}" }',
    ].join("; ");
    const ask = `${told}; source ${file}; words=(${line}); CURRENT=${words.length}; _tracepost`;
    const typed = words.at(-1) ?? "";
    return run("zsh", ["-f", "-c", ask]).filter((word) => word.startsWith(typed));
  },
  fish: (file, words) => {
    const ask = `source ${file}; complete -C '${words.join(" ")}'`;
    return run("fish", ["--no-config", "-c", ask]).map((line) => line.split("\t")[0] ?? "");
  },
};

describe.each(["bash", "zsh", "fish"])("completion in %s", (shell) => {
  const isThere = hasShell(shell);
  const offers = async (...words: string[]): Promise<string[]> =>
    OFFERS[shell]?.(await scriptOf(shell), ["tracepost", ...words]) ?? [];

  if (shell === "bash") {
    it("is tested where bash is", () => expect(isThere).toBe(true));
  }

  it.skipIf(!isThere)(`offers commands, and those below them (needs ${shell})`, async () => {
    expect(await offers("")).toEqual(expect.arrayContaining(["exchange", "trace", "user", "help"]));
    expect(await offers("tr")).toEqual(["trace"]);
    const users = ["add", "disable", "enable", "help", "list", "show", "token", "whoami"];
    expect((await offers("user", "")).toSorted()).toEqual(users);
    expect(await offers("user", "token", "re")).toEqual(["revoke"]);
  });

  it.skipIf(!isThere)(`offers the options of the command (needs ${shell})`, async () => {
    const found = await offers("trace", "send", "--");
    expect(found).toEqual(expect.arrayContaining(["--data", "--json", "--key", "--wait"]));
    expect(found).not.toContain("--detach");
    expect(await offers("exchange", "up", "--det")).toEqual(["--detach"]);
  });

  it.skipIf(!isThere)(`offers the values of closed lists (needs ${shell})`, async () => {
    const roles = await offers("user", "add", "desk-7", "--role", "FOCAL");
    expect(roles.toSorted()).toEqual(["FOCAL_POINT_OFFICER", "FOCAL_POINT_SUPERVISOR"]);
    expect(await offers("completion", "z")).toEqual(["zsh"]);
  });

  it.skipIf(!isThere)(`offers files where a file is meant (needs ${shell})`, async () => {
    await writeFile(join(dir, "my.token"), "");
    const found = await offers("user", "list", "--token-file", "my");
    expect(found).toContain("my.token");
  });
});

describe("completion (TP-CLI-7)", () => {
  it("is refused for another shell, with those there are", async () => {
    const end = await tracepost(["completion", "tcsh"]);
    expect(end).toMatchObject({ code: 2, out: "" });
    expect(end.err).toContain("Allowed choices are bash, zsh, fish.");
  });
});
