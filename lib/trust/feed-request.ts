import { accepted, type Outcome, refused } from "#errors";
import { FeedRequest, KeyPurpose, SignedFeedRequest } from "#proto";
import { WIRE_LIMITS } from "#runtime";
import { encodeMessage, type MessageSigner, type ParsedFeedRequest } from "#wire";
import { keyRefusal } from "./authenticate.ts";
import { PAYLOAD_TYPES, verifyBytes } from "./dsse.ts";
import type { RegisterView } from "./register-view.ts";

/** Signs a request for messages of the own chain (TP-FEED-13); gives the SignedFeedRequest. */
export async function signFeedRequest(
  request: FeedRequest,
  signer: MessageSigner,
): Promise<Uint8Array> {
  const bytes = encodeMessage(FeedRequest, request);
  const value = await signer.sign(bytes);
  return encodeMessage(SignedFeedRequest, {
    request: bytes,
    signature: { keyId: signer.keyId, value },
  });
}

/**
 * Whether a request is of the monitor it names, to this exchange, and made now (TP-FEED-13):
 * KEY_UNKNOWN, SENDER_MISMATCH, KEY_EXPIRED, KEY_REVOKED, SIGNATURE_INVALID, NOT_ADDRESSED or
 * CLOCK_SKEW, in this order. Whether it was made before is for the store to see.
 */
export async function authenticateFeedRequest(
  { bytes, madeAtMs, request, signature }: ParsedFeedRequest,
  register: RegisterView,
  nowMs: number,
): Promise<Outcome<void>> {
  const field = "signature.key_id";
  const registered = register.signingKey(signature.keyId);
  if (registered === undefined) return refused("KEY_UNKNOWN", field, "is not in the register");
  const wanted = { sender: request.monitor, purpose: KeyPurpose.HEADER, field };
  const refusal = keyRefusal(registered, wanted, nowMs);
  if (refusal !== undefined) return { ok: false, refusal };
  const type = PAYLOAD_TYPES.feedRequest;
  if (!(await verifyBytes(registered.publicKey, type, bytes, signature.value))) {
    return refused("SIGNATURE_INVALID", "signature.value", "does not verify");
  }
  if (request.logOrigin !== register.logOrigin) {
    return refused("NOT_ADDRESSED", "request.log_origin", "is not the name of the log here");
  }
  if (Math.abs(madeAtMs - nowMs) > WIRE_LIMITS.sentAheadMsMax) {
    return refused("CLOCK_SKEW", "request.made_at", "is more than 5 minutes from now");
  }
  return accepted(undefined);
}
