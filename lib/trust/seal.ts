import { Encrypter, generateHybridIdentity, identityToRecipient } from "age-encryption";
import { KeyPart, type Kind, PartInfo, type SeenCheckpoint } from "#proto";
import { type BuiltPart, sha256 } from "#wire";
import { pad } from "./padding.ts";

/** What the seal is bound to; the header must say the same (TP-SEAL-3). */
export interface SealBinding {
  readonly messageId: string;
  readonly sender: string;
  readonly conversationId: string;
  readonly kind: Kind;
  readonly registerVersion: bigint;
}

/** One part to seal. `persons` gets a key part of its own. */
export interface PlainPart {
  readonly name: "body" | "persons";
  readonly plaintext: Uint8Array;
  /** Full name of the protobuf message. */
  readonly schema: string;
  readonly retentionClass: string;
}

/** Whom to seal to, and where the message stands in the pair's sequence. */
export interface SealRecipient {
  readonly id: string;
  /** `age1pq1…` */
  readonly sealingKey: string;
  readonly pairSequence: bigint;
  /** Header digest of the message before; empty on the first. */
  readonly prevPairDigest: Uint8Array;
  readonly seenCheckpoint?: SeenCheckpoint;
}

/** A message to seal. */
export interface SealJob {
  readonly binding: SealBinding;
  readonly parts: readonly PlainPart[];
  readonly recipients: readonly SealRecipient[];
}

/** The parts in the order in which they travel. */
export interface SealedParts {
  readonly parts: readonly BuiltPart[];
}

/**
 * Seals each part to a one-time hybrid identity, and those identities to each recipient, with the
 * facts they are bound to (TP-SEAL-1). One way for one recipient or two hundred.
 */
export async function sealParts(job: SealJob): Promise<SealedParts> {
  const sealed: BuiltPart[] = [];
  const identities = new Map<string, string>();
  for (const part of job.parts) {
    const identity = await generateHybridIdentity();
    identities.set(part.name, identity);
    const content = await encryptTo(await identityToRecipient(identity), pad(part.plaintext));
    sealed.push(prepared({ ...part, onlyFor: "" }, content));
  }
  for (const recipient of job.recipients) {
    for (const [name, identity] of identities) {
      const keyName = name === "body" ? "key" : `key/${name}`;
      const plaintext = keyPartFor(job.binding, recipient, name, identity);
      const content = await encryptTo(recipient.sealingKey, pad(plaintext));
      const schema = "tracepost.v1.KeyPart";
      const info = { name: keyName, onlyFor: recipient.id, schema, retentionClass: "transport" };
      sealed.push(prepared(info, content));
    }
  }
  return { parts: sealed };
}

function keyPartFor(
  binding: SealBinding,
  recipient: SealRecipient,
  partName: string,
  identity: string,
): Uint8Array {
  return KeyPart.encode(
    KeyPart.create({
      ...binding,
      recipient: recipient.id,
      pairSequence: recipient.pairSequence,
      prevPairDigest: recipient.prevPairDigest,
      seenCheckpoint: recipient.seenCheckpoint,
      partKeys: [{ partName, identity }],
    }),
  ).finish();
}

async function encryptTo(recipient: string, plaintext: Uint8Array): Promise<Uint8Array> {
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipient);
  return await encrypter.encrypt(plaintext);
}

function prepared(
  facts: { name: string; onlyFor: string; schema: string; retentionClass: string },
  content: Uint8Array,
): BuiltPart {
  const info = PartInfo.create({
    name: facts.name,
    onlyFor: facts.onlyFor,
    sha256: sha256(content),
    sizeBytes: BigInt(content.length),
    schema: facts.schema,
    retentionClass: facts.retentionClass,
    sealed: true,
  });
  return { info, content };
}
