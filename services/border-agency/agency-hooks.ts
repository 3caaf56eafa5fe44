import { refuse } from "#errors";
import { tellFate, tellGap } from "#participant-store";
import type { PostHooks } from "#post";

/** What messages and receipts do here, inside the transaction that stores them. */
export const agencyHooks: PostHooks = {
  async onMessage() {
    return refuse("SCHEMA_UNSUPPORTED", "header.kind", "not for a border agency");
  },
  onFate: tellFate,
  onGap: tellGap,
};
