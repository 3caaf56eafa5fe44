import { Dispatch, Envelope, type Kind, type Lane, type LogEvidence } from "#proto";
import { encodeMessage, inSubject, type Publication } from "#wire";
import type { StoredMessage, StoredPart } from "../store/recall.ts";

/** A message for one recipient's inbox. */
export interface OutgoingDispatch {
  readonly recipient: string;
  readonly lane: Lane;
  readonly kind: Kind;
  readonly messageId: string;
  /** Part of the transport id; never the same twice for one message. */
  readonly attempt: number | string;
  /** Encoded envelope with the parts of this recipient. */
  readonly envelope: Uint8Array;
  /** Absent on the gateway's own receipts. */
  readonly evidence: LogEvidence | undefined;
}

/** Seventh step: what is put on the recipient's subject (TP-GW-7). */
export function dispatch(outgoing: OutgoingDispatch): Publication {
  const { recipient, lane, kind, evidence, envelope } = outgoing;
  return {
    subject: inSubject(recipient, lane, kind),
    data: encodeMessage(Dispatch, { envelope, evidence }),
    transportId: `${outgoing.messageId}.${outgoing.attempt}`,
  };
}

/** The recipient's view of a recorded message, from the exact bytes that were recorded. */
export function storedEnvelope(
  message: Pick<StoredMessage, "header" | "signatures">,
  parts: readonly StoredPart[],
): Uint8Array {
  const { signatures } = Envelope.decode(message.signatures);
  return encodeMessage(Envelope, { header: message.header, signatures, parts: [...parts] });
}
