import { Type } from "typebox";
import { Value } from "typebox/value";
import { SignatureAlgorithm } from "#proto";

/** One line that a signer is asked with (TP-SIGN-3). Bytes are base64. */
export interface SignerRequest {
  readonly id: number;
  readonly keyId: string;
  readonly algorithm: "ed25519" | "es256";
  /** Raw public key, as the register has it. */
  readonly publicKey: string;
  readonly payloadType: string;
  /** What is signed, with its pre-authentication encoding. */
  readonly bytes: string;
  /** SHA-256 over `bytes`, for hardware that signs digests; with es256 only. */
  readonly digest?: string;
}

/** One line that it answers with: a signature of 64 bytes, or why there is none. */
export interface SignerResponse {
  readonly id: number;
  readonly signature?: string;
  readonly error?: string;
}

const Response = Type.Object({
  id: Type.Integer({ minimum: 1 }),
  signature: Type.Optional(Type.String({ pattern: "^[A-Za-z0-9+/]{86}==$" })),
  error: Type.Optional(Type.String()),
});

/** Name of a suite in the lines. */
export function suiteName(algorithm: SignatureAlgorithm): SignerRequest["algorithm"] {
  return algorithm === SignatureAlgorithm.ES256 ? "es256" : "ed25519";
}

/** Reads an answer; undefined for a line that is none. Never throws. */
export function parseSignerResponse(line: string): SignerResponse | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (!Value.Check(Response, value)) return undefined;
  return (value.signature === undefined) === (value.error === undefined) ? undefined : value;
}
