import type { Kind } from "#proto";
import type { SqlRow, Transaction } from "#runtime";
import type { MessageFate, PostHooks } from "./hooks.ts";

/** Ways in which a message ends for one recipient. */
export type ClosedState = "delivered" | "refused" | "rejected" | "expired";

/** The end of a message for one recipient. */
export interface RecipientChange {
  readonly messageId: string;
  readonly recipient: string;
  readonly state: ClosedState;
  readonly code?: string;
  readonly field?: string;
  readonly nowMs: number;
}

interface MessageRow extends SqlRow {
  conversation_id: string;
  kind: Kind;
}

/**
 * Ends a message for one recipient, once, and tells the application. Unless it was delivered, its
 * sequence number will never arrive, so a VOID becomes due (TP-POST-9).
 */
export async function closeRecipient(
  tx: Transaction,
  hooks: PostHooks,
  change: RecipientChange,
): Promise<boolean> {
  const { messageId, recipient, state, code, field, nowMs } = change;
  const changed = await tx.run(
    `UPDATE post_outbox_recipient SET state = ?, code = ?,
       void_due = CASE WHEN ? = 'delivered' OR pair_sequence IS NULL THEN 0 ELSE 1 END
     WHERE message_id = ? AND recipient = ?
       AND (state = 'open' OR (state = 'expired' AND ? = 'delivered'))`,
    state,
    code ?? null,
    state,
    messageId,
    recipient,
    state,
  );
  if (changed === 0) return false;
  const message = await tx.get<MessageRow>(
    "SELECT conversation_id, kind FROM post_outbox WHERE message_id = ?",
    messageId,
  );
  if (message === undefined) return false;
  await hooks.onFate(tx, {
    messageId,
    conversationId: message.conversation_id,
    kind: message.kind,
    recipient,
    fate: state,
    nowMs,
    ...(code === undefined ? {} : { code }),
    ...(field === undefined ? {} : { field }),
  } satisfies MessageFate);
  return true;
}

/** Which end of a recipient names the end of the whole message: the best one. */
const BEST_FIRST = ["delivered", "rejected", "expired", "refused"] as const;

/**
 * Ends a message once no recipient is open: it is sent no more, and what a recipient has durably
 * need no longer lie here in clear.
 */
export async function settleMessage(
  tx: Transaction,
  messageId: string,
  nowMs: number,
  why: { readonly code?: string; readonly field?: string } = {},
): Promise<void> {
  const rows = await tx.all<{ state: string }>(
    "SELECT DISTINCT state FROM post_outbox_recipient WHERE message_id = ?",
    messageId,
  );
  const states = new Set(rows.map((row) => row.state));
  if (states.has("open")) return;
  const state = BEST_FIRST.find((candidate) => states.has(candidate)) ?? "refused";
  await tx.run(
    `UPDATE post_outbox SET state = ?, next_attempt_at = NULL, ended_at = ?, code = ?, field = ?,
       draft = CASE WHEN ? = 'delivered' THEN NULL ELSE draft END
     WHERE message_id = ?`,
    state,
    nowMs,
    why.code ?? null,
    why.field ?? null,
    state,
    messageId,
  );
}
