import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ResumedExport } from "../../../cli/resumed-export.ts";

let dir: string;
let path: string;
const asked = { party: "NE", format: "csv" };

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "tracepost-export-"));
  path = join(dir, "out.csv");
});

afterEach(() => rm(dir, { recursive: true, force: true }));

async function* broken(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
  throw new TypeError("the line broke");
}

async function* whole(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

test("an export goes on behind the last whole line (TP-FIND-8)", async () => {
  const first = new ResumedExport(path, asked);
  expect(await first.look()).toEqual({ size: undefined, before: undefined });
  const begun = "logIndex,sender\r\n9,NE\r\n8,NE\r\n7,N";
  await expect(first.write(10, broken(begun))).rejects.toThrow("the line broke");
  const second = new ResumedExport(path, asked);
  expect(await second.look()).toEqual({ size: 10, before: 8 });
  await second.write(10, whole("7,NE\r\n"));
  await second.finish();
  expect(await readFile(path, "utf8")).toBe("logIndex,sender\r\n9,NE\r\n8,NE\r\n7,NE\r\n");
  await expect(new ResumedExport(path, asked).look()).rejects.toThrow("is there already");
});

test("one that broke before its first record begins anew, as of the same size (TP-FIND-8)", async () => {
  for (const begun of ["", "logIndex,se", "logIndex,sender\r\n", "logIndex,sender\r\n9"]) {
    const export1 = new ResumedExport(path, asked);
    await expect(export1.write(10, broken(begun))).rejects.toThrow("the line broke");
    expect(await new ResumedExport(path, asked).look(), begun).toEqual({ size: 10 });
    expect(await readFile(`${path}.part`, "utf8")).toBe("");
  }
});

test("lines of JSON begin with their place too (TP-FIND-8)", async () => {
  const file = new ResumedExport(path, asked);
  const begun = '{"logIndex":9,"sender":"NE"}\n{"logIndex":8,"sen';
  await expect(file.write(10, broken(begun))).rejects.toThrow("the line broke");
  expect(await file.look()).toEqual({ size: 10, before: 9 });
});

test("another export refuses what is there (TP-FIND-8)", async () => {
  const file = new ResumedExport(path, asked);
  await expect(file.write(10, broken("9,NE\r\n"))).rejects.toThrow("the line broke");
  const other = new ResumedExport(path, { ...asked, party: "BR" });
  await expect(other.look()).rejects.toThrow("is of another export");
  await rm(`${path}.part.json`);
  await expect(file.look()).rejects.toThrow("nothing says what it is of");
  await rm(`${path}.part`);
  await writeFile(path, "");
  await expect(file.look()).rejects.toThrow("is there already");
});
