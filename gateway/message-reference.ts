import { Envelope, Header } from "#proto";
import { GATEWAY_LIMITS, isMessageId } from "#runtime";
import { headerDigest } from "#wire";

/**
 * What can be said of a message that failed validation, to the participant whose subject it used.
 */
export interface MessageReference {
  readonly messageId: string;
  readonly header: Uint8Array;
  readonly headerDigest: Uint8Array;
}

/**
 * Reads id and header digest of a message that is not well-formed, so that its sender can be told
 * which one was refused; undefined when even that cannot be read.
 */
export function readReference(data: Uint8Array): MessageReference | undefined {
  const header = headerBytesIn(data);
  if (header.length === 0) return undefined;
  try {
    const { messageId } = Header.decode(header);
    if (!isMessageId(messageId)) return undefined;
    return { messageId, header, headerDigest: headerDigest(header) };
  } catch {
    return undefined;
  }
}

/** Header bytes inside an envelope, or nothing when they cannot be read or are over the limit. */
export function headerBytesIn(data: Uint8Array): Uint8Array {
  try {
    const { header } = Envelope.decode(data);
    return header.length <= GATEWAY_LIMITS.quarantineHeaderBytesMax ? header : new Uint8Array();
  } catch {
    return new Uint8Array();
  }
}
