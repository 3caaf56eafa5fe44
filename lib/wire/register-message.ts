import { ExchangeStatus, Header, Kind, Lane, Priority } from "#proto";
import { WIRE_LIMITS } from "#runtime";
import {
  type AssembledEnvelope,
  assembleEnvelope,
  type HeaderSigner,
  unsealedPart,
} from "./assemble.ts";
import { BODY_SCHEMA_OF_REGISTER } from "./check-parts.ts";
import type { ParsedMessage } from "./parse-envelope.ts";
import { GATEWAY_SENDER } from "./participant-id.ts";
import { toTimestamp } from "./timestamps.ts";

/** What the gateway hands a register over with. */
export interface RegisterMessageDraft {
  readonly recipient: string;
  readonly messageId: string;
  /** Milliseconds since 1970. */
  readonly sentAtMs: number;
  /** Version that is handed over. */
  readonly registerVersion: bigint;
  /** The signed register as it was published. */
  readonly register: Uint8Array;
}

/**
 * Builds a REGISTER message (TP-RUN-3): of the gateway, to one participant, on the urgent lane,
 * because a revocation may be in it.
 */
export function buildRegisterMessage(
  draft: RegisterMessageDraft,
  signer: HeaderSigner,
): AssembledEnvelope {
  const { parts: _none, ...header } = Header.create({
    messageId: draft.messageId,
    kind: Kind.REGISTER,
    sender: GATEWAY_SENDER,
    recipients: [draft.recipient],
    sentAt: toTimestamp(draft.sentAtMs),
    expiresAt: toTimestamp(draft.sentAtMs + WIRE_LIMITS.traceLifeMs),
    registerVersion: draft.registerVersion,
    status: ExchangeStatus.ACTUAL,
    priority: Priority.URGENT,
    lane: Lane.URGENT,
  });
  const part = unsealedPart("body", draft.register, BODY_SCHEMA_OF_REGISTER, "transport");
  return assembleEnvelope({ header, parts: [part] }, signer);
}

/** The signed register in a REGISTER message that was parsed; who signed it is still to be seen. */
export function registerIn(message: ParsedMessage): Uint8Array {
  return message.envelope.parts[0]?.content ?? new Uint8Array();
}
