import { TRUST_LIMITS } from "#runtime";

const KIB = 1024;
/** Sizes of a padded content part; above the last one, multiples of it. */
const CONTENT_STEPS = [1 * KIB, 4 * KIB, 16 * KIB, 64 * KIB] as const;
/** Sizes of a padded key part. */
const KEY_STEPS = [TRUST_LIMITS.keyPaddingBytesMin, 1 * KIB, 2 * KIB] as const;
const LENGTH_BYTES = 4;

/** What is padded: a domain message, or the keys to it. */
export type PaddingKind = "content" | "key";

/**
 * Pads a plaintext, so that its sealed size tells little (TP-SEAL-2): 4-byte big-endian length, the
 * bytes, zeros. Content to 1, 4, 16 or 64 KiB and then multiples of 64 KiB; keys to 512 bytes, so
 * that the length of a sequence number does not show the volume between two States.
 */
export function pad(plaintext: Uint8Array, kind: PaddingKind): Uint8Array {
  const padded = Buffer.alloc(paddedSize(plaintext.length, kind));
  padded.writeUInt32BE(plaintext.length, 0);
  padded.set(plaintext, LENGTH_BYTES);
  return padded;
}

/**
 * Takes the padding off; undefined unless it is exactly what {@link pad} makes, so that nothing can
 * be hidden in it. The result is a copy.
 */
export function unpad(padded: Uint8Array, kind: PaddingKind): Uint8Array | undefined {
  if (padded.length < LENGTH_BYTES) return undefined;
  const view = Buffer.from(padded.buffer, padded.byteOffset, padded.byteLength);
  const length = view.readUInt32BE(0);
  const end = LENGTH_BYTES + length;
  if (paddedSize(length, kind) !== view.length) return undefined;
  if (view.subarray(end).some((byte) => byte !== 0)) return undefined;
  return new Uint8Array(view.subarray(LENGTH_BYTES, end));
}

function paddedSize(length: number, kind: PaddingKind): number {
  const steps: readonly number[] = kind === "content" ? CONTENT_STEPS : KEY_STEPS;
  const needed = LENGTH_BYTES + length;
  const last = steps.at(-1) ?? KIB;
  return steps.find((step) => needed <= step) ?? Math.ceil(needed / last) * last;
}
