import { ExchangeStatus, Header, Kind, Lane, type MonitorFeed, Priority } from "#proto";
import { WIRE_LIMITS } from "#runtime";
import {
  type AssembledEnvelope,
  assembleEnvelope,
  type HeaderSigner,
  unsealedPart,
} from "./assemble.ts";
import { BODY_SCHEMA_OF_FEED } from "./check-parts.ts";
import type { ParsedMessage } from "./parse-envelope.ts";
import { GATEWAY_SENDER } from "./participant-id.ts";
import { toTimestamp } from "./timestamps.ts";

/** What the gateway hands a feed message over with. */
export interface FeedMessageDraft {
  /** Participant id of the monitor. */
  readonly recipient: string;
  readonly messageId: string;
  /** Milliseconds since 1970. */
  readonly sentAtMs: number;
  /** Version of the register in force. */
  readonly registerVersion: bigint;
  /** Encoded MonitorFeed, as it was stored. */
  readonly feed: Uint8Array;
}

/**
 * Builds a MONITOR_FEED message (TP-FEED-1): of the gateway, to one monitor, on the bulk lane,
 * because figures never hold up what is asked.
 */
export function buildFeedMessage(draft: FeedMessageDraft, signer: HeaderSigner): AssembledEnvelope {
  const part = unsealedPart("body", draft.feed, BODY_SCHEMA_OF_FEED, "transport");
  const { parts: _none, ...header } = Header.create({
    messageId: draft.messageId,
    kind: Kind.MONITOR_FEED,
    sender: GATEWAY_SENDER,
    recipients: [draft.recipient],
    sentAt: toTimestamp(draft.sentAtMs),
    expiresAt: toTimestamp(draft.sentAtMs + WIRE_LIMITS.traceLifeMs),
    registerVersion: draft.registerVersion,
    status: ExchangeStatus.ACTUAL,
    priority: Priority.ROUTINE,
    lane: Lane.BULK,
  });
  return assembleEnvelope({ header, parts: [part] }, signer);
}

/** A feed message of the gateway, read; who signed it is still to be seen. */
export interface FeedOffer {
  readonly feed: MonitorFeed;
  /** Encoded, as it was sent: the next one names SHA-256 over it. */
  readonly bytes: Uint8Array;
}

/** The bytes of the body of a MONITOR_FEED message. */
export function feedBytesIn({ envelope }: ParsedMessage): Uint8Array {
  return envelope.parts[0]?.content ?? new Uint8Array();
}
