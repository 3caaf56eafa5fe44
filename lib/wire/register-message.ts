import { ExchangeStatus, Header, Kind, Lane, Priority } from "#proto";
import { WIRE_LIMITS } from "#runtime";
import {
  type AssembledEnvelope,
  assembleEnvelope,
  type HeaderSigner,
  unsealedPart,
} from "./assemble.ts";
import { BODY_SCHEMA_OF_POLICY, BODY_SCHEMA_OF_REGISTER } from "./check-parts.ts";
import type { ParsedMessage } from "./parse-envelope.ts";
import { GATEWAY_SENDER } from "./participant-id.ts";
import { toTimestamp } from "./timestamps.ts";

/** What the gateway hands something over with that the root keys have signed. */
interface HandingDraft {
  readonly recipient: string;
  readonly messageId: string;
  /** Milliseconds since 1970. */
  readonly sentAtMs: number;
  /** Version of the register in force; of a register, the one that is handed over. */
  readonly registerVersion: bigint;
}

/** What the gateway hands a register over with. */
export interface RegisterMessageDraft extends HandingDraft {
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
  const part = unsealedPart("body", draft.register, BODY_SCHEMA_OF_REGISTER, "transport");
  return assembleEnvelope({ header: headerOf(draft), parts: [part] }, signer);
}

/** Builds a REGISTER message that hands the signed routing policy on instead (TP-POLICY-9). */
export function buildPolicyMessage(
  draft: HandingDraft & { readonly policy: Uint8Array },
  signer: HeaderSigner,
): AssembledEnvelope {
  const part = unsealedPart("body", draft.policy, BODY_SCHEMA_OF_POLICY, "transport");
  return assembleEnvelope({ header: headerOf(draft), parts: [part] }, signer);
}

function headerOf(draft: HandingDraft): Omit<Header, "parts"> {
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
  return header;
}

/** What a REGISTER message that was parsed hands on; who signed it is still to be seen. */
export function handedOnIn(message: ParsedMessage): {
  readonly what: "policy" | "register";
  readonly bytes: Uint8Array;
} {
  const isPolicy = message.header.parts[0]?.schema === BODY_SCHEMA_OF_POLICY;
  const bytes = message.envelope.parts[0]?.content ?? new Uint8Array();
  return { what: isPolicy ? "policy" : "register", bytes };
}
