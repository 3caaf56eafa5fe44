import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SignatureAlgorithm } from "#proto";
import {
  ExternalSigner,
  generateSigningKey,
  isExternalKey,
  loadKeySigner,
  PAYLOAD_TYPES,
  parseSignerResponse,
  type SigningKeyPair,
  savePublicKey,
  signatureAlgorithm,
} from "#trust";
import { suiteName } from "../../../lib/trust/signers/signer-protocol.ts";
import { faultText } from "../../support/fault-text.ts";

/** The lines that a signer is asked with and answers, and the keys it is asked for (TP-SIGN-3). */

const ed25519 = generateSigningKey();
const p256 = generateSigningKey(signatureAlgorithm("es256"));
const GOOD = `${"A".repeat(86)}==`;
let folder = "";
const opened: ExternalSigner[] = [];

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "tracepost-lines-")));
});
afterAll(async () => {
  await Promise.all(opened.map((signer) => signer.close()));
  await rm(folder, { recursive: true, force: true });
});

/** What is said by a signer that answers each question with what a script makes of it. */
async function said(answer: string, { publicKey }: SigningKeyPair): Promise<string> {
  const script = `require("node:readline").createInterface({ input: process.stdin })
    .on("line", (line) => { const asked = JSON.parse(line); const { id } = asked;
      console.log(JSON.stringify(${answer})); });`;
  const signer = new ExternalSigner({ command: [process.execPath, "-e", script], cwd: folder });
  opened.push(signer);
  const key = signer.key(publicKey);
  const sign = async () => await key.sign(PAYLOAD_TYPES.header, Buffer.from("x"));
  return await faultText(sign());
}

describe("an answer", () => {
  it.each<[line: string, isOne: boolean]>([
    [`{"id":1,"signature":"${GOOD}"}`, true],
    ['{"id":1,"error":"no card"}', true],
    [`{"id":1,"signature":"${GOOD}","error":"no card"}`, false],
    ['{"id":1}', false],
    ['{"id":0,"error":"no card"}', false],
    ['{"error":"no card"}', false],
    ['{"id":1,"signature":"AA=="}', false],
    ["1", false],
    ["{", false],
    ["", false],
  ])("%s: %s", (line, isOne) => {
    expect(parseSignerResponse(line)).toEqual(isOne ? JSON.parse(line) : undefined);
  });

  it("to another question is none", async () => {
    expect(await said("{ id: id + 1, error: 'late' }", ed25519)).toMatch(
      /^UNAVAILABLE: the signer wrote a line that is no answer\. Start the signer by hand/,
    );
  });

  it("that no key verifies says which key it must be", async () => {
    const upper = Buffer.concat([Buffer.alloc(32, 1), Buffer.alloc(32, 0xff)]).toString("base64");
    for (const [pair, signature] of [
      [ed25519, GOOD],
      [p256, GOOD],
      [p256, upper],
    ] as const) {
      expect(await said(`{ id, signature: ${JSON.stringify(signature)} }`, pair)).toBe(
        `UNAVAILABLE: the signer gave a signature that key ${pair.keyId} does not verify. ` +
          "Look which key the signer signs with; it must be the private half of this one.",
      );
    }
  });
});

describe("a question", () => {
  it("names key and suite, with the digest where hardware needs it", async () => {
    const asked = "{ id, error: [Object.keys(asked), asked.algorithm, asked.keyId].join(' ') }";
    const common = "id,keyId,algorithm,publicKey,payloadType,bytes";
    expect(await said(asked, ed25519)).toContain(`says: ${common} ed25519 ${ed25519.keyId}.`);
    expect(await said(asked, p256)).toContain(`says: ${common},digest es256 ${p256.keyId}.`);
    expect(suiteName(SignatureAlgorithm.ES256)).toBe("es256");
    expect(suiteName(SignatureAlgorithm.UNSPECIFIED)).toBe("ed25519");
  });

  it("goes to a program in the folder of the service, whose words are cut and on one line", async () => {
    expect(await said("{ id, error: process.cwd() }", ed25519)).toContain(`says: ${folder}.`);
    const words = await said("{ id, error: 'a\\n\\té' + 'b'.repeat(300) }", ed25519);
    expect(words).toContain(`says: a ${"b".repeat(198)}.`);
  });
});

describe("a key file", () => {
  const laid = async (name: string, text: string) => {
    const file = join(folder, name);
    await writeFile(file, text, { mode: 0o600 });
    return file;
  };

  it("with a public half is one of the signer", async () => {
    const file = join(folder, "card.key");
    await savePublicKey(file, p256);
    expect(await isExternalKey(file)).toBe(true);
    expect(await isExternalKey(join(folder, "absent.key"))).toBe(false);
    expect(await isExternalKey(await laid("other.key", "-----BEGIN PRIVATE KEY-----"))).toBe(false);
    expect(await faultText(loadKeySigner(file))).toBe(
      `KEY_FILE: ${file} holds a public key, and there is no signer. ` +
        "Name the program that has the private key: signer in the configuration.",
    );
    const signer = new ExternalSigner({ command: ["/nowhere"], cwd: folder });
    expect((await loadKeySigner(file, { external: signer })).keyId).toBe(p256.keyId);
  });

  it("with a public half that is none, or of no suite, says how to get one", async () => {
    const { publicKey } = generateKeyPairSync("x25519");
    const other = publicKey.export({ type: "spki", format: "pem" }).toString();
    for (const text of [other, "-----BEGIN PUBLIC KEY-----\nAAAA\n"]) {
      const file = await laid("bad.key", text);
      expect(await faultText(loadKeySigner(file))).toBe(
        `KEY_FILE: ${file} is no Ed25519 or P-256 public key. ` +
          "Export the public key from the signer again, as SPKI PEM.",
      );
    }
  });
});
