import { TracepostError } from "#errors";
import { Envelope, Header, PartInfo } from "#proto";
import { headerDigest, sha256 } from "./digests.ts";
import { encodeMessage } from "./encode.ts";

/**
 * Signs header bytes for one purpose; lib/trust makes them, with the pre-authentication encoding.
 */
export interface HeaderSigner {
  /** Id of the signing key in the participant register. */
  readonly keyId: string;
  /** 64 bytes, of the suite of the key. */
  sign(headerBytes: Uint8Array): Uint8Array;
}

/** The same for a key that may be far: in hardware, or in another process (TP-SIGN-1). */
export interface MessageSigner {
  readonly keyId: string;
  /** Rejects while the key cannot be reached. */
  sign(headerBytes: Uint8Array): Uint8Array | Promise<Uint8Array>;
}

/**
 * Builds what is signed with a key that may be far. `build` is called once more when the signature
 * has come, and must make the same bytes of the same draft both times.
 */
export async function signedBy<T>(
  signer: MessageSigner,
  build: (signer: HeaderSigner) => T,
): Promise<T> {
  const { keyId } = signer;
  let coming: Promise<Uint8Array> | undefined;
  const built = build({
    keyId,
    sign: (bytes) => {
      const signature = signer.sign(bytes);
      if (signature instanceof Uint8Array) return signature;
      coming = signature;
      return new Uint8Array();
    },
  });
  if (coming === undefined) return built;
  const signature = await coming;
  return build({ keyId, sign: () => signature });
}

/** A part with its line in the table of parts. */
export interface BuiltPart {
  readonly info: PartInfo;
  readonly content: Uint8Array;
}

/** Everything a message is made of, before it is signed. */
export interface EnvelopeDraft {
  readonly header: Omit<Header, "parts">;
  /** In their order on the wire. */
  readonly parts: readonly BuiltPart[];
}

/** A signed message. */
export interface AssembledEnvelope {
  /** The encoded envelope. */
  readonly bytes: Uint8Array;
  /** Exactly what was signed. */
  readonly headerBytes: Uint8Array;
  /** SHA-256 over `headerBytes`. */
  readonly headerDigest: Uint8Array;
}

/**
 * Encodes and signs a message (TP-WIRE-3). Whether it keeps to the size limits is for the caller to
 * see: only it knows what could be left out.
 */
export function assembleEnvelope(draft: EnvelopeDraft, signer: HeaderSigner): AssembledEnvelope {
  const header: Header = { ...draft.header, parts: draft.parts.map((part) => part.info) };
  const headerBytes = encodeMessage(Header, header);
  const bytes = encodeMessage(Envelope, {
    header: headerBytes,
    signatures: [{ keyId: signer.keyId, value: signer.sign(headerBytes) }],
    parts: draft.parts.map(({ content, info }) => ({
      name: info.name,
      onlyFor: info.onlyFor,
      content,
    })),
  });
  return { bytes, headerBytes, headerDigest: headerDigest(headerBytes) };
}

/**
 * Signs the same header bytes again, with another key; nothing else changes (TP-WIRE-3). For a
 * message that waited while its key was replaced.
 */
export function resign(envelopeBytes: Uint8Array, signer: HeaderSigner): Uint8Array {
  const { header, parts } = Envelope.decode(envelopeBytes);
  const signatures = [{ keyId: signer.keyId, value: signer.sign(header) }];
  return encodeMessage(Envelope, { header, signatures, parts });
}

/** A readable part, for the kinds that hold no content of a State. */
export function unsealedPart(
  name: string,
  plaintext: Uint8Array,
  schema: string,
  retentionClass: string,
): BuiltPart {
  return {
    info: PartInfo.create({
      name,
      sha256: sha256(plaintext),
      sizeBytes: BigInt(plaintext.length),
      schema,
      retentionClass,
      sealed: false,
    }),
    content: plaintext,
  };
}

/**
 * The envelope as one recipient gets it: header and signatures byte for byte, without the key parts
 * of others (TP-WIRE-15). Throws TracepostError INTERNAL when the header does not name the
 * recipient.
 */
export function filterForRecipient(
  envelope: Envelope,
  header: Header,
  recipient: string,
): Uint8Array {
  if (!header.recipients.includes(recipient)) {
    throw new TracepostError("INTERNAL", `${recipient} is no recipient of ${header.messageId}`);
  }
  const parts = envelope.parts.filter(({ onlyFor }) => onlyFor === "" || onlyFor === recipient);
  return encodeMessage(Envelope, { ...envelope, parts });
}
