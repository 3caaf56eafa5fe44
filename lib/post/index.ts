// The door to what every participant shares: outbox, inbox, receipts, resend, gap detection.

export {
  type Drafted,
  type DraftPart,
  draftMessage,
  type MessageDraft,
} from "./draft.ts";
export { erasePersonsPart } from "./erase-part.ts";
export { checkPolicyEvidence, checkRegisterEvidence } from "./evidence-check.ts";
export type { HeldReceipt, HeldReceipts } from "./held-evidence.ts";
export type { FlagChange, GapChange, InboundRecord, MessageFate, PostHooks } from "./hooks.ts";
export {
  INCIDENT_KINDS,
  INCIDENT_REMEDIES,
  type Incident,
  type IncidentKind,
  recordIncident,
} from "./incidents.ts";
export { eraseMessages, type KeptPostMessage, keptMessages } from "./kept-messages.ts";
export { type FollowedSuccession, POST_SUCCESSION_MIGRATION_SQL } from "./log-succession.ts";
export {
  type MessageProof,
  messageProof,
  receiptPlace,
  receiptProof,
} from "./message-proof.ts";
export type { PostOpen } from "./open-procedures.ts";
export type {
  FeedTaker,
  OpenedInbound,
  PolicyOffer,
  PolicyTaker,
  PostApplication,
  PostEvent,
  RegisterOffer,
  RegisterTaker,
} from "./parts.ts";
export { createPost, type Post, type PostOptions } from "./post.ts";
export {
  createPostProcedures,
  POST_READ_ONLY,
  type PostProcedures,
  type PostStore,
} from "./procedures.ts";
export { Pump, type PumpOptions, type PumpTurn } from "./pump.ts";
export {
  RECOVERABLE_SQL,
  RECOVERY_MIGRATION_SQL,
  type RecoverableMessage,
  readRecoverable,
} from "./recovery.ts";
export { POST_MIGRATION_SQL, POST_OPEN_MIGRATION_SQL, POST_ORDER_MIGRATION_SQL } from "./schema.ts";
export {
  type CompromisedSince,
  type FlaggedMessage,
  noteSignedBy,
  postFlagged,
  SIGNED_BY_MIGRATION_SQL,
} from "./signed-by.ts";
export type {
  IncidentRecord,
  MessageReceipts,
  PostCount,
  PostStatus,
} from "./status-procedures.ts";
