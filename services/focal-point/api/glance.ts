import type { PostOpen } from "#post";
import type { WebhookRecord } from "#webhooks";
import type { CaseGlance } from "../cases/case-glance.ts";

/** What is looked at to see whether something needs a person. */
export interface Glance {
  readonly connected: boolean;
  readonly consuming: boolean;
  /** Who answers requests. */
  readonly answering: "officer" | "register";
  readonly post: PostOpen;
  readonly cases: CaseGlance;
  /** Kind of incident → how often, since the store was made. */
  readonly incidents: Readonly<Record<string, number>>;
  readonly webhooks: readonly WebhookRecord[];
  /** Number of the newest change. */
  readonly newestChange: number;
}
