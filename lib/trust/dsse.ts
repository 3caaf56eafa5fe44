import type { KeyObject } from "node:crypto";
import type { HeaderSigner } from "#wire";
import type { SigningKeyPair } from "./keys.ts";
import { signWith, verifyNowWith, verifyWith } from "./signature-suites.ts";

/** What a signature is for; fixed in each verifier, so that none passes for another. */
export const PAYLOAD_TYPES = {
  header: "application/vnd.tracepost.header.v1",
  receipt: "application/vnd.tracepost.receipt.v1",
  register: "application/vnd.tracepost.register.v1",
  registerManifest: "application/vnd.tracepost.register-manifest.v1",
  registerFreshness: "application/vnd.tracepost.register-freshness.v1",
  keyStatement: "application/vnd.tracepost.key-statement.v1",
  retentionSchedule: "application/vnd.tracepost.retention-schedule.v1",
  policy: "application/vnd.tracepost.policy.v1",
  disposal: "application/vnd.tracepost.disposal-certificate.v1",
  renewal: "application/vnd.tracepost.log-renewal.v1",
  postCopy: "application/vnd.tracepost.post-copy.v1",
  logSuccession: "application/vnd.tracepost.log-succession.v1",
  postLog: "application/vnd.tracepost.post-log.v1",
  feedRequest: "application/vnd.tracepost.feed-request.v1",
} as const;

/** One of {@link PAYLOAD_TYPES}. */
export type PayloadType = (typeof PAYLOAD_TYPES)[keyof typeof PAYLOAD_TYPES];

/** DSSE v1 pre-authentication encoding (TP-TRUST-1): `DSSEv1 SP len SP type SP len SP payload`. */
export function preAuthEncoding(type: PayloadType, payload: Uint8Array): Uint8Array {
  const head = `DSSEv1 ${Buffer.byteLength(type)} ${type} ${payload.length} `;
  return Buffer.concat([Buffer.from(head), payload]);
}

/** A signer for one purpose. */
export function createSigner(pair: SigningKeyPair, type: PayloadType): HeaderSigner {
  return {
    keyId: pair.keyId,
    sign: (payload) => signWith(pair.privateKey, preAuthEncoding(type, payload)),
  };
}

/** Verifies on the thread pool, beside the event loop; false for any bad signature. */
export function verifyBytes(
  publicKey: KeyObject,
  type: PayloadType,
  payload: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  return verifyWith(publicKey, preAuthEncoding(type, payload), signature);
}

/** Verifies at once; for the few signatures of a register. */
export function verifyBytesNow(
  publicKey: KeyObject,
  type: PayloadType,
  payload: Uint8Array,
  signature: Uint8Array,
): boolean {
  return verifyNowWith(publicKey, preAuthEncoding(type, payload), signature);
}
