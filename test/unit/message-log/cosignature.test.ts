import { createPublicKey, sign, verify } from "node:crypto";
import { describe, expect, test } from "vitest";
import {
  cosign,
  cosignatureOf,
  createCheckpointSigner,
  isPostQuantumSigned,
  openCheckpoint,
  parseCheckpoint,
  parseNote,
} from "#message-log";
import { generateLogKey, generateSigningKey } from "#trust";
import { readVectors } from "../../support/vectors.ts";
import { ed25519Message, lineOf, mlDsaMessage } from "../../vectors/make/cosignatures.ts";

interface Vectors {
  readonly name: string;
  readonly publicKey: string;
  readonly checkpoint: string;
  readonly timeS: number;
  readonly good: string;
  readonly absent: Readonly<Record<string, string>>;
  readonly false: Readonly<Record<string, string>>;
}

const vectors = readVectors<Vectors>("merkle/cosignature.json");
const x = Buffer.from(vectors.publicKey, "base64").toString("base64url");
const publicKey = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });

function judge(lines: string, cosigner = { name: vectors.name, publicKey }) {
  const note = vectors.checkpoint + lines;
  const [parsed, head] = [parseNote(note), parseCheckpoint(note)];
  if (parsed === undefined || head === undefined) throw new TypeError("no checkpoint");
  return cosignatureOf(parsed, head, cosigner);
}

describe("cosignatures of witnesses (TP-LOG-16)", () => {
  test("are taken with their time, as C2SP tlog-cosignature has them", () => {
    expect(judge(vectors.good)).toEqual({ verdict: "good", timeS: vectors.timeS });
  });

  test.each(Object.entries(vectors.absent))("are not there: %s", (_, lines) => {
    expect(judge(lines)).toEqual({ verdict: "absent" });
  });

  test.each(Object.entries(vectors.false))("are false: %s", (_, lines) => {
    expect(judge(lines)).toEqual({ verdict: "false" });
  });

  test("are written so that the second encoder's message verifies", () => {
    const key = generateSigningKey();
    const name = "witness.example/w7";
    const line = cosign(vectors.checkpoint, { ...key, name }, 1_700_000_000);
    const bytes = Buffer.from(line.split(" ")[2] ?? "", "base64");
    const body = vectors.checkpoint.slice(0, vectors.checkpoint.indexOf("\n\n") + 1);
    const message = ed25519Message(body, 1_700_000_000);
    expect(verify(null, message, key.publicKey, bytes.subarray(12))).toBe(true);
    const { publicRaw } = key;
    const signature = bytes.subarray(12);
    expect(lineOf({ name, type: 4, publicRaw, timeS: 1_700_000_000, signature })).toBe(line);
    expect(judge(line, { name, publicKey: key.publicKey })).toMatchObject({ verdict: "good" });
  });
});

describe("the log's second signature, ML-DSA-44 (TP-LOG-17)", () => {
  const origin = "test.example/log";
  const ed25519 = generateSigningKey();
  const mlDsa = generateLogKey();
  const note = createCheckpointSigner(ed25519, origin).sign(7, new Uint8Array(32).fill(7));
  const body = note.slice(0, note.indexOf("\n\n") + 1);
  const both = note + cosign(note, { ...mlDsa, name: origin }, 1_700_000_000);
  const keys = [ed25519.publicKey, mlDsa.publicKey];

  test("is over the message that the second encoder gives, and taken from its line", () => {
    const bytes = Buffer.from(both.trimEnd().split(" ").at(-1) ?? "", "base64");
    const message = mlDsaMessage(body, origin, 1_700_000_000);
    expect(bytes.length).toBe(4 + 8 + 2_420);
    expect(verify(null, message, mlDsa.publicKey, bytes.subarray(12))).toBe(true);
    const theirs = lineOf({
      ...{ name: origin, type: 6, publicRaw: mlDsa.publicRaw, timeS: 0 },
      signature: sign(null, mlDsaMessage(body, origin, 0), mlDsa.privateKey),
    });
    expect(isPostQuantumSigned(note + theirs, origin, keys)).toBe(true);
  });

  test("stands beside the first: either opens the checkpoint for who knows its key alone", () => {
    for (const known of [keys, [ed25519.publicKey], [mlDsa.publicKey]]) {
      expect(openCheckpoint(both, origin, known)).toMatchObject({ size: 7 });
    }
    expect(isPostQuantumSigned(both, origin, keys)).toBe(true);
    expect(isPostQuantumSigned(note, origin, keys)).toBe(false);
    expect(openCheckpoint(note, origin, keys)).toMatchObject({ size: 7 });
  });

  test("spoils the checkpoint when it is false, whatever else is under it", () => {
    const false_ = cosign(both.replace("\n7\n", "\n8\n"), { ...mlDsa, name: origin }, 5);
    expect(openCheckpoint(note + false_, origin, keys)).toBeUndefined();
    expect(openCheckpoint(note + false_, origin, [ed25519.publicKey])).toMatchObject({ size: 7 });
  });
});
