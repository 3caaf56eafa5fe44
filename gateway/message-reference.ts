import { Header, type Kind } from "#proto";
import { GATEWAY_LIMITS, isMessageId } from "#runtime";
import { bytesFieldIn, headerDigest } from "#wire";

/** What can be said of bytes that are no well-formed message. */
export interface MessageReference {
  readonly messageId: string;
  readonly headerDigest: Uint8Array;
  readonly kind: Kind;
}

/**
 * Reads id, kind and digest of a header, so that the participant whose subject it came on can be
 * told which message was refused; undefined when it has no id.
 */
export function readReference(header: Uint8Array): MessageReference | undefined {
  if (header.length === 0) return undefined;
  try {
    const { messageId, kind } = Header.decode(header);
    if (!isMessageId(messageId)) return undefined;
    return { messageId, headerDigest: headerDigest(header), kind };
  } catch {
    return undefined;
  }
}

/** Field number of Envelope.header. */
const HEADER_FIELD = 1;

/**
 * Copy of the header bytes inside an envelope, however damaged the rest is; empty when they cannot
 * be read or are over the limit of what is kept.
 */
export function headerBytesIn(data: Uint8Array): Uint8Array {
  const header = bytesFieldIn(data, HEADER_FIELD);
  return header.length > GATEWAY_LIMITS.quarantineHeaderBytesMax
    ? new Uint8Array()
    : Uint8Array.from(header);
}
