import { accepted, type Outcome, refused } from "#errors";
import { KeyPurpose } from "#proto";
import { WIRE_LIMITS } from "#runtime";
import { GATEWAY_SENDER, type ParsedMessage, timestampMs } from "#wire";
import { PAYLOAD_TYPES, verifyBytes } from "./dsse.ts";
import type { RegisteredKey, RegisterView } from "./register.ts";

/**
 * Whether a message is from whom it says, judged at the time it is recorded (TP-TRUST-3):
 * SENDER_MISMATCH, KEY_UNKNOWN, KEY_EXPIRED, KEY_REVOKED, CLOCK_SKEW, EXPIRED, SIGNATURE_INVALID.
 * `subjectSender` is the participant NATS vouches for. A header of sender GATEWAY must be signed as
 * a receipt, by a gateway key of that purpose.
 */
export async function authenticateHeader(
  message: ParsedMessage,
  subjectSender: string,
  register: RegisterView,
  nowMs: number,
): Promise<Outcome<void>> {
  const { header, envelope } = message;
  if (header.sender !== subjectSender) {
    return refused("SENDER_MISMATCH", "header.sender", "not the sender of the subject");
  }
  const signature = envelope.signatures[0];
  const registered = signature === undefined ? undefined : register.signingKey(signature.keyId);
  if (signature === undefined || registered === undefined) {
    return refused("KEY_UNKNOWN", "signatures[0].key_id", "not in the register");
  }
  const isGateway = header.sender === GATEWAY_SENDER;
  const owner = checkOwner(registered, header.sender, isGateway);
  if (!owner.ok) return owner;
  const window = checkKeyWindow(registered, nowMs);
  if (!window.ok) return window;
  const times = checkTimes(message, nowMs);
  if (!times.ok) return times;
  const type = isGateway ? PAYLOAD_TYPES.receipt : PAYLOAD_TYPES.header;
  const { publicKey } = registered;
  const isGood = await verifyBytes(publicKey, type, message.headerBytes, signature.value);
  if (isGood) return accepted(undefined);
  return refused("SIGNATURE_INVALID", "signatures[0].value", "does not verify");
}

function checkOwner(key: RegisteredKey, sender: string, isGateway: boolean): Outcome<void> {
  if (isGateway) {
    const isReceiptKey = key.participant === undefined && key.key.purpose === KeyPurpose.RECEIPT;
    if (isReceiptKey) return accepted(undefined);
    return refused("KEY_UNKNOWN", "signatures[0].key_id", "not a receipt key of the gateway");
  }
  if (key.participant?.id === sender && key.key.purpose === KeyPurpose.HEADER) {
    return accepted(undefined);
  }
  return refused("SENDER_MISMATCH", "signatures[0].key_id", "another's key, or of another purpose");
}

function checkKeyWindow({ key }: RegisteredKey, nowMs: number): Outcome<void> {
  const revokedAtMs = timestampMs(key.revokedAt);
  if (revokedAtMs !== undefined && revokedAtMs <= nowMs) {
    return refused("KEY_REVOKED", "signatures[0].key_id", "revoked");
  }
  const fromMs = timestampMs(key.notBefore) ?? Number.NEGATIVE_INFINITY;
  const untilMs = timestampMs(key.notAfter) ?? Number.POSITIVE_INFINITY;
  if (nowMs < fromMs || nowMs >= untilMs) {
    return refused("KEY_EXPIRED", "signatures[0].key_id", "outside its validity window");
  }
  return accepted(undefined);
}

function checkTimes({ header }: ParsedMessage, nowMs: number): Outcome<void> {
  const sentAtMs = timestampMs(header.sentAt) ?? Number.NaN;
  if (!(sentAtMs <= nowMs + WIRE_LIMITS.sentAheadMsMax)) {
    return refused("CLOCK_SKEW", "header.sent_at", "more than 5 minutes ahead");
  }
  if (!(sentAtMs >= nowMs - WIRE_LIMITS.sentBehindMsMax)) {
    return refused("CLOCK_SKEW", "header.sent_at", "more than 90 days behind");
  }
  const expiresAtMs = timestampMs(header.expiresAt) ?? Number.NEGATIVE_INFINITY;
  if (expiresAtMs > nowMs) return accepted(undefined);
  return refused("EXPIRED", "header.expires_at", "has passed");
}
