import { Envelope, Header, Part, PartInfo } from "#proto";
import { headerDigest, sha256 } from "./digests.ts";

/** Signs header bytes; implemented in lib/trust, which holds the keys. */
export interface HeaderSigner {
  /** Id of the key in the participant register. */
  readonly keyId: string;
  /** Ed25519 signature, 64 bytes, over the pre-authentication encoding of the bytes. */
  sign(headerBytes: Uint8Array): Uint8Array;
}

/** One part ready to travel, with its line of the header's table. */
export interface PreparedPart {
  readonly info: PartInfo;
  readonly content: Uint8Array;
}

/** Everything of a message but its signature. */
export interface EnvelopeDraft {
  readonly header: Omit<Header, "parts">;
  readonly parts: readonly PreparedPart[];
}

/** A signed message and what it is known by. */
export interface AssembledEnvelope {
  readonly bytes: Uint8Array;
  readonly headerBytes: Uint8Array;
  readonly headerDigest: Uint8Array;
}

/** Encodes the header once, signs those bytes, and puts the envelope together (TP-WIRE-8). */
export function assembleEnvelope(draft: EnvelopeDraft, signer: HeaderSigner): AssembledEnvelope {
  const parts = draft.parts.map(({ info }) => info);
  const headerBytes = Header.encode({ ...draft.header, parts }).finish();
  const content = draft.parts.map((part) =>
    Part.create({ name: part.info.name, onlyFor: part.info.onlyFor, content: part.content }),
  );
  return sealUp(headerBytes, content, signer);
}

/** Puts a new signature on the same header bytes, after a key rotation (TP-WIRE-9). */
export function resign(envelopeBytes: Uint8Array, signer: HeaderSigner): Uint8Array {
  const { header, parts } = Envelope.decode(envelopeBytes);
  return sealUp(header, parts, signer).bytes;
}

/** A part that travels in clear: kinds RECEIPT, VOID, GAP_NOTICE and REGISTER only. */
export function unsealedPart(
  name: string,
  plaintext: Uint8Array,
  schema: string,
  retentionClass: string,
): PreparedPart {
  const info = PartInfo.create({
    name,
    sha256: sha256(plaintext),
    sizeBytes: BigInt(plaintext.length),
    schema,
    retentionClass,
    sealed: false,
  });
  return { info, content: plaintext };
}

function sealUp(headerBytes: Uint8Array, parts: Part[], signer: HeaderSigner): AssembledEnvelope {
  const signatures = [{ keyId: signer.keyId, value: signer.sign(headerBytes) }];
  const bytes = Envelope.encode({ header: headerBytes, signatures, parts }).finish();
  return { bytes, headerBytes, headerDigest: headerDigest(headerBytes) };
}
