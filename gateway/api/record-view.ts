import { nameIn } from "#http";
import {
  AlertMove,
  ExchangeStatus,
  Header,
  Instrument,
  Kind,
  Lane,
  OutcomeClass,
  Priority,
  type RefusalCode,
  Tlp,
  TraceMove,
  UseRestriction,
} from "#proto";
import { refusalNameOf, timestampMs } from "#wire";
import { stateOfNumber } from "../store/conversations/conversation-state.ts";
import type { LoadedRecord } from "../store/search/load-record.ts";
import type { RecordRow } from "../store/search/record-row.ts";
import { DELIVERY } from "../store/tables.ts";

/** A record as it is shown: who, when, what kind, how big, and what was decided. */
export function recordView(row: RecordRow, readsHeaders: boolean) {
  const header = headerIn(row.header);
  const partBytes = header.parts.reduce((sum, part) => sum + Number(part.sizeBytes), 0);
  return {
    logIndex: row.id - 1,
    recordedAt: instant(row.recorded_at) ?? "",
    messageId: row.message_id,
    sender: row.sender,
    recipients: header.recipients,
    kind: nameIn(Kind, row.kind),
    lane: nameIn(Lane, row.lane),
    sizeBytes: row.header.length + partBytes,
    decision: row.code === 0 ? ("accepted" as const) : ("refused" as const),
    code: refusalNameOf(row.code as RefusalCode),
    field: row.field || undefined,
    header: readsHeaders ? headerFacts(header, row.state) : undefined,
    dueAt: readsHeaders ? instant(row.due_at ?? undefined) : undefined,
  };
}

/** One record with what became of it. */
export function recordDetailView(loaded: LoadedRecord, readsHeaders: boolean) {
  const { deliveries, dueAtMs, keptParts, message, state } = loaded;
  const { parts } = headerIn(message.header);
  return {
    ...recordView({ ...message, state, due_at: dueAtMs }, readsHeaders),
    headerSha256: hex(message.header_digest),
    registerVersion: message.register_version,
    policyVersion: message.policy_version,
    deliveries: deliveries.map((row) => ({
      recipient: row.recipient,
      state: nameIn(DELIVERY, row.state),
      attempts: row.attempts,
      expiresAt: instant(row.expires_at),
      receiptIndex: row.receipt === null ? undefined : row.receipt - 1,
      endedAt: instant(row.expiry_at ?? undefined),
    })),
    parts: readsHeaders
      ? parts.map(({ name, onlyFor, sha256, sizeBytes }, position) => ({
          name,
          onlyFor: onlyFor || undefined,
          sizeBytes: Number(sizeBytes),
          sha256: hex(sha256),
          isKept: keptParts.includes(position),
        }))
      : undefined,
  };
}

function headerFacts(header: Header, state: number | null) {
  const { disclosed, handling, inReplyTo } = header;
  return {
    conversationId: header.conversationId || undefined,
    state: stateOfNumber(state),
    sentAt: instant(timestampMs(header.sentAt)),
    expiresAt: instant(timestampMs(header.expiresAt)),
    status: nameIn(ExchangeStatus, header.status),
    priority: nameIn(Priority, header.priority),
    instruments: header.instrumentBasis.map((one) => nameIn(Instrument, one)),
    handling: handling && {
      tlp: nameIn(Tlp, handling.tlp),
      use: handling.use.map((one) => nameIn(UseRestriction, one)),
      releasableTo: handling.releasableTo,
      originatorState: handling.originatorState || undefined,
    },
    move: disclosed?.move ? nameIn(TraceMove, disclosed.move) : undefined,
    outcome: disclosed?.outcomeClass ? nameIn(OutcomeClass, disclosed.outcomeClass) : undefined,
    alertMove: disclosed?.alertMove ? nameIn(AlertMove, disclosed.alertMove) : undefined,
    inReplyTo: inReplyTo && {
      sender: inReplyTo.originalSender,
      messageId: inReplyTo.messageId,
    },
    supersedes: header.supersedes || undefined,
  };
}

/** Bytes that were decoded before they were recorded; damage shows as an empty header. */
function headerIn(bytes: Uint8Array): Header {
  try {
    return Header.decode(bytes);
  } catch {
    return Header.create();
  }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

function instant(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : new Date(ms).toISOString();
}
