import { feedEnds } from "#feed";
import { type Transaction, WEBHOOK_LIMITS } from "#runtime";
import { doOnce, type RepeatKey } from "../repeats/do-once.ts";
import { deliveryProcedures } from "./delivery-procedures.ts";
import {
  actsOf,
  allWebhooks,
  type FailedAttempt,
  failuresOf,
  findWebhook,
  noteAct,
  type WebhookAct,
  type WebhookRecord,
} from "./webhook-record.ts";

/** Who changes something about webhooks, and when. */
interface Act {
  /** User id. */
  readonly actor: string;
  readonly nowMs: number;
}

/** A webhook to add; checked before. */
export interface NewWebhookRecord extends Act {
  readonly webhookId: string;
  readonly url: string;
  readonly label: string;
  /** Last change it is not told; null: the newest there is. */
  readonly after: number | null;
  readonly secret: string;
}

/** What became of a change of a webhook. */
export type WebhookChanged =
  | { readonly type: "done"; readonly webhook: WebhookRecord }
  | { readonly type: "unknown" }
  /** The changes after that number are not kept. */
  | { readonly type: "gone"; readonly first: number; readonly last: number };

/** Adds a webhook, once for each idempotency key (TP-API-18); ids are never given again. */
async function webhookAdd(
  tx: Transaction,
  args: NewWebhookRecord & { readonly repeat?: RepeatKey | undefined },
) {
  const { repeat, nowMs } = args;
  return await doOnce(tx, { repeat, made: "done", nowMs }, () => addWebhook(tx, args));
}

async function addWebhook(
  tx: Transaction,
  args: NewWebhookRecord,
): Promise<WebhookChanged | { readonly type: "too-many" }> {
  const { webhookId, url, label, secret, actor, nowMs } = args;
  if ((await allWebhooks(tx)).length >= WEBHOOK_LIMITS.webhooksMax) return { type: "too-many" };
  const start = await startOf(tx, args.after);
  if (start.type === "gone") return start;
  await tx.run(
    `INSERT INTO webhook (webhook_id, url, label, state, position, secret, created_at)
     VALUES (?, ?, ?, 'ACTIVE', ?, ?, ?)`,
    webhookId,
    url,
    label,
    start.position,
    secret,
    nowMs,
  );
  const detail = `after change ${start.position}`;
  return await acted(tx, webhookId, { atMs: nowMs, actor, act: "added", detail });
}

/** Where a reader that has read up to a number stands in the feed; null: at its end. */
async function startOf(
  tx: Transaction,
  after: number | null,
): Promise<
  | { readonly type: "at"; readonly position: number }
  | { readonly type: "gone"; readonly first: number; readonly last: number }
> {
  const { first, last } = await feedEnds(tx);
  const position = after ?? last;
  const isKept = position >= first - 1 && position <= last;
  return isKept ? { type: "at", position } : { type: "gone", first, last };
}

/** All webhooks, in the order of adding. */
async function webhookList(tx: Transaction, _args: unknown): Promise<WebhookRecord[]> {
  return await allWebhooks(tx);
}

/** One webhook with what was done to it, the newest first; or null. */
async function webhookLoad(
  tx: Transaction,
  args: { readonly webhookId: string },
): Promise<{ readonly webhook: WebhookRecord; readonly acts: readonly WebhookAct[] } | null> {
  const webhook = await findWebhook(tx, args.webhookId);
  return webhook === undefined ? null : { webhook, acts: await actsOf(tx, args.webhookId) };
}

/** Failed attempts of a webhook, the newest first; or null. */
async function webhookFailures(
  tx: Transaction,
  args: { readonly webhookId: string },
): Promise<FailedAttempt[] | null> {
  const webhook = await findWebhook(tx, args.webhookId);
  return webhook === undefined ? null : await failuresOf(tx, args.webhookId);
}

/** Disables a webhook; saying it again changes nothing. */
async function webhookDisable(
  tx: Transaction,
  args: Act & { readonly webhookId: string },
): Promise<WebhookChanged> {
  const { webhookId, actor, nowMs } = args;
  const webhook = await findWebhook(tx, webhookId);
  if (webhook === undefined) return { type: "unknown" };
  if (webhook.state === "DISABLED") return { type: "done", webhook };
  await tx.run(
    `UPDATE webhook SET state = 'DISABLED', reason = 'BY_USER', next_attempt_at = NULL
     WHERE webhook_id = ?`,
    webhookId,
  );
  return await acted(tx, webhookId, { atMs: nowMs, actor, act: "disabled", detail: "" });
}

/** Enables a webhook; it goes on where it was, or after a number given. */
async function webhookEnable(
  tx: Transaction,
  args: Act & { readonly webhookId: string; readonly after: number | null },
): Promise<WebhookChanged> {
  const { webhookId, after, actor, nowMs } = args;
  const webhook = await findWebhook(tx, webhookId);
  if (webhook === undefined) return { type: "unknown" };
  if (webhook.state !== "DISABLED" && after === null) return { type: "done", webhook };
  const start = await startOf(tx, after ?? webhook.position);
  if (start.type === "gone") return start;
  await tx.run(
    `UPDATE webhook SET state = 'ACTIVE', reason = '', position = ?, attempts = 0, failure = '',
       next_attempt_at = NULL, failing_since = NULL WHERE webhook_id = ?`,
    start.position,
    webhookId,
  );
  const detail = `after change ${start.position}`;
  return await acted(tx, webhookId, { atMs: nowMs, actor, act: "enabled", detail });
}

/** Removes a webhook with its secrets and failures; what was done to it stays written down. */
async function webhookDelete(
  tx: Transaction,
  args: Act & { readonly webhookId: string },
): Promise<boolean> {
  const { webhookId, actor, nowMs } = args;
  if ((await tx.run("DELETE FROM webhook WHERE webhook_id = ?", webhookId)) === 0) return false;
  await tx.run("DELETE FROM webhook_failure WHERE webhook_id = ?", webhookId);
  await noteAct(tx, webhookId, { atMs: nowMs, actor, act: "deleted", detail: "" });
  return true;
}

/** Gives a webhook another secret; the one before signs too for a while (TP-API-53). */
async function webhookRotate(
  tx: Transaction,
  args: Act & { readonly webhookId: string; readonly secret: string; readonly oldUntilMs: number },
): Promise<WebhookChanged> {
  const { webhookId, secret, oldUntilMs, actor, nowMs } = args;
  const changed = await tx.run(
    `UPDATE webhook SET old_secret = secret, old_secret_until = ?, secret = ?
     WHERE webhook_id = ?`,
    oldUntilMs,
    secret,
    webhookId,
  );
  if (changed === 0) return { type: "unknown" };
  return await acted(tx, webhookId, { atMs: nowMs, actor, act: "secret rotated", detail: "" });
}

async function acted(tx: Transaction, webhookId: string, act: WebhookAct): Promise<WebhookChanged> {
  await noteAct(tx, webhookId, act);
  const webhook = await findWebhook(tx, webhookId);
  return webhook === undefined ? { type: "unknown" } : { type: "done", webhook };
}

/** Procedures of webhooks, to be spread into a service's StoreDefinition beside its feed. */
export const WEBHOOK_PROCEDURES = {
  webhookAdd,
  webhookList,
  webhookLoad,
  webhookFailures,
  webhookDisable,
  webhookEnable,
  webhookDelete,
  webhookRotate,
  ...deliveryProcedures,
};

/** Those of them that only read. */
export const WEBHOOK_READ_ONLY = [
  "webhookList",
  "webhookLoad",
  "webhookFailures",
  "webhookNext",
  "webhookSigning",
] as const;

/** The part of a service's store that its webhooks are kept in. */
export interface WebhookStore {
  /** Runs a procedure; settles after its transaction is durable. */
  call<K extends keyof typeof WEBHOOK_PROCEDURES>(
    name: K,
    args: Parameters<(typeof WEBHOOK_PROCEDURES)[K]>[1],
  ): Promise<Awaited<ReturnType<(typeof WEBHOOK_PROCEDURES)[K]>>>;
}
