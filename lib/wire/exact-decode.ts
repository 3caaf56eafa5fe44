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
 * written are taken, and no unknown field that cannot be one. Views into `bytes`, not copies.
 */
export function decodeExactly<T extends object>(codec: Codec<T>, bytes: Uint8Array): T | undefined {
  try {
    const message = codec.decode(bytes);
    const isExact = equalBytes(encodeMessage(codec, message), bytes);
    return isExact && !holdsImpossibleField(message) ? message : undefined;
  } catch {
    // The generated decoder throws on what it cannot read; what it says names no field.
    return undefined;
  }
}

/** A tag is a field number and, in its last three bits, a wire type. */
const WIRE_TYPE_BITS = 3;
const WIRE_TYPE_MASK = 7;
/** Groups: proto3 never writes them, and they nest without bound. */
const START_GROUP = 3;

/**
 * Whether an unknown field, in the message or in one inside it, has the number 0 or is a group. The
 * generated code keeps both; other decoders refuse the whole message.
 */
function holdsImpossibleField(message: object): boolean {
  for (const [name, value] of Object.entries(message)) {
    if (typeof value !== "object" || value === null || value instanceof Uint8Array) continue;
    if (name === "_unknownFields") {
      if (!Object.keys(value).every((tag) => isPossible(Number(tag)))) return true;
    } else if (holdsImpossibleField(value)) return true;
  }
  return false;
}

function isPossible(tag: number): boolean {
  return tag >>> WIRE_TYPE_BITS > 0 && (tag & WIRE_TYPE_MASK) !== START_GROUP;
}

/** Whether a message holds a field this version does not know. */
export function hasUnknownFields(message: Extensible): boolean {
  return message._unknownFields !== undefined;
}

/**
 * Whether the unknown fields of a message could come from a later version of its schema: a field
 * number above all known ones. A known number under another wire type is read by some decoders and
 * skipped by others.
 */
export function unknownFieldsAreLater(message: Extensible, knownFieldMax: number): boolean {
  if (message._unknownFields === undefined) return true;
  return Object.keys(message._unknownFields).every(
    (tag) => Number(tag) >>> WIRE_TYPE_BITS > knownFieldMax,
  );
}
