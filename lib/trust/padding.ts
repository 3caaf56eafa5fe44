const KIB = 1024;
const STEPS = [1 * KIB, 4 * KIB, 16 * KIB, 64 * KIB];
const LENGTH_BYTES = 4;

/**
 * Pads a plaintext, so that its sealed size tells little: 4-byte big-endian length, the bytes,
 * zeros, up to 1, 4, 16, 64 KiB and then to multiples of 64 KiB (TP-SEAL-2).
 */
export function pad(plaintext: Uint8Array): Uint8Array {
  const needed = LENGTH_BYTES + plaintext.length;
  const last = 64 * KIB;
  const size = STEPS.find((step) => needed <= step) ?? Math.ceil(needed / last) * last;
  const padded = Buffer.alloc(size);
  padded.writeUInt32BE(plaintext.length, 0);
  padded.set(plaintext, LENGTH_BYTES);
  return padded;
}

/** Takes the padding off; undefined unless it is exactly what {@link pad} makes. */
export function unpad(padded: Uint8Array): Uint8Array | undefined {
  if (padded.length < LENGTH_BYTES) return undefined;
  const length = Buffer.from(padded.buffer, padded.byteOffset, LENGTH_BYTES).readUInt32BE(0);
  const end = LENGTH_BYTES + length;
  if (end > padded.length || padded.subarray(end).some((byte) => byte !== 0)) return undefined;
  const plaintext = padded.slice(LENGTH_BYTES, end);
  return pad(plaintext).length === padded.length ? plaintext : undefined;
}
