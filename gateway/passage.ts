import type { Refusal } from "#errors";
import type { RecipientResult } from "#proto";
import type { InboundMessage, OutAddress, ParsedMessage } from "#wire";

/**
 * One message on its way through the gateway. Each step fills in what it finds; a message that has
 * a `refusal`, a `repeatOf` or is `held` passes the rest of the deciding steps untouched.
 */
export interface Passage {
  readonly inbound: InboundMessage;
  /** What the subject says, which NATS vouches for. */
  readonly address: OutAddress;
  readonly receivedAtMs: number;
  /** Set by validate. */
  message?: ParsedMessage;
  /** Set by the first step that says no. */
  refusal?: Refusal;
  /** Set by recall: record id of the same message, seen before. */
  repeatOf?: number;
  /** Set by recall: the refusal is the stored one of an item in quarantine. */
  isRecalled?: boolean;
  /** Set by authenticate: its sender is proven, whatever else is wrong. */
  isProven?: boolean;
  /** Set by authorize: per recipient. */
  results?: readonly RecipientResult[];
  /** Set by admit: over quota, handed back to the carrier. */
  held?: boolean;
  /** How long it is handed back for, in milliseconds; default GATEWAY_LIMITS.holdMs. */
  holdMs?: number;
}

/** Whether a step still has to decide about it. */
export function isOpen(passage: Passage): boolean {
  return passage.refusal === undefined && passage.repeatOf === undefined && !passage.held;
}

/** Whether it was refused before anybody was proven to have sent it (TP-OPS-1). */
export function isUnverified(passage: Passage): boolean {
  return passage.refusal !== undefined && passage.isProven !== true;
}
