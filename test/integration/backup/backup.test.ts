import { writeFileSync } from "node:fs";
import {
  cp,
  mkdtemp,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "#runtime";
import { restoreBackup, verifyBackup } from "../../../deploy/local/index.ts";
import { tracepostHere } from "../../support/in-process.ts";
import { type MadeUpFolder, makeUpFolder } from "../../support/made-up-folder.ts";

let dir = "";
let folder: MadeUpFolder;
let backup = "";
let made = 0;

async function backupCommand(...words: readonly string[]) {
  const { code, err, out } = await tracepostHere(["backup", ...words, "--json"]);
  return { code, said: JSON.parse(out || err) };
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "tracepost-backup-"));
  folder = await makeUpFolder(join(dir, "exchange"));
  backup = join(dir, "backup");
});
afterAll(async () => {
  await folder.bench.close();
  await rm(dir, { recursive: true, force: true });
});

/** A copy of the backup with something done to it. */
async function changed(change: (copy: string) => Promise<unknown>): Promise<string> {
  made += 1;
  const copy = join(dir, `changed-${made}`);
  await cp(backup, copy, { recursive: true });
  await change(copy);
  return copy;
}

async function flip(file: string, at: number): Promise<void> {
  await using handle = await open(file, "r+");
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, at);
  await handle.write(Buffer.of((buffer[0] ?? 0) ^ 1), 0, 1, at);
}

describe("a backup that is made while the gateway writes (TP-BACK-1, TP-BACK-2)", () => {
  test("is of one moment, names what it holds and leaves out, and has no key in it", async () => {
    let isDone = false;
    const writing = (async () => {
      while (!isDone) await folder.exchangeOne();
    })();
    const { code, said } = await backupCommand(
      "create",
      "--data",
      folder.paths.dataDir,
      "--to",
      backup,
    );
    isDone = true;
    await writing;
    expect({ code, problems: said.error }).toEqual({ code: 0, problems: undefined });
    const paths = said.manifest.stores.map(({ path }: { path: string }) => path);
    expect(paths).toEqual(["participants/NE/witness.sqlite", "gateway/gateway.sqlite"]);
    const { log } = said.manifest.stores[1];
    const head = await folder.bench.store.call("logHead", undefined);
    expect(log.size).toBeGreaterThan(0);
    expect(log.size).toBeLessThanOrEqual(head.size);
    expect(said.manifest.left).toEqual([
      { path: "exchange/root/holder-1/any.key", why: "root key" },
      { path: "gateway/keys/receipt.key", why: "private key" },
      { path: "notes of the operator", why: "not a file of Tracepost" },
    ]);
    const verified = await backupCommand("verify", backup, "--digest", said.digest);
    expect(verified).toMatchObject({ code: 0, said: { whole: true, isLogVerified: true } });
    expect((await stat(join(backup, "gateway/gateway.sqlite"))).mode & 0o077).toBe(0);
    const names = await readdir(join(backup, "gateway"));
    expect(names).toEqual(["config.json", "gateway.sqlite", "gateway.sqlite.bodies"]);
    const body = said.manifest.files.find(({ path }: { path: string }) => path.includes("bodies/"));
    expect(body.path).toMatch(/^gateway\/gateway\.sqlite\.bodies\/exercise-\d{4}-\d\d-1\.body$/u);
  });

  test("with keys has them, but no root key; in text it says what to do with it", async () => {
    const to = join(dir, "with-keys");
    const words = ["backup", "create", "--data", folder.paths.dataDir, "--to", to, "--with-keys"];
    const { code, out } = await tracepostHere(words);
    expect(code).toBe(0);
    expect(out).toMatch(/gateway\/gateway\.sqlite +schema \d+, .*, \d+ log entries/);
    expect(out).toContain("not in it: root keys, which each holder keeps alone");
    expect(out).toContain("not in it: notes of the operator, not a file of Tracepost");
    expect(await readFile(join(to, "gateway/keys/receipt.key"), "utf8")).toBe("a private key");
    expect(await readdir(join(to, "exchange", "root"))).toEqual(["root-1.pub"]);
  });

  test("is refused where it would overwrite, and of a folder without a store", async () => {
    const again = await backupCommand("create", "--data", folder.paths.dataDir, "--to", backup);
    expect(again).toMatchObject({ code: 3, said: { error: { code: "DATA_FOLDER" } } });
    const to = join(dir, "nothing");
    const none = await backupCommand(
      "create",
      "--data",
      join(folder.paths.dataDir, "exchange"),
      "--to",
      to,
    );
    expect(none.said.error.message).toContain("there is no store in");
    const part = await backupCommand(
      "create",
      "--data",
      folder.paths.dataDir,
      "--to",
      to,
      "--only",
      "x",
    );
    expect(part).toMatchObject({ code: 2, said: { error: { problems: ["--only: x"] } } });
    expect(await readdir(dir)).not.toContain("nothing");
  });
});

/** A folder like the one that was backed up, whose services do not run. */
async function standing(name: string): Promise<string> {
  const dataDir = join(dir, name);
  await cp(backup, dataDir, { recursive: true });
  await rm(join(dataDir, "backup.json"));
  return dataDir;
}

/** The one body file of the gateway's store in a folder. */
async function bodyFileOf(dataDir: string): Promise<string> {
  const bodies = join(dataDir, "gateway/gateway.sqlite.bodies");
  const [name = ""] = await readdir(bodies);
  return join(bodies, name);
}

describe("a backup that is read again (TP-BACK-3)", () => {
  const store = "gateway/gateway.sqlite";

  test.each([
    [
      "a bit of a store",
      (copy: string) => flip(join(copy, store), 20_000),
      `${store}: was changed since the backup`,
    ],
    [
      "a store that was cut off",
      async (copy: string) => {
        await using handle = await open(join(copy, store), "r+");
        await handle.truncate(8_192);
      },
      /gateway\.sqlite: has 8192 bytes of \d+/,
    ],
    [
      "a bit of a body file",
      async (copy: string) => flip(await bodyFileOf(copy), 3_000),
      /gateway\.sqlite\.bodies\/exercise-.*: was changed since the backup/,
    ],
    [
      "a file that is gone",
      (copy: string) => rm(join(copy, "exchange/register.bin")),
      "exchange/register.bin: is missing",
    ],
    [
      "a file that was put in",
      (copy: string) => writeFile(join(copy, "gateway/x.bin"), ""),
      "gateway/x.bin: does not belong to the backup",
    ],
  ])("names %s", async (_, change, problem) => {
    const { problems } = await verifyBackup(await changed(change));
    expect(problems).toEqual([expect.stringMatching(problem)]);
  });

  test("names a record that was changed before the backup was made", async () => {
    const source = join(dir, "tampered");
    await cp(backup, source, { recursive: true });
    await rm(join(source, "backup.json"));
    const db = new DatabaseSync(join(source, store));
    db.exec("UPDATE messages SET sender = 'BR' WHERE id = 1");
    db.close();
    const to = join(dir, "tampered-backup");
    expect((await backupCommand("create", "--data", source, "--to", to)).code).toBe(0);
    const { code, said } = await backupCommand("verify", to);
    expect(code).toBe(6);
    expect(said.problems.join("\n")).toMatch(/gateway\.sqlite: .*sender/);
    const restored = await backupCommand("restore", to, "--data", join(dir, "never"));
    expect(restored).toMatchObject({ code: 6, said: { error: { code: "VERIFICATION" } } });
    expect(await readdir(dir)).not.toContain("never");
  });

  test("names the message of a body that was garbled before the backup was made", async () => {
    const source = join(dir, "garbled");
    await cp(backup, source, { recursive: true });
    await rm(join(source, "backup.json"));
    await flip(await bodyFileOf(source), 3_000);
    const to = join(dir, "garbled-backup");
    expect((await backupCommand("create", "--data", source, "--to", to)).code).toBe(0);
    const { code, said } = await backupCommand("verify", to);
    expect(code).toBe(6);
    expect(said.problems.join("\n")).toMatch(
      /message \S+ of NE \(entry 0\) has a part 0 \(body\) that cannot be read: .* is garbled/,
    );
    await rm(await bodyFileOf(source));
    const none = await backupCommand("create", "--data", source, "--to", `${to}-2`);
    expect(none).toMatchObject({ code: 1, said: { error: { code: "STORE" } } });
    expect(none.said.error.message).toMatch(/body file exercise-.* failed \(ENOENT\)/);
  });

  test("made by an earlier version is whole, and left to the gateway that updates it", async () => {
    const source = join(dir, "earlier");
    await cp(backup, source, { recursive: true });
    await rm(join(source, "backup.json"));
    const db = new DatabaseSync(join(source, store));
    db.exec(
      "DELETE FROM tracepost_migrations WHERE version = (SELECT max(version) FROM tracepost_migrations)",
    );
    db.close();
    const to = join(dir, "earlier-backup");
    expect((await backupCommand("create", "--data", source, "--to", to)).code).toBe(0);
    const { code, said } = await backupCommand("verify", to);
    expect({ code, isLogVerified: said.isLogVerified }).toEqual({ code: 0, isLogVerified: false });
  });

  test("is refused when it is none, was never finished, or another digest was noted", async () => {
    const { said } = await backupCommand("verify", join(dir, "exchange"));
    expect(said.error.message).toContain("is no backup");
    await cp(backup, join(dir, "cut.tracepost-unfinished"), { recursive: true });
    const cut = await backupCommand("verify", join(dir, "cut"));
    expect(cut.said.error.message).toContain("was never finished");
    const other = await backupCommand("verify", backup, "--digest", "00");
    expect(other).toMatchObject({ code: 6, said: { whole: false } });
  });
});

describe("a backup that is restored (TP-BACK-4, TP-BACK-5, TP-BACK-6)", () => {
  test("takes the place of what was there, with its keys and what it remembers of the log", async () => {
    const dataDir = join(dir, "lived-on");
    await cp(backup, dataDir, { recursive: true });
    await writeFile(join(dataDir, "gateway/receipt.key"), "its key");
    await writeFile(join(dataDir, "participants/NE/log-seen.checkpoint"), "newer");
    const refused = await backupCommand("restore", backup, "--data", dataDir);
    expect(refused).toMatchObject({ code: 3 });
    expect(refused.said.error.remedy).toContain("--replace");
    const { code, said } = await backupCommand("restore", backup, "--data", dataDir, "--replace");
    expect(said.error).toBeUndefined();
    expect({ code, verified: said.isLogVerified }).toEqual({ code: 0, verified: true });
    expect(said.missingKeys).toEqual(["gateway/keys/receipt.key"]);
    expect(await readFile(join(dataDir, "gateway/receipt.key"), "utf8")).toBe("its key");
    expect(await readFile(join(dataDir, "participants/NE/log-seen.checkpoint"), "utf8")).toBe(
      "newer",
    );
    expect(await readdir(said.aside[0])).toContain("gateway");
    const left = (await readdir(dir)).filter((name) => name.includes("lived-on.tracepost"));
    expect(left).toEqual([]);
  });

  test("in part leaves the other parts as they are", async () => {
    const dataDir = join(dir, "in-part");
    await cp(backup, dataDir, { recursive: true });
    await writeFile(join(dataDir, "gateway/config.json"), "changed");
    await writeFile(join(dataDir, "participants/NE/config.json"), "changed");
    const words = ["--data", dataDir, "--only", "gateway", "--replace"];
    const { code, said } = await backupCommand("restore", backup, ...words);
    expect({ code, stores: said.stores }).toEqual({ code: 0, stores: ["gateway/gateway.sqlite"] });
    expect(await readFile(join(dataDir, "gateway/config.json"), "utf8")).toBe("{}");
    expect(await readFile(join(dataDir, "participants/NE/config.json"), "utf8")).toBe("changed");
    const again = await backupCommand("create", "--data", dataDir, "--to", join(dir, "after"));
    expect(again.said.manifest.stores).toHaveLength(2);
  });

  test("is refused under a service, into another exchange, and of a later version", async () => {
    const { dataDir } = folder.paths;
    const open = await backupCommand("restore", backup, "--data", dataDir, "--replace");
    expect(open).toMatchObject({ code: 5, said: { error: { code: "UNAVAILABLE" } } });
    const other = await makeUpFolder(join(dir, "other"), "another");
    await other.bench.close();
    const foreign = await backupCommand(
      "restore",
      backup,
      "--data",
      join(dir, "other"),
      "--replace",
    );
    expect(foreign.said.error.problems).toEqual(["it is of test, not of another"]);
    const later = join(dir, "later");
    await cp(backup, later, { recursive: true });
    await rm(join(later, "backup.json"));
    const db = new DatabaseSync(join(later, "gateway/gateway.sqlite"));
    db.exec("INSERT INTO tracepost_migrations (version, name) VALUES (10000, 'later')");
    db.close();
    const to = join(dir, "later-backup");
    await backupCommand("create", "--data", later, "--to", to);
    const newer = await backupCommand("restore", to, "--data", join(dir, "never"));
    expect(newer.said.error.problems[0]).toContain("is newer than this program");
    expect(await readdir(dir)).not.toContain("never");
    expect((await folder.bench.store.call("logHead", undefined)).size).toBeGreaterThan(0);
  });

  test("after a kill between the renames puts back what it put aside, not a person's copy", async () => {
    const dataDir = await standing("cut-off");
    await writeFile(join(dataDir, "gateway/config.json"), "what was there");
    const aside = `${dataDir}.before-2026-01-01T00-00-00.000Z`;
    await rename(dataDir, aside);
    await cp(backup, `${dataDir}.before-upgrade`, { recursive: true });
    await cp(backup, `${dataDir}.tracepost-unfinished`, { recursive: true });
    const { said } = await backupCommand("restore", backup, "--data", dataDir, "--replace");
    expect(said.error).toBeUndefined();
    const config = await readFile(join(said.aside[0], "gateway/config.json"), "utf8");
    expect(config).toBe("what was there");
    const names = (await readdir(dir)).filter((name) => name.startsWith("cut-off."));
    expect(names).toEqual([said.aside[0].slice(dir.length + 1), "cut-off.before-upgrade"]);
  });

  test("is refused when a service begins while it is proven", async () => {
    const dataDir = await standing("begun-meanwhile");
    await writeFile(join(dataDir, "gateway/config.json"), "what was there");
    let service: DatabaseSync | undefined;
    const onProgress = (text: string): void => {
      if (text !== "proving it") return;
      service = new DatabaseSync(join(dataDir, "participants/NE/witness.sqlite"));
      service.exec("PRAGMA journal_mode = WAL; SELECT * FROM tracepost_store");
    };
    const given = { from: backup, dataDir, replace: true, clock: systemClock, onProgress };
    await expect(restoreBackup(given)).rejects.toMatchObject({ code: "UNAVAILABLE" });
    service?.close();
    expect(await readFile(join(dataDir, "gateway/config.json"), "utf8")).toBe("what was there");
    const names = (await readdir(dir)).filter((name) => name.startsWith("begun-meanwhile"));
    expect(names).toEqual(["begun-meanwhile"]);
  });

  test("is refused when it has more than it describes, or changes while it is laid", async () => {
    const dataDir = join(dir, "never-laid");
    const more = await changed((copy) => writeFile(join(copy, "participants/NE/more.key"), ""));
    const words = ["restore", more, "--data", dataDir];
    const { said } = await backupCommand(...words);
    const problems = ["participants/NE/more.key: does not belong to the backup"];
    expect(said.error).toMatchObject({ code: "VERIFICATION", problems });
    const from = await changed(() => Promise.resolve());
    const onProgress = (text: string): void => {
      if (text === "laying it out") writeFileSync(join(from, "gateway/config.json"), "[]");
    };
    const given = { from, dataDir, replace: false, clock: systemClock, onProgress };
    await expect(restoreBackup(given)).rejects.toMatchObject({
      code: "VERIFICATION",
      problems: ["gateway/config.json: was changed since the backup"],
    });
    expect((await readdir(dir)).filter((name) => name.startsWith("never-laid"))).toEqual([]);
  });
});
