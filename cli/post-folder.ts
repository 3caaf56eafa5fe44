import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Type } from "typebox";
import { HeldCopy, openCopyFile, type PostIssuer, signPostLog } from "#alerts";
import { TracepostError } from "#errors";
import { CHECK_LIMITS, parseConfig } from "#runtime";
import {
  createSigner,
  generateSealingKey,
  generateSigningKey,
  loadSealingKey,
  loadSigningKey,
  PAYLOAD_TYPES,
  publicKeyOf,
  saveSealingKey,
  saveSigningKey,
} from "#trust";
import { timestampMs } from "#wire";
import { readAsked } from "./post-log-files.ts";
import { readInput } from "./read-input.ts";

/**
 * The folder of a border post without a line: its key, whom it believes, the files it has taken,
 * and who asked (TP-CHECK-10 to TP-CHECK-14).
 */

const closed = { additionalProperties: false } as const;
const PostFile = Type.Object({ postId: Type.String() }, closed);
const IssuerFile = Type.Object(
  { participant: Type.String(), keyId: Type.String(), publicKey: Type.String() },
  closed,
);
const ClockFile = Type.Object({ highestMs: Type.Integer() }, closed);

const KEY = "post.age";
const POST = "post.json";
const ISSUER = "issuer.json";
const CLOCK = "clock.json";
const LOG_KEY = "log.key";
const HELD = /^held-(\d{6})\.age$/;

/** Public keys of a post, as they are brought to the capital. */
export interface PostKeys {
  /** What files are sealed to. */
  readonly recipient: string;
  /** What its log is signed with: Ed25519, raw, base64. */
  readonly logKey: string;
}

/** Makes the folder and its keys; gives those that the capital is told. */
export async function makePostFolder(folder: string, postId: string): Promise<PostKeys> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const there = await readdir(folder);
  if (there.length > 0) {
    throw new TracepostError("DATA_FOLDER", `${folder} is not empty`, {
      remedy: "Give a folder of its own to each post; a lost key is a new post.",
    });
  }
  const pair = await generateSealingKey();
  await saveSealingKey(join(folder, KEY), pair);
  await put(folder, POST, JSON.stringify({ postId }));
  const logPair = generateSigningKey();
  await saveSigningKey(join(folder, LOG_KEY), logPair);
  const logKey = Buffer.from(logPair.publicRaw).toString("base64");
  return { recipient: pair.recipient, logKey };
}

/** Writes a file of the folder in one piece. */
async function put(folder: string, name: string, content: string | Uint8Array): Promise<void> {
  const file = join(folder, name);
  await writeFile(`${file}.new`, content, { mode: 0o600, flush: true });
  await rename(`${file}.new`, file);
}

async function readJson<S extends Parameters<typeof parseConfig>[0]>(
  folder: string,
  name: string,
  schema: S,
) {
  const file = join(folder, name);
  const text = await readFile(file, "utf8").catch(() => undefined);
  return text === undefined ? undefined : parseConfig(schema, text, file);
}

/** An open folder of a post. */
export interface PostFolder {
  readonly postId: string;
  /** Undefined before the first file. */
  readonly issuer: PostIssuer | undefined;
  readonly held: HeldCopy;
  /** Never earlier than what was seen before: a clock that is set back brings nothing back. */
  readonly nowMs: number;
}

/**
 * Opens a post's folder and everything it has taken. Throws TracepostError DATA_FOLDER when it is
 * no post's, KEY_FILE for its key, VERIFICATION for a file that was changed.
 */
export async function openPostFolder(folder: string, clockMs: number): Promise<PostFolder> {
  const post = await readJson(folder, POST, PostFile);
  if (post === undefined) {
    throw noPost(folder);
  }
  const issuer = issuerOf(await readJson(folder, ISSUER, IssuerFile));
  const held = new HeldCopy();
  for (const name of await heldFiles(folder)) {
    const file = await readInput(join(folder, name), CHECK_LIMITS.copyFileBytesMax);
    const rule = await takeInto(held, file, { folder, postId: post.postId, issuer });
    if (rule === undefined) continue;
    throw new TracepostError("VERIFICATION", `${name} of ${folder} does not verify: ${rule}`, {
      remedy: "Take a whole copy again: tracepost post take FILE --folder DIR",
    });
  }
  const before = await readJson(folder, CLOCK, ClockFile);
  const issuedMs = timestampMs(held.newest?.issuedAt) ?? 0;
  const nowMs = Math.max(clockMs, before?.highestMs ?? 0, issuedMs);
  if (nowMs > (before?.highestMs ?? 0)) {
    await put(folder, CLOCK, JSON.stringify({ highestMs: nowMs }));
  }
  return { postId: post.postId, issuer, held, nowMs };
}

async function heldFiles(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => HELD.test(name)).sort();
}

function issuerOf(
  given: { participant: string; keyId: string; publicKey: string } | undefined,
): PostIssuer | undefined {
  if (given === undefined) return undefined;
  const { keyId, participant, publicKey } = given;
  return { participant, keyId, publicKey: publicKeyOf(Buffer.from(publicKey, "base64")) };
}

async function takeInto(
  held: HeldCopy,
  file: Uint8Array,
  post: { folder: string; postId: string; issuer: PostIssuer | undefined },
): Promise<string | undefined> {
  const { folder, issuer, postId } = post;
  if (issuer === undefined) return "noIssuer";
  const { identity } = await loadSealingKey(join(folder, KEY));
  const opened = await openCopyFile(file, { postId, identity, issuer });
  return opened.ok ? held.take(opened.copy) : opened.rule;
}

/** Why a file is not taken, and what to do. */
const NOT_TAKEN: Readonly<Record<string, string>> = {
  noIssuer: "Say whom to believe with --issuer FILE; `tracepost post add` wrote it.",
  cannotOpen: "Have it made for the key of this post; it may also be damaged.",
  notSigned: "Do not use it: it was not made by the participant this post believes.",
  otherIssuer: "Do not use it: another key signed it. After a change of keys make a new post.",
  otherPost: "Take it at the post it was made for.",
  older: "Nothing to do: what this post holds is newer.",
  gap: "Take the files before it first, or a whole copy.",
  revoked: "This post was revoked and takes nothing more; make a new post.",
};

/**
 * Takes a file: kept before what it replaces is removed, so that no crash leaves nothing. Throws
 * TracepostError INPUT_INVALID, saying why it is not taken.
 */
export async function takeFile(
  folder: string,
  file: string,
  given: { readonly issuerFile?: string | undefined; readonly clockMs: number },
): Promise<PostFolder> {
  if (given.issuerFile !== undefined) await setIssuer(folder, given.issuerFile);
  const post = await openPostFolder(folder, given.clockMs);
  const bytes = await readInput(file, CHECK_LIMITS.copyFileBytesMax);
  const rule = await takeInto(post.held, bytes, { folder, ...post });
  if (rule !== undefined) {
    throw new TracepostError("INPUT_INVALID", `${file} is not taken: ${rule}`, {
      remedy: NOT_TAKEN[rule] ?? "Have another one made.",
    });
  }
  const before = await heldFiles(folder);
  const number = Number(HELD.exec(before.at(-1) ?? "")?.[1] ?? 0) + 1;
  await put(folder, `held-${String(number).padStart(6, "0")}.age`, bytes);
  const isWhole = post.held.newest?.sinceVersion === 0n || post.held.newest?.revoked === true;
  if (isWhole) for (const name of before) await rm(join(folder, name));
  return post;
}

async function setIssuer(folder: string, file: string): Promise<void> {
  const text = Buffer.from(await readInput(file, 4_096)).toString("utf8");
  const given = parseConfig(IssuerFile, text, file);
  const before = await readJson(folder, ISSUER, IssuerFile);
  if (before !== undefined && JSON.stringify(before) !== JSON.stringify(given)) {
    throw new TracepostError("DATA_FOLDER", "This post believes somebody else already", {
      remedy: "Make a new post for another participant or key.",
    });
  }
  await put(folder, ISSUER, JSON.stringify(given));
}

/** Part of the post's log after a number, signed by the post (TP-CHECK-16). */
export async function logToTakeHome(
  folder: string,
  since: number,
): Promise<{ readonly file: string; readonly first: number; readonly last: number }> {
  const post = await readJson(folder, POST, PostFile);
  if (post === undefined) throw noPost(folder);
  const pair = await loadSigningKey(join(folder, LOG_KEY));
  const entries = await readAsked(folder, since);
  const signer = createSigner(pair, PAYLOAD_TYPES.postLog);
  const file = signPostLog({ postId: post.postId, entries }, signer);
  return { file, first: entries[0]?.n ?? 0, last: entries.at(-1)?.n ?? 0 };
}

function noPost(folder: string): TracepostError {
  return new TracepostError("DATA_FOLDER", `${folder} is no folder of a border post`, {
    remedy: "Make one: tracepost post init POST --folder DIR",
  });
}
