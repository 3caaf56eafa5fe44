import { generateHybridIdentity, identityToRecipient } from "age-encryption";
import { TracepostError } from "#errors";
import { KeyPart, type Kind, type PartInfo, type SeenCheckpoint } from "#proto";
import { type BuiltPart, KEY_PART_SCHEMA, keyPartOf, sha256 } from "#wire";
import { encryptTo, isHybridRecipient } from "./age-file.ts";
import { pad } from "./padding.ts";
import type { RecoveryPart } from "./recovery/own-copy.ts";

/** Kept at the gateway for the delivery alone: later a stolen opening key opens nothing there. */
const KEY_RETENTION_CLASS = "transport";

/** What a seal is made for; the header must say the same, or nobody opens it (TP-SEAL-3). */
export interface SealBinding {
  readonly messageId: string;
  readonly sender: string;
  readonly conversationId: string;
  readonly kind: Kind;
  readonly registerVersion: bigint;
}

/** One part to seal; each gets a key of its own, and `persons` a key part of its own. */
export interface PlainPart {
  readonly name: "body" | "persons";
  readonly plaintext: Uint8Array;
  /** Full name of the protobuf message inside. */
  readonly schema: string;
  /** Its key parts get the same class: a part lives as long as it can be opened. */
  readonly retentionClass: string;
}

/** Whom to seal to, and where the message stands in the sequence of the pair. */
export interface SealRecipient {
  readonly id: string;
  /** `age1pq1…` */
  readonly sealingKey: string;
  /** 1, 2, 3 … per recipient and lane. */
  readonly pairSequence: bigint;
  /** Header digest of the message before; empty on the first. */
  readonly prevPairDigest: Uint8Array;
  /** The newest checkpoint the sender has seen. */
  readonly seenCheckpoint?: SeenCheckpoint;
}

/** A message to seal: the body first, then persons if there are any. */
export interface SealJob {
  readonly binding: SealBinding;
  readonly parts: readonly PlainPart[];
  readonly recipients: readonly SealRecipient[];
  /** The sender's own copy is sealed to it too, beside the message (TP-RECOVER-2): `age1pq1…` */
  readonly recovery?: string;
}

/** Sealed parts in the order in which they travel. */
export interface SealedParts {
  readonly parts: readonly BuiltPart[];
  /** Keys of the parts for the State recovery key; they never travel. */
  readonly recovery: readonly RecoveryPart[];
}

/**
 * Seals each part to a one-time hybrid identity, and the identities to each recipient with the
 * facts they are bound to (TP-SEAL-1 to TP-SEAL-3). One way for one recipient or two hundred: a
 * content part is sealed once. Throws TracepostError INTERNAL when a sealing key is no hybrid
 * recipient.
 */
export async function sealParts(job: SealJob): Promise<SealedParts> {
  const contents: BuiltPart[] = [];
  const keys: BuiltPart[] = [];
  const recovery: RecoveryPart[] = [];
  for (const part of job.parts) {
    const identity = await generateHybridIdentity();
    const plaintext = pad(part.plaintext, "content");
    const content = await encryptTo(await identityToRecipient(identity), plaintext);
    contents.push(builtPart({ ...part, onlyFor: "" }, content));
    for (const recipient of job.recipients) {
      keys.push(await sealKey(job.binding, recipient, part, identity));
    }
    if (job.recovery === undefined) continue;
    const use = { owner: job.binding.sender, recovery: job.recovery };
    recovery.push(await sealRecovery(job.binding, use, { name: part.name, identity }));
  }
  return { parts: [...contents, ...keys], recovery };
}

/** The key of a part of an own copy, sealed to the recovery key of its State (TP-RECOVER-2). */
export async function sealRecovery(
  binding: SealBinding,
  use: { readonly owner: string; readonly recovery: string },
  { name, identity }: { readonly name: string; readonly identity: string },
): Promise<RecoveryPart> {
  const place = { pairSequence: 1n, prevPairDigest: new Uint8Array() };
  const to = { id: use.owner, sealingKey: use.recovery, ...place };
  const { content } = await sealKey(binding, to, { name }, identity);
  return { partName: name, key: content };
}

async function sealKey(
  binding: SealBinding,
  recipient: SealRecipient,
  part: { readonly name: string },
  identity: string,
): Promise<BuiltPart> {
  if (!isHybridRecipient(recipient.sealingKey)) {
    throw new TracepostError("INTERNAL", `the sealing key of ${recipient.id} is not age1pq1…`);
  }
  const plaintext = KeyPart.encode({
    ...binding,
    recipient: recipient.id,
    pairSequence: recipient.pairSequence,
    prevPairDigest: recipient.prevPairDigest,
    seenCheckpoint: recipient.seenCheckpoint,
    partKeys: [{ partName: part.name, identity }],
  }).finish();
  const facts = {
    name: keyPartOf(part.name),
    onlyFor: recipient.id,
    schema: KEY_PART_SCHEMA,
    retentionClass: KEY_RETENTION_CLASS,
  };
  return builtPart(facts, await encryptTo(recipient.sealingKey, pad(plaintext, "key")));
}

function builtPart(
  facts: Pick<PartInfo, "name" | "onlyFor" | "schema" | "retentionClass">,
  content: Uint8Array,
): BuiltPart {
  const info: PartInfo = {
    name: facts.name,
    onlyFor: facts.onlyFor,
    sha256: sha256(content),
    sizeBytes: BigInt(content.length),
    schema: facts.schema,
    retentionClass: facts.retentionClass,
    sealed: true,
  };
  return { info, content };
}
