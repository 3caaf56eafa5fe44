import { TracepostError } from "#errors";
import { formatEvidence, type LogPlace, logPlaceOf } from "#message-log";
import { Envelope, LogEvidence, Receipt } from "#proto";
import type { RegisterView } from "#trust";
import { GATEWAY_SENDER } from "#wire";
import { checkEvidence } from "./evidence-check.ts";
import type { HeldProof, HeldReceipt } from "./held-evidence.ts";

/** What a stranger needs, with a participant register, to verify that a message was logged. */
export interface MessageProof extends LogPlace {
  readonly evidence: LogEvidence;
  /** The same as a file: C2SP tlog-proof with the entry as its extra data (TP-LOG-10). */
  readonly file: string;
}

/** Where a receipt that is held places what it says of a message; undefined: nowhere. */
export function receiptPlace(
  { envelope, evidence, sender }: HeldReceipt,
  messageId: string,
  headerDigest: Uint8Array,
  register: RegisterView,
): LogPlace | undefined {
  const receipt = sender === GATEWAY_SENDER ? envelope : null;
  const found = evidenceIn({ evidence, receipt }, messageId, headerDigest);
  return found && logPlaceOf(found, register);
}

/**
 * Takes the proof of a message out of what is held for it, and verifies it once more (TP-API-21);
 * undefined when nothing is held yet. Throws TracepostError VERIFICATION when it does not hold.
 */
export function messageProof(
  held: HeldProof,
  message: { readonly sender: string; readonly messageId: string },
  register: RegisterView,
): MessageProof | undefined {
  const { headerDigest } = held;
  if (headerDigest === null) return undefined;
  const evidence = evidenceIn(held, message.messageId, headerDigest);
  if (evidence === undefined) return undefined;
  const place = logPlaceOf(evidence, register);
  const proven = checkEvidence(evidence, { ...message, headerDigest }, register, place.log);
  if (!proven.ok) {
    const { field, detail } = proven.refusal;
    throw new TracepostError("VERIFICATION", `a stored proof does not hold: ${field} ${detail}`);
  }
  return { evidence, file: formatEvidence(evidence), ...place };
}

/** The proof of a receipt of another participant, as a file; undefined for one of the gateway. */
export function receiptProof(evidence: Uint8Array | null): string | undefined {
  return evidence === null ? undefined : formatEvidence(LogEvidence.decode(evidence));
}

/** A receipt of the gateway may be about many messages, each with a proof of its own. */
function evidenceIn(
  { evidence, receipt }: Pick<HeldProof, "evidence" | "receipt">,
  messageId: string,
  headerDigest: Uint8Array,
): LogEvidence | undefined {
  if (evidence !== null) return LogEvidence.decode(evidence);
  if (receipt === null) return undefined;
  const body = Envelope.decode(receipt).parts.find(({ name }) => name === "body");
  const { items } = Receipt.decode(body?.content ?? new Uint8Array());
  const item = items.find(
    ({ message }) =>
      message?.messageId === messageId && Buffer.compare(message.headerDigest, headerDigest) === 0,
  );
  return item?.evidence;
}
