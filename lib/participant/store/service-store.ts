import { FEED_PROCEDURES, FEED_READ_ONLY } from "#feed";
import { createPostProcedures, POST_READ_ONLY, type PostHooks } from "#post";
import { USER_PROCEDURES, USER_READ_ONLY } from "#users";
import { WEBHOOK_PROCEDURES, WEBHOOK_READ_ONLY } from "#webhooks";
import { recordCounts } from "../records/record-counts.ts";
import { confirmKey, keyConfirmations } from "./key-confirmations.ts";

/** Procedures that the store of every service of a participant has. */
export function createServiceProcedures(hooks: PostHooks) {
  return {
    ...createPostProcedures(hooks),
    confirmKey,
    keyConfirmations,
    recordCounts,
    ...USER_PROCEDURES,
    ...FEED_PROCEDURES,
    ...WEBHOOK_PROCEDURES,
  };
}

/** Those of them that only read. */
export const SERVICE_READ_ONLY = [
  ...POST_READ_ONLY,
  "keyConfirmations",
  "recordCounts",
  ...USER_READ_ONLY,
  ...FEED_READ_ONLY,
  ...WEBHOOK_READ_ONLY,
] as const;

/** What {@link createServiceProcedures} makes. */
export type ServiceProcedures = ReturnType<typeof createServiceProcedures>;
