import { HTTP_LIMITS, type SqlRow, type Transaction, WEBHOOK_LIMITS } from "#runtime";

/**
 * Why a delivery failed → what to do. Closed; the table of docs/spec/api.md is the same list, and
 * a test proves it (TP-API-55).
 */
export const WEBHOOK_FAILURES = {
  NO_ANSWER: "Look whether the receiver runs, and whether it can be reached from here.",
  TIMEOUT: "Have the receiver answer first and work afterwards.",
  STATUS: "Look into the receiver's log: it answers with an error.",
  REDIRECT: "Give the address the receiver redirects to; redirects are not followed.",
  NOT_ALLOWED: "Have the origin added to webhookOrigins in the service's configuration.",
} as const satisfies Record<string, string>;

/** One of {@link WEBHOOK_FAILURES}. */
export type WebhookFailure = keyof typeof WEBHOOK_FAILURES;

/** Where a webhook stands. FAILING: its newest delivery failed, and is repeated. */
export type WebhookState = "ACTIVE" | "FAILING" | "DISABLED";

/** Why one is DISABLED; closed. */
export type WebhookReason =
  | ""
  /** An administrator did it. */
  | "BY_USER"
  /** Nothing was taken for too long; what waits is delivered once it is enabled again. */
  | "GAVE_UP"
  /** Changes it has not received are kept no more. */
  | "BEHIND";

/** A webhook as kept, without its secrets. */
export interface WebhookRecord {
  readonly webhookId: string;
  readonly url: string;
  readonly label: string;
  readonly state: WebhookState;
  readonly reason: WebhookReason;
  /** Number of the last change delivered. */
  readonly position: number;
  /** Failed attempts of the change after it. */
  readonly attempts: number;
  readonly nextAttemptAtMs: number | null;
  readonly failingSinceMs: number | null;
  /** Why the newest attempt failed; empty when it did not. */
  readonly failure: WebhookFailure | "";
  readonly delivered: number;
  readonly deliveredAtMs: number | null;
  /** Until when the secret before the newest signs too. */
  readonly oldSecretUntilMs: number | null;
  readonly createdAtMs: number;
}

/** An act on a webhook; never changed, never removed. */
export interface WebhookAct {
  readonly atMs: number;
  /** User id, or `exchange` for what the service did by itself. */
  readonly actor: string;
  readonly act:
    | "added"
    | "disabled"
    | "enabled"
    | "deleted"
    | "secret rotated"
    | "given up"
    | "fell behind";
  readonly detail: string;
}

/** An attempt that failed; nothing of the answer but its status. */
export interface FailedAttempt {
  readonly sequence: number;
  readonly attempt: number;
  readonly atMs: number;
  readonly failure: WebhookFailure;
  readonly detail: string;
}

interface WebhookRow extends SqlRow {
  webhook_id: string;
  url: string;
  label: string;
  state: WebhookState;
  reason: WebhookReason;
  position: number;
  attempts: number;
  next_attempt_at: number | null;
  failing_since: number | null;
  failure: WebhookFailure | "";
  delivered: number;
  delivered_at: number | null;
  secret: string;
  old_secret: string | null;
  old_secret_until: number | null;
  created_at: number;
}

/** A webhook with the secrets that sign now, the newest first. */
export interface SigningWebhook extends WebhookRecord {
  readonly secrets: readonly [string, ...string[]];
}

/** Finds a webhook. */
export async function findWebhook(
  tx: Transaction,
  webhookId: string,
): Promise<WebhookRecord | undefined> {
  const row = await tx.get<WebhookRow>("SELECT * FROM webhook WHERE webhook_id = ?", webhookId);
  return row === undefined ? undefined : recordOf(row);
}

/** Finds a webhook with what signs at a time. */
export async function findSigningWebhook(
  tx: Transaction,
  webhookId: string,
  nowMs: number,
): Promise<SigningWebhook | undefined> {
  const row = await tx.get<WebhookRow>("SELECT * FROM webhook WHERE webhook_id = ?", webhookId);
  if (row === undefined) return undefined;
  const { secret, old_secret: old, old_secret_until: until } = row;
  const signsToo = old !== null && until !== null && until > nowMs ? [old] : [];
  return { ...recordOf(row), secrets: [secret, ...signsToo] };
}

/** All webhooks, in the order of adding. */
export async function allWebhooks(tx: Transaction): Promise<WebhookRecord[]> {
  const limit = WEBHOOK_LIMITS.webhooksMax;
  const rows = await tx.all<WebhookRow>("SELECT * FROM webhook ORDER BY id LIMIT ?", limit);
  return rows.map(recordOf);
}

/** Acts on a webhook, the newest first. */
export async function actsOf(tx: Transaction, webhookId: string): Promise<WebhookAct[]> {
  const rows = await tx.all<
    SqlRow & { at: number; actor: string; act: WebhookAct["act"]; detail: string }
  >(
    `SELECT at, actor, act, detail FROM webhook_act WHERE webhook_id = ? ORDER BY id DESC LIMIT ?`,
    webhookId,
    HTTP_LIMITS.pageRowsMax,
  );
  return rows.map(({ at, ...row }) => ({ ...row, atMs: at }));
}

/** Writes an act down. */
export async function noteAct(
  tx: Transaction,
  webhookId: string,
  { atMs, actor, act, detail }: WebhookAct,
): Promise<void> {
  await tx.run(
    "INSERT INTO webhook_act (webhook_id, at, actor, act, detail) VALUES (?, ?, ?, ?, ?)",
    webhookId,
    atMs,
    actor,
    act,
    detail,
  );
}

/** Failed attempts of a webhook, the newest first. */
export async function failuresOf(tx: Transaction, webhookId: string): Promise<FailedAttempt[]> {
  const rows = await tx.all<SqlRow & Omit<FailedAttempt, "atMs"> & { at: number }>(
    `SELECT sequence, attempt, at, failure, detail FROM webhook_failure
     WHERE webhook_id = ? ORDER BY id DESC LIMIT ?`,
    webhookId,
    WEBHOOK_LIMITS.failuresKeptMax,
  );
  return rows.map(({ at, sequence, attempt, failure, detail }) => ({
    sequence,
    attempt,
    atMs: at,
    failure,
    detail,
  }));
}

/** Writes a failed attempt down; of one webhook only the newest are kept. */
export async function noteFailure(
  tx: Transaction,
  webhookId: string,
  failed: FailedAttempt,
): Promise<void> {
  await tx.run(
    `INSERT INTO webhook_failure (webhook_id, sequence, attempt, at, failure, detail)
     VALUES (?, ?, ?, ?, ?, ?)`,
    webhookId,
    failed.sequence,
    failed.attempt,
    failed.atMs,
    failed.failure,
    failed.detail,
  );
  await tx.run(
    `DELETE FROM webhook_failure WHERE webhook_id = ? AND id <=
       (SELECT id FROM webhook_failure WHERE webhook_id = ? ORDER BY id DESC LIMIT 1 OFFSET ?)`,
    webhookId,
    webhookId,
    WEBHOOK_LIMITS.failuresKeptMax,
  );
}

function recordOf(row: WebhookRow): WebhookRecord {
  return {
    webhookId: row.webhook_id,
    url: row.url,
    label: row.label,
    state: row.state,
    reason: row.reason,
    position: row.position,
    attempts: row.attempts,
    nextAttemptAtMs: row.next_attempt_at,
    failingSinceMs: row.failing_since,
    failure: row.failure,
    delivered: row.delivered,
    deliveredAtMs: row.delivered_at,
    oldSecretUntilMs: row.old_secret_until,
    createdAtMs: row.created_at,
  };
}
