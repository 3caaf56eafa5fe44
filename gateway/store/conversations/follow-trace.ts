import { judgeArrival, type Side, type TakenMove } from "#casework";
import { type Refusal, refuse } from "#errors";
import { Handling, Kind, TraceMove } from "#proto";
import type { Transaction } from "#runtime";
import { checkReplyHandling, mayRelease } from "#trust";
import { equalBytes } from "#wire";
import type { ConversationFacts } from "./conversation-facts.ts";
import { STANDING } from "./conversation-tables.ts";
import { adoptThread, type Thread } from "./thread.ts";

/** A message of a trace, as it stands to be recorded. */
export interface TraceMessage {
  readonly kind: Kind;
  readonly sender: string;
  readonly messageId: string;
  readonly headerDigest: Uint8Array;
  readonly facts: ConversationFacts;
}

/** What a message adds to its conversation, or why it does not. */
export type Followed =
  | { readonly type: "refused"; readonly refusal: Refusal }
  | { readonly type: "opens"; readonly thread: Thread }
  | { readonly type: "moves"; readonly thread: Thread; readonly move: TakenMove };

const no = (...args: Parameters<typeof refuse>): Followed => ({
  type: "refused",
  refusal: refuse(...args),
});

/**
 * Judges a message of a trace against the threads of its conversation (TP-CONV-2 to TP-CONV-5):
 * ILLEGAL_MOVE, NOT_YOUR_MOVE or HANDLING_VIOLATION. Changes nothing but what it adopts.
 */
export async function followTrace(
  tx: Transaction,
  message: TraceMessage,
  threads: Thread[],
): Promise<Followed> {
  if (message.kind === Kind.TRACE_REQUEST) return openThread(message, threads);
  const thread = await threadAnswered(tx, message, threads);
  if (thread === undefined) {
    return no("ILLEGAL_MOVE", "header.in_reply_to", "is no request of this conversation and pair");
  }
  return moveThread(message, thread);
}

function openThread(message: TraceMessage, threads: readonly Thread[]): Followed {
  const { sender, facts } = message;
  const [other = ""] = facts.recipients;
  if (facts.move !== TraceMove.REQUEST) {
    return no("ILLEGAL_MOVE", "header.disclosed.move", "a trace request opens a case");
  }
  const isOpen = threads.some(
    (one) => one.opener === sender && one.other === other && one.standing === STANDING.open,
  );
  if (isOpen) {
    return no("ILLEGAL_MOVE", "header.conversation_id", "holds a request to this State already");
  }
  const refusal = onwardRefusal(message, threads);
  if (refusal !== undefined) return { type: "refused", refusal };
  const { messageId, headerDigest } = message;
  const { conversationId, handling, sentAtMs } = facts;
  const opened = { conversationId, opener: sender, other, messageId, headerDigest, handling };
  const thread = { ...opened, id: undefined, sentAtMs, standing: STANDING.open, moves: [] };
  return { type: "opens", thread };
}

/**
 * What was asked in confidence goes on only where its handling lets it (TP-CONV-5, TP-REQ-20).
 * Leave given in a sealed decision is not seen here: what needs it begins a conversation.
 */
function onwardRefusal(
  { sender, facts }: TraceMessage,
  threads: readonly Thread[],
): Refusal | undefined {
  const to = { participant: facts.recipients[0] ?? "", state: facts.recipientStates[0] ?? "" };
  for (const thread of threads) {
    if (thread.other !== sender || thread.standing === STANDING.takenBack) continue;
    const handling = Handling.decode(thread.handling);
    const holders = [thread.opener, thread.other];
    const asked = mayRelease({ handling, holders, to, use: undefined, grants: [] });
    if (asked.ok) continue;
    const detail = `what ${thread.opener} asked ${asked.refusal.detail}`;
    return refuse("HANDLING_VIOLATION", "header.recipients[0]", detail);
  }
  return undefined;
}

/** The thread of the request that a reply or a follow-up names, if it is between these two. */
async function threadAnswered(
  tx: Transaction,
  { kind, sender, facts }: TraceMessage,
  threads: Thread[],
): Promise<Thread | undefined> {
  const { inReplyTo, recipients, conversationId } = facts;
  if (inReplyTo === undefined) return undefined;
  const [peer = ""] = recipients;
  const [opener, other] = kind === Kind.TRACE_REPLY ? [peer, sender] : [sender, peer];
  if (inReplyTo.originalSender !== opener) return undefined;
  const isNamed = (one: Thread): boolean =>
    one.messageId === inReplyTo.messageId && one.opener === opener && one.other === other;
  let thread = threads.find(isNamed);
  if (thread === undefined) {
    const adopted = await adoptThread(tx, inReplyTo);
    if (adopted !== undefined) threads.push(adopted);
    thread = adopted !== undefined && isNamed(adopted) ? adopted : undefined;
  }
  if (thread === undefined || thread.standing === STANDING.takenBack) return undefined;
  const isExact = equalBytes(thread.headerDigest, inReplyTo.headerDigest);
  return isExact && thread.conversationId === conversationId ? thread : undefined;
}

function moveThread({ kind, messageId, facts }: TraceMessage, thread: Thread): Followed {
  const by: Side = kind === Kind.TRACE_REPLY ? "requested" : "requesting";
  if (by === "requested") {
    const handled = Handling.decode(facts.handling);
    const refusal = checkReplyHandling(Handling.decode(thread.handling), handled);
    if (refusal !== undefined) return { type: "refused", refusal };
  }
  const { move, outcomeClass, sentAtMs } = facts;
  const next = { messageId, by, move, outcomeClass, sentAtMs };
  const judged = judgeArrival({ moves: thread.moves, openedAtMs: thread.sentAtMs }, next);
  if (!judged.ok) return { type: "refused", refusal: judged.refusal };
  return { type: "moves", thread, move: next };
}
