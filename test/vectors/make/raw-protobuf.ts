/** Protobuf by hand, for bytes that no encoder writes. */

const MORE = 0x80;
const SEVEN_BITS = 0x7f;

/** A number as varint; `width` makes it longer than needed. */
export function varint(value: number, width = 1): Buffer {
  const bytes: number[] = [];
  let rest = value;
  do {
    bytes.push(rest & SEVEN_BITS);
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  while (bytes.length < width) bytes.push(0);
  return Buffer.from(bytes.map((byte, index) => (index < bytes.length - 1 ? byte | MORE : byte)));
}

/** A field of wire type 0. */
export function numberField(field: number, value: number): Buffer {
  return Buffer.concat([varint(field * 8), varint(value)]);
}

/** A field of wire type 2: text, bytes, a message or packed numbers. */
export function bytesField(field: number, content: Uint8Array | string): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([varint(field * 8 + 2), varint(bytes.length), bytes]);
}

/** A field of wire types 3 and 4: a group, which proto3 does not have. */
export function groupField(field: number, content: Uint8Array): Buffer {
  return Buffer.concat([varint(field * 8 + 3), content, varint(field * 8 + 4)]);
}
