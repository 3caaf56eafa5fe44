import { randomBytes } from "node:crypto";
import { createCheckpointSigner, hashLeaf } from "#message-log";
import { Dispatch, EntryKind, Envelope, Header, LogEntry, LogEvidence } from "#proto";
import type { SigningKeyPair } from "#trust";
import { headerDigest, signaturesDigest, toTimestamp } from "#wire";
import type { Parties } from "./parties.ts";

/** What a dishonest gateway, holding the real keys, may say of an envelope. */
export interface ForgedEvidence {
  /** Bytes the entry is about; default: the envelope's own header. */
  readonly header?: Uint8Array;
  readonly kind?: EntryKind;
  /** Participants the entry says it was routed to; default: the recipients. */
  readonly routedTo?: readonly string[];
  readonly recordedAtMs: number;
  /** Default: the log of the register. */
  readonly logOrigin?: string;
  /** Default: the checkpoint key of the register. */
  readonly checkpointKey?: SigningKeyPair;
}

/** Log evidence in a log of one entry, which says of an envelope what its maker likes. */
export function forgeEvidence(
  parties: Parties,
  envelopeBytes: Uint8Array,
  evidence: ForgedEvidence,
): LogEvidence {
  const envelope = Envelope.decode(envelopeBytes);
  const header = Header.decode(envelope.header);
  const routedTo = evidence.routedTo ?? header.recipients;
  const entry = LogEntry.encode(
    LogEntry.create({
      kind: evidence.kind ?? EntryKind.MESSAGE,
      sender: header.sender,
      messageId: header.messageId,
      headerDigest: headerDigest(evidence.header ?? envelope.header),
      signaturesDigest: signaturesDigest(envelope.signatures),
      results: routedTo.map((recipient) => ({ recipient, code: 0 })),
      registerVersion: 1n,
      recordedAt: toTimestamp(evidence.recordedAtMs),
      nonce: randomBytes(16),
    }),
  ).finish();
  const key = evidence.checkpointKey ?? parties.checkpointKey;
  const signer = createCheckpointSigner(key, evidence.logOrigin ?? parties.register.logOrigin);
  const checkpoint = signer.sign(1, hashLeaf(entry));
  return LogEvidence.create({ entry, index: 0n, checkpoint, inclusionPath: [] });
}

/**
 * A dispatch as a gateway would make it that holds the exchange's keys and logs whatever it likes,
 * in a log of one entry. For what honest gateways never send.
 */
export function forgeDispatch(
  parties: Parties,
  envelopeBytes: Uint8Array,
  evidence: ForgedEvidence,
): Uint8Array {
  const proof = forgeEvidence(parties, envelopeBytes, evidence);
  return Dispatch.encode({ envelope: envelopeBytes, evidence: proof }).finish();
}
