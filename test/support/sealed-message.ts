import { randomUUID } from "node:crypto";
import { ExchangeStatus, Header, Instrument, Kind, Lane, Priority, Tlp, TraceMove } from "#proto";
import { newMessageId } from "#runtime";
import type { PlainPart, Sealer, SealJob, SealRecipient } from "#trust";
import { type AssembledEnvelope, assembleEnvelope, type BuiltPart, toTimestamp } from "#wire";
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
