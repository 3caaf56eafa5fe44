/** Cosignatures of checkpoints (https://c2sp.org/tlog-cosignature), of witnesses and of the log. */
import { type KeyObject, sign, verify } from "node:crypto";
import { TracepostError } from "#errors";
import { encodeBase64 } from "./base64.ts";
import { type CheckpointText, headOfNote } from "./checkpoint-text.ts";
import { sameBytes } from "./hashing.ts";
import { NOTE_TYPE, noteKeyHash, rawNoteKey } from "./note-keys.ts";
import { type LineVerdict, parseNote, type SignedNote } from "./signed-note.ts";

const TIME_BYTES = 8;
/** Of RFC 8032 and FIPS 204. */
const SIGNATURE_BYTES = {
  [NOTE_TYPE.ed25519Cosignature]: 64,
  [NOTE_TYPE.mlDsa44Cosignature]: 2_420,
} as const;
type CosignatureType = keyof typeof SIGNATURE_BYTES;
const NAME_BYTES_MAX = 255;
const SUBTREE_LABEL = Buffer.from("subtree/v1\n\0");

/** Who cosigns: name of the key, and the key itself. */
export interface Cosigner {
  /** Name in the signature line. */
  readonly name: string;
  readonly privateKey: KeyObject;
  /** Of the same key; Ed25519 or ML-DSA-44. */
  readonly publicKey: KeyObject;
}

/** Whose cosignature it is said to be. */
export type CosignerKey = Pick<Cosigner, "name" | "publicKey">;

/**
 * A signature line of a cosigner under a checkpoint, with its newline (TP-LOG-16). `timeS` is in
 * seconds since 1970; 0, with ML-DSA-44 alone, says nothing of when. Throws INTERNAL for a note
 * that is no checkpoint.
 */
export function cosign(note: string, cosigner: Cosigner, timeS: number): string {
  const parsed = parseNote(note);
  const head = parsed && headOfNote(parsed);
  const type = cosignatureType(cosigner.publicKey);
  const publicRaw = rawNoteKey(cosigner.publicKey);
  if (parsed === undefined || head === undefined || type === undefined || !publicRaw) {
    throw new TracepostError("INTERNAL", "only a checkpoint can be cosigned");
  }
  const message = signedMessage(parsed, head, { name: cosigner.name, type, timeS });
  const bytes = Buffer.concat([
    noteKeyHash(cosigner.name, type, publicRaw),
    uint64(timeS),
    sign(null, message, cosigner.privateKey),
  ]);
  return `— ${cosigner.name} ${encodeBase64(bytes)}\n`;
}

/** What a note says of a cosigner's signature, and when it was made, in seconds since 1970. */
export type Cosignature =
  | { readonly verdict: "good"; readonly timeS: number }
  | { readonly verdict: Exclude<LineVerdict, "good">; readonly timeS?: undefined };

/** Whether a cosigner has signed the checkpoint (TP-LOG-16). Never throws. */
export function cosignatureOf(
  note: SignedNote,
  head: CheckpointText,
  { name, publicKey }: CosignerKey,
): Cosignature {
  const type = cosignatureType(publicKey);
  const publicRaw = rawNoteKey(publicKey);
  if (type === undefined || publicRaw === undefined) return { verdict: "absent" };
  const keyHash = noteKeyHash(name, type, publicRaw);
  const length = TIME_BYTES + SIGNATURE_BYTES[type];
  let newestS: number | undefined;
  for (const line of note.signatures) {
    if (line.name !== name || !sameBytes(line.keyHash, keyHash)) continue;
    if (line.signature.length !== length) return { verdict: "false" };
    const timeS = Number(Buffer.from(line.signature).readBigUInt64BE());
    if (!Number.isSafeInteger(timeS)) return { verdict: "false" };
    const message = signedMessage(note, head, { name, type, timeS });
    const holds = verify(null, message, publicKey, line.signature.subarray(TIME_BYTES));
    if (!holds) return { verdict: "false" };
    newestS = Math.max(newestS ?? 0, timeS);
  }
  return newestS === undefined ? { verdict: "absent" } : { verdict: "good", timeS: newestS };
}

function cosignatureType(publicKey: KeyObject): CosignatureType | undefined {
  if (publicKey.asymmetricKeyType === "ed25519") return NOTE_TYPE.ed25519Cosignature;
  return publicKey.asymmetricKeyType === "ml-dsa-44" ? NOTE_TYPE.mlDsa44Cosignature : undefined;
}

function signedMessage(
  note: SignedNote,
  head: CheckpointText,
  {
    name,
    timeS,
    type,
  }: { readonly name: string; readonly type: CosignatureType; readonly timeS: number },
): Buffer {
  if (type === NOTE_TYPE.ed25519Cosignature) {
    return Buffer.from(`cosignature/v1\ntime ${timeS}\n${note.text}`);
  }
  return Buffer.concat([
    SUBTREE_LABEL,
    opaque(name),
    uint64(timeS),
    opaque(head.origin),
    uint64(0),
    uint64(head.size),
    head.rootHash,
  ]);
}

/** A TLS vector with a length of one byte; what is longer signs nothing that anybody verifies. */
function opaque(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.of(Math.min(bytes.length, NAME_BYTES_MAX)), bytes]);
}

function uint64(number: number): Buffer {
  const bytes = Buffer.alloc(TIME_BYTES);
  bytes.writeBigUInt64BE(BigInt(number));
  return bytes;
}
