import { accepted, type Outcome, type Refusal, refuse, refused } from "#errors";
import { KeyPurpose } from "#proto";
import { WIRE_LIMITS } from "#runtime";
import { GATEWAY_SENDER, type ParsedMessage, timestampMs } from "#wire";
import { PAYLOAD_TYPES, verifyBytes } from "./dsse.ts";
import type { RegisteredKey, RegisterView } from "./register-view.ts";

const KEY_ID_FIELD = "envelope.signatures[0].key_id";

/**
 * Whether a message is from whom it says (TP-TRUST-5), judged at `nowMs`, the time of recording:
 * SENDER_MISMATCH, KEY_UNKNOWN, KEY_EXPIRED, KEY_REVOKED, SIGNATURE_INVALID, CLOCK_SKEW or EXPIRED,
 * in this order; what a header says about time counts only once it is known who said it.
 * `subjectSender` is the participant NATS vouches for. A header of the sender GATEWAY must be
 * signed as a receipt, by a key of the gateway of that purpose. The signature is verified on the
 * thread pool.
 */
export async function authenticateHeader(
  message: ParsedMessage,
  subjectSender: string,
  register: RegisterView,
  nowMs: number,
): Promise<Outcome<void>> {
  const { envelope, header, headerBytes } = message;
  if (header.sender !== subjectSender) {
    return refused("SENDER_MISMATCH", "header.sender", "is not the sender of the subject");
  }
  const signature = envelope.signatures[0];
  const registered = signature === undefined ? undefined : register.signingKey(signature.keyId);
  if (signature === undefined || registered === undefined) {
    return refused("KEY_UNKNOWN", KEY_ID_FIELD, "is not in the register");
  }
  const isGateway = header.sender === GATEWAY_SENDER;
  const purpose = isGateway ? KeyPurpose.RECEIPT : KeyPurpose.HEADER;
  const wanted = { sender: header.sender, purpose, field: KEY_ID_FIELD };
  const refusal = keyRefusal(registered, wanted, nowMs);
  if (refusal !== undefined) return { ok: false, refusal };
  const type = isGateway ? PAYLOAD_TYPES.receipt : PAYLOAD_TYPES.header;
  if (!(await verifyBytes(registered.publicKey, type, headerBytes, signature.value))) {
    return refused("SIGNATURE_INVALID", "envelope.signatures[0].value", "does not verify");
  }
  const timeRefusal = checkTimes(message, nowMs);
  return timeRefusal === undefined ? accepted(undefined) : { ok: false, refusal: timeRefusal };
}

/** Whose key, for what, and the field that names it. */
interface WantedKey {
  /** Participant id, or GATEWAY. */
  readonly sender: string;
  readonly purpose: KeyPurpose;
  readonly field: string;
}

/**
 * What speaks against a key of the register at a time: SENDER_MISMATCH, KEY_UNKNOWN, KEY_REVOKED or
 * KEY_EXPIRED.
 */
export function keyRefusal(
  { key, participant }: RegisteredKey,
  { field, purpose, sender }: WantedKey,
  nowMs: number,
): Refusal | undefined {
  const owns = sender === GATEWAY_SENDER ? participant === undefined : participant?.id === sender;
  if (!owns) return refuse("SENDER_MISMATCH", field, "is a key of another participant");
  if (key.purpose !== purpose) return refuse("KEY_UNKNOWN", field, "is no key of this purpose");
  const revokedAtMs = timestampMs(key.revokedAt) ?? Number.POSITIVE_INFINITY;
  if (revokedAtMs <= nowMs) return refuse("KEY_REVOKED", field, "was revoked");
  const notBeforeMs = timestampMs(key.notBefore) ?? Number.POSITIVE_INFINITY;
  const notAfterMs = timestampMs(key.notAfter) ?? Number.NEGATIVE_INFINITY;
  if (notBeforeMs <= nowMs && nowMs < notAfterMs) return undefined;
  return refuse("KEY_EXPIRED", field, "is outside its validity window");
}

function checkTimes({ header }: ParsedMessage, nowMs: number): Refusal | undefined {
  const sentAtMs = timestampMs(header.sentAt) ?? Number.NEGATIVE_INFINITY;
  if (sentAtMs > nowMs + WIRE_LIMITS.sentAheadMsMax) {
    return refuse("CLOCK_SKEW", "header.sent_at", "is more than 5 minutes ahead");
  }
  if (sentAtMs < nowMs - WIRE_LIMITS.sentBehindMsMax) {
    return refuse("CLOCK_SKEW", "header.sent_at", "is more than 90 days behind");
  }
  const expiresAtMs = timestampMs(header.expiresAt) ?? Number.NEGATIVE_INFINITY;
  if (expiresAtMs <= nowMs) return refuse("EXPIRED", "header.expires_at", "has passed");
  return undefined;
}
