import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  encryptTo,
  generateSealingKey,
  makeKeyCopy,
  openKeyCopy,
  restoreKeyCopy,
  type SealingKeyPair,
} from "#trust";
import { faultText } from "../../support/fault-text.ts";

let folder = "";
let key: SealingKeyPair;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tracepost-key-copy-"));
  key = await generateSealingKey();
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** A copy as anybody can make it who has the recipient. */
const forged = async (files: Record<string, string>) =>
  await encryptTo(key.recipient, Buffer.from(JSON.stringify({ files })));

describe("a copy of a key folder (TP-RECOVER-4)", () => {
  it("holds every key that a key ring loads, and nothing else", async () => {
    const keys = ["header-2.key", "header-next_2027.key", "header.key", "seal-B.age", "seal.age"];
    for (const name of [...keys, "passphrase", "header.key.part"]) {
      await writeFile(join(folder, name), name, { mode: 0o600 });
    }
    const copy = await openKeyCopy(
      await makeKeyCopy(folder, undefined, key.recipient),
      key.identity,
    );
    expect(Object.keys(copy.files)).toEqual(keys);
    await restoreKeyCopy(copy, join(folder, "restored"));
    expect((await readdir(join(folder, "restored"))).toSorted()).toEqual(keys);
  });

  it("holds the passphrase too, if there is one", async () => {
    const opened = async (passphrase: string | undefined) =>
      await openKeyCopy(await makeKeyCopy(folder, passphrase, key.recipient), key.identity);
    expect(await opened("twelve chars")).toMatchObject({ passphrase: "twelve chars" });
    expect(await opened(undefined)).not.toHaveProperty("passphrase");
  });

  it("that was changed, or is sealed to another key, says what to bring", async () => {
    const copy = await makeKeyCopy(folder, undefined, key.recipient);
    const other = await generateSealingKey();
    const noText = await encryptTo(key.recipient, Buffer.from("{"));
    for (const [bytes, identity] of [
      [copy, other.identity],
      [copy.subarray(1), key.identity],
      [noText, key.identity],
    ] as const) {
      expect(await faultText(openKeyCopy(bytes, identity))).toBe(
        "KEY_FILE: the copy of the keys does not open. " +
          "Bring the shares of the key it was sealed to, and a whole copy.",
      );
    }
  });

  it.each(["../../x", "../header.key", "/header.key", "keys/header.key", "authorized_keys"])(
    "is not opened when it would write %s",
    async (name) => {
      const bytes = await forged({ "header.key": "", [name]: "x" });
      await expect(openKeyCopy(bytes, key.identity)).rejects.toMatchObject({ code: "KEY_FILE" });
    },
  );
});
