/** Signed notes (https://c2sp.org/signed-note): text with signature lines under it (TP-LOG-9). */
import { type KeyObject, sign, verify } from "node:crypto";
import { LOG_LIMITS, WIRE_LIMITS } from "#runtime";
import { decodeBase64, encodeBase64 } from "./base64.ts";
import { sameBytes } from "./hashing.ts";
import { NOTE_KEY_HASH_BYTES, NOTE_TYPE, noteKeyHash, rawNoteKey } from "./note-keys.ts";

const DASH = "— ";

/** One signature line. */
export interface NoteSignature {
  readonly name: string;
  /** First four bytes of a hash of the key: says which key, proves nothing. */
  readonly keyHash: Uint8Array;
  readonly signature: Uint8Array;
}

/** A note taken apart; nothing in it is to be believed before a signature was verified. */
export interface SignedNote {
  /** Ends in a newline. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** Whether a text can be the name of a key: not empty, no white space, no plus, no control. */
export function isKeyName(name: string): boolean {
  return (
    name.length > 0 &&
    name.length <= WIRE_LIMITS.shortTextCharsMax &&
    name.isWellFormed() &&
    !/[\p{White_Space}\p{Cc}+]/u.test(name)
  );
}

/** Signs a text, which must end in a newline, and puts the line under it. Deterministic. */
export function signNote(
  text: string,
  key: { readonly name: string; readonly privateKey: KeyObject; readonly publicRaw: Uint8Array },
): string {
  const signature = sign(null, Buffer.from(text), key.privateKey);
  const bytes = Buffer.concat([noteKeyHash(key.name, NOTE_TYPE.ed25519, key.publicRaw), signature]);
  return `${text}\n${DASH}${key.name} ${encodeBase64(bytes)}\n`;
}

/** Takes a note apart; undefined when it is not exactly of the format, or too large. */
export function parseNote(note: string): SignedNote | undefined {
  if (note.length > LOG_LIMITS.noteBytesMax || !note.isWellFormed()) return undefined;
  if (Buffer.byteLength(note) > LOG_LIMITS.noteBytesMax || hasControls(note)) return undefined;
  const gap = note.lastIndexOf("\n\n");
  if (gap < 0 || !note.endsWith("\n")) return undefined;
  const lines = note.slice(gap + 2, -1).split("\n");
  if (lines.length > LOG_LIMITS.noteSignaturesMax) return undefined;
  const signatures: NoteSignature[] = [];
  for (const line of lines) {
    const signature = parseSignatureLine(line);
    if (signature === undefined) return undefined;
    signatures.push(signature);
  }
  return { text: note.slice(0, gap + 1), signatures };
}

/**
 * What the lines of a note say of one key: a good signature, none, or one that claims to be of the
 * key and is false, which spoils the note whatever else is under it.
 */
export type LineVerdict = "good" | "absent" | "false";

/** Whether an Ed25519 key signed the note under this name; of other kinds: absent. Never throws. */
export function signatureOf(note: SignedNote, name: string, key: KeyObject): LineVerdict {
  const publicRaw = key.asymmetricKeyType === "ed25519" ? rawNoteKey(key) : undefined;
  if (publicRaw === undefined) return "absent";
  const keyHash = noteKeyHash(name, NOTE_TYPE.ed25519, publicRaw);
  const text = Buffer.from(note.text);
  let verdict: LineVerdict = "absent";
  for (const line of note.signatures) {
    if (line.name !== name || !sameBytes(line.keyHash, keyHash)) continue;
    if (!verify(null, text, key, line.signature)) return "false";
    verdict = "good";
  }
  return verdict;
}

/**
 * Whether one of the keys signed the note under this name. A line that claims to be from one of
 * them and does not verify spoils the note; lines of others are ignored, as are keys that
 * are not Ed25519. Never throws.
 */
export function isSignedBy(note: SignedNote, name: string, keys: readonly KeyObject[]): boolean {
  const verdicts = keys.map((key) => signatureOf(note, name, key));
  return verdicts.includes("good") && !verdicts.includes("false");
}

function parseSignatureLine(line: string): NoteSignature | undefined {
  if (!line.startsWith(DASH)) return undefined;
  const [name, base64, ...rest] = line.slice(DASH.length).split(" ");
  if (name === undefined || base64 === undefined || rest.length > 0) return undefined;
  const bytes = decodeBase64(base64);
  if (!isKeyName(name) || bytes === undefined || bytes.length <= NOTE_KEY_HASH_BYTES)
    return undefined;
  return {
    name,
    keyHash: bytes.slice(0, NOTE_KEY_HASH_BYTES),
    signature: bytes.slice(NOTE_KEY_HASH_BYTES),
  };
}

/** Any ASCII control character but the newline. */
function hasControls(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit < 0x20 && unit !== 0x0a) return true;
  }
  return false;
}
