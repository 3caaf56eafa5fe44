import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CommandEnd, tracepost } from "../../support/run-command.ts";
import { REPOSITORY } from "../../support/source-files.ts";

let dir = "";
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "tracepost-cli-"));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

/** A user's mistake: its exit code, no stack trace, nothing on standard output. */
function expectMistake(end: CommandEnd, code: number): void {
  expect(end.code, end.err).toBe(code);
  expect(end.err).not.toMatch(/^\s+at /mu);
  expect(end.err).not.toContain("Error:");
  expect(end.out).toBe("");
}

const jsonError = (end: CommandEnd) => JSON.parse(end.err).error;

describe("the help", () => {
  it("names the commands, examples and exit codes", async () => {
    const { code, out } = await tracepost(["--help"]);
    expect(code).toBe(0);
    for (const word of ["exchange", "trace", "log", "inspect", "Examples:", "Exit codes:"]) {
      expect(out).toContain(word);
    }
  });

  it.each([
    "exchange init",
    "exchange up",
    "exchange down",
    "exchange status",
    "trace list",
    "trace show",
    "log verify",
    "inspect",
  ])("of %s has an example and --json", async (words) => {
    const { code, out } = await tracepost([...words.split(" "), "--help"]);
    expect(code).toBe(0);
    expect(out).toMatch(/Examples?:/u);
    expect(out).toContain(`  tracepost ${words}`);
    expect(out).toContain("--json");
  });

  it("shows the version", async () => {
    const { code, out } = await tracepost(["--version"]);
    expect(code).toBe(0);
    expect(out).toMatch(/^\d+\.\d+\.\d+\n$/u);
  });
});

describe("a command line that is not understood", () => {
  it.each([
    [["exchnge", "up"], /unknown command 'exchnge'[\s\S]*Did you mean exchange\?/u],
    [["exchange", "int"], /unknown command 'int'[\s\S]*Did you mean init\?/u],
    [["exchange", "up"], /required option '--data <dir>' not specified/u],
    [
      ["exchange", "up", "--detatch", "--data", "x"],
      /unknown option[\s\S]*Did you mean --detach\?/u,
    ],
    [["trace", "show", "--data", "x", "--participant", "US"], /missing required argument 'case'/u],
    [["trace", "list", "--data", "x", "--participant", "US", "--limit", "0"], /whole number/u],
    [["inspect", "a", "b"], /too many arguments/u],
  ])("says so for %j, with exit code 2 and where the help is", async (args, message) => {
    const end = await tracepost(args);
    expect(end.code).toBe(2);
    expect(end.err).toMatch(message);
    expect(end.err).toMatch(/^See: tracepost .*--help$/mu);
    expect(end.err).not.toMatch(/^\s+at /mu);
  });

  it("shows the help when no command is given", async () => {
    const end = await tracepost([]);
    expect(end.code).toBe(2);
    expect(end.err).toContain("Usage: tracepost");
  });

  it("says so as JSON when JSON is asked for", async () => {
    const end = await tracepost(["exchange", "up", "--json"]);
    expectMistake(end, 2);
    expect(jsonError(end)).toMatchObject({
      code: "USAGE",
      message: "required option '--data <dir>' not specified",
    });
  });
});

const PARTICIPANTS = `
- id: AT
  name: Focal point of Austria (made up)
  role: focal-point
  answering: register
  instruments: [{ instrument: ITI, boundness: committed, since: 2005-12-08 }]
- id: KE
  name: Focal point of Kenya (made up)
  role: focal-point
  instruments: [{ instrument: ITI, boundness: committed, since: 2005-12-08 }]
`;

describe("exchange init", () => {
  it("makes an exchange, says what it made, and does not make it twice", async () => {
    const file = join(dir, "participants.yaml");
    await writeFile(file, PARTICIPANTS);
    const data = join(dir, "made");
    const args = ["exchange", "init", "--data", data, "--participants", file, "--json"];
    const made = await tracepost(args);
    expect(made.code, made.err).toBe(0);
    expect(JSON.parse(made.out)).toMatchObject({ dataDir: data, participants: ["AT", "KE"] });
    const again = await tracepost(args);
    expectMistake(again, 3);
    expect(jsonError(again)).toMatchObject({
      code: "DATA_FOLDER",
      remedy: expect.stringContaining("--data"),
    });
  });

  it("names every problem of the participants at once, and makes nothing", async () => {
    const file = join(dir, "wrong.yaml");
    await writeFile(file, "- id: at\n  role: king\n- id: KE\n  name: Kenya\n  role: focal-point\n");
    const data = join(dir, "not-made");
    const end = await tracepost(["exchange", "init", "--data", data, "--participants", file]);
    expectMistake(end, 2);
    for (const field of ["line 1", "line 2", "name", "role"]) expect(end.err).toContain(field);
    const status = await tracepost(["exchange", "status", "--data", data]);
    expectMistake(status, 3);
    expect(status.err).toContain("is not there");
  });

  it("says when the participants file is not there", async () => {
    const missing = ["--participants", join(dir, "absent.yaml")];
    const end = await tracepost(["exchange", "init", "--data", join(dir, "x"), ...missing]);
    expectMistake(end, 2);
    expect(end.err).toMatch(/cannot be read: ENOENT/u);
  });
});

describe("an exchange that does not run", () => {
  const data = () => join(dir, "made");

  it("is told by status, with exit code 5", async () => {
    const end = await tracepost(["exchange", "status", "--data", data(), "--json"]);
    expect(end.code).toBe(5);
    expect(JSON.parse(end.out)).toMatchObject({ status: "stopped", processes: [] });
  });

  it("need not be stopped", async () => {
    const end = await tracepost(["exchange", "down", "--data", data()]);
    expect(end).toMatchObject({ code: 0, out: `Nothing was running in ${data()}.\n` });
  });

  it("has no cases before its first start", async () => {
    const end = await tracepost(["trace", "list", "--data", data(), "--participant", "AT"]);
    expectMistake(end, 5);
    expect(end.err).toContain("has not run yet");
  });

  it("names its participants when another one is asked for", async () => {
    const end = await tracepost(["trace", "list", "--data", data(), "--participant", "FR"]);
    expectMistake(end, 2);
    expect(end.err).toBe("no participant is called FR\nThis exchange has AT, KE.\n");
  });

  it("has no log to verify", async () => {
    const end = await tracepost(["log", "verify", "--data", data()]);
    expectMistake(end, 3);
  });
});

describe("inspect", () => {
  const vector = async (kind: "valid" | "invalid", name: string): Promise<Buffer> => {
    const file = join(REPOSITORY, "test/vectors/envelope", `${kind}.json`);
    const vectors = JSON.parse(await readFile(file, "utf8")) as { name: string; bytes: string }[];
    const bytes = vectors.find((each) => each.name === name)?.bytes ?? "";
    expect(bytes).not.toBe("");
    return Buffer.from(bytes, "base64");
  };

  it("shows header and parts of a message, and that the signature is not checked", async () => {
    const file = join(dir, "message.bin");
    await writeFile(file, await vector("valid", "trace request to one State"));
    const { code, out } = await tracepost(["inspect", file]);
    expect(code, out).toBe(0);
    expect(out).toMatch(/^Envelope, \d+ bytes$/mu);
    expect(out).toMatch(/^ {2}kind: TRACE_REQUEST$/mu);
    expect(out).toMatch(/^ {2}sender: NE$/mu);
    expect(out).toMatch(/^ {2}signed by key: [0-9a-f]{32} \(not checked\)$/mu);
    expect(out).toMatch(/^ {2}body: sealed, .*; intact$/mu);
    expect(out).toMatch(/^ {2}key for AT: sealed, .*; intact$/mu);
    expect(out).toContain("Its form is right.");
  });

  it("gives the same as JSON from standard input", async () => {
    const bytes = await vector("valid", "trace request to one State");
    const { code, out } = await tracepost(["inspect", "-", "--json"], bytes);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      form: "envelope",
      header: { sender: "NE" },
      problems: [],
    });
  });

  it("names the code the exchange would refuse a message with", async () => {
    const bytes = await vector("invalid", "one byte cut off");
    const { code, out } = await tracepost(["inspect", "-"], bytes);
    expect(code).toBe(2);
    expect(out).toMatch(/^ {2}- MALFORMED/mu);
  });

  it("shows what is wrong with bytes that are no message", async () => {
    const end = await tracepost(["inspect", "-"], Buffer.from("not a message"));
    expect(end.code).toBe(2);
    expect(end.out).toMatch(/^Not a message of tracepost\.v1 \(13 bytes\)\.$/mu);
    expect(end.out).toContain("MALFORMED");
    expect(end.err).toBe("");
  });

  it("says when there is no such file", async () => {
    const end = await tracepost(["inspect", join(dir, "absent.bin"), "--json"]);
    expectMistake(end, 2);
    expect(jsonError(end).code).toBe("INPUT_INVALID");
  });

  it("refuses what is larger than any message, before reading on", async () => {
    const end = await tracepost(["inspect", "-"], Buffer.alloc(3 * 1024 * 1024));
    expectMistake(end, 2);
    expect(end.err).toContain("larger than any message");
  });
});
