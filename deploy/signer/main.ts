/**
 * A program that signs for a participant (docs/spec/signers.md), to be run as another user, on
 * another machine, or in front of an HSM:
 *
 *   node deploy/signer/main.ts FOLDER            private keys: *.pem, PKCS#8, readable by its owner
 *   node deploy/signer/main.ts FOLDER PROGRAM    public keys: *.pem, SPKI; PROGRAM signs
 *
 * PROGRAM is run for each signature, with the name of the key file without .pem as its one argument.
 * It reads from standard input what is to be signed, for P-256 the SHA-256 digest, and writes the
 * signature to standard output, raw or in DER. Its PIN it has from a file or the environment of this
 * program; never from an argument. Needs nothing but Node, so it can be copied to where the keys are.
 */
import { spawn } from "node:child_process";
import { createPrivateKey, createPublicKey, type KeyObject, sign } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import { rawSignature } from "./raw-signature.ts";

interface Question {
  readonly id: number;
  /** Raw public key, base64. */
  readonly publicKey: string;
  readonly bytes: string;
  readonly digest?: string;
}

interface HeldKey {
  readonly name: string;
  /** Undefined: the program has it. */
  readonly privateKey: KeyObject | undefined;
}

/** How long PROGRAM may take, milliseconds: less than the participant waits. */
const PROGRAM_MS = 8_000;
const GROUP_AND_OTHERS = 0o077;

const [folder, program] = process.argv.slice(2);
if (folder === undefined) fail("usage: node deploy/signer/main.ts FOLDER [PROGRAM]");
const keys = readKeys(folder);

for await (const line of createInterface({ input: process.stdin })) {
  const question = JSON.parse(line) as Question;
  // One after the other: a card does one thing at a time.
  process.stdout.write(`${JSON.stringify(await answer(question))}\n`);
}

async function answer({ id, publicKey, bytes, digest }: Question) {
  const key = keys.get(publicKey);
  if (key === undefined) return { id, error: "there is no such key here" };
  const { name, privateKey } = key;
  const message = Buffer.from(bytes, "base64");
  const signature =
    privateKey === undefined
      ? await run(name, digest === undefined ? message : Buffer.from(digest, "base64"))
      : signHere(privateKey, message);
  if (typeof signature === "string") return { id, error: signature };
  const raw = rawSignature(signature);
  if (raw === undefined) return { id, error: `${name}: what was written is no signature` };
  return { id, signature: raw.toString("base64") };
}

function signHere(key: KeyObject, message: Buffer): Buffer {
  const isP256 = key.asymmetricKeyType === "ec";
  return sign(isP256 ? "sha256" : null, message, { key, dsaEncoding: "ieee-p1363" });
}

/** The signature, or why there is none. */
function run(name: string, input: Buffer): Promise<Buffer | string> {
  return new Promise((resolve) => {
    const child = spawn(program ?? "", [name], { stdio: ["pipe", "pipe", "ignore"] });
    const pieces: Buffer[] = [];
    const timer = setTimeout(() => child.kill("SIGKILL"), PROGRAM_MS);
    child.stdout.on("data", (piece: Buffer) => pieces.push(piece));
    child.stdin.on("error", () => undefined);
    child.on("error", () => resolve("the program that signs cannot be started"));
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve(code === 0 ? Buffer.concat(pieces) : `${name}: the program that signs has failed`);
    });
    child.stdin.end(input);
  });
}

/** Keys by their raw public half, base64, as a question names them. */
function readKeys(from: string): Map<string, HeldKey> {
  const held = new Map<string, HeldKey>();
  for (const file of readdirSync(from).filter((one) => one.endsWith(".pem"))) {
    const path = join(from, file);
    const pem = readFileSync(path, "utf8");
    const isPrivate = pem.includes("PRIVATE KEY");
    if (isPrivate && (statSync(path).mode & GROUP_AND_OTHERS) !== 0) {
      fail(`${path} is open to others: chmod 600 ${path}`);
    }
    if (isPrivate === (program !== undefined)) {
      fail(`${path}: give PROGRAM for public keys, and none for private ones`);
    }
    const privateKey = isPrivate ? createPrivateKey(pem) : undefined;
    held.set(rawPublicKey(createPublicKey(pem)), { name: basename(file, ".pem"), privateKey });
  }
  if (held.size === 0) fail(`${from} holds no key: *.pem`);
  return held;
}

/** 32 bytes of Ed25519, or the compressed point of P-256; base64. */
function rawPublicKey(key: KeyObject): string {
  const { x = "", y } = key.export({ format: "jwk" });
  const point = Buffer.from(x, "base64url");
  if (y === undefined) return point.toString("base64");
  const isOdd = ((Buffer.from(y, "base64url").at(-1) ?? 0) & 1) === 1;
  return Buffer.concat([Buffer.from([isOdd ? 3 : 2]), point]).toString("base64");
}

function fail(problem: string): never {
  process.stderr.write(`${problem}\n`);
  process.exit(2);
}
