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
import type { RecoveryPart } from "./recovery/own-copy.ts";
import { type SealBinding, sealRecovery } from "./seal.ts";

/** A message to open. */
export interface OpenJob {
  /** Encoded envelope as dispatched. */
  readonly envelope: Uint8Array;
  /** The participant that opens. */
  readonly recipient: string;
  /** Its own sealing identities, the present and those before. */
  readonly identities: readonly string[];
  /** What is opened is sealed to it too, for the own copy (TP-RECOVER-2): `age1pq1…` */
  readonly recovery?: string;
}

/** An opened message. */
export interface OpenedMessage {
  /** The key part of the body: place in the sequence, checkpoint seen. */
  readonly keyPart: KeyPart;
  /** Plaintext by part name, without padding. */
  readonly parts: ReadonlyMap<string, Uint8Array>;
  /** Keys of the parts for the State recovery key. */
  readonly recovery: readonly RecoveryPart[];
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
  const recovery: RecoveryPart[] = [];
  let bodyKey: KeyPart | undefined;
  for (const part of message.envelope.parts) {
    if (isKeyPart(part.name)) continue;
    const key = await openKeyPart(message, part.name, job);
    if (!key.ok) return key;
    if (part.name === BODY_PART) bodyKey = key.value;
    else if (bodyKey?.pairSequence !== key.value.pairSequence) {
      return refused("MALFORMED", "key.pair_sequence", "differs between the key parts");
    }
    const identities = key.value.partKeys.map(({ identity }) => identity);
    const plaintext = await openPart(part, identities, "content");
    if (!plaintext.ok) return plaintext;
    parts.set(part.name, plaintext.value);
    const [identity] = identities;
    if (job.recovery === undefined || identity === undefined) continue;
    const use = { owner: job.recipient, recovery: job.recovery };
    recovery.push(await sealRecovery(bindingOf(message), use, { name: part.name, identity }));
  }
  if (bodyKey === undefined) return refused("MALFORMED", "envelope.parts", "lack a body");
  return accepted({ keyPart: bodyKey, parts, recovery });
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

function bindingOf({ header }: ParsedMessage): SealBinding {
  const { messageId, sender, conversationId, kind, registerVersion } = header;
  return { messageId, sender, conversationId, kind, registerVersion };
}
