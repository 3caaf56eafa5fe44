import { BinaryWriter } from "@bufbuild/protobuf/wire";

/** What the generated code offers for every message. */
export interface Encoder<T> {
  encode(message: T, writer?: BinaryWriter): BinaryWriter;
}

/**
 * One writer for all: a fresh one grows from nothing by copying, which costs more than the encoding
 * itself. Encoding is synchronous, so nobody else can be in the middle of it; the buffer stays as
 * large as the largest message, which is bounded.
 */
const writer = new BinaryWriter();

/** Encodes a message; the bytes are the caller's own. */
export function encodeMessage<T>(codec: Encoder<T>, message: T): Uint8Array {
  try {
    return codec.encode(message, writer).finish();
  } catch (caught) {
    // Half a message must not stand before the next one.
    writer.finish();
    throw caught;
  }
}
