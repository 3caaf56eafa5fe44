import { randomUUID } from "node:crypto";
import { Encrypter } from "age-encryption";
import {
  Envelope,
  ExchangeStatus,
  Header,
  Instrument,
  KeyPart,
  Kind,
  Lane,
  type PartInfo,
  Priority,
  Tlp,
  TraceMove,
} from "#proto";
import { newMessageId, TRUST_LIMITS } from "#runtime";
import type { PlainPart, Sealer, SealJob, SealRecipient } from "#trust";
import {
  type AssembledEnvelope,
  assembleEnvelope,
  type BuiltPart,
  sha256,
  toTimestamp,
} from "#wire";
import type { Party } from "./parties.ts";

const DAY_MS = 86_400_000;

/** What a test wants different from an ordinary sealed trace request. */
export interface SealedChanges {
  /** Default: a body of a few words. */
  readonly parts?: readonly PlainPart[];
  /** Changes to the header alone: what is sealed still says the other. */
  readonly header?: Partial<Header>;
  /** Changes to what the seal is bound to: the header still says the other. */
  readonly binding?: Partial<SealJob["binding"]>;
  readonly recipient?: Partial<SealRecipient>;
}

/** A body to seal. */
export function bodyPart(plaintext: Uint8Array = Buffer.from("a made-up request")): PlainPart {
  return {
    name: "body",
    plaintext,
    schema: "tracepost.v1.TraceRequest",
    retentionClass: "trace",
  };
}

/** A personal-data block to seal. */
export function personsPart(plaintext: Uint8Array = Buffer.from("made-up persons")): PlainPart {
  return { ...bodyPart(plaintext), name: "persons" };
}

/** A trace request that is really sealed, to recipients given with their sealing keys. */
export async function sealedTraceRequest(
  sealer: Sealer,
  from: Party,
  to: readonly { readonly id: string; readonly sealingKey: string }[],
  changes: SealedChanges = {},
): Promise<AssembledEnvelope> {
  const header = Header.create({
    messageId: newMessageId(),
    kind: Kind.TRACE_REQUEST,
    sender: from.id,
    recipients: to.map(({ id }) => id),
    conversationId: randomUUID(),
    sentAt: toTimestamp(Date.now()),
    expiresAt: toTimestamp(Date.now() + 90 * DAY_MS),
    registerVersion: 1n,
    status: ExchangeStatus.TEST,
    priority: Priority.ROUTINE,
    lane: Lane.NORMAL,
    instrumentBasis: [Instrument.ITI],
    handling: { tlp: Tlp.AMBER },
    disclosed: { move: TraceMove.REQUEST },
  });
  const { messageId, sender, conversationId, kind, registerVersion } = header;
  const { parts } = await sealer.seal({
    binding: {
      messageId,
      sender,
      conversationId,
      kind,
      registerVersion,
      ...changes.binding,
    },
    parts: changes.parts ?? [bodyPart()],
    recipients: to.map((recipient) => ({
      pairSequence: 1n,
      prevPairDigest: new Uint8Array(),
      ...recipient,
      ...changes.recipient,
    })),
  });
  return assembleEnvelope({ header: { ...header, ...changes.header }, parts }, from.signer);
}

/** Sealed parts under another header, as somebody would who took them from elsewhere. */
export function withParts(
  header: Header,
  parts: readonly BuiltPart[],
  from: Party,
): AssembledEnvelope {
  return assembleEnvelope({ header, parts }, from.signer);
}

/** Envelope and header of a message, to be taken apart and put together wrongly. */
export function takenApart(message: Pick<AssembledEnvelope, "bytes" | "headerBytes">): {
  readonly header: Header;
  readonly parts: BuiltPart[];
} {
  const header = Header.decode(message.headerBytes);
  const parts = Envelope.decode(message.bytes).parts.map(({ content }, index) => ({
    info: header.parts[index] as PartInfo,
    content,
  }));
  return { header, parts };
}

/** The same line of the table for other bytes. */
export function rebuilt(part: BuiltPart | undefined, content: Uint8Array): BuiltPart {
  const info = part?.info as PartInfo;
  return {
    info: { ...info, sha256: sha256(content), sizeBytes: BigInt(content.length) },
    content,
  };
}

/** An age file to any recipients, as the age tool would make it. */
export async function sealedTo(
  recipients: readonly string[],
  plaintext: Uint8Array,
): Promise<Uint8Array> {
  const encrypter = new Encrypter();
  for (const recipient of recipients) encrypter.addRecipient(recipient);
  return await encrypter.encrypt(plaintext);
}

/** A key part with any content, padded as it should be. */
export function paddedKey(key: KeyPart): Uint8Array {
  const bytes = KeyPart.encode(key).finish();
  const padded = Buffer.alloc(TRUST_LIMITS.keyPaddingBytesMin);
  padded.writeUInt32BE(bytes.length);
  padded.set(bytes, 4);
  return padded;
}
