import { accepted, type Outcome, refused } from "#errors";
import { Envelope, Header, KeyPart } from "#proto";
import { decodeExactly } from "#wire";
import { decryptWith } from "../age-file.ts";
import { checkKeyPart } from "../check-key-part.ts";
import { unpad } from "../padding.ts";

/** The key of a part of an own copy, sealed to the State recovery key (TP-RECOVER-2). */
export interface RecoveryPart {
  readonly partName: string;
  /** An age file with a KeyPart, like a key part of the message. */
  readonly key: Uint8Array;
}

/** A message kept by its sender or recipient, and what opens it beside their own keys. */
export interface OwnCopy {
  /** Whose copy it is. */
  readonly owner: string;
  /** Encoded envelope as it is kept. */
  readonly envelope: Uint8Array;
  readonly keys: readonly RecoveryPart[];
}

/**
 * Opens an own copy with the State recovery key alone (TP-RECOVER-3): plaintext by part name,
 * without the parts of which no key was kept. CANNOT_OPEN for another key, SEAL_BINDING or
 * MALFORMED for what was changed.
 */
export async function openOwnCopy(
  copy: OwnCopy,
  identity: string,
): Promise<Outcome<ReadonlyMap<string, Uint8Array>>> {
  const envelope = Envelope.decode(copy.envelope);
  const header = Header.decode(envelope.header);
  const parts = new Map<string, Uint8Array>();
  for (const { key: sealed, partName } of copy.keys) {
    const field = `recovery[${partName}]`;
    const padded = await decryptWith([identity], sealed);
    if (padded === undefined) return refused("CANNOT_OPEN", field, "is not sealed to this key");
    const plaintext = unpad(padded, "key");
    const key = plaintext && decodeExactly(KeyPart, plaintext);
    if (key === undefined) return refused("MALFORMED", field, "is not made as we do");
    const refusal = checkKeyPart(key, header, { recipient: copy.owner, partName });
    if (refusal !== undefined) return { ok: false, refusal };
    const part = envelope.parts.find(({ name }) => name === partName);
    const identities = key.partKeys.map((one) => one.identity);
    const content = await decryptWith(identities, part?.content ?? new Uint8Array());
    const body = content && unpad(content, "content");
    if (body === undefined) return refused("CANNOT_OPEN", partName, "is not what was sealed");
    parts.set(partName, body);
  }
  return accepted(parts);
}
