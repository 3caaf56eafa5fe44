import { cp, lstat, mkdtemp, readdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { verifyBackup } from "../../../deploy/local/index.ts";
import { tracepostHere } from "../../support/in-process.ts";
import { makeUpFolder } from "../../support/made-up-folder.ts";

/** Windows asks for a right that few have. */
const canLink = process.platform !== "win32";

let dir = "";
let made = 0;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "tracepost-content-"));
  await (await makeUpFolder(join(dir, "exchange"))).bench.close();
});
afterAll(() => rm(dir, { recursive: true, force: true }));

async function backupCommand(...words: readonly string[]) {
  const { code, err, out } = await tracepostHere(["backup", ...words, "--json"]);
  return { code, said: JSON.parse(out || err) };
}

/** A data folder whose services do not run. */
async function standing(name: string): Promise<string> {
  const dataDir = join(dir, name);
  await cp(join(dir, "exchange"), dataDir, { recursive: true });
  return dataDir;
}

describe("what a backup cannot take as it is (TP-BACK-1, TP-BACK-2)", () => {
  test("the gateway is refused while its store is on a server, and participants are not", async () => {
    const dataDir = await standing("on-a-server");
    await writeFile(join(dataDir, "gateway", "store.json"), "{}");
    const words = ["create", "--data", dataDir, "--to"];
    for (const only of [[], ["--only", "gateway"], ["--only", "NE", "--only", "gateway"]]) {
      const refused = await backupCommand(...words, join(dir, "server"), ...only);
      expect(refused).toMatchObject({ code: 2, said: { error: { code: "USAGE" } } });
      expect(refused.said.error.remedy).toContain("--only");
    }
    const { said } = await backupCommand(...words, join(dir, "server"), "--only", "NE");
    expect(said.error).toBeUndefined();
    const paths = said.manifest.stores.map(({ path }: { path: string }) => path);
    expect(paths).toEqual(["participants/NE/witness.sqlite"]);
  });

  test.runIf(canLink)("a link to a file is the file; one that hides nothing is named", async () => {
    const dataDir = await standing("linked-files");
    for (const name of ["gateway/gateway.sqlite", "gateway/config.json"]) {
      const elsewhere = join(dir, `elsewhere-${name.slice(8)}`);
      await rename(join(dataDir, name), elsewhere);
      await symlink(elsewhere, join(dataDir, name));
    }
    await symlink(join(dir, "gone"), join(dataDir, "dangling"));
    await symlink("gateway", join(dataDir, "hub"));
    await symlink(dir, join(dataDir, "run"));
    const to = join(dir, "linked");
    const { said } = await backupCommand("create", "--data", dataDir, "--to", to);
    expect(said.error).toBeUndefined();
    expect(said.manifest.left.filter(({ why }: { why: string }) => /link/u.test(why))).toEqual([
      { path: "dangling", why: "link that leads to no file" },
      { path: "hub", why: "link to a folder that is backed up" },
    ]);
    expect((await lstat(join(to, "gateway/config.json"))).isFile()).toBe(true);
    expect(said.manifest.stores).toHaveLength(2);
    expect((await verifyBackup(to)).problems).toEqual([]);
    await symlink(dir, join(to, "more"));
    const { problems } = await verifyBackup(to);
    expect(problems).toEqual(["more: does not belong to the backup"]);
  });

  test.runIf(canLink).each([
    ["participants/NE", "is a link to another folder", []],
    ["participants", "is a link to another folder", ["--only", "NE", "--only", "gateway"]],
    ["participants/NE/witness.sqlite", "is a link that leads to no file", []],
    ["exchange/register.bin", "is a link that leads to no file", ["--only", "gateway"]],
  ])("a link at %s that hides something is refused", async (path, what, only) => {
    made += 1;
    const dataDir = await standing(`hidden-${made}`);
    const elsewhere = join(dir, `hidden-${made}-elsewhere`);
    await rename(join(dataDir, path), elsewhere);
    await symlink(elsewhere, join(dataDir, path));
    if (what.endsWith("no file")) await rm(elsewhere);
    const words = ["create", "--data", dataDir, "--to", join(dir, "hiding"), ...only];
    const { code, said } = await backupCommand(...words);
    expect({ code, message: said.error?.message }).toEqual({ code: 3, message: `${path} ${what}` });
    expect(await readdir(dir)).not.toContain("hiding");
  });

  test("a store with a name that no description takes is left out and named", async () => {
    const dataDir = await standing("odd-names");
    const witness = join(dataDir, "participants/NE/witness.sqlite");
    await cp(witness, join(dataDir, "participants/NE/witness (1).sqlite"));
    const to = join(dir, "odd");
    const { said } = await backupCommand("create", "--data", dataDir, "--to", to);
    expect(said.error).toBeUndefined();
    const path = "participants/NE/witness (1).sqlite";
    expect(said.manifest.left).toContainEqual({ path, why: "not a file of Tracepost" });
    expect((await verifyBackup(to)).problems).toEqual([]);
    await rm(witness);
    const words = ["create", "--data", dataDir, "--to", join(dir, "odd-only"), "--only", "NE"];
    const none = await backupCommand(...words);
    expect(none.said.error.message).toContain("there is no store in NE");
  });
});
