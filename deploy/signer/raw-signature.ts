const NUMBER_BYTES = 32;
const [SEQUENCE, INTEGER] = [0x30, 0x02];

/**
 * A signature as 64 bytes: as it is, or R and S out of DER (SEQUENCE of two INTEGERs, RFC 3279
 * 2.2.3), which is what openssl writes. Undefined for anything else.
 */
export function rawSignature(written: Buffer): Buffer | undefined {
  if (written.length === 2 * NUMBER_BYTES) return written;
  if (written[0] !== SEQUENCE || written[1] !== written.length - 2) return undefined;
  const r = integerAt(written, 2);
  const s = r && integerAt(written, r.end);
  if (r === undefined || s === undefined || s.end !== written.length) return undefined;
  return Buffer.concat([r.value, s.value]);
}

function integerAt(der: Buffer, at: number): { value: Buffer; end: number } | undefined {
  const size = der[at + 1];
  if (der[at] !== INTEGER || size === undefined || size === 0) return undefined;
  const end = at + 2 + size;
  const digits = der.subarray(at + 2, end);
  // A leading zero keeps a number positive; it is none of the digits.
  const value = digits[0] === 0 ? digits.subarray(1) : digits;
  if (end > der.length || value.length > NUMBER_BYTES) return undefined;
  return { value: Buffer.concat([Buffer.alloc(NUMBER_BYTES - value.length), value]), end };
}
