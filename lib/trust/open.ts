import { accepted, type Outcome, refused } from "#errors";
import { KeyPart, type Part } from "#proto";
import {
  BODY_PART,
  decodeExactly,
  isKeyPart,
  keyPartOf,
  type ParsedMessage,
  parseFilteredEnvelope,
} from "#wire";
import { decryptWith, isHybridFile } from "./age-file.ts";
import { checkKeyPart } from "./check-key-part.ts";
import { type PaddingKind, unpad } from "./padding.ts";

/** A message to open. */
export interface OpenJob {
  /** Encoded envelope as dispatched. */
  readonly envelope: Uint8Array;
  /** The participant that opens. */
  readonly recipient: string;
  /** Its own sealing identities, the present and those before. */
  readonly identities: readonly string[];
}

/** An opened message. */
export interface OpenedMessage {
  /** The key part of the body: place in the sequence, checkpoint seen. */
  readonly keyPart: KeyPart;
  /** Plaintext by part name, without padding. */
  readonly parts: ReadonlyMap<string, Uint8Array>;
}

/**
 * Opens what is sealed to one recipient (TP-SEAL-3 to TP-SEAL-5). Refuses with NOT_ADDRESSED when
 * the recipient or a key part for it is missing, CANNOT_OPEN when no identity fits or sealed bytes
 * were changed, SEAL_BINDING when the seal was made for another message, MALFORMED for anything
 * that our own sealing would not have made. Never throws, whatever the bytes are.
 */
export async function openParts(job: OpenJob): Promise<Outcome<OpenedMessage>> {
  const parsed = parseFilteredEnvelope(job.envelope);
  if (!parsed.ok) return parsed;
  const message = parsed.value;
  if (!message.header.recipients.includes(job.recipient)) {
    return refused("NOT_ADDRESSED", "header.recipients", "lack this recipient");
  }
  const parts = new Map<string, Uint8Array>();
  let bodyKey: KeyPart | undefined;
  for (const part of message.envelope.parts) {
    if (isKeyPart(part.name)) continue;
    const key = await openKeyPart(message, part.name, job);
    if (!key.ok) return key;
    if (part.name === BODY_PART) bodyKey = key.value;
    else if (!isSamePlace(bodyKey, key.value)) {
      return refused("MALFORMED", "key.pair_sequence", "differs between the key parts");
    }
    const identities = key.value.partKeys.map(({ identity }) => identity);
    const plaintext = await openPart(part, identities, "content");
    if (!plaintext.ok) return plaintext;
    parts.set(part.name, plaintext.value);
  }
  if (bodyKey === undefined) return refused("MALFORMED", "envelope.parts", "lack a body");
  return accepted({ keyPart: bodyKey, parts });
}

async function openKeyPart(
  { envelope, header }: ParsedMessage,
  partName: string,
  { identities, recipient }: OpenJob,
): Promise<Outcome<KeyPart>> {
  const name = keyPartOf(partName);
  const sealed = envelope.parts.find((part) => part.name === name && part.onlyFor === recipient);
  if (sealed === undefined) {
    return refused("NOT_ADDRESSED", `envelope.parts[${name}]`, "lacks one for this recipient");
  }
  const plaintext = await openPart(sealed, identities, "key");
  if (!plaintext.ok) return plaintext;
  const key = decodeExactly(KeyPart, plaintext.value);
  if (key === undefined) return refused("MALFORMED", name, "is not encoded as we do");
  const refusal = checkKeyPart(key, header, { recipient, partName });
  return refusal === undefined ? accepted(key) : { ok: false, refusal };
}

async function openPart(
  part: Part,
  identities: readonly string[],
  kind: PaddingKind,
): Promise<Outcome<Uint8Array>> {
  const field = `envelope.parts[${part.name}]`;
  if (!isHybridFile(part.content)) {
    return refused("MALFORMED", field, "is not sealed to exactly one hybrid recipient");
  }
  const padded = await decryptWith(identities, part.content);
  if (padded === undefined) return refused("CANNOT_OPEN", field, "does not open with our keys");
  const plaintext = unpad(padded, kind);
  return plaintext === undefined
    ? refused("MALFORMED", field, "is not padded as we do")
    : accepted(plaintext);
}

function isSamePlace(left: KeyPart | undefined, right: KeyPart): boolean {
  return left !== undefined && left.pairSequence === right.pairSequence;
}
