import { equalBytes } from "./digests.ts";
import { type Encoder, encodeMessage } from "./encode.ts";

/** What the generated code offers for every message. */
interface Codec<T> extends Encoder<T> {
  decode(bytes: Uint8Array): T;
}

/** Fields a decoder of an older version did not know; kept by the generated code. */
interface Extensible {
  readonly _unknownFields?: { readonly [tag: number]: readonly Uint8Array[] } | undefined;
}

/**
 * Decodes bytes that every decoder reads the same way, or returns undefined (TP-WIRE-2). Protobuf
 * lets one message be written in many ways, and decoders differ on doubled submessages, invalid
 * UTF-8, explicit defaults and overlong numbers; so only the bytes that our own encoder would have
 * written are taken. Views into `bytes`, not copies.
 */
export function decodeExactly<T>(codec: Codec<T>, bytes: Uint8Array): T | undefined {
  try {
    const message = codec.decode(bytes);
    return equalBytes(encodeMessage(codec, message), bytes) ? message : undefined;
  } catch {
    // The generated decoder throws on what it cannot read; what it says names no field.
    return undefined;
  }
}

/** Whether a message holds a field this version does not know. */
export function hasUnknownFields(message: Extensible): boolean {
  return message._unknownFields !== undefined;
}

/** Wire types 3 and 4, groups, which proto3 never writes and which nest without bound. */
const WIRE_TYPE_BITS = 3;
const WIRE_TYPE_MASK = 7;
const START_GROUP = 3;

/**
 * Whether the unknown fields of a message could come from a later version of its schema: a field
 * number above all known ones, and no group. A known number under another wire type is read by
 * some decoders and skipped by others.
 */
export function unknownFieldsAreLater(message: Extensible, knownFieldMax: number): boolean {
  if (message._unknownFields === undefined) return true;
  return Object.keys(message._unknownFields).every((key) => {
    const tag = Number(key);
    return tag >>> WIRE_TYPE_BITS > knownFieldMax && (tag & WIRE_TYPE_MASK) !== START_GROUP;
  });
}
