import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { Type } from "typebox";
import { Value } from "typebox/value";
import { TracepostError } from "#errors";
import { decryptWith, encryptTo } from "../age-file.ts";
import { writeSecret } from "../secret-file.ts";

/** Names that a key ring loads; none of them leads out of its folder. */
const KEY_FILE = /^[a-z]+(-[A-Za-z0-9_-]+)?\.(key|age)$/;
const KeyCopy = Type.Object(
  {
    files: Type.Record(Type.String({ pattern: KEY_FILE.source }), Type.String(), {
      additionalProperties: false,
    }),
    passphrase: Type.Optional(Type.String()),
  },
  { additionalProperties: false },
);

/** Files of a key folder by their names, and the passphrase that opens them, if they have one. */
export interface KeyCopy {
  readonly files: Readonly<Record<string, string>>;
  readonly passphrase?: string;
}

/**
 * A copy of a key folder, sealed to the State recovery key (TP-RECOVER-4): the machine that makes
 * it cannot open it again.
 */
export async function makeKeyCopy(
  folder: string,
  passphrase: string | undefined,
  recipient: string,
): Promise<Uint8Array> {
  const files: Record<string, string> = {};
  for (const name of (await readdir(folder)).filter((one) => KEY_FILE.test(one)).toSorted()) {
    files[name] = await readFile(join(folder, name), "utf8");
  }
  const copy = { files, ...(passphrase === undefined ? {} : { passphrase }) };
  return await encryptTo(recipient, Buffer.from(JSON.stringify(copy)));
}

/**
 * Opens such a copy with the recovery key. Throws TracepostError KEY_FILE when it is sealed to
 * another key, or was changed.
 */
export async function openKeyCopy(bytes: Uint8Array, identity: string): Promise<KeyCopy> {
  const text = await decryptWith([identity], bytes);
  if (text !== undefined) {
    try {
      const value: unknown = JSON.parse(Buffer.from(text).toString("utf8"));
      if (Value.Check(KeyCopy, value)) return value;
    } catch {
      // Sealed by somebody else: anybody can seal to a recipient.
    }
  }
  throw new TracepostError("KEY_FILE", "the copy of the keys does not open", {
    remedy: "Bring the shares of the key it was sealed to, and a whole copy.",
  });
}

/**
 * Writes the files of a copy into a folder, mode 0600, and never over other keys. Throws
 * TracepostError KEY_FILE.
 */
export async function restoreKeyCopy({ files }: KeyCopy, folder: string): Promise<void> {
  for (const [name, text] of Object.entries(files)) await writeSecret(join(folder, name), text);
}
