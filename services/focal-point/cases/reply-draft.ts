import { moveOf, outcomeClassOf } from "#casework";
import type { MessageDraft } from "#post";
import { Disclosed, Handling, Header, Kind, Tlp, TraceReply, UseRestriction } from "#proto";
import type { CaseRecord } from "./case-record.ts";

/** Who answers. */
export interface Replier {
  readonly participant: string;
  /** ISO 3166-1 alpha-2. */
  readonly state: string;
}

/**
 * The message that carries a reply. It relies on the instruments of the request, travels as
 * urgently, and binds itself to the exact request it answers (wire.md). Its handling is at least as
 * strict: what the request allowed nobody, the reply allows nobody (ITI para 15).
 */
export function replyDraft(
  known: CaseRecord,
  reply: TraceReply,
  replier: Replier,
  nowMs: number,
): MessageDraft {
  const asked = Header.decode(known.requestHeader ?? new Uint8Array());
  return {
    sender: replier.participant,
    recipients: [known.peer],
    kind: Kind.TRACE_REPLY,
    conversationId: known.caseId,
    priority: asked.priority,
    status: asked.status,
    nowMs,
    inReplyTo: {
      originalSender: known.peer,
      messageId: known.requestMessageId,
      headerDigest: known.requestDigest ?? new Uint8Array(),
    },
    instrumentBasis: asked.instrumentBasis,
    handling: strictest(asked.handling, replier.state),
    disclosed: Disclosed.create({ move: moveOf(reply), outcomeClass: outcomeClassOf(reply) }),
    parts: [
      {
        name: "body",
        plaintext: TraceReply.encode(reply).finish(),
        schema: "tracepost.v1.TraceReply",
        retentionClass: "trace",
      },
    ],
  };
}

/** Handling of information that a State gives out unless it says otherwise. */
export function defaultHandling(originatorState: string): Handling {
  return Handling.create({
    tlp: Tlp.AMBER,
    use: [UseRestriction.NO_ONWARD],
    originatorState,
  });
}

/** Says nothing beside a restriction. */
const ANY_LAWFUL = UseRestriction.ANY_LAWFUL;

function strictest(asked: Handling | undefined, originatorState: string): Handling {
  const own = defaultHandling(originatorState);
  if (asked === undefined) return own;
  return Handling.create({
    tlp: Math.max(asked.tlp, own.tlp) as Tlp,
    use: [...new Set([...asked.use, ...own.use])].filter((use) => use !== ANY_LAWFUL),
    // Nobody beyond the two States: the originator alone may allow more.
    releasableTo: [],
    originatorState,
  });
}
