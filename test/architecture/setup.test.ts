import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { REPOSITORY } from "../support/source-files.ts";

/** An npm that notes its arguments and installs what the lock file says, without a network. */
const NPM = `
import { appendFileSync, copyFileSync, mkdirSync } from "node:fs";
appendFileSync("npm-calls", process.argv.slice(2).join(" ") + "\\n");
mkdirSync("node_modules", { recursive: true });
copyFileSync("package-lock.json", "node_modules/.package-lock.json");
`;
const BROKEN_NPM = 'console.error("no such version: left-pad@9");\nprocess.exit(1);\n';
const lock = (version: string): string =>
  JSON.stringify({ packages: { "": {}, "node_modules/a": { version } } });

describe("the set-up before start, test and bench", () => {
  let folder = "";

  /** Starts it; resolves when it has ended. */
  async function setUp(): Promise<{ code: number; output: string }> {
    const child = spawn(process.execPath, ["scripts/setup.js"], {
      cwd: folder,
      env: { ...process.env, npm_execpath: join(folder, "npm.js"), npm_node_execpath: undefined },
      stdio: ["ignore", "ignore", "pipe"],
    });
    const [output, [code]] = await Promise.all([text(child.stderr), once(child, "close")]);
    return { code, output };
  }

  const write = (file: string, content: string): Promise<void> =>
    writeFile(join(folder, file), content);
  const npmCalls = async (): Promise<string[]> =>
    (await readFile(join(folder, "npm-calls"), "utf8").catch(() => "")).split("\n").slice(0, -1);

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "tracepost-setup-"));
    await mkdir(join(folder, "deploy/local"), { recursive: true });
    await mkdir(join(folder, ".cache"));
    await cp(join(REPOSITORY, "scripts"), join(folder, "scripts"), { recursive: true });
    await write("package.json", '{ "type": "module" }');
    await write("package-lock.json", lock("1.0.0"));
    await write("npm.js", NPM);
    await write("deploy/local/fetch-nats.ts", "export {};\n");
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  it("installs what the lock file says, without running scripts of packages", async () => {
    expect(await setUp()).toMatchObject({ code: 0 });
    const [call] = await npmCalls();
    expect(call).toMatch(/^ci --ignore-scripts --include=dev --include=optional/);
  });

  it("does and says nothing when all is there", async () => {
    await setUp();
    expect(await setUp()).toEqual({ code: 0, output: "" });
    expect(await npmCalls()).toHaveLength(1);
  });

  it("installs again when the lock file has changed", async () => {
    await setUp();
    await write("package-lock.json", lock("1.0.1"));
    await setUp();
    expect(await npmCalls()).toHaveLength(2);
  });

  it("installs once when two commands are started on a fresh clone at the same time", async () => {
    const both = await Promise.all([setUp(), setUp()]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    expect(await npmCalls()).toHaveLength(1);
  });

  it("takes over from a set-up that was killed", async () => {
    const { pid } = spawnSync(process.execPath, ["--eval", ""]);
    await write(".cache/setup.lock", String(pid));
    expect(await setUp()).toMatchObject({ code: 0 });
    expect(await npmCalls()).toHaveLength(1);
  });

  it("says what npm said, and what to do, when the installation fails", async () => {
    await write("npm.js", BROKEN_NPM);
    const { code, output } = await setUp();
    expect(code).toBe(4);
    expect(output).toContain("left-pad@9");
    expect(output).toContain("then run the command again");
    expect(output).not.toMatch(/^\s+at /m);
  });

  it("ends as the search for nats-server ends", async () => {
    await write("deploy/local/fetch-nats.ts", 'console.error("get one");\nprocess.exit(4);\n');
    expect(await setUp()).toEqual({ code: 4, output: expect.stringContaining("get one") });
  });
});
