// The door of lib/wire: forms, names and limits of what travels (docs/spec/wire.md).

export {
  type AssembledEnvelope,
  assembleEnvelope,
  type BuiltPart,
  type EnvelopeDraft,
  filterForRecipient,
  type HeaderSigner,
  type MessageSigner,
  resign,
  signedBy,
  unsealedPart,
} from "./assemble.ts";
export { buildReceipt, type ReceiptDraft } from "./build-receipt.ts";
export type { ParseOptions } from "./check-header.ts";
export { DIGEST_BYTES, equalBytes, headerDigest, sha256, signaturesDigest } from "./digests.ts";
export { type Encoder, encodeMessage } from "./encode.ts";
export { decodeExactly, hasUnknownFields } from "./exact-decode.ts";
export { type ParsedFeedRequest, parseFeedPage, parseFeedRequest } from "./feed-request.ts";
export { bytesFieldIn } from "./field-count.ts";
export { type InspectedPart, type Inspection, inspectContent, inspectEnvelope } from "./inspect.ts";
export { isSealedKind, isTraceKind, kindToken } from "./kinds.ts";
export { LANES, type LaneToken, laneOf, laneToken } from "./lanes.ts";
export { LOG_EVIDENCE_HEADER } from "./log-evidence-header.ts";
export { buildFeedMessage, type FeedMessageDraft, type FeedOffer } from "./monitor-feed.ts";
export { type ParsedDispatch, parseDispatch } from "./parse-dispatch.ts";
export {
  checkSubject,
  type ParsedMessage,
  parseEnvelope,
  parseFilteredEnvelope,
} from "./parse-envelope.ts";
export { parseMonitorFeed } from "./parse-feed.ts";
export {
  BODY_PART,
  isKeyPart,
  KEY_PART,
  KEY_PART_SCHEMA,
  keyPartOf,
  PERSONS_KEY_PART,
  PERSONS_PART,
} from "./part-names.ts";
export {
  belongsTo,
  GATEWAY_SENDER,
  isParticipantId,
  stateOfParticipant,
} from "./participant-id.ts";
export type { PlainMessage, PlainValue } from "./reflection.ts";
export { refusalCodeOf, refusalNameOf } from "./refusal-codes.ts";
export {
  buildPolicyMessage,
  buildRegisterMessage,
  handedOnIn,
  type RegisterMessageDraft,
} from "./register-message.ts";
export {
  gatewayConsumer,
  IN_STREAM,
  type InAddress,
  inboxConsumer,
  inSubject,
  type OutAddress,
  outStream,
  outSubject,
  parseInSubject,
  parseOutSubject,
} from "./subjects.ts";
export { isRetentionClass } from "./text-rules.ts";
export { timestampMs, toTimestamp } from "./timestamps.ts";
export type {
  Consumption,
  InboundMessage,
  Publication,
  Transport,
  TransportEvent,
} from "./transport.ts";
export { emptyRoot, hashChildren, hashLeaf } from "./tree-hashes.ts";
export { parseGapNotice, parseReceipt, parseVoid } from "./unsealed-bodies.ts";
