import { TracepostError } from "#errors";
import {
  type Disclosed,
  Envelope,
  ExchangeStatus,
  type Handling,
  Header,
  type Instrument,
  type Kind,
  type Lane,
  type MessageRef,
  Priority,
} from "#proto";
import { newMessageId, type Transaction, WIRE_LIMITS } from "#runtime";
import { isSealedKind, laneOf, toTimestamp } from "#wire";

/** One part of a draft, in clear. */
export interface DraftPart {
  readonly name: "body" | "persons";
  /** Encoded domain message. */
  readonly plaintext: Uint8Array;
  /** Full name of its protobuf message, such as tracepost.v1.TraceRequest. */
  readonly schema: string;
  /** Retention class, such as "trace". */
  readonly retentionClass: string;
}

/** A message to be sent, before it is sealed. */
export interface MessageDraft {
  /** Default: a fresh one. Given by a caller that must know it before. */
  readonly messageId?: string;
  readonly sender: string;
  readonly recipients: readonly string[];
  readonly kind: Kind;
  /** Empty on VOID and GAP_NOTICE. */
  readonly conversationId: string;
  /** Default ROUTINE; decides the lane. */
  readonly priority?: Priority;
  /** Default ACTUAL. */
  readonly status?: ExchangeStatus;
  /** Time of the draft, which is the header's `sent_at`. */
  readonly nowMs: number;
  /** Default: 90 days later. */
  readonly expiresAtMs?: number;
  readonly inReplyTo?: MessageRef;
  readonly supersedes?: string;
  /** Name of the group that the recipients were expanded from. */
  readonly addressedGroup?: string;
  readonly instrumentBasis?: readonly Instrument[];
  readonly handling?: Handling;
  readonly disclosed?: Disclosed;
  readonly parts: readonly DraftPart[];
}

/** What a draft was given. */
export interface Drafted {
  readonly messageId: string;
  readonly lane: Lane;
  /** Sequence number per recipient; none on the kinds that carry none. */
  readonly pairSequences: Readonly<Record<string, number>>;
}

/**
 * Puts a message into the outbox, in the transaction of the caller, so that it is sent exactly when
 * what it belongs to is kept (TP-POST-2). Allocates its id and its sequence numbers; sealing and
 * sending follow by themselves once the pumps are woken. Throws TracepostError INTERNAL for a
 * draft without recipients or parts.
 */
export async function draftMessage(tx: Transaction, draft: MessageDraft): Promise<Drafted> {
  if (draft.recipients.length === 0 || draft.parts.length === 0) {
    throw new TracepostError("INTERNAL", "a message needs a recipient and a part");
  }
  const messageId = draft.messageId ?? newMessageId(draft.nowMs);
  const lane = laneOf(draft.priority ?? Priority.ROUTINE, draft.kind);
  await tx.run(
    `INSERT INTO post_outbox (message_id, conversation_id, kind, lane, state, draft, drafted_at)
     VALUES (?, ?, ?, ?, 'draft', ?, ?)`,
    messageId,
    draft.conversationId,
    draft.kind,
    lane,
    encodeDraft(draft, messageId, lane),
    draft.nowMs,
  );
  const pairSequences: Record<string, number> = {};
  for (const recipient of draft.recipients) {
    // Only what is sealed has a number: elsewhere it would show everybody the bilateral volume.
    const sequence = isSealedKind(draft.kind) ? await nextSequence(tx, recipient, lane) : null;
    if (sequence !== null) pairSequences[recipient] = sequence;
    await tx.run(
      `INSERT INTO post_outbox_recipient (message_id, recipient, lane, pair_sequence, state)
       VALUES (?, ?, ?, ?, 'open')`,
      messageId,
      recipient,
      lane,
      sequence,
    );
  }
  return { messageId, lane, pairSequences };
}

async function nextSequence(tx: Transaction, recipient: string, lane: Lane): Promise<number> {
  await tx.run(
    `INSERT INTO post_pair_sent (recipient, lane, last_sequence) VALUES (?, ?, 1)
     ON CONFLICT (recipient, lane)
       DO UPDATE SET last_sequence = post_pair_sent.last_sequence + 1`,
    recipient,
    lane,
  );
  const row = await tx.get<{ last_sequence: number }>(
    "SELECT last_sequence FROM post_pair_sent WHERE recipient = ? AND lane = ?",
    recipient,
    lane,
  );
  if (row === undefined) throw new TracepostError("INTERNAL", "a pair counter has vanished");
  return row.last_sequence;
}

/**
 * A draft as it lies in the outbox: an envelope whose header has no digests yet and whose parts
 * are in clear. It never leaves the store.
 */
function encodeDraft(draft: MessageDraft, messageId: string, lane: Lane): Uint8Array {
  const header = Header.create({
    messageId,
    kind: draft.kind,
    sender: draft.sender,
    recipients: [...draft.recipients],
    conversationId: draft.conversationId,
    supersedes: draft.supersedes ?? "",
    addressedGroup: draft.addressedGroup ?? "",
    sentAt: toTimestamp(draft.nowMs),
    expiresAt: toTimestamp(draft.expiresAtMs ?? draft.nowMs + WIRE_LIMITS.traceLifeMs),
    status: draft.status ?? ExchangeStatus.ACTUAL,
    priority: draft.priority ?? Priority.ROUTINE,
    lane,
    instrumentBasis: [...(draft.instrumentBasis ?? [])],
    parts: draft.parts.map(({ name, schema, retentionClass }) => ({
      name,
      schema,
      retentionClass,
    })),
    ...(draft.inReplyTo === undefined ? {} : { inReplyTo: draft.inReplyTo }),
    ...(draft.handling === undefined ? {} : { handling: draft.handling }),
    ...(draft.disclosed === undefined ? {} : { disclosed: draft.disclosed }),
  });
  return Envelope.encode({
    header: Header.encode(header).finish(),
    signatures: [],
    parts: draft.parts.map(({ name, plaintext }) => ({ name, onlyFor: "", content: plaintext })),
  }).finish();
}

/** A draft read back: its header without parts and register version, and its parts in clear. */
export interface ReadDraft {
  readonly header: Omit<Header, "parts">;
  readonly parts: readonly DraftPart[];
}

/** Reads what {@link draftMessage} stored. */
export function readDraft(bytes: Uint8Array): ReadDraft {
  const envelope = Envelope.decode(bytes);
  const { parts: infos, ...header } = Header.decode(envelope.header);
  const parts = infos.map((info, index) => ({
    name: info.name === "persons" ? ("persons" as const) : ("body" as const),
    plaintext: envelope.parts[index]?.content ?? new Uint8Array(),
    schema: info.schema,
    retentionClass: info.retentionClass,
  }));
  return { header, parts };
}
