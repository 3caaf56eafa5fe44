/**
 * Cosignatures, written down from C2SP tlog-cosignature: what is signed, and how the line says it.
 * Shares nothing with the code it tests.
 */
import { createPrivateKey, createPublicKey, hash, type KeyObject, sign } from "node:crypto";

/** Base64 of bytes. */
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");

const u64 = (number: number): Buffer => {
  const high = Math.floor(number / 2 ** 32);
  const bytes = [high, number % 2 ** 32].flatMap((half) => [24, 16, 8, 0].map((at) => half >>> at));
  return Buffer.from(bytes.map((byte) => byte & 0xff));
};
const opaque = (text: string): Buffer =>
  Buffer.concat([Buffer.of(Buffer.byteLength(text)), Buffer.from(text)]);

/** What an Ed25519 cosigner signs. */
export const ed25519Message = (body: string, timeS: number): Buffer =>
  Buffer.from(["cosignature/v1", `time ${timeS}`, body].join("\n"));

/** What an ML-DSA-44 cosigner signs: `cosigned_message` of the whole tree. */
export function mlDsaMessage(body: string, cosigner: string, timeS: number): Buffer {
  const [origin = "", size = "", root = ""] = body.split("\n");
  return Buffer.concat([
    Buffer.from("737562747265652f76310a00", "hex"),
    opaque(cosigner),
    u64(timeS),
    opaque(origin),
    u64(0),
    u64(Number(size)),
    Buffer.from(root, "base64"),
  ]);
}

/** A signature line: name, then base64 of key hash, time and signature. */
export function lineOf(args: {
  readonly name: string;
  readonly type: 4 | 6;
  readonly publicRaw: Uint8Array;
  readonly timeS: number;
  readonly signature: Uint8Array;
}): string {
  const { name, publicRaw, signature, timeS, type } = args;
  const id = hash(
    "sha256",
    Buffer.concat([Buffer.from(`${name}\n`), Buffer.of(type), publicRaw]),
    "buffer",
  ).subarray(0, 4);
  return `— ${name} ${base64(Buffer.concat([id, u64(timeS), signature]))}\n`;
}

/** A test key of a witness; its seed is 32 bytes of the letter W. */
function witnessKey(): { privateKey: KeyObject; publicRaw: Buffer } {
  const header = Buffer.from("302e020100300506032b657004220420", "hex");
  const der = Buffer.concat([header, Buffer.alloc(32, "W")]);
  const privateKey = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  const publicRaw = createPublicKey(privateKey)
    .export({ format: "der", type: "spki" })
    .subarray(12);
  return { privateKey, publicRaw };
}

/** Content of `merkle/cosignature.json`: lines under a checkpoint of the log's vectors. */
export function cosignatureVectors(checkpoint: string) {
  const name = "witness.vectors.tracepost.example/w1";
  const { privateKey, publicRaw } = witnessKey();
  const body = checkpoint.slice(0, checkpoint.indexOf("\n\n") + 1);
  const timeS = 1_679_315_147;
  const line = (change: { body?: string; timeS?: number; said?: number; cut?: number } = {}) => {
    const message = ed25519Message(change.body ?? body, change.timeS ?? timeS);
    const signature = sign(null, message, privateKey).subarray(0, change.cut ?? 64);
    return lineOf({ name, type: 4, publicRaw, timeS: change.said ?? timeS, signature });
  };
  const plain = sign(null, Buffer.from(body), privateKey);
  return {
    name,
    publicKey: base64(publicRaw),
    checkpoint,
    timeS,
    good: line(),
    absent: {
      "no line": "",
      "of another name": line().replace("/w1", "/w2"),
      "of another key": line().replace(/ (....)/, " AAAA"),
    },
    false: {
      "another time than the one signed": line({ said: timeS + 1 }),
      "of another checkpoint": line({ body: body.replace("\n300\n", "\n301\n") }),
      "a signature cut": line({ cut: 63 }),
      "a plain signature of the text": lineOf({
        ...{ name, type: 4, publicRaw, timeS },
        signature: plain,
      }),
      "a good and a false one": line() + line({ said: timeS + 1 }),
    },
  };
}
