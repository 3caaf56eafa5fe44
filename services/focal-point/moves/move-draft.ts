import { moveOf, moveOfFollowUp, outcomeClassOf } from "#casework";
import type { DraftPart, MessageDraft } from "#post";
import {
  Disclosed,
  Envelope,
  Header,
  Kind,
  type MessageRef,
  type PersonsBlock,
  TraceFollowUp,
  TraceReply,
} from "#proto";
import type { Transaction } from "#runtime";
import type { CaseRecord } from "../cases/case-record.ts";
import { type Replier, strictestHandling } from "../cases/reply-handling.ts";
import { personsParts } from "../persons/person-part.ts";

/** What a side says next: its body, and what the header discloses of it. */
export type MoveBody =
  | { readonly kind: "reply"; readonly body: TraceReply }
  | { readonly kind: "followUp"; readonly body: TraceFollowUp };

/** The encoded body. */
export function encodeBody(said: MoveBody): Uint8Array {
  return said.kind === "reply"
    ? TraceReply.encode(said.body).finish()
    : TraceFollowUp.encode(said.body).finish();
}

/** What the header discloses of a body (TP-WIRE-11). */
export function disclosedOf(said: MoveBody): Disclosed {
  return said.kind === "reply"
    ? Disclosed.create({ move: moveOf(said.body), outcomeClass: outcomeClassOf(said.body) })
    : Disclosed.create({ move: moveOfFollowUp(said.body) });
}

/**
 * The message that carries a move. It relies on the instruments of the request, travels as
 * urgently, and is bound to the exact request (wire.md). Its handling is at least as strict: what
 * the request allowed nobody, it allows nobody (ITI para 15). Undefined while our own request is
 * not sealed.
 */
export async function moveDraft(
  tx: Transaction,
  known: CaseRecord,
  said: MoveBody,
  around: {
    readonly self: Replier;
    readonly sentAtMs: number;
    readonly persons?: PersonsBlock | undefined;
  },
): Promise<MessageDraft | undefined> {
  const { persons, self, sentAtMs } = around;
  const asked = await requestOf(tx, known, self);
  if (asked === undefined) return undefined;
  const { header, reference } = asked;
  return {
    sender: self.participant,
    recipients: [known.peer],
    kind: said.kind === "reply" ? Kind.TRACE_REPLY : Kind.TRACE_FOLLOW_UP,
    conversationId: known.caseId,
    priority: header.priority,
    status: header.status,
    nowMs: sentAtMs,
    inReplyTo: reference,
    instrumentBasis: header.instrumentBasis,
    handling: strictestHandling(header.handling, self.state),
    disclosed: disclosedOf(said),
    parts: [
      {
        name: "body",
        plaintext: encodeBody(said),
        schema: said.kind === "reply" ? "tracepost.v1.TraceReply" : "tracepost.v1.TraceFollowUp",
        retentionClass: "trace",
      } satisfies DraftPart,
      ...personsParts(persons),
    ],
  };
}

interface AskedRequest {
  readonly header: Header;
  readonly reference: MessageRef;
}

/** Header of the request of a case, and the reference that names it exactly. */
async function requestOf(
  tx: Transaction,
  known: CaseRecord,
  self: Replier,
): Promise<AskedRequest | undefined> {
  const messageId = known.requestMessageId;
  if (known.role === "requested") {
    const header = Header.decode(known.requestHeader ?? new Uint8Array());
    const headerDigest = known.requestDigest ?? new Uint8Array();
    return { header, reference: { originalSender: known.peer, messageId, headerDigest } };
  }
  // What goes by letter names no message: the header of the request is kept with its case.
  if (known.offExchange) {
    const header = Header.decode(known.requestHeader ?? new Uint8Array());
    const headerDigest = new Uint8Array();
    return { header, reference: { originalSender: self.participant, messageId, headerDigest } };
  }
  const sent = await tx.get<{ envelope: Uint8Array | null; header_digest: Uint8Array | null }>(
    "SELECT envelope, header_digest FROM post_outbox WHERE message_id = ?",
    messageId,
  );
  if (sent?.envelope == null || sent.header_digest === null) return undefined;
  const header = Header.decode(Envelope.decode(sent.envelope).header);
  const reference = {
    originalSender: self.participant,
    messageId,
    headerDigest: sent.header_digest,
  };
  return { header, reference };
}
