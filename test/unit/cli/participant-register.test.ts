import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadLogKey } from "#trust";
import { ExchangePaths, initExchange, parseParticipantsYaml } from "../../../deploy/local/index.ts";
import { tracepostHere as tracepost } from "../../support/in-process.ts";

const PEOPLE = `
- { id: NE, name: Focal point of NE (made up), role: focal-point, languages: [fr] }
- { id: BR, name: Focal point of BR (made up), role: focal-point, languages: [pt] }
`;
const AT = "- { id: AT, name: Focal point of AT (made up), role: focal-point, languages: [de] }\n";

let folder = "";
let paths: ExchangePaths;
const file = (name: string) => join(folder, name);

async function run(...args: readonly string[]) {
  const { code, err, out } = await tracepost([...args, "--json"]);
  if (code !== 0) return { code, error: JSON.parse(err).error };
  return { code, json: JSON.parse(out) };
}

const sign = (holder: number, ...more: readonly string[]) =>
  run(
    "register",
    "sign",
    file("next"),
    "--against",
    paths.exchange.bundle,
    "--key",
    rootKey(holder),
    ...more,
  );
const rootKey = (holder: number) => paths.exchange.rootKeys[holder] ?? "";
const verify = (register: string) =>
  run("register", "verify", register, "--root", ...paths.exchange.rootPublicKeys);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tracepost-participants-"));
  await initExchange({ dataDir: file("exchange"), participants: parseParticipantsYaml(PEOPLE) });
  paths = new ExchangePaths(file("exchange"));
  await writeFile(file("at.yaml"), AT);
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe("the next version of a register, by command (TP-REG-10)", () => {
  it("begins with a register that two of three root keys have signed", async () => {
    expect(await verify(paths.exchange.bundle)).toMatchObject({
      json: { version: "1", standing: "fresh", participants: 2, alarms: [] },
    });
    const drafted = await run("register", "draft", paths.exchange.bundle, "--out", file("next"));
    expect(drafted).toMatchObject({ json: { version: "2", signatures: 0, threshold: 2 } });
    expect(await verify(file("next"))).toMatchObject({
      code: 6,
      error: { code: "VERIFICATION", problems: [expect.stringContaining("THRESHOLD")] },
    });
  });

  it("admits a participant with keys that it has made and proven itself (TP-REG-6)", async () => {
    const made = ["participant", "request", "AT", "--keys-dir", file("at-keys")];
    const bare = await run(...made, "--out", file("at.statement"));
    expect(bare.error).toMatchObject({ code: "USAGE", message: "The key is under a passphrase" });
    const request = [...made, "--unprotected"];
    expect((await run(...request, "--out", file("at.statement"))).json).toMatchObject({
      participant: "AT",
      sequence: "1",
    });
    const add = ["participant", "add", file("at.yaml"), "--draft", file("next")];
    const before = await readFile(file("next"));
    const tried = await run(...add, "--keys", file("at.statement"), "--dry-run");
    expect(tried.json.dryRun).toBe(true);
    expect(tried.json.differences.at(-1)).toMatchObject({ about: "AT", removed: [] });
    expect(await readFile(file("next"))).toEqual(before);
    expect((await run(...add, "--keys", file("at.statement"))).code).toBe(0);
    expect(await run(...add, "--keys", file("at.statement"))).toMatchObject({
      code: 2,
      error: { message: expect.stringContaining("already") },
    });
    const inFolder = await run("participant", "list", "--data", file("exchange"));
    expect(inFolder.json.participants.map(({ id }: { id: string }) => id)).toEqual(["BR", "NE"]);
    expect(await run("participant", "list")).toMatchObject({ code: 2, error: { code: "USAGE" } });
    const listed = await run("participant", "list", "--register", file("next"));
    expect(listed.json.participants.map(({ id }: { id: string }) => id)).toEqual([
      "AT",
      "BR",
      "NE",
    ]);
  });

  it("suspends, and rotates a key whose predecessor still counts", async () => {
    const draft = ["--draft", file("next")];
    const suspended = await run("participant", "suspend", "BR", ...draft);
    expect(suspended.json.differences).toContainEqual({
      about: "BR",
      removed: ["status ACTIVE"],
      added: ["status SUSPENDED"],
    });
    const renewal = ["--after", file("at.statement"), "--header", "--identity"];
    const words = file("words");
    await writeFile(words, "several words for the keys\n", { mode: 0o600 });
    const request = ["participant", "request", "AT", "--keys-dir", file("at-keys"), ...renewal];
    const kept = ["--suite", "es256", "--passphrase-file", words];
    const next = await run(...request, ...kept, "--out", file("at-2.statement"));
    expect(await readFile(file("at-keys/header-2.key"), "utf8")).toContain("AGE ENCRYPTED FILE");
    expect(next.json).toMatchObject({
      sequence: "2",
      signingKeys: [{}, {}].map(() => expect.any(String)),
    });
    const keys = ["--keys", file("at-2.statement")];
    expect((await run("participant", "rotate-key", "AT", ...keys, ...draft)).code).toBe(0);
    const wrong = await run("participant", "rotate-key", "NE", ...keys, ...draft);
    expect(wrong.error.message).toContain("is about AT, not NE");
  });

  it("counts when a second person has signed the same bytes (TP-REG-2)", async () => {
    const unsigned = await readFile(file("next"));
    const tried = { dryRun: true, signatures: 1, differences: expect.arrayContaining([]) };
    expect((await sign(1, "--dry-run")).json).toMatchObject(tried);
    expect(await readFile(file("next"))).toEqual(unsigned);
    expect((await sign(1)).json).toMatchObject({ signatures: 1, threshold: 2 });
    expect((await verify(file("next"))).code).toBe(6);
    expect((await sign(1)).json).toMatchObject({ signatures: 1 });
    expect((await sign(2)).json).toMatchObject({ signatures: 2 });
    expect((await sign(0)).error.message).toContain("needs no signature");
    expect((await verify(file("next"))).json).toMatchObject({ version: "2", participants: 3 });
    const dry = ["--root", ...paths.exchange.rootPublicKeys, "--dry-run"];
    expect((await run("register", "publish", file("next"), ...dry)).json).toEqual({
      outcome: "judged",
      version: "2",
    });
    const against = ["--against", paths.exchange.bundle];
    const told = (await run("register", "publish", file("next"), ...dry, ...against)).json;
    expect(told).toMatchObject({ outcome: "judged", version: "2", against: "1" });
    expect(told.differences.map(({ about }: { about: string }) => about)).toContain("BR");
    const read = await tracepost(["register", "publish", file("next"), ...dry, ...against]);
    expect(read.out).toContain("Against version 1:");
    expect(read.out).toContain("  + status SUSPENDED");
    const back = ["register", "publish", paths.exchange.bundle, ...dry, "--against", file("next")];
    expect((await run(...back)).error.problems.join()).toContain("ROLLBACK");
    const diff = await run("register", "diff", paths.exchange.bundle, file("next"));
    expect(diff.json.differences.map(({ about }: { about: string }) => about)).toEqual([
      "register",
      "AT",
      "BR",
    ]);
  });

  it("is said to be the newest by a freshness key that it names (TP-REG-3)", async () => {
    const freshen = ["register", "freshen", file("next"), "--key"];
    expect((await run(...freshen, rootKey(0))).error.message).toContain("is no freshness key");
    expect((await run(...freshen, paths.exchange.freshnessKey)).json).toMatchObject({
      version: "2",
    });
    expect((await verify(file("next"))).json).toMatchObject({ version: "2", standing: "fresh" });
  });

  it("removes for good, with every key revoked", async () => {
    await run("register", "draft", file("next"), "--out", file("third"));
    const draft = ["--draft", file("third")];
    await run("participant", "remove", "BR", ...draft);
    const back = await run("participant", "resume", "BR", ...draft);
    expect(back.error.message).toContain("was removed");
    const shown = await run("participant", "show", "BR", "--register", file("third"));
    const facts: string[] = shown.json.facts;
    expect(facts).toContain("status REMOVED");
    expect(facts.filter((fact) => fact.startsWith("revoked "))).toHaveLength(2);
  });

  it("makes the log's next post-quantum key, and revokes the one before (TP-KEY-2)", async () => {
    const exchange = ["register", "exchange-key", "--draft", file("third")];
    const made = await run(...exchange, "--log", file("log-ml-dsa-44-2.key"));
    expect(made.code).toBe(0);
    const { keyId } = await loadLogKey(file("log-ml-dsa-44-2.key"));
    expect(made.json.made).toMatchObject([{ purpose: "log", keyId }]);
    const added = (json: { differences: { about: string; added: string[] }[] }) =>
      json.differences.find(({ about }) => about === "register")?.added.join(" | ");
    expect(added(made.json)).toContain(`log key ${keyId} from`);
    const revoked = await run(...exchange, "--revoke", keyId);
    expect(added(revoked.json)).toMatch(new RegExp(`log key ${keyId} .*, revoked `, "u"));
  });

  it("revokes keys that are there, and says since when others had them or not at all", async () => {
    const draft = ["--draft", file("third")];
    const shown = await run("participant", "show", "NE", "--register", file("third"));
    const signing = (shown.json.facts as string[]).find((fact) => fact.startsWith("signing key "));
    const keyId = signing?.split(" ")[2] ?? "";
    const rotate = ["participant", "rotate-key", "NE", ...draft];
    const since = ["--compromised-since", "2026-05-01T00:00:00Z"];
    const mixed = { code: 2, error: { message: expect.stringContaining("does not go with") } };
    expect(await run(...rotate, "--revoke", keyId, ...since)).toMatchObject(mixed);
    const exchange = ["register", "exchange-key", ...draft, "--revoke", keyId];
    expect(await run(...exchange, "--reason", "LOST", ...since)).toMatchObject(mixed);
    expect(await run(...rotate, "--revoke", keyId, "any text")).toMatchObject({
      code: 2,
      error: { message: expect.stringContaining("any text is no key of NE") },
    });
    expect((await run(...rotate, "--revoke", keyId)).code).toBe(0);
    const stolen = await run(...rotate, "--revoke", keyId, "--reason", "COMPROMISED", ...since);
    expect(JSON.stringify(stolen.json.differences.at(-1).added)).toContain(
      "COMPROMISED, compromised 2026-05-01T00:00Z",
    );
  });
});

/** Stretching a passphrase is meant to be slow, and is slower on a busy machine. */
const STRETCH_MS = 180_000;

describe("a root key (TP-REG-11)", () => {
  it("lies in another State than the ones that could sign without it", async () => {
    const drafted = async (states: readonly string[], threshold: string) => {
      const told = paths.exchange.rootPublicKeys.map((pub, at) => `${states[at]}:${pub}`);
      const roots = ["--root-key", ...told, "--threshold", threshold, "--dry-run"];
      const draft = ["register", "draft", paths.exchange.bundle, "--out", file("never"), ...roots];
      const { code, error } = await run(...draft);
      return code === 0 ? "taken" : `${error.code}: ${error.message}`;
    };
    expect(await drafted(["KE", "AT", "KE"], "2")).toBe("USAGE: KE alone could sign the register");
    expect(await drafted(["KE", "AT", "BR"], "1")).toBe("USAGE: KE alone could sign the register");
    expect(await drafted(["KE", "AT", "KE"], "3")).toBe("taken");
    expect(await drafted(["KE", "AT", "BR"], "2")).toBe("taken");
  });

  it(
    "lies under a passphrase, and signs with it alone",
    async () => {
      await writeFile(file("pass"), "correct horse battery staple\n", { mode: 0o600 });
      await writeFile(file("wrong"), "another horse entirely\n", { mode: 0o600 });
      const made = ["register", "root-key", "--out", file("new.key")];
      expect((await run(...made)).error.code).toBe("USAGE");
      expect((await run(...made, "--passphrase-file", file("pass"))).code).toBe(0);
      expect(await readFile(file("new.key"), "utf8")).toMatch(
        /^-----BEGIN AGE ENCRYPTED FILE-----/,
      );
      const against = ["--against", paths.exchange.bundle, "--key", file("new.key")];
      const third = ["register", "sign", file("third"), ...against];
      expect((await run(...third)).error.code).toBe("USAGE");
      expect((await run(...third, "--passphrase-file", file("wrong"))).error.code).toBe("KEY_FILE");
      const stranger = await run(...third, "--passphrase-file", file("pass"));
      expect(stranger.json).toMatchObject({ signatures: 0 });
    },
    STRETCH_MS,
  );
});
