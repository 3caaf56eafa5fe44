import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { lockFolder } from "../../../deploy/local/supervisor/folder-lock.ts";
import { startMarkOf } from "../../../deploy/local/supervisor/process-identity.ts";

describe("the lock of a data folder", () => {
  let dir = "";
  let file = "";

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "tracepost-lock-"));
    file = join(dir, "lock");
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  it("is given to one at a time, and to the next after it is released", async () => {
    const lock = await lockFolder(file, dir);
    await lock.confirm();
    await expect(lockFolder(file, dir)).rejects.toMatchObject({
      code: "UNAVAILABLE",
      problems: [`it was started by process ${process.pid}`],
    });
    await lock.release();
    expect(await readdir(dir)).toEqual([]);
    await (await lockFolder(file, dir)).release();
  });

  it("of a process that is gone is taken over", async () => {
    const dead = { pid: 2 ** 22 - 1, startMark: "1@boot", token: "dead" };
    await writeFile(file, JSON.stringify(dead));
    await (await lockFolder(file, dir)).confirm();
  });

  it("of a process whose number another program has now is taken over", async () => {
    const before = { pid: process.pid, startMark: "1@earlier-boot", token: "before" };
    await writeFile(file, JSON.stringify(before));
    await (await lockFolder(file, dir)).confirm();
  });

  it("that was written by half is taken over", async () => {
    await writeFile(file, '{"pid":');
    await (await lockFolder(file, dir)).confirm();
  });

  it("goes to one of many that find a dead owner's at the same moment", async () => {
    for (let round = 0; round < 20; round += 1) {
      await writeFile(file, JSON.stringify({ pid: 2 ** 22 - 1, startMark: "x", token: "dead" }));
      const attempts = await Promise.allSettled(
        Array.from({ length: 8 }, () => lockFolder(file, dir)),
      );
      const got = attempts.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
      const confirmed = await Promise.allSettled(got.map((lock) => lock.confirm()));
      expect(confirmed.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      for (const lock of got) await lock.release();
      expect(await readdir(dir)).toEqual([]);
    }
  });

  it("is not released by somebody who lost it", async () => {
    const lock = await lockFolder(file, dir);
    await writeFile(file, JSON.stringify({ pid: 1, startMark: "x", token: "other" }));
    await expect(lock.confirm()).rejects.toMatchObject({ code: "UNAVAILABLE" });
    await lock.release();
    expect(await readFile(file, "utf8")).toContain("other");
  });
});

describe("what tells a process from a later one of the same number", () => {
  it("is there while it lives, and always the same", async () => {
    const mark = await startMarkOf(process.pid);
    expect(mark).toBeDefined();
    expect(await startMarkOf(process.pid)).toBe(mark);
    expect(await startMarkOf(2 ** 22 - 1)).toBeUndefined();
  });
});
