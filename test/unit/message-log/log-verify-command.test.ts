import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openCheckpoint } from "#message-log";
import { KeyPurpose, ParticipantRegister, SigningKey } from "#proto";
import { generateSigningKey, type SigningKeyPair, savePublicKey, signRegister } from "#trust";
import { verifyLogCommand } from "../../../cli/commands/log-verify.ts";
import { type MadeUpLog, ORIGIN, openMadeUpLog } from "./made-up-log.ts";

const root = generateSigningKey();
let dataDir = "";
let log: MadeUpLog;

const gatewayKey = (pair: SigningKeyPair, change: Partial<SigningKey> = {}): SigningKey =>
  SigningKey.create({
    keyId: pair.keyId,
    publicKey: pair.publicRaw,
    purpose: KeyPurpose.CHECKPOINT,
    notBefore: { seconds: 1n, nanos: 0 },
    notAfter: { seconds: 4_000_000_000n, nanos: 0 },
    ...change,
  });

async function writeRegister(...gatewayKeys: SigningKey[]): Promise<void> {
  const register = ParticipantRegister.create({
    version: 1n,
    issuedAt: { seconds: 1n, nanos: 0 },
    expiresAt: { seconds: 4_000_000_000n, nanos: 0 },
    logOrigin: ORIGIN,
    gatewayKeys,
  });
  await writeFile(join(dataDir, "exchange", "register.bin"), signRegister(register, [root]));
}

async function verify(json: boolean): Promise<{ code: number; text: string }> {
  let text = "";
  const write = (part: string) => {
    text += part;
  };
  const code = await verifyLogCommand({ dataDir, json, stdout: { write } });
  return { code, text };
}

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "tracepost-data-"));
  await mkdir(join(dataDir, "exchange", "root"), { recursive: true });
  await mkdir(join(dataDir, "gateway"));
  log = await openMadeUpLog(join(dataDir, "gateway", "gateway.sqlite"));
  await savePublicKey(join(dataDir, "exchange", "root", "root-1.pub"), root);
  await writeRegister(gatewayKey(log.keyPair));
});
afterEach(async () => {
  await log.remove();
  await rm(dataDir, { recursive: true, force: true });
});

describe("tracepost log verify", () => {
  test("verifies a log while its gateway runs, and says so in words and as JSON", async () => {
    await log.grow(700);
    const words = await verify(false);
    expect(words.code).toBe(0);
    expect(words.text).toMatch(/^Verified: the log test\.tracepost\.example\/log\n/);
    expect(words.text).toContain("signed by the gateway for 700 entries");
    const { code, text } = await verify(true);
    const found = JSON.parse(text);
    expect([code, found.verified, found.size, found.problems]).toEqual([0, true, 700, []]);
    const head = openCheckpoint(found.checkpoint, ORIGIN, [log.keyPair.publicKey]);
    expect(Buffer.from(head?.rootHash ?? []).toString("base64")).toBe(found.rootHash);
  });

  test("verifies the empty log of an exchange that was only set up", async () => {
    expect(await verify(false)).toMatchObject({ code: 0 });
  });

  test("ends with 6 and lists what is wrong when an entry was changed", async () => {
    await log.grow(10);
    await log.tamper("UPDATE log_entries SET entry = x'0801' WHERE entry_index = 4");
    const words = await verify(false);
    expect(words.code).toBe(6);
    expect(words.text).toMatch(/^NOT verified/);
    expect(words.text).toContain("  - entry 4 is not the one that was hashed");
    const { code, text } = await verify(true);
    expect([code, JSON.parse(text).verified]).toEqual([6, false]);
  });

  test("ends with 6 when the checkpoint key was revoked, or is not in the register", async () => {
    await log.grow(10);
    await writeRegister(gatewayKey(log.keyPair, { revokedAt: { seconds: 5n, nanos: 0 } }));
    expect((await verify(false)).text).toContain("the checkpoint is not signed");
    await writeRegister(gatewayKey(log.keyPair, { purpose: KeyPurpose.RECEIPT }));
    expect((await verify(true)).code).toBe(6);
  });

  test("refuses a register that the root key did not sign", async () => {
    const other = generateSigningKey();
    await savePublicKey(join(dataDir, "exchange", "root", "root-1.pub"), other);
    await expect(verify(false)).rejects.toMatchObject({ code: "VERIFICATION" });
  });

  test("says what to do about a folder without an exchange, or with a damaged store", async () => {
    await log.grow(10);
    const file = join(dataDir, "gateway", "gateway.sqlite");
    const exchange = dataDir;
    dataDir = join(exchange, "gateway");
    await expect(verify(false)).rejects.toMatchObject({ code: "DATA_FOLDER" });
    dataDir = exchange;
    await log.store.close();
    await copyFile(file, `${file}.bak`);
    await writeFile(file, (await readFile(file)).subarray(0, 9_000));
    await expect(verify(false)).rejects.toMatchObject({ code: "DATA_FOLDER" });
    await copyFile(`${file}.bak`, file);
    expect((await verify(false)).code).toBe(0);
  });
});
