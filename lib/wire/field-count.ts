const VARINT_BYTES_MAX = 10;

/**
 * Counts how often each field stands at the top level of an encoded message, without decoding it:
 * bounds what decoding may cost before it is done (a repeated field of two bytes an item would
 * make half a million objects of one envelope). Returns undefined when the bytes are no message.
 * Index of the result: field number; numbers above `fieldMax` are not counted.
 */
export function countFields(bytes: Uint8Array, fieldMax: number): Uint32Array | undefined {
  const counts = new Uint32Array(fieldMax + 1);
  let position = 0;
  while (position < bytes.length) {
    const tag = readVarint(bytes, position);
    if (tag === undefined || tag.value < 8) return undefined;
    position = tag.end;
    const field = Math.floor(tag.value / 8);
    if (field <= fieldMax) counts[field] = (counts[field] ?? 0) + 1;
    const end = endOfValue(bytes, position, tag.value % 8);
    if (end === undefined || end > bytes.length) return undefined;
    position = end;
  }
  return counts;
}

/**
 * Bytes of a field at the top level of an encoded message, the last one as decoders take it, a view
 * into `bytes`. Nothing else is decoded, and what follows a damaged place is not looked at; empty
 * when the field is not there, or is cut off.
 */
export function bytesFieldIn(bytes: Uint8Array, field: number): Uint8Array {
  let found = new Uint8Array();
  let position = 0;
  while (position < bytes.length) {
    const tag = readVarint(bytes, position);
    if (tag === undefined || tag.value < 8) return found;
    const end = endOfValue(bytes, tag.end, tag.value % 8);
    if (end === undefined || end > bytes.length) return found;
    if (tag.value === field * 8 + 2) {
      found = bytes.subarray(readVarint(bytes, tag.end)?.end ?? end, end) as typeof found;
    }
    position = end;
  }
  return found;
}

function endOfValue(bytes: Uint8Array, position: number, wireType: number): number | undefined {
  switch (wireType) {
    case 0:
      return readVarint(bytes, position)?.end;
    case 1:
      return position + 8;
    case 2: {
      const length = readVarint(bytes, position);
      return length === undefined ? undefined : length.end + length.value;
    }
    case 5:
      return position + 4;
    default:
      // Groups (3, 4) are not part of proto3 and nest without bound; 6 and 7 do not exist.
      return undefined;
  }
}

function readVarint(
  bytes: Uint8Array,
  start: number,
): { readonly value: number; readonly end: number } | undefined {
  let value = 0;
  for (let index = 0; index < VARINT_BYTES_MAX; index += 1) {
    const byte = bytes[start + index];
    if (byte === undefined) return undefined;
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return { value, end: start + index + 1 };
  }
  return undefined;
}
