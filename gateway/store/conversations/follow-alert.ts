import { type Refusal, refuse } from "#errors";
import { AlertMove, Kind } from "#proto";
import type { Transaction } from "#runtime";
import { equalBytes, stateOfParticipant } from "#wire";
import { DELIVERY_STRIDE } from "../tables.ts";
import { STANDING } from "./conversation-tables.ts";
import type { TraceMessage } from "./follow-trace.ts";
import { findOpener, type Thread } from "./thread.ts";

/** What a message adds to an alert, or why it does not. */
export type FollowedAlert =
  | { readonly type: "refused"; readonly refusal: Refusal }
  | { readonly type: "opens"; readonly thread: Thread }
  | { readonly type: "cancels"; readonly thread: Thread }
  | { readonly type: "stands" };

const no = (...args: Parameters<typeof refuse>): FollowedAlert => ({
  type: "refused",
  refusal: refuse(...args),
});

/** What each kind of alert message may do. */
const VERSIONS: ReadonlySet<AlertMove> = new Set([
  AlertMove.ALERT,
  AlertMove.UPDATE,
  AlertMove.CANCEL,
]);

/**
 * Judges a message of an alert (TP-CONV-6): its sender alone updates and cancels it, a recipient
 * passes it on within its own State alone, and answers come from recipients of the version they
 * name. ILLEGAL_MOVE or NOT_YOUR_MOVE.
 */
export async function followAlert(
  tx: Transaction,
  message: TraceMessage,
  threads: readonly Thread[],
): Promise<FollowedAlert> {
  const isVersion = VERSIONS.has(message.facts.alertMove);
  if (isVersion !== (message.kind === Kind.ALERT)) {
    return no("ILLEGAL_MOVE", "header.disclosed.alert_move", "is none of this kind of message");
  }
  return isVersion ? followVersion(message, threads) : await followAnswer(tx, message);
}

function followVersion(message: TraceMessage, threads: readonly Thread[]): FollowedAlert {
  const { facts, sender, messageId, headerDigest } = message;
  const { alertMove, conversationId, handling, inReplyTo, isNational, sentAtMs } = facts;
  // A receiving unit passes on what it got or sent, in whatever version, to its own State.
  if (isNational && inReplyTo !== undefined && threads.length > 0) return { type: "stands" };
  const own = threads.find((one) => one.opener === sender);
  if (own?.standing === STANDING.cancelled) {
    return no("ILLEGAL_MOVE", "header.disclosed.alert_move", "the alert is cancelled");
  }
  if (own !== undefined) {
    return alertMove === AlertMove.CANCEL ? { type: "cancels", thread: own } : { type: "stands" };
  }
  const thread = {
    ...{ id: undefined, conversationId, opener: sender, other: "", messageId, headerDigest },
    ...{ handling, sentAtMs, standing: STANDING.open, moves: [] },
  };
  // An alert of an agency leaves as one of its focal point, once that has approved it.
  const isApproved = threads.every(({ opener }) => isAgencyOf(sender, opener));
  if (threads.length === 0 || isApproved) {
    if (alertMove === AlertMove.ALERT) return { type: "opens", thread };
    return no("ILLEGAL_MOVE", "header.conversation_id", "there is no alert to change");
  }
  if (isNational) return { type: "stands" };
  return no("NOT_YOUR_MOVE", "header.conversation_id", "the alert is another's");
}

/** Whether an opener is an agency of the State whose focal point sends (TP-ALERT-35). */
function isAgencyOf(sender: string, opener: string): boolean {
  return stateOfParticipant(sender) === sender && stateOfParticipant(opener) === sender;
}

async function followAnswer(tx: Transaction, message: TraceMessage): Promise<FollowedAlert> {
  const { facts, sender } = message;
  const { inReplyTo, conversationId } = facts;
  const field = "header.in_reply_to";
  const alert = inReplyTo && (await findOpener(tx, inReplyTo, Kind.ALERT));
  const isNamed =
    alert !== undefined &&
    equalBytes(alert.headerDigest, inReplyTo?.headerDigest ?? new Uint8Array()) &&
    alert.header.conversationId === conversationId;
  if (!isNamed) return no("ILLEGAL_MOVE", field, "is no version of this alert");
  if (await wasSent(tx, alert.id, sender)) return { type: "stands" };
  return no("NOT_YOUR_MOVE", field, "was not sent to whom answers it");
}

async function wasSent(tx: Transaction, message: number, recipient: string): Promise<boolean> {
  const row = await tx.get(
    "SELECT 1 FROM deliveries WHERE id >= ? AND id < ? AND recipient = ?",
    message * DELIVERY_STRIDE,
    (message + 1) * DELIVERY_STRIDE,
    recipient,
  );
  return row !== undefined;
}
