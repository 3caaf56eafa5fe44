import { nameIn } from "#http";
import { ExchangeStatus, Header, Kind, Lane, Priority } from "#proto";
import { refusalNameOf, timestampMs } from "#wire";
import type { Decision } from "../store/quarantine-decision.ts";
import type { QuarantineItem, QuarantineItemDetail } from "../store/quarantine-list.ts";

/** An item as a list shows it. */
export function itemView(item: QuarantineItem) {
  return {
    id: item.id,
    state: item.state,
    participant: item.participant,
    subject: item.subject,
    messageId: item.messageId || undefined,
    sha256: hex(item.digest),
    sizeBytes: item.sizeBytes,
    code: refusalNameOf(item.code),
    field: item.field || undefined,
    firstAt: instant(item.firstAtMs),
    lastAt: instant(item.lastAtMs),
    count: item.count,
    logIndex: item.logIndex,
    settledLogIndex: item.settledIndex ?? undefined,
  };
}

/** One item with what its header claims and what was decided about it. */
export function itemDetailView({ item, header, headerDigest, decisions }: QuarantineItemDetail) {
  return {
    ...itemView(item),
    header: header.length === 0 ? undefined : headerView(header, headerDigest),
    decisions: decisions.map(decisionView),
  };
}

/** A decision as it was made. */
export function decisionView(made: Decision) {
  return {
    decision: made.decision,
    actor: made.actor,
    reason: made.reason,
    decidedAt: instant(made.decidedAtMs),
    code: refusalNameOf(made.code),
    logIndex: made.logIndex,
  };
}

/**
 * What header bytes claim. Nobody was proven to have written them, and each field is shown as far
 * as it can be read (TP-OPS-10).
 */
function headerView(bytes: Uint8Array, digest: Uint8Array) {
  return {
    proven: false,
    sha256: digest.length === 0 ? undefined : hex(digest),
    claims: claimsIn(bytes),
    /** The bytes as they came, in base64. */
    bytes: Buffer.from(bytes).toString("base64"),
  };
}

/** The fields of a header that tell a person what it was about; undefined when it is none. */
function claimsIn(bytes: Uint8Array) {
  const header = decoded(bytes);
  if (header === undefined) return undefined;
  return {
    messageId: header.messageId || undefined,
    kind: nameIn(Kind, header.kind),
    sender: header.sender || undefined,
    recipients: header.recipients,
    conversationId: header.conversationId || undefined,
    sentAt: instant(timestampMs(header.sentAt)),
    expiresAt: instant(timestampMs(header.expiresAt)),
    status: nameIn(ExchangeStatus, header.status),
    priority: nameIn(Priority, header.priority),
    lane: nameIn(Lane, header.lane),
    registerVersion: String(header.registerVersion),
    parts: header.parts.map(({ name, sizeBytes, sealed }) => ({
      name,
      sizeBytes: Number(sizeBytes),
      sealed,
    })),
  };
}

function decoded(bytes: Uint8Array): Header | undefined {
  try {
    return Header.decode(bytes);
  } catch {
    return undefined;
  }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

function instant(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : new Date(ms).toISOString();
}
