import { hash } from "node:crypto";
import { type Encoder, infoOf, type Sample } from "./sample-message.ts";

/** Some bytes in base64; a list of pieces where a long stretch repeats itself. */
export type VectorBytes = string | readonly { readonly base64: string; readonly times: number }[];

/** Bytes that are refused, and how. */
export interface InvalidVector {
  /** What is wrong, in words. */
  readonly name: string;
  /** The requirement of docs/spec that is broken. */
  readonly rule: string;
  readonly code: string;
  readonly field: string;
  readonly bytes: VectorBytes;
}

/** A message that is taken, with what a reader must find in it. */
export interface ValidVector {
  readonly name: string;
  readonly bytes: string;
  /** Lower-case hex. */
  readonly header_digest: string;
  readonly signatures_digest: string;
  readonly expected: unknown;
}

/** Bytes in base64. */
export function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}

/** SHA-256 in lower-case hex. */
export function sha256Hex(bytes: Uint8Array): string {
  return hash("sha256", bytes, "hex");
}

/** Names and bytes of vectors that break the same rule in the same place. */
export function refusedAlike(
  rule: string,
  code: string,
  field: string,
  vectors: Readonly<Record<string, Uint8Array | VectorBytes>>,
): InvalidVector[] {
  return Object.entries(vectors).map(([name, bytes]) => ({
    name,
    rule,
    code,
    field,
    bytes: bytes instanceof Uint8Array ? base64(bytes) : bytes,
  }));
}

/** Start, one piece many times, end. */
export function repeated(
  start: Uint8Array,
  piece: Uint8Array,
  times: number,
  end: Uint8Array = Buffer.alloc(0),
): VectorBytes {
  return [
    { base64: base64(start), times: 1 },
    { base64: base64(piece), times },
    { base64: base64(end), times: 1 },
  ];
}

/** A sample with what the contract says is in it, told from the sample and not from the bytes. */
export function validVector(name: string, sample: Sample, encoder: Encoder): ValidVector {
  const headerBytes = encoder.header(sample);
  const signer = String(sample.header.sender);
  const { sent_at, expires_at, handling: _handling, ...header } = sample.header as unknown as Times;
  return {
    name,
    bytes: base64(encoder.sample(sample)),
    header_digest: sha256Hex(headerBytes),
    signatures_digest: sha256Hex(encoder.signature(headerBytes, signer)),
    expected: {
      ...(hexInside(header) as Record<string, unknown>),
      sent_at_ms: sent_at.seconds * 1_000,
      expires_at_ms: expires_at.seconds * 1_000,
      parts: sample.parts.map((part) => hexInside(infoOf(part))),
    },
  };
}

/** The same value with bytes in lower-case hex, however deep they are. */
function hexInside(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  if (Array.isArray(value)) return value.map(hexInside);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, hexInside(one)]));
}

interface Times {
  readonly sent_at: { readonly seconds: number };
  readonly expires_at: { readonly seconds: number };
  readonly handling?: unknown;
}
