import { createHash, generateKeyPairSync } from "node:crypto";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Decrypter, Encrypter } from "age-encryption";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TracepostError } from "#errors";
import { SignatureAlgorithm } from "#proto";
import {
  generateSealingKey,
  generateSigningKey,
  keyIdOf,
  loadPublicKey,
  loadSealingKey,
  loadSigningKey,
  pairOf,
  publicKeyOf,
  rawPublicKey,
  readSecret,
  savePublicKey,
  saveSealingKey,
  saveSigningKey,
  signatureAlgorithm,
  writeSecret,
} from "#trust";

let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tracepost-keys-"));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function faultOf(work: Promise<unknown>): Promise<TracepostError> {
  const caught = await work.then(
    () => undefined,
    (fault: unknown) => fault,
  );
  expect(caught).toBeInstanceOf(TracepostError);
  return caught as TracepostError;
}

describe("a signing key", () => {
  it("has as id the first 16 bytes of SHA-256 over its raw public key, in hex", () => {
    const pair = generateSigningKey();
    const digest = createHash("sha256").update(pair.publicRaw).digest("hex");
    expect(pair.keyId).toBe(digest.slice(0, 32));
    expect(keyIdOf(rawPublicKey(pair.publicKey))).toBe(pair.keyId);
    expect(publicKeyOf(pair.publicRaw).equals(pair.publicKey)).toBe(true);
  });

  it("is no key of a third algorithm", () => {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-384" });
    expect(() => pairOf(privateKey)).toThrow(TracepostError);
    expect(() => publicKeyOf(new Uint8Array(31))).toThrow(/32 or 33 bytes/);
    expect(() => publicKeyOf(new Uint8Array(33).fill(5))).toThrow(/no point of P-256/);
  });

  it("may be one on P-256, known by its compressed point (TP-TRUST-9)", async () => {
    const pair = generateSigningKey(signatureAlgorithm("es256"));
    expect(pair.publicRaw).toHaveLength(33);
    expect(pair.algorithm).toBe(SignatureAlgorithm.ES256);
    expect(generateSigningKey(signatureAlgorithm()).algorithm).not.toBe(pair.algorithm);
    expect(keyIdOf(rawPublicKey(pair.publicKey))).toBe(pair.keyId);
    expect(publicKeyOf(pair.publicRaw).equals(pair.publicKey)).toBe(true);
    const file = join(folder, "p256-header.key");
    await saveSigningKey(file, pair);
    expect((await loadSigningKey(file)).keyId).toBe(pair.keyId);
  });

  it("is the same after it was saved and loaded, as PKCS#8 PEM with mode 0600", async () => {
    const pair = generateSigningKey();
    const file = join(folder, "new", "header.key");
    await saveSigningKey(file, pair);
    const loaded = await loadSigningKey(file);
    expect(loaded.keyId).toBe(pair.keyId);
    expect(loaded.privateKey.equals(pair.privateKey)).toBe(true);
    expect(await readFile(file, "utf8")).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, "new"))).mode & 0o777).toBe(0o700);
    expect(await readdir(join(folder, "new"))).toEqual(["header.key"]);
  });

  it.each([0, 0o077, 0o377])("keeps its mode whatever the mask is: %o", async (mask) => {
    const [secret, open] = [join(folder, `${mask}.key`), join(folder, `${mask}.pub`)];
    const before = process.umask(mask);
    try {
      const pair = generateSigningKey();
      await saveSigningKey(secret, pair);
      await savePublicKey(open, pair);
      expect((await stat(secret)).mode & 0o777).toBe(0o600);
      expect((await stat(open)).mode & 0o777).toBe(0o644);
    } finally {
      process.umask(before);
    }
  });

  it("is never written over another key, and may be written again", async () => {
    const file = join(folder, "once.key");
    const first = generateSigningKey();
    await saveSigningKey(file, first);
    await saveSigningKey(file, first);
    const fault = await faultOf(saveSigningKey(file, generateSigningKey()));
    expect(fault).toMatchObject({
      code: "KEY_FILE",
      message: `${file} holds another key already`,
      remedy: "Move it to a safe place first; what was sealed to it opens with nothing else.",
    });
    expect((await loadSigningKey(file)).keyId).toBe(first.keyId);
  });

  it.each([0o640, 0o604, 0o644, 0o660, 0o601])(
    "that others have rights to (mode %o) is refused with the command that mends it",
    async (mode) => {
      const file = join(folder, `open-${mode.toString(8)}.key`);
      await saveSigningKey(file, generateSigningKey());
      await chmod(file, mode);
      const fault = await faultOf(loadSigningKey(file));
      expect(fault.code).toBe("KEY_FILE");
      expect(fault.message).toContain(file);
      expect(fault.remedy).toContain(`chmod 600 ${file}`);
      await chmod(file, 0o600);
      await loadSigningKey(file);
    },
  );

  it("whose file is absent, a folder, too large or damaged is named in the fault", async () => {
    const asFolder = join(folder, "folder.key");
    await mkdir(asFolder);
    const large = join(folder, "large.key");
    await writeFile(large, Buffer.alloc(70_000), { mode: 0o600 });
    const damaged = join(folder, "damaged.key");
    await writeFile(damaged, "-----BEGIN PRIVATE KEY-----\nAAAA\n", { mode: 0o600 });
    for (const file of [join(folder, "absent.key"), asFolder, large, damaged]) {
      const fault = await faultOf(loadSigningKey(file));
      expect(fault.code).toBe("KEY_FILE");
      expect(fault.message).toContain(file);
      expect(fault.remedy).not.toBe("");
    }
  });

  it("of another algorithm in its file is refused", async () => {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-384" });
    const file = join(folder, "p384.key");
    await writeSecret(file, privateKey.export({ type: "pkcs8", format: "pem" }).toString());
    expect((await faultOf(loadSigningKey(file))).message).toContain("Ed25519");
  });
});

describe("a public key", () => {
  it("is the same after it was saved and loaded, readable by all, and may be replaced", async () => {
    const file = join(folder, "root-1.pub");
    await savePublicKey(file, generateSigningKey());
    const pair = generateSigningKey();
    await savePublicKey(file, pair);
    expect((await loadPublicKey(file)).equals(pair.publicKey)).toBe(true);
    expect((await stat(file)).mode & 0o777).toBe(0o644);
  });

  it("of another algorithm is refused", async () => {
    const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const file = join(folder, "p256.pub");
    await writeFile(file, publicKey.export({ type: "spki", format: "pem" }).toString());
    expect((await faultOf(loadPublicKey(file))).code).toBe("KEY_FILE");
  });
});

describe("a sealing key", () => {
  it("opens what was sealed to it, after it was saved and loaded", async () => {
    const key = await generateSealingKey();
    const file = join(folder, "seal.age");
    await saveSealingKey(file, key);
    const loaded = await loadSealingKey(file);
    expect(loaded).toEqual(key);
    expect(key.recipient).toMatch(/^age1pq1/);
    const encrypter = new Encrypter();
    encrypter.addRecipient(loaded.recipient);
    const decrypter = new Decrypter();
    decrypter.addIdentity(loaded.identity);
    const sealed = await encrypter.encrypt("made up");
    expect(await decrypter.decrypt(sealed, "text")).toBe("made up");
  });

  it("whose file holds none, two, or one of another kind is refused", async () => {
    const [one, two] = [await generateSealingKey(), await generateSealingKey()];
    const texts = [
      "# only a comment\n",
      `${one.identity}\n${two.identity}\n`,
      "AGE-SECRET-KEY-1QYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQYQSPFG8Y3\n",
      `${one.identity.slice(0, -1)}${one.identity.endsWith("Q") ? "P" : "Q"}\n`,
    ];
    for (const [index, text] of texts.entries()) {
      const file = join(folder, `bad-${index}.age`);
      await writeSecret(file, text);
      const fault = await faultOf(loadSealingKey(file));
      expect(fault.code).toBe("KEY_FILE");
      expect(fault.message).toContain(file);
      expect(`${fault.message} ${fault.remedy}`).not.toContain("AGE-SECRET-KEY");
    }
  });
});

describe("a secret file", () => {
  it("comes back as it was written", async () => {
    await writeSecret(join(folder, "token"), "text");
    expect(await readSecret(join(folder, "token"))).toBe("text");
  });

  it("that cannot be written is named in the fault, and nothing of it is left", async () => {
    const inTheWay = join(folder, "in-the-way");
    await writeFile(inTheWay, "");
    const file = join(inTheWay, "x.key");
    const fault = await faultOf(writeSecret(file, "text"));
    expect(fault).toMatchObject({
      code: "KEY_FILE",
      message: `${file} cannot be written`,
      remedy: "Make room, or give yourself the right to write there.",
    });
    expect((await readdir(folder)).filter((name) => name.endsWith(".part"))).toEqual([]);
  });
});
