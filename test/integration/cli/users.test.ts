import { chmod, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { initExchange, type RunningExchange, startExchange } from "../../../deploy/local/index.ts";
import { tracepostHere as tracepost } from "../../support/in-process.ts";
import { specsOf } from "../../support/nats-carrier.ts";
import { type CommandEnd, tracepost as tracepostAlone } from "../../support/run-command.ts";

let dir = "";
let data = "";
let exchange: RunningExchange;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "tracepost-users-"));
  data = join(dir, "exchange");
  await initExchange({ dataDir: data, participants: specsOf(["KE", "AT"]) });
  exchange = await startExchange({ dataDir: data });
});

afterAll(async () => {
  await exchange?.stop();
  await rm(dir, { recursive: true, force: true });
});

const kenya = () => ["--data", data, "--participant", "KE"];
const errorOf = (end: CommandEnd) => JSON.parse(end.err).error;

async function json(args: readonly string[]) {
  const end = await tracepost([...args, "--json"]);
  expect(end, end.err).toMatchObject({ code: 0, err: "" });
  return JSON.parse(end.out);
}

const add = (id: string, role: string, ...more: string[]) =>
  ["user", "add", id, "--name", `${id} (made up)`, "--role", role, ...more] as const;

describe("users of a service, on the command line", () => {
  it("begin with the installation alone, at the focal point and at the gateway", async () => {
    const only = { users: [{ userId: "installation", roles: ["ADMINISTRATOR"] }] };
    expect(await json(["user", "list", ...kenya()])).toMatchObject(only);
    expect(await json(["user", "list", "--data", data, "--gateway"])).toMatchObject(only);
  });

  // TP-CLI-3
  it("get a token in a file of their owner alone, which is printed nowhere", async () => {
    const end = await tracepostAlone([...add("desk-7", "FOCAL_POINT_OFFICER", ...kenya())]);
    expect(end, end.err).toMatchObject({ code: 0, err: "" });
    const file = join(data, "participants/KE/tokens/desk-7.token");
    expect(end.out).toContain(`The token lies in ${file}`);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const token = (await readFile(file, "utf8")).trim();
    expect(token).toMatch(/^tpt_/u);
    expect(end.out).not.toContain(token);
    const shown = await json(["user", "show", "desk-7", ...kenya()]);
    expect(shown).toMatchObject({ status: "active", tokens: [{ label: "" }] });
    expect(JSON.stringify(shown)).not.toContain(token);
  });

  it("never replace a token file, and change nothing then", async () => {
    const file = join(dir, "kept.token");
    await writeFile(file, "kept\n");
    const wanted = add("desk-8", "AUDITOR", ...kenya(), "--write-token", file, "--json");
    const end = await tracepost([...wanted]);
    expect(end.code).toBe(3);
    expect(errorOf(end)).toMatchObject({
      code: "KEY_FILE",
      remedy: expect.stringContaining("--write-token"),
    });
    expect(await readFile(file, "utf8")).toBe("kept\n");
    const absent = await tracepost(["user", "show", "desk-8", ...kenya(), "--json"]);
    expect(errorOf(absent).code).toBe("NOT_FOUND");
  });

  it("whose token cannot be written have none, and are told how to get one", async () => {
    await writeFile(join(dir, "no-folder"), "");
    const nowhere = join(dir, "no-folder", "x.token");
    const end = await tracepost([
      ...add("desk-9", "AUDITOR", ...kenya(), "--write-token", nowhere),
    ]);
    expect(end.code).toBe(3);
    expect(end.err).toContain("the token was revoked again");
    expect(end.err).toContain("tracepost user token add desk-9");
    const { tokens } = await json(["user", "show", "desk-9", ...kenya()]);
    expect(tokens).toMatchObject([{ revokedAt: expect.any(String) }]);
  });

  // TP-CLI-1
  it("that cannot be are refused with field, rule and remedy", async () => {
    const system = add("registry", "FOCAL_POINT_OFFICER", ...kenya(), "--system");
    const asJson = await tracepost([...system, "--json"]);
    expect(asJson).toMatchObject({ code: 2, out: "" });
    expect(errorOf(asJson)).toMatchObject({
      code: "INPUT_INVALID",
      remedy: "Correct every field named in problems.",
      fields: [
        { field: "roles.0", rule: "a system cannot be FOCAL_POINT_OFFICER" },
        { field: "responsible", rule: "a system names the person who answers for it" },
      ],
    });
    const asText = await tracepost([...system]);
    expect(asText.err).toContain("The request has wrong fields. (INPUT_INVALID)");
    expect(asText.err).toContain("  - responsible: a system names the person");
    const again = await tracepost([
      ...add("desk-7", "AUDITOR", ...kenya(), "--write-token", join(dir, "again.token")),
    ]);
    expect(again.code).toBe(2);
    expect(again.err).toContain("(USER_EXISTS)");
    expect(again.err).toContain("Choose another id");
  });

  it("are kept out and let in again", async () => {
    const own = ["user", "list", ...kenya(), "--user", "aud"];
    await json([...add("aud", "AUDITOR", ...kenya())]);
    expect((await json(own)).users.length).toBeGreaterThan(1);
    expect(await json(["user", "disable", "aud", ...kenya()])).toMatchObject({
      status: "disabled",
    });
    const out = await tracepost([...own, "--json"]);
    expect(out.code).toBe(2);
    expect(errorOf(out)).toMatchObject({
      code: "UNAUTHENTICATED",
      remedy: expect.stringContaining("--token-file"),
    });
    expect(await json(["user", "enable", "aud", ...kenya()])).toMatchObject({ status: "active" });
    await json(own);
  });

  it("change a token: the new one beside the old one, then the old one ends", async () => {
    const { tokenId: old } = await json([...add("changer", "AUDITOR", ...kenya())]);
    const file = join(dir, "changer.token");
    const issue = ["user", "token", "add", "changer", ...kenya(), "--label", "second"];
    const { tokenId } = await json([...issue, "--write-token", file]);
    expect(tokenId).not.toBe(old);
    await json(["user", "token", "revoke", "changer", old, ...kenya()]);
    const byOld = await tracepost(["user", "list", ...kenya(), "--user", "changer"]);
    expect(byOld.err).toContain("(UNAUTHENTICATED)");
    const url = exchange.participants.get("KE")?.url ?? "";
    await json(["user", "list", "--url", url, "--token-file", file]);
  });

  it("may not do what their role does not allow, and hear who may", async () => {
    const end = await tracepost(["user", "list", ...kenya(), "--user", "desk-7"]);
    expect(end.code).toBe(2);
    expect(end.err).toMatch(/FORBIDDEN[\s\S]*permission users:read, which AUDITOR, ADMINISTRATOR/u);
  });
});

// TP-CLI-2
describe("a command that asks a service", () => {
  it.each([
    [["--participant", "KE"], /which service is meant/u],
    [["--data", "DATA"], /either --participant ID or --gateway/u],
    [["--data", "DATA", "--participant", "KE", "--gateway"], /--participant ID or --gateway/u],
    [["--data", "DATA", "--url", "http://127.0.0.1:1"], /--url stands alone/u],
    [["--data", "DATA", "--participant", "FR"], /This exchange has KE, AT/u],
    [["--url", "127.0.0.1:80", "--token-file", "T"], /no address of a service/u],
    [["--url", "ftp://localhost", "--token-file", "T"], /no address of a service/u],
    [["--url", "http://127.0.0.1:1"], /Give --token-file FILE, or set TRACEPOST_TOKEN/u],
    [["--data", "DATA", "--gateway", "--user", "a", "--token-file", "T"], /both say who asks/u],
    [["--data", "DATA", "--gateway", "--user", "nobody"], /No token of nobody is kept/u],
  ])("with %j hears what is missing or too much, with exit code 2", async (args, message) => {
    const token = join(data, "participants/KE/api.token");
    const places: Record<string, string> = { DATA: data, T: token };
    const end = await tracepost(["user", "list", ...args.map((arg) => places[arg] ?? arg)]);
    expect(end, end.err).toMatchObject({ code: 2, out: "" });
    expect(end.err).toMatch(message);
  });

  it("takes no token from a file that others can read, or that holds none", async () => {
    const file = join(dir, "open.token");
    await writeFile(file, "tpt_made_up\n");
    await chmod(file, 0o644);
    const list = ["user", "list", "--url", "http://127.0.0.1:1", "--token-file", file];
    const open = await tracepost(list);
    expect(open.code).toBe(3);
    expect(open.err).toContain(`chmod 600 ${file}`);
    await writeFile(file, "two words\n");
    await chmod(file, 0o600);
    expect((await tracepost(list)).err).toContain("holds no token");
  });

  it("takes a token from the environment, after what the options say", async () => {
    const token = (await readFile(join(data, "participants/KE/api.token"), "utf8")).trim();
    const url = exchange.participants.get("KE")?.url ?? "";
    expect(await tracepost(["user", "list", "--url", url], { token })).toMatchObject({ code: 0 });
    const other = await tracepost(["user", "list", ...kenya(), "--user", "desk-7"], { token });
    expect(other.err).toContain("(FORBIDDEN)");
    const none = await tracepost(["user", "list", "--url", url], { token: "" });
    expect(none).toMatchObject({
      code: 3,
      err: expect.stringContaining("TRACEPOST_TOKEN holds no"),
    });
  });

  it("says who does not answer, with exit code 5", async () => {
    const token = join(data, "participants/KE/api.token");
    const args = ["user", "list", "--url", "http://127.0.0.1:1", "--token-file", token, "--json"];
    const end = await tracepost(args);
    expect(end.code).toBe(5);
    expect(errorOf(end)).toMatchObject({ code: "UNAVAILABLE", fields: [] });
  });
});
