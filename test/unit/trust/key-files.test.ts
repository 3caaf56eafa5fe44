import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateX25519Identity } from "age-encryption";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SignatureAlgorithm } from "#proto";
import {
  generateLogKey,
  generateSealingKey,
  generateSigningKey,
  loadLogKey,
  loadProtectedKey,
  loadPublicKey,
  loadSealingKey,
  loadSigningKey,
  publicKeyOf,
  rawPublicKey,
  saveProtectedKey,
  savePublicKey,
  saveSealingKey,
  saveSigningKey,
  signatureAlgorithm,
} from "#trust";
import { isPublicKeyOf } from "../../../lib/trust/keys.ts";
import { logPublicKeyOf } from "../../../lib/trust/log-key.ts";
import { faultText } from "../../support/fault-text.ts";

/** What a key file is refused for, and what the message says to do (TP-TRUST-3, TP-SIGN-4). */

const WORDS = "twelve chars";
let folder = "";
let count = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tracepost-key-files-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

const fresh = () => {
  count += 1;
  return join(folder, `${count}.key`);
};
async function laid(text: string): Promise<string> {
  const file = fresh();
  await writeFile(file, text, { mode: 0o600 });
  return file;
}

/** What went wrong, without the file. */
async function faultOf(file: string, work: Promise<unknown>): Promise<string> {
  return (await faultText(work)).replace(file, "FILE");
}

const COPY = "Put the key file back from your copy; a changed key must be registered anew.";

describe("a key under a passphrase", () => {
  const pair = generateSigningKey();
  const workOf = async (file: string) => {
    const armoured = (await readFile(file, "utf8")).split("\n").slice(1, -2).join("");
    return /^-> scrypt \S+ (\d+)$/m.exec(Buffer.from(armoured, "base64").toString("latin1"))?.[1];
  };

  it("opens with it, and takes less work where a service opens it", async () => {
    const [person, service] = [fresh(), fresh()];
    await saveProtectedKey(person, pair, WORDS);
    await saveProtectedKey(service, pair, WORDS, "service");
    expect(await workOf(person)).toBe("18");
    expect(await workOf(service)).toBe("15");
    const sealing = await generateSealingKey();
    const sealed = fresh();
    await saveSealingKey(sealed, sealing, WORDS);
    expect(await workOf(sealed)).toBe("15");
    expect(await loadSealingKey(sealed, async () => WORDS)).toEqual(sealing);
    const opened = await loadProtectedKey(service, async (file) => (file === service ? WORDS : ""));
    expect(opened.keyId).toBe(pair.keyId);
    expect(
      await faultOf(
        service,
        loadProtectedKey(service, async () => "another one"),
      ),
    ).toBe(
      "KEY_FILE: FILE does not open with this passphrase. " +
        "Give the passphrase it was made with; there is no other way to open it.",
    );
    expect(await faultOf(sealed, loadSealingKey(sealed))).toBe(
      "KEY_FILE: FILE is under a passphrase. Write it into a file that only you can read, and " +
        "name that: keyPassphraseFile in the configuration of a service, --passphrase-file in a " +
        "command.",
    );
  }, 60_000);

  it("is not written under fewer than twelve characters", async () => {
    const file = fresh();
    expect(await faultOf(file, saveProtectedKey(file, pair, WORDS.slice(1), "service"))).toBe(
      "USAGE: The passphrase is too short. Take at least 12 characters; several words are good.",
    );
  });

  it("is a key", async () => {
    const none = await laid("no key");
    expect(
      await faultOf(
        none,
        loadProtectedKey(none, async () => WORDS),
      ),
    ).toBe(
      "KEY_FILE: FILE holds no Ed25519 or P-256 private key. Put the key file back from your copy.",
    );
    const other = generateKeyPairSync("x25519").privateKey;
    const wrong = await laid(other.export({ type: "pkcs8", format: "pem" }).toString());
    expect(await faultOf(wrong, loadSigningKey(wrong))).toBe(
      `KEY_FILE: FILE is not an Ed25519 or P-256 private key in PKCS#8 PEM. ${COPY}`,
    );
  });
});

describe("a public root key", () => {
  it("is an Ed25519 key", async () => {
    const file = fresh();
    const pair = generateSigningKey();
    await savePublicKey(file, pair);
    expect((await loadPublicKey(file)).equals(pair.publicKey)).toBe(true);
    const refused = `KEY_FILE: FILE is not an Ed25519 public key in SPKI PEM. ${COPY}`;
    await savePublicKey(file, generateSigningKey(SignatureAlgorithm.ES256));
    expect(await faultOf(file, loadPublicKey(file))).toBe(refused);
    await expect(loadPublicKey(file)).rejects.toMatchObject({
      cause: { code: "KEY_FILE", message: "the key is not an Ed25519 key" },
    });
    await writeFile(file, "no key");
    expect(await faultOf(file, loadPublicKey(file))).toBe(refused);
  });
});

describe("a sealing key", () => {
  it("is one hybrid identity, whatever is noted beside it", async () => {
    const pair = await generateSealingKey();
    expect(await loadSealingKey(await laid(`\n# of NE\n  ${pair.identity}\t\n\n`))).toEqual(pair);
    const none = `KEY_FILE: FILE is not an age identity file with one hybrid identity. ${COPY}`;
    for (const text of [
      "",
      `# ${pair.identity}`,
      `${pair.identity}\n${pair.identity}\n`,
      `x${pair.identity}\n`,
      `${pair.identity.slice(0, -1)}\n`,
      `${await generateX25519Identity()}\n`,
      "AGE-SECRET-KEY-1QQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQ\n",
    ]) {
      const file = await laid(text);
      expect(await faultOf(file, loadSealingKey(file)), text).toBe(none);
    }
  });
});

describe("a key of the log", () => {
  it("is an ML-DSA-44 key", async () => {
    const file = fresh();
    const pair = generateLogKey();
    await saveSigningKey(file, pair);
    expect((await loadLogKey(file)).keyId).toBe(pair.keyId);
    expect(pair.publicRaw).toHaveLength(1_312);
    expect(logPublicKeyOf(pair.publicRaw).equals(pair.publicKey)).toBe(true);
    const other = fresh();
    await saveSigningKey(other, generateSigningKey());
    expect(await faultOf(other, loadLogKey(other))).toBe(
      `KEY_FILE: FILE is not an ML-DSA-44 private key in PKCS#8 PEM. ${COPY}`,
    );
    await expect(loadLogKey(other)).rejects.toMatchObject({
      cause: { code: "KEY_FILE", message: "the key is not an ML-DSA-44 key" },
    });
    expect(() => logPublicKeyOf(pair.publicRaw.subarray(1))).toThrow(
      expect.objectContaining({
        code: "KEY_FILE",
        message: "a key of the log has 1312 bytes, not 1311",
      }),
    );
  });
});

describe("raw public keys", () => {
  it("are of Ed25519 or of P-256", () => {
    expect(() => publicKeyOf(new Uint8Array(31))).toThrow(
      expect.objectContaining({
        code: "KEY_FILE",
        message: "a public key has 32 or 33 bytes",
        problems: ["this one has 31"],
      }),
    );
    expect(() => publicKeyOf(new Uint8Array(33))).toThrow(
      expect.objectContaining({
        ...{ code: "KEY_FILE", message: "the public key is no point of P-256" },
        cause: expect.anything(),
      }),
    );
    expect(() => rawPublicKey(generateKeyPairSync("x25519").publicKey)).toThrow(
      expect.objectContaining({
        code: "KEY_FILE",
        message: "the key is neither an Ed25519 nor a P-256 key",
      }),
    );
    const ed25519 = generateSigningKey();
    expect(ed25519.publicKey.asymmetricKeyType).toBe("ed25519");
    expect(publicKeyOf(ed25519.publicRaw).equals(ed25519.publicKey)).toBe(true);
    expect(signatureAlgorithm()).toBe(SignatureAlgorithm.UNSPECIFIED);
    const p256 = generateSigningKey(signatureAlgorithm("es256"));
    const { ES256, UNSPECIFIED } = SignatureAlgorithm;
    const isOf = (algorithm: SignatureAlgorithm) =>
      [ed25519.publicRaw, p256.publicRaw, new Uint8Array(33)].map((raw) =>
        isPublicKeyOf(algorithm, raw),
      );
    expect(isOf(UNSPECIFIED)).toEqual([true, false, false]);
    expect(isOf(ES256)).toEqual([false, true, false]);
    expect(isOf(99 as SignatureAlgorithm)).toEqual([false, false, false]);
    expect(publicKeyOf(p256.publicRaw).equals(p256.publicKey)).toBe(true);
  });
});
