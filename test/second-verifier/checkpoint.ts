import { createHash, verify } from "node:crypto";
import { ed25519Key, type KnownRegister, mlDsa44Key, PURPOSE } from "./register.ts";
import { demand } from "./untrue.ts";

/** A tree head under a signature that holds. */
export interface KnownHead {
  readonly size: bigint;
  readonly root: Buffer;
}

/** Opens a checkpoint: C2SP signed-note and tlog-checkpoint, read line by line. */
export function openKnownCheckpoint(note: string, register: KnownRegister): KnownHead {
  const lines = note.split("\n");
  demand(lines.pop() === "", "the note does not end in a newline");
  const gap = lines.lastIndexOf("");
  demand(gap > 0, "the note has no signature lines");
  const text = `${lines.slice(0, gap).join("\n")}\n`;
  demand(
    lines.slice(gap + 1).some((line) => isGoodSignature(line, text, register)),
    "no checkpoint key of the register has signed the note",
  );
  demandSecondSignature(lines, register);
  const [origin = "", size = "", root = ""] = lines;
  demand(isLogOf(origin, register), "the note is of another log");
  demand(/^(0|[1-9][0-9]*)$/.test(size), "the size is no decimal number");
  return { size: BigInt(size), root: fromBase64(root) };
}

/** The log of the register, or one that a statement of the root keys has ended. */
function isLogOf(origin: string, { endedLogs, logOrigin }: KnownRegister): boolean {
  return origin === logOrigin || endedLogs.has(origin);
}

/** C2SP tlog-cosignature: a line of an ML-DSA-44 key of the register signs this very tree. */
function demandSecondSignature(lines: readonly string[], register: KnownRegister): void {
  const [origin = "", size = "0", root = ""] = lines;
  for (const raw of register.logKeys) {
    const id = createHash("sha256").update(`${origin}\n`).update(Buffer.of(6)).update(raw).digest();
    const start = `— ${origin} ${id.subarray(0, 3).toString("base64")}`;
    for (const line of lines.filter((one) => one.startsWith(start))) {
      const bytes = fromBase64(line.split(" ")[2] ?? "");
      const name = Buffer.from(origin);
      const numbers = Buffer.alloc(16);
      numbers.writeBigUInt64BE(BigInt(size), 8);
      const message = Buffer.concat([
        ...[Buffer.from("subtree/v1\n\0"), Buffer.of(name.length), name, bytes.subarray(4, 12)],
        ...[Buffer.of(name.length), name, numbers, fromBase64(root)],
      ]);
      const holds = verify(null, message, mlDsa44Key(raw), bytes.subarray(12));
      demand(holds, "the second signature of the log does not verify");
    }
  }
}

function isGoodSignature(line: string, text: string, register: KnownRegister): boolean {
  const [dash, name, blob, ...more] = line.split(" ");
  const [origin] = text.split("\n");
  if (dash !== "—" || name === undefined || blob === undefined || more.length > 0) return false;
  if (name !== origin || !isLogOf(name, register)) {
    return false;
  }
  const bytes = fromBase64(blob);
  for (const { owner, purpose, raw } of register.keys.values()) {
    if (owner !== "GATEWAY" || purpose !== PURPOSE.checkpoint) continue;
    const id = createHash("sha256").update(`${name}\n`).update(Buffer.of(1)).update(raw).digest();
    if (!id.subarray(0, 4).equals(bytes.subarray(0, 4))) continue;
    if (verify(null, Buffer.from(text), ed25519Key(raw), bytes.subarray(4))) return true;
  }
  return false;
}

/** Bytes of base64 in its one spelling. */
export function fromBase64(text: string): Buffer {
  const bytes = Buffer.from(text, "base64");
  demand(bytes.toString("base64") === text, "base64 is not spelled as it should be");
  return bytes;
}
