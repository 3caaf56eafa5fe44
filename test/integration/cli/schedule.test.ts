import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DEFAULT_SCHEDULE_TEXT, openSchedule } from "#records";
import { generateSigningKey, saveProtectedKey, savePublicKey, saveSigningKey } from "#trust";
import { tracepostHere as tracepost } from "../../support/in-process.ts";

const PASSPHRASE = "of the third holder";
const roots = [generateSigningKey(), generateSigningKey(), generateSigningKey()];
let data: string;
let text: string;
let file: string;

const path = (name: string): string => join(data, name);

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), "tracepost-schedule-"));
  for (const [place, root] of roots.entries()) {
    const name = join(data, "exchange", "root", `root-${place + 1}.pub`);
    await mkdir(dirname(name), { recursive: true });
    await savePublicKey(name, root);
    const key = path(`root-${place + 1}.key`);
    if (place < 2) await saveSigningKey(key, root);
    else await saveProtectedKey(key, root, PASSPHRASE, "service");
  }
  await writeFile(path("passphrase"), `${PASSPHRASE}\n`, { mode: 0o600 });
  [text, file] = [path("schedule.yaml"), path("schedule.bin")];
  await writeFile(text, DEFAULT_SCHEDULE_TEXT.replace("minimum: P10Y", "minimum: P12Y6M"));
});

afterAll(() => rm(data, { recursive: true, force: true }));

async function json(...args: string[]) {
  const { code, err, out } = await tracepost([...args, "--json"]);
  return { code, said: out === "" ? JSON.parse(err).error : JSON.parse(out) };
}

async function draft(version: string, from = text) {
  const about = ["--schedule-version", version, "--reason", "Law 12/2027", "--out", file];
  return await json("schedule", "draft", from, ...about);
}

const sign = (number: number, ...more: string[]) =>
  json("schedule", "sign", file, "--key", path(`root-${number}.key`), "--out", file, ...more);
const verify = () => json("schedule", "verify", file, "--data", data);
const publish = (...more: string[]) => json("schedule", "publish", file, "--data", data, ...more);

describe("a schedule from its text to the exchange (TP-RET-9)", () => {
  test("is shown, changed, drafted, signed by two persons, verified and published", async () => {
    const shown = await tracepost(["schedule", "show", "default", "--text"]);
    expect(shown.out).toBe(DEFAULT_SCHEDULE_TEXT);
    expect((await tracepost(["schedule", "show"])).out).toContain(
      "trace (ITI): not before P20Y, from CASE_CLOSED [International Tracing Instrument para. 12",
    );
    const changed = { class: "trace", field: "minimum", before: "P10Y", after: "P12Y6M" };
    const { said } = await json("schedule", "diff", "default", text);
    expect(said.changes).toEqual([{ ...changed, effect: "LONGER" }]);
    const back = await tracepost(["schedule", "diff", text, "default"]);
    expect(back.out).toBe("trace minimum: P12Y6M becomes P10Y, shorter\n");

    expect((await draft("1")).code).toBe(0);
    expect(await verify()).toMatchObject({ code: 6, said: { isEnough: false, threshold: 2 } });
    await sign(1);
    await sign(1);
    expect(await verify()).toMatchObject({ code: 6, said: { signedBy: [roots[0]?.keyId] } });
    expect(await publish()).toMatchObject({
      code: 2,
      said: { problems: ["schedule.signatures hold 1 of the 2 root keys that must sign"] },
    });
    expect(await sign(3)).toMatchObject({ said: { code: "USAGE" } });
    await sign(3, "--passphrase-file", path("passphrase"));
    expect(await verify()).toMatchObject({ code: 0, said: { version: 1, isEnough: true } });
    expect((await tracepost(["schedule", "show", file])).out).toContain(
      `Version 1; Law 12/2027; signed by ${roots[0]?.keyId}, ${roots[2]?.keyId}.`,
    );

    const laid = join(data, "exchange", "schedule.bin");
    expect((await publish("--dry-run")).said).toMatchObject({ version: 1, published: false });
    await expect(readFile(laid)).rejects.toThrow("ENOENT");
    expect((await publish()).said).toMatchObject({ version: 1, published: true });
    const keys = roots.map(({ publicKey }) => publicKey);
    expect(openSchedule(await readFile(laid), { keys, threshold: 2 })).toMatchObject({
      ok: true,
      value: { schedule: { version: 1 }, reason: "Law 12/2027" },
    });
    expect(await publish()).toMatchObject({
      code: 2,
      said: { problems: ["schedule.version 1 is not above 1"] },
    });
  });

  test("is refused by the line that is wrong before anybody signs it (TP-RET-7)", async () => {
    const wrong = path("wrong.yaml");
    await writeFile(wrong, DEFAULT_SCHEDULE_TEXT.replace("maximum: P10Y", "maximum: P1Y"));
    const refused = await draft("2", wrong);
    expect(refused.code).toBe(2);
    expect(refused.said.problems).toEqual([
      "lines.8.maximum is shorter than the minimum: split the record into parts of two classes",
    ]);
    expect((await draft("0")).code).toBe(2);
    await writeFile(path("no.bin"), "no file");
    expect((await json("schedule", "show", path("no.bin"))).said.problems).toEqual([
      "schedule is not encoded as we do",
    ]);
    expect((await json("schedule", "show", path("none.bin"))).code).not.toBe(0);
  });
});
