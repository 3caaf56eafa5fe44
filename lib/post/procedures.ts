import { createDraftGapNotices, postDraftVoids } from "./gap-procedures.ts";
import { postProofHeld, postReceiptsHeld } from "./held-evidence.ts";
import type { PostHooks } from "./hooks.ts";
import {
  createStoreInbound,
  postKnownInbound,
  postReceiptsDue,
  postReceiptsSent,
  postRecordIncident,
  postRepeatInbound,
} from "./inbox-procedures.ts";
import { postFollowedLog, postFollowFirstLog, postFollowNextLog } from "./log-succession.ts";
import { postOpen } from "./open-procedures.ts";
import {
  createStoreSealed,
  postDraftsToSeal,
  postPublishFailed,
  postResume,
  postStoreResigned,
  postTakeDue,
} from "./outbox-procedures.ts";
import { createApplyReceipt } from "./receipt-procedures.ts";
import { createFollowKeys, postFlagged } from "./signed-by.ts";
import {
  postIncidents,
  postMessageReceipts,
  postSeenCheckpoint,
  postStatus,
} from "./status-procedures.ts";

/**
 * The procedures of outbox and inbox, to be spread into a service's StoreDefinition beside its own.
 * `hooks` run inside their transactions, which is what makes a case and its message one step.
 */
export function createPostProcedures(hooks: PostHooks) {
  return {
    postDraftsToSeal,
    postStoreSealed: createStoreSealed(hooks),
    postTakeDue,
    postPublishFailed,
    postStoreResigned,
    postResume,
    postKnownInbound,
    postRepeatInbound,
    postStoreInbound: createStoreInbound(hooks),
    postApplyReceipt: createApplyReceipt(hooks),
    postRecordIncident,
    postFollowedLog,
    postFollowFirstLog,
    postFollowNextLog,
    postFollowKeys: createFollowKeys(hooks),
    postFlagged,
    postReceiptsDue,
    postReceiptsSent,
    postDraftVoids,
    postDraftGapNotices: createDraftGapNotices(hooks),
    postStatus,
    postSeenCheckpoint,
    postOpen,
    postIncidents,
    postMessageReceipts,
    postReceiptsHeld,
    postProofHeld,
  };
}

/** Those of them that only read. */
export const POST_READ_ONLY = [
  "postStatus",
  "postSeenCheckpoint",
  "postFollowedLog",
  "postOpen",
  "postFlagged",
  "postIncidents",
  "postMessageReceipts",
  "postReceiptsHeld",
  "postProofHeld",
] as const;

/** What {@link createPostProcedures} gives. */
export type PostProcedures = ReturnType<typeof createPostProcedures>;

/** The part of a service's store that its post calls. */
export interface PostStore {
  /** Runs a procedure; settles after its transaction is durable. */
  call<K extends keyof PostProcedures>(
    name: K,
    args: Parameters<PostProcedures[K]>[1],
  ): Promise<Awaited<ReturnType<PostProcedures[K]>>>;
}
