import { Kind, type Lane } from "#proto";
import { POST_LIMITS, type SqlRow, type Transaction } from "#runtime";
import type { RecoveryPart } from "#trust";
import type { PostHooks } from "./hooks.ts";
import { closeRecipient, settleMessage } from "./outbox-fate.ts";
import { keepRecovery } from "./recovery.ts";

/** One recipient of a draft, with what its key part must say. */
export interface DraftRecipient {
  readonly recipient: string;
  /** Absent on kinds without a sequence. */
  readonly pairSequence: number | null;
  /** Header digest of the newest sealed message of the pair; empty before the first. */
  readonly prevPairDigest: Uint8Array;
}

/** A draft waiting to be sealed. */
export interface DraftToSeal {
  readonly messageId: string;
  readonly kind: Kind;
  readonly lane: Lane;
  readonly draft: Uint8Array;
  readonly recipients: readonly DraftRecipient[];
}

/** The newest checkpoint seen, for gossip. */
export interface KnownCheckpoint {
  readonly size: number;
  readonly rootHash: Uint8Array;
}

interface DraftRow extends SqlRow {
  message_id: string;
  kind: Kind;
  lane: Lane;
  draft: Uint8Array;
}

interface RecipientRow extends SqlRow {
  recipient: string;
  pair_sequence: number | null;
  last_digest: Uint8Array | null;
}

/** Drafts in the order they must be sealed: by lane, within it as they were made. */
export async function postDraftsToSeal(
  tx: Transaction,
  args: { limit: number },
): Promise<{ drafts: DraftToSeal[]; checkpoint: KnownCheckpoint | null }> {
  const rows = await tx.all<DraftRow>(
    `SELECT message_id, kind, lane, draft FROM post_outbox
     WHERE state = 'draft' ORDER BY lane, position LIMIT ?`,
    args.limit,
  );
  const drafts: DraftToSeal[] = [];
  for (const row of rows) {
    const recipients = await tx.all<RecipientRow>(
      `SELECT r.recipient, r.pair_sequence, p.last_digest FROM post_outbox_recipient r
       LEFT JOIN post_pair_sent p ON p.recipient = r.recipient AND p.lane = r.lane
       WHERE r.message_id = ?`,
      row.message_id,
    );
    drafts.push({
      messageId: row.message_id,
      kind: row.kind,
      lane: row.lane,
      draft: row.draft,
      recipients: recipients.map((found) => ({
        recipient: found.recipient,
        pairSequence: found.pair_sequence,
        prevPairDigest: found.last_digest ?? new Uint8Array(),
      })),
    });
  }
  const seen = await tx.get<{ size: number; root_hash: Uint8Array }>(
    "SELECT size, root_hash FROM post_seen_checkpoint",
  );
  const checkpoint = seen === undefined ? null : { size: seen.size, rootHash: seen.root_hash };
  return { drafts, checkpoint };
}

/** A draft that has been sealed and signed. */
export interface SealedMessage {
  readonly messageId: string;
  readonly envelope: Uint8Array;
  readonly headerDigest: Uint8Array;
  /** Keys of its parts for the State recovery key. */
  readonly recovery?: readonly RecoveryPart[];
}

/** A draft that cannot be sealed, and why. */
export interface UnsealableDraft {
  readonly messageId: string;
  readonly code: string;
  readonly field: string;
}

/**
 * Keeps a batch of sealed messages; from here on they are sent. The pair's newest digest moves with
 * them, in the same transaction, so that the chain has no fork after a crash. Drafts that cannot be
 * sealed end as refused by ourselves, and their numbers are closed like any other.
 */
export function createStoreSealed(hooks: PostHooks) {
  return async (
    tx: Transaction,
    args: {
      sealed: readonly SealedMessage[];
      unsealable: readonly UnsealableDraft[];
      nowMs: number;
    },
  ): Promise<void> => {
    for (const { messageId, envelope, headerDigest, recovery = [] } of args.sealed) {
      const changed = await tx.run(
        `UPDATE post_outbox SET state = 'sealed', envelope = ?, header_digest = ?,
           next_attempt_at = CASE WHEN ${WAITS_FOR_ANOTHER} THEN NULL ELSE ? END
         WHERE message_id = ? AND state = 'draft'`,
        envelope,
        headerDigest,
        args.nowMs,
        messageId,
      );
      if (changed === 0) continue;
      await keepRecovery(tx, { sender: "", messageId }, recovery);
      await tx.run(
        `UPDATE post_pair_sent SET last_digest = ? WHERE (recipient, lane) IN
           (SELECT recipient, lane FROM post_outbox_recipient
            WHERE message_id = ? AND pair_sequence IS NOT NULL)`,
        headerDigest,
        messageId,
      );
    }
    for (const { messageId, code, field } of args.unsealable) {
      const rows = await tx.all<{ recipient: string }>(
        "SELECT recipient FROM post_outbox_recipient WHERE message_id = ? AND state = 'open'",
        messageId,
      );
      for (const { recipient } of rows) {
        const change = { messageId, recipient, state: "refused", code, field } as const;
        await closeRecipient(tx, hooks, { ...change, nowMs: args.nowMs });
      }
      await settleMessage(tx, messageId, args.nowMs, { code, field });
    }
  };
}

/** A message to put on its subject now. */
export interface DueMessage {
  readonly messageId: string;
  readonly kind: Kind;
  readonly lane: Lane;
  readonly envelope: Uint8Array;
  /** Number of this attempt, already counted. */
  readonly attempt: number;
  /** Sign the same header bytes again, under the key of today. */
  readonly resign: boolean;
}

interface DueRow extends SqlRow {
  message_id: string;
  kind: Kind;
  lane: Lane;
  envelope: Uint8Array;
  attempts: number;
  resign: number;
}

/**
 * Takes what is due, urgent before normal before bulk. The attempt is counted and the next one
 * planned before anything is sent, so no transport id is used twice, whenever the process ends
 * (TP-POST-5).
 */
export async function postTakeDue(
  tx: Transaction,
  args: { nowMs: number; room: number; firstMs: number },
): Promise<{ due: DueMessage[]; nextAtMs: number | null; full: boolean }> {
  const due: DueMessage[] = [];
  let bytes = 0;
  let full = false;
  for (const lane of LANES_BY_URGENCY) {
    await mendPlan(tx, lane, args.nowMs);
    const reserve = lane === LANES_BY_URGENCY[0] ? 0 : POST_LIMITS.publishUrgentReserve;
    const room = args.room - reserve - due.length;
    if (room <= 0) {
      full ||= await hasDue(tx, lane, args.nowMs);
      continue;
    }
    const rows = await tx.all<DueRow>(
      `SELECT message_id, kind, lane, envelope, attempts, resign FROM post_outbox
       WHERE lane = ? AND next_attempt_at <= ? ORDER BY next_attempt_at, position LIMIT ?`,
      lane,
      args.nowMs,
      room,
    );
    for (const row of rows) {
      if (bytes > POST_LIMITS.publishBytesMax) break;
      bytes += row.envelope.length;
      due.push(await take(tx, row, args));
    }
    full ||= rows.length === room || bytes > POST_LIMITS.publishBytesMax;
  }
  return { due, nextAtMs: await nextAttempt(tx), full };
}

/** Nothing is planned further ahead than the longest wait, unless the clock was set back. */
async function mendPlan(tx: Transaction, lane: number, nowMs: number): Promise<void> {
  await tx.run(
    "UPDATE post_outbox SET next_attempt_at = ? WHERE lane = ? AND next_attempt_at > ?",
    nowMs,
    lane,
    nowMs + POST_LIMITS.resendMaxMs,
  );
}

async function hasDue(tx: Transaction, lane: number, nowMs: number): Promise<boolean> {
  const row = await tx.get(
    "SELECT 1 FROM post_outbox WHERE lane = ? AND next_attempt_at <= ? LIMIT 1",
    lane,
    nowMs,
  );
  return row !== undefined;
}

async function take(
  tx: Transaction,
  row: DueRow,
  args: { nowMs: number; firstMs: number },
): Promise<DueMessage> {
  const attempt = row.attempts + 1;
  await tx.run(
    "UPDATE post_outbox SET attempts = ?, next_attempt_at = ? WHERE message_id = ?",
    attempt,
    args.nowMs + backoffMs(attempt, args.firstMs),
    row.message_id,
  );
  return {
    messageId: row.message_id,
    kind: row.kind,
    lane: row.lane,
    envelope: row.envelope,
    attempt,
    resign: row.resign === 1,
  };
}

async function nextAttempt(tx: Transaction): Promise<number | null> {
  let earliest: number | null = null;
  for (const lane of LANES_BY_URGENCY) {
    const row = await tx.get<{ at: number | null }>(
      `SELECT min(next_attempt_at) AS at FROM post_outbox
       WHERE lane = ? AND next_attempt_at IS NOT NULL`,
      lane,
    );
    const at = row?.at ?? null;
    if (at !== null) earliest = earliest === null ? at : Math.min(earliest, at);
  }
  return earliest;
}

/** Wait after the n-th attempt, in milliseconds: doubles each time up to `resendMaxMs`. */
export function backoffMs(attempt: number, firstMs: number): number {
  return Math.min(firstMs * 2 ** Math.min(attempt - 1, 30), POST_LIMITS.resendMaxMs);
}

/** Plans messages whose publishing failed for an earlier attempt than a lost receipt would. */
export async function postPublishFailed(
  tx: Transaction,
  args: { messageIds: readonly string[]; nextAtMs: number },
): Promise<void> {
  for (const messageId of args.messageIds) {
    await tx.run(
      "UPDATE post_outbox SET next_attempt_at = ? WHERE message_id = ? AND next_attempt_at > ?",
      args.nextAtMs,
      messageId,
      args.nextAtMs,
    );
  }
}

/** Keeps the envelope signed anew over the same header bytes, before it is sent. */
export async function postStoreResigned(
  tx: Transaction,
  args: { messageId: string; envelope: Uint8Array },
): Promise<void> {
  await tx.run(
    "UPDATE post_outbox SET envelope = ?, resign = 0 WHERE message_id = ?",
    args.envelope,
    args.messageId,
  );
}

/** After a start or a reconnection: what has no receipt at all is sent at once (TP-POST-17). */
export async function postResume(tx: Transaction, args: { nowMs: number }): Promise<void> {
  await tx.run(
    `UPDATE post_outbox SET next_attempt_at = ?
     WHERE next_attempt_at > ? AND state = 'sealed'`,
    args.nowMs,
    args.nowMs,
  );
}

/**
 * Whether a move of a trace follows one of ours that the gateway has not accepted or refused yet:
 * it is sent once it has (TP-POST-21).
 */
const WAITS_FOR_ANOTHER = `kind IN (${Kind.TRACE_REPLY}, ${Kind.TRACE_FOLLOW_UP}) AND EXISTS (
  SELECT 1 FROM post_outbox AS earlier WHERE earlier.conversation_id = post_outbox.conversation_id
    AND earlier.kind IN (${Kind.TRACE_REQUEST}, ${Kind.TRACE_REPLY}, ${Kind.TRACE_FOLLOW_UP})
    AND earlier.position < post_outbox.position AND earlier.state IN ('draft', 'sealed'))`;

/** Lanes as numbers of the wire contract, urgent first. */
const LANES_BY_URGENCY = [1, 2, 3] as const satisfies readonly Lane[];
