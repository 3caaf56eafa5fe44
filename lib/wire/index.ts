export {
  type AssembledEnvelope,
  assembleEnvelope,
  type EnvelopeDraft,
  type HeaderSigner,
  type PreparedPart,
  resign,
  unsealedPart,
} from "./assemble.ts";
export { headerDigest, sha256, signaturesDigest } from "./digests.ts";
export { filterForRecipient, type ParsedDispatch, parseDispatch } from "./dispatch.ts";
export { OPEN_KINDS, type ParseOptions, TRACE_KINDS } from "./header-rules.ts";
export { checkSubject, decodeExactly, type ParsedMessage, parseEnvelope } from "./parse-envelope.ts";
export { isKeyPart, looksLikeAge } from "./part-rules.ts";
export { GATEWAY_SENDER, isParticipantId, stateOfParticipant } from "./participant-id.ts";
export {
  buildOpenMessage,
  buildReceipt,
  type OpenMessageDraft,
  parseGapNotice,
  parseReceipt,
  parseVoid,
  type ReceiptDraft,
} from "./receipts.ts";
export { refusalCodeOf, refusalNameOf } from "./refusal-codes.ts";
export {
  gatewayConsumer,
  IN_STREAM,
  inboxConsumer,
  inSubject,
  isKind,
  isLane,
  LANES,
  type LaneToken,
  laneOf,
  laneToken,
  type OutAddress,
  outStream,
  outSubject,
  parseInSubject,
  parseOutSubject,
  type SubjectAddress,
} from "./subjects.ts";
export { timestampMs, toTimestamp } from "./timestamps.ts";
export type {
  Consumption,
  InboundMessage,
  Publication,
  Transport,
  TransportEvent,
} from "./transport.ts";
