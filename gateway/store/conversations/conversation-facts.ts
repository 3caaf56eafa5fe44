import {
  type AlertMove,
  Handling,
  type Header,
  Kind,
  type MessageRef,
  type OutcomeClass,
  type TraceMove,
} from "#proto";
import type { RegisterView } from "#trust";
import { timestampMs } from "#wire";

/** What the gateway knows of a message's part in its conversation, from the signed header. */
export interface ConversationFacts {
  readonly conversationId: string;
  readonly recipients: readonly string[];
  /** State of each recipient, in their order; empty for one that the register does not hold. */
  readonly recipientStates: readonly string[];
  readonly sentAtMs: number;
  readonly move: TraceMove;
  readonly outcomeClass: OutcomeClass;
  readonly alertMove: AlertMove;
  readonly inReplyTo: MessageRef | undefined;
  /** Encoded. */
  readonly handling: Uint8Array;
  /** Whether every recipient is of the sender's own State. */
  readonly isNational: boolean;
}

const FOLLOWED: ReadonlySet<Kind> = new Set([
  Kind.TRACE_REQUEST,
  Kind.TRACE_REPLY,
  Kind.TRACE_FOLLOW_UP,
  Kind.ALERT,
  Kind.ALERT_RESPONSE,
]);

/** The facts of a message that is a move of a conversation; undefined for any other. */
export function conversationFacts(
  header: Header,
  register: Pick<RegisterView, "participant">,
): ConversationFacts | undefined {
  if (!FOLLOWED.has(header.kind)) return undefined;
  const { disclosed, handling, recipients } = header;
  const stateOf = (id: string): string => register.participant(id)?.state ?? "";
  const state = stateOf(header.sender);
  const recipientStates = recipients.map(stateOf);
  return {
    conversationId: header.conversationId,
    recipients,
    recipientStates,
    sentAtMs: timestampMs(header.sentAt) ?? 0,
    move: disclosed?.move ?? 0,
    outcomeClass: disclosed?.outcomeClass ?? 0,
    alertMove: disclosed?.alertMove ?? 0,
    inReplyTo: header.inReplyTo,
    handling: encodeHandling(handling),
    isNational: state !== "" && recipientStates.every((one) => one === state),
  };
}

/** Handling as it is kept; what is absent restricts nothing. */
export function encodeHandling(handling: Handling | undefined): Uint8Array {
  return Handling.encode(handling ?? Handling.create()).finish();
}
