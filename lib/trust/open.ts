import { Decrypter } from "age-encryption";
import { accepted, type Outcome, refused } from "#errors";
import { Envelope, Header, KeyPart, type Part } from "#proto";
import { WIRE_LIMITS } from "#runtime";
import { decodeExactly } from "#wire";
import { unpad } from "./padding.ts";

/** A message to open. The caller has parsed, authenticated and found itself addressed. */
export interface OpenJob {
  /** Encoded envelope as dispatched. */
  readonly envelope: Uint8Array;
  readonly recipient: string;
  /** Own opening keys, the newest first. */
  readonly identities: readonly string[];
}

/** An opened message. */
export interface OpenedMessage {
  readonly keyPart: KeyPart;
  /** Plaintext by part name. */
  readonly parts: ReadonlyMap<string, Uint8Array>;
}

/** A key part holds no more than this, padded. */
const KEY_PLAINTEXT_BYTES_MAX = WIRE_LIMITS.keyPartBytesMax;

/**
 * Opens what is sealed to one recipient: NOT_ADDRESSED when there is no key part for it,
 * CANNOT_OPEN when its keys do not fit or the age file is not one of ours, SEAL_BINDING when the
 * seal was made for another message (TP-SEAL-3, TP-SEAL-4). Never throws on hostile bytes.
 */
export async function openParts(job: OpenJob): Promise<Outcome<OpenedMessage>> {
  const envelope = decodeExactly(Envelope, job.envelope);
  const header = envelope === undefined ? undefined : decodeExactly(Header, envelope.header);
  if (envelope === undefined || header === undefined) return refused("MALFORMED", "envelope");
  const opened = new Map<string, Uint8Array>();
  let first: KeyPart | undefined;
  for (const part of envelope.parts) {
    if (part.onlyFor !== "") continue;
    const field = `parts.${part.name}`;
    const keyName = part.name === "body" ? "key" : `key/${part.name}`;
    const sealedKey = keyPartOf(envelope, keyName, job.recipient);
    if (sealedKey === undefined) return refused("NOT_ADDRESSED", keyName, "no key part for us");
    const key = await openKey(sealedKey, job.identities);
    if (key === undefined) return refused("CANNOT_OPEN", keyName, "our keys do not open it");
    const binding = checkBinding(key, header, job.recipient, part.name);
    if (!binding.ok) return binding;
    const identity = key.partKeys[0]?.identity ?? "";
    const plaintext = await decrypt(part.content, [identity], WIRE_LIMITS.envelopeBytesMax);
    if (plaintext === undefined) return refused("CANNOT_OPEN", field, "its key does not open it");
    opened.set(part.name, plaintext);
    first ??= key;
  }
  if (first === undefined) return refused("NOT_ADDRESSED", "parts", "no body");
  return accepted({ keyPart: first, parts: opened });
}

function keyPartOf(envelope: Envelope, name: string, recipient: string): Part | undefined {
  return envelope.parts.find((part) => part.name === name && part.onlyFor === recipient);
}

async function openKey(part: Part, identities: readonly string[]): Promise<KeyPart | undefined> {
  const plaintext = await decrypt(part.content, identities, KEY_PLAINTEXT_BYTES_MAX);
  return plaintext === undefined ? undefined : decodeExactly(KeyPart, plaintext);
}

function checkBinding(
  key: KeyPart,
  header: Header,
  recipient: string,
  partName: string,
): Outcome<void> {
  const pairs: [field: string, isSame: boolean][] = [
    ["message_id", key.messageId === header.messageId],
    ["sender", key.sender === header.sender],
    ["recipient", key.recipient === recipient && header.recipients.includes(recipient)],
    ["conversation_id", key.conversationId === header.conversationId],
    ["kind", key.kind === header.kind],
    ["register_version", key.registerVersion === header.registerVersion],
    ["part_keys", key.partKeys.length === 1 && key.partKeys[0]?.partName === partName],
  ];
  const broken = pairs.find(([, isSame]) => !isSame);
  if (broken === undefined) return accepted(undefined);
  return refused("SEAL_BINDING", `key.${broken[0]}`, "not what the header says");
}

async function decrypt(
  file: Uint8Array,
  identities: readonly string[],
  plaintextBytesMax: number,
): Promise<Uint8Array | undefined> {
  if (!hasOneStanza(file) || file.length > plaintextBytesMax + WIRE_LIMITS.ageHeaderBytesMax) {
    return undefined;
  }
  for (const identity of identities) {
    try {
      const decrypter = new Decrypter();
      decrypter.addIdentity(identity);
      return unpad(await decrypter.decrypt(file));
    } catch {
      // Not ours, or not whole: the next identity, then none.
    }
  }
  return undefined;
}

/** Bounds the age header before anything is computed: one stanza, at most 4 KiB (TP-SEAL-4). */
function hasOneStanza(file: Uint8Array): boolean {
  const head = Buffer.from(file.subarray(0, WIRE_LIMITS.ageHeaderBytesMax)).toString("latin1");
  const end = head.indexOf("\n--- ");
  if (end < 0) return false;
  return head.slice(0, end).split("\n-> ").length === 2;
}
