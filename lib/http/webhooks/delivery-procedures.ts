import { feedRead, type NumberedChange } from "#feed";
import { type Transaction, WEBHOOK_LIMITS } from "#runtime";
import { EXCHANGE_ACTOR } from "#users";
import {
  findSigningWebhook,
  findWebhook,
  noteAct,
  noteFailure,
  type SigningWebhook,
  type WebhookFailure,
} from "./webhook-record.ts";

/** What a webhook is to do now. */
export type NextDelivery =
  /** It is disabled or deleted. */
  | { readonly type: "ended" }
  /** Everything is delivered; it waits for a change after this number. */
  | { readonly type: "idle"; readonly after: number }
  /** The newest attempt failed. */
  | { readonly type: "wait"; readonly untilMs: number }
  /** What it would be told next is kept no more. */
  | { readonly type: "behind" }
  | { readonly type: "send"; readonly webhook: SigningWebhook; readonly change: NumberedChange };

/** Tells what a webhook is to do. */
async function webhookNext(
  tx: Transaction,
  args: { readonly webhookId: string; readonly nowMs: number },
): Promise<NextDelivery> {
  const { webhookId, nowMs } = args;
  const webhook = await findSigningWebhook(tx, webhookId, nowMs);
  if (webhook === undefined || webhook.state === "DISABLED") return { type: "ended" };
  const untilMs = webhook.nextAttemptAtMs ?? 0;
  // Further ahead than the longest wait: the clock was set back.
  const isDue = untilMs <= nowMs || untilMs > nowMs + WEBHOOK_LIMITS.retryMaxMs;
  if (!isDue) return { type: "wait", untilMs };
  const read = await feedRead(tx, { after: webhook.position, limit: 1 });
  if (read.type === "gone") return { type: "behind" };
  const [change] = read.changes;
  if (change === undefined) return { type: "idle", after: webhook.position };
  return { type: "send", webhook, change };
}

/** A webhook with the secrets that sign now, or null; for a delivery outside the feed. */
async function webhookSigning(
  tx: Transaction,
  args: { readonly webhookId: string; readonly nowMs: number },
): Promise<SigningWebhook | null> {
  return (await findSigningWebhook(tx, args.webhookId, args.nowMs)) ?? null;
}

/** A delivery that was made, told by where the webhook stood before it. */
interface Delivered {
  readonly webhookId: string;
  readonly position: number;
  readonly sequence: number;
  readonly nowMs: number;
}

/** Moves a webhook on, unless it was moved elsewhere meanwhile (TP-API-54). */
async function webhookDelivered(tx: Transaction, args: Delivered): Promise<void> {
  await tx.run(
    `UPDATE webhook SET position = ?, delivered = delivered + 1, delivered_at = ?, attempts = 0,
       failure = '', next_attempt_at = NULL, failing_since = NULL,
       state = CASE state WHEN 'FAILING' THEN 'ACTIVE' ELSE state END
     WHERE webhook_id = ? AND position = ?`,
    args.sequence,
    args.nowMs,
    args.webhookId,
    args.position,
  );
}

/** A delivery that failed. */
interface NotDelivered extends Delivered {
  readonly failure: WebhookFailure;
  readonly detail: string;
  /** 0 to 1: how much the next wait is shortened, so that not all webhooks come at once. */
  readonly jitter: number;
}

/** What became of a webhook whose delivery failed. */
export type AfterFailure = "retried" | "given-up" | "moved";

/** Plans the next attempt, or gives the webhook up after `giveUpMs` of failures (TP-API-56). */
async function webhookFailed(tx: Transaction, args: NotDelivered): Promise<AfterFailure> {
  const { webhookId, sequence, failure, detail, nowMs } = args;
  const webhook = await findWebhook(tx, webhookId);
  const isHere = webhook?.position === args.position && webhook.state !== "DISABLED";
  if (webhook === undefined || !isHere) return "moved";
  const attempt = webhook.attempts + 1;
  await noteFailure(tx, webhookId, { sequence, attempt, atMs: nowMs, failure, detail });
  const since = Math.min(webhook.failingSinceMs ?? nowMs, nowMs);
  const givesUp = nowMs - since >= WEBHOOK_LIMITS.giveUpMs;
  await tx.run(
    `UPDATE webhook SET attempts = ?, failure = ?, failing_since = ?, next_attempt_at = ?,
       state = ?, reason = ? WHERE webhook_id = ?`,
    attempt,
    failure,
    since,
    givesUp ? null : nowMs + retryWaitMs(attempt, args.jitter),
    givesUp ? "DISABLED" : "FAILING",
    givesUp ? "GAVE_UP" : "",
    webhookId,
  );
  if (!givesUp) return "retried";
  const actor = EXCHANGE_ACTOR;
  const saying = `${failure} ${detail}`.trim();
  await noteAct(tx, webhookId, { atMs: nowMs, actor, act: "given up", detail: saying });
  return "given-up";
}

/** Wait before the attempt after this one: it doubles, and is shortened by up to half. */
export function retryWaitMs(attempt: number, jitter: number): number {
  const { retryFirstMs, retryMaxMs } = WEBHOOK_LIMITS;
  const waitMs = Math.min(retryFirstMs * 2 ** Math.min(attempt - 1, 30), retryMaxMs);
  return Math.round(waitMs * (1 - jitter / 2));
}

/** Disables a webhook whose changes are kept no more: it must not go on with a hole (TP-API-57). */
async function webhookBehind(
  tx: Transaction,
  args: { readonly webhookId: string; readonly nowMs: number },
): Promise<void> {
  const { webhookId, nowMs } = args;
  const changed = await tx.run(
    `UPDATE webhook SET state = 'DISABLED', reason = 'BEHIND', next_attempt_at = NULL
     WHERE webhook_id = ? AND state <> 'DISABLED'`,
    webhookId,
  );
  if (changed === 0) return;
  const actor = EXCHANGE_ACTOR;
  await noteAct(tx, webhookId, { atMs: nowMs, actor, act: "fell behind", detail: "" });
}

/** Procedures of the courier of webhooks. */
export const deliveryProcedures = {
  webhookNext,
  webhookSigning,
  webhookDelivered,
  webhookFailed,
  webhookBehind,
};
