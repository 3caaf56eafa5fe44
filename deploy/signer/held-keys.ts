import { spawn } from "node:child_process";
import { createPrivateKey, createPublicKey, type KeyObject, sign } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { rawSignature } from "./raw-signature.ts";

/** A line that a participant's service asks with; bytes are base64. */
export interface Question {
  readonly id: number;
  /** Raw public key. */
  readonly publicKey: string;
  readonly bytes: string;
  /** SHA-256 over `bytes`, with a key on P-256. */
  readonly digest?: string;
}

/** The line that answers it. */
export type Answer =
  | { readonly id: number; readonly signature: string }
  | { readonly id: number; readonly error: string };

/** Keys that answer. */
export interface HeldKeys {
  answer(question: Question): Promise<Answer>;
}

interface HeldKey {
  readonly name: string;
  /** Undefined: the program has it. */
  readonly privateKey: KeyObject | undefined;
}

/** How long the program that signs may take, milliseconds: less than the service waits. */
const PROGRAM_MS = 8_000;
const GROUP_AND_OTHERS = 0o077;

/** Reads the keys of a folder, whose private halves `program` has if it is given; or a problem. */
export function readKeys(folder: string, program: string | undefined): HeldKeys | string {
  const keys = new Map<string, HeldKey>();
  for (const file of readdirSync(folder).filter((one) => one.endsWith(".pem"))) {
    const path = join(folder, file);
    const pem = readFileSync(path, "utf8");
    const isPrivate = pem.includes("PRIVATE KEY");
    if (isPrivate && (statSync(path).mode & GROUP_AND_OTHERS) !== 0) {
      return `${path} is open to others: chmod 600 ${path}`;
    }
    if (isPrivate === (program !== undefined)) {
      return `${path}: give PROGRAM for public keys, and none for private ones`;
    }
    const privateKey = isPrivate ? createPrivateKey(pem) : undefined;
    keys.set(rawPublicKey(createPublicKey(pem)), { name: basename(file, ".pem"), privateKey });
  }
  if (keys.size === 0) return `${folder} holds no key: *.pem`;
  return { answer: (question) => answerWith(keys.get(question.publicKey), question, program) };
}

async function answerWith(
  key: HeldKey | undefined,
  { bytes, digest, id }: Question,
  program = "",
): Promise<Answer> {
  if (key === undefined) return { id, error: "there is no such key here" };
  const { name, privateKey } = key;
  const message = Buffer.from(bytes, "base64");
  const input = digest === undefined ? message : Buffer.from(digest, "base64");
  const signature =
    privateKey === undefined
      ? await signedByProgram(program, name, input)
      : signedHere(privateKey, message);
  if (typeof signature === "string") return { id, error: signature };
  const raw = rawSignature(signature);
  if (raw === undefined) return { id, error: `${name}: what was written is no signature` };
  return { id, signature: raw.toString("base64") };
}

function signedHere(key: KeyObject, message: Buffer): Buffer {
  const isP256 = key.asymmetricKeyType === "ec";
  return sign(isP256 ? "sha256" : null, message, { key, dsaEncoding: "ieee-p1363" });
}

/** The signature, or why there is none. */
function signedByProgram(program: string, name: string, input: Buffer): Promise<Buffer | string> {
  return new Promise((resolve) => {
    const child = spawn(program, [name], { stdio: ["pipe", "pipe", "ignore"] });
    const pieces: Buffer[] = [];
    const timer = setTimeout(() => child.kill("SIGKILL"), PROGRAM_MS);
    child.stdout.on("data", (piece: Buffer) => pieces.push(piece));
    child.stdin.on("error", () => undefined);
    child.on("error", () => {
      clearTimeout(timer);
      resolve("the program that signs cannot be started");
    });
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve(code === 0 ? Buffer.concat(pieces) : `${name}: the program that signs has failed`);
    });
    child.stdin.end(input);
  });
}

/** 32 bytes of Ed25519, or the compressed point of P-256; base64. */
function rawPublicKey(key: KeyObject): string {
  const { x = "", y } = key.export({ format: "jwk" });
  const point = Buffer.from(x, "base64url");
  if (y === undefined) return point.toString("base64");
  const isOdd = ((Buffer.from(y, "base64url").at(-1) ?? 0) & 1) === 1;
  return Buffer.concat([Buffer.from([isOdd ? 3 : 2]), point]).toString("base64");
}
