import type { Lane } from "#proto";
import { POST_LIMITS, type SqlRow, type Transaction } from "#runtime";
import type { RecoveryPart } from "#trust";
import { answerGapNotice, type NumberRange } from "./gap-procedures.ts";
import type { InboundRecord, PostHooks } from "./hooks.ts";
import { type Incident, recordIncident } from "./incidents.ts";
import { noteInboxAgain } from "./log-succession.ts";
import type { KnownCheckpoint } from "./outbox-procedures.ts";
import { bookSequence, noteNumber } from "./pair-reception.ts";
import { keepRecovery } from "./recovery.ts";
import { noteSignedBy } from "./signed-by.ts";

/** What a message of the post itself asks for. */
export type ControlEffect =
  | { readonly type: "void"; readonly numbers: readonly { lane: number; sequence: number }[] }
  | { readonly type: "gap-notice"; readonly missing: readonly NumberRange[] };

/** What the checks outside the store made of a message. */
export type Verdict =
  /** For the application; `effect` is what its judge returned. */
  | { readonly type: "take"; readonly effect: unknown }
  | { readonly type: "control"; readonly control: ControlEffect }
  | { readonly type: "reject"; readonly code: string; readonly field: string };

/** An authentic message addressed to us, examined and ready to be stored. */
export interface InboundToStore extends InboundRecord {
  readonly exchangeStatus: number;
  /** Id of the key that signed it. */
  readonly signedBy: string;
  /** Encoded envelope as dispatched to us. */
  readonly envelope: Uint8Array;
  /** Encoded LogEvidence; null when there was none. */
  readonly evidence: Uint8Array | null;
  /** Place in the pair's sequence; null on kinds without one and on what could not be opened. */
  readonly place: { readonly sequence: number; readonly prevDigest: Uint8Array } | null;
  readonly verdict: Verdict;
  /** Checkpoint of the evidence; null when it did not verify. */
  readonly checkpoint: KnownCheckpoint | null;
  /** The newest checkpoint its sender had seen, as the seal says. */
  readonly seenBySender?: KnownCheckpoint;
  readonly incidents: readonly Incident[];
  /** Keys of its parts for the State recovery key. */
  readonly recovery?: readonly RecoveryPart[];
}

/** What storing changed. */
export interface Stored {
  readonly outcome: "delivered" | "rejected" | "repeat" | "id-reused";
  /** Something of ours is to be sent again at once. */
  readonly resend: boolean;
  /** Closed numbers are to be told again. */
  readonly voidsDue: boolean;
  /** Numbers are missing that were not known to be missing. */
  readonly gap: boolean;
}

interface KnownRow extends SqlRow {
  header_digest: Uint8Array;
}

/** Header digests of messages known already; null in place of an unknown one. */
export async function postKnownInbound(
  tx: Transaction,
  args: { keys: readonly { readonly sender: string; readonly messageId: string }[] },
): Promise<(Uint8Array | null)[]> {
  const known: (Uint8Array | null)[] = [];
  for (const { sender, messageId } of args.keys) {
    known.push((await findDigest(tx, sender, messageId)) ?? null);
  }
  return known;
}

/**
 * Notes that a known message came again: its receipt is owed once more (TP-POST-11). Another header
 * under the same id is raised to the operator instead, and changes nothing.
 */
export async function postRepeatInbound(
  tx: Transaction,
  args: {
    readonly sender: string;
    readonly messageId: string;
    readonly headerDigest: Uint8Array;
    readonly subject: string;
    /** Proof that it was dispatched now; null when there is none. */
    readonly evidence: Uint8Array | null;
    readonly nowMs: number;
  },
): Promise<Stored["outcome"]> {
  const known = await findDigest(tx, args.sender, args.messageId);
  const { sender, messageId, headerDigest, subject, nowMs } = args;
  if (known === undefined || Buffer.compare(known, headerDigest) !== 0) {
    const incident = {
      kind: "ID_REUSED",
      digest: headerDigest,
      subject,
      sender,
      messageId,
    } as const;
    await recordIncident(tx, incident, nowMs);
    return "id-reused";
  }
  await noteInboxAgain(tx, args, args.evidence);
  await tx.run(
    `UPDATE post_inbox SET receipt_due = receipt_due + 1
     WHERE sender = ? AND message_id = ? AND (receipt_sent_at <= ? OR receipt_sent_at > ?)`,
    sender,
    messageId,
    nowMs - POST_LIMITS.receiptRepeatAfterMs,
    // Sent in the future: the clock was set back, and says nothing about then.
    nowMs,
  );
  return "repeat";
}

/** Builds the procedure that takes a message in: row, number, effect, receipt owed, at once. */
export function createStoreInbound(hooks: PostHooks) {
  return async (tx: Transaction, message: InboundToStore): Promise<Stored> => {
    const { sender, messageId, headerDigest, nowMs } = message;
    const nothing = { resend: false, voidsDue: false, gap: false };
    if ((await findDigest(tx, sender, messageId)) !== undefined) {
      const outcome = await postRepeatInbound(tx, {
        sender,
        messageId,
        headerDigest,
        subject: "",
        evidence: message.evidence,
        nowMs,
      });
      return { outcome, ...nothing };
    }
    // First: the sender saw it before this message was recorded, and so perhaps did we.
    if (message.seenBySender !== undefined) {
      await compareRoots(tx, message, message.seenBySender, "as its sender has seen it");
    }
    if (message.checkpoint !== null) await noteCheckpoint(tx, message, message.checkpoint);
    let gap = false;
    if (message.place !== null) {
      const claim = { sender, lane: message.lane, messageId, headerDigest, ...message.place };
      gap = (await bookSequence(tx, claim, nowMs)) !== "noted";
    }
    for (const incident of message.incidents) await recordIncident(tx, incident, nowMs);
    const applied = await applyVerdict(tx, hooks, message);
    await insertInbound(tx, message, applied.refusal);
    await noteSignedBy(tx, hooks, { ...message, keyId: message.signedBy }, nowMs);
    const outcome = applied.refusal === undefined ? "delivered" : "rejected";
    const { resend, voidsDue } = applied;
    return { outcome, resend, voidsDue, gap: gap || applied.gap };
  };
}

interface Applied {
  readonly refusal?: { readonly code: string; readonly field: string } | undefined;
  readonly resend: boolean;
  readonly voidsDue: boolean;
  readonly gap: boolean;
}

async function applyVerdict(
  tx: Transaction,
  hooks: PostHooks,
  message: InboundToStore,
): Promise<Applied> {
  const { verdict } = message;
  const nothing = { resend: false, voidsDue: false, gap: false };
  switch (verdict.type) {
    case "reject":
      return { refusal: verdict, ...nothing };
    case "take": {
      const refusal = await hooks.onMessage(tx, recordOf(message), verdict.effect);
      return { refusal, ...nothing };
    }
    case "control":
      return await applyControl(tx, message, verdict.control);
    default:
      return verdict satisfies never;
  }
}

/** The message as its application may see it: without sealed bytes. */
function recordOf(message: InboundToStore): InboundRecord {
  const { sender, messageId, kind, lane, conversationId } = message;
  const { headerDigest, header, recordedAtMs, nowMs } = message;
  const ids = { sender, messageId, kind, lane, conversationId };
  return { ...ids, headerDigest, header, recordedAtMs, nowMs };
}

async function applyControl(
  tx: Transaction,
  message: InboundToStore,
  control: ControlEffect,
): Promise<Applied> {
  const { sender, nowMs } = message;
  if (control.type === "gap-notice") {
    const answer = await answerGapNotice(tx, { ...message, missing: control.missing });
    return { ...answer, gap: false };
  }
  let gap = false;
  for (const { lane, sequence } of control.numbers) {
    gap = (await noteNumber(tx, { sender, lane }, sequence, nowMs)) !== "noted" || gap;
  }
  return { resend: false, voidsDue: false, gap };
}

async function insertInbound(
  tx: Transaction,
  message: InboundToStore,
  refusal: { readonly code: string; readonly field: string } | undefined,
): Promise<void> {
  await tx.run(
    `INSERT INTO post_inbox (sender, message_id, header_digest, kind, lane, exchange_status,
       conversation_id, pair_sequence, state, code, field, envelope, evidence, received_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    message.sender,
    message.messageId,
    message.headerDigest,
    message.kind,
    message.lane,
    message.exchangeStatus,
    message.conversationId,
    message.place?.sequence ?? null,
    refusal === undefined ? "delivered" : "rejected",
    refusal?.code ?? null,
    refusal?.field ?? null,
    message.envelope,
    message.evidence,
    message.nowMs,
  );
  await keepRecovery(tx, message, message.recovery ?? []);
}

/**
 * Compares a checkpoint with the newest one seen: two roots for one size prove a fork (promise 6,
 * TP-POST-20). Returns the size of the newest seen.
 */
async function compareRoots(
  tx: Transaction,
  message: InboundToStore,
  checkpoint: KnownCheckpoint,
  by = "",
): Promise<number> {
  const seen = await tx.get<{ size: number; root_hash: Uint8Array }>(
    "SELECT size, root_hash FROM post_seen_checkpoint",
  );
  const isSameSize = seen !== undefined && seen.size === checkpoint.size;
  if (isSameSize && Buffer.compare(seen.root_hash, checkpoint.rootHash) !== 0) {
    const { sender, messageId, nowMs } = message;
    const digest = checkpoint.rootHash;
    const detail = `size ${checkpoint.size} ${by}`.trim();
    await recordIncident(tx, { kind: "LOG_FORKED", digest, sender, messageId, detail }, nowMs);
  }
  return seen?.size ?? -1;
}

/** Keeps the newest checkpoint seen. */
async function noteCheckpoint(
  tx: Transaction,
  message: InboundToStore,
  checkpoint: KnownCheckpoint,
): Promise<void> {
  if ((await compareRoots(tx, message, checkpoint)) >= checkpoint.size) return;
  await tx.run(
    `INSERT INTO post_seen_checkpoint (only_row, size, root_hash) VALUES (1, ?, ?)
     ON CONFLICT (only_row) DO UPDATE SET size = excluded.size, root_hash = excluded.root_hash`,
    checkpoint.size,
    checkpoint.rootHash,
  );
}

async function findDigest(
  tx: Transaction,
  sender: string,
  messageId: string,
): Promise<Uint8Array | undefined> {
  const row = await tx.get<KnownRow>(
    "SELECT header_digest FROM post_inbox WHERE sender = ? AND message_id = ?",
    sender,
    messageId,
  );
  return row?.header_digest;
}

/** Counts an incident of something that never became a message here. */
export async function postRecordIncident(
  tx: Transaction,
  args: { incident: Incident; nowMs: number },
): Promise<void> {
  await recordIncident(tx, args.incident, args.nowMs);
}

/** A receipt owed for one message. */
export interface ReceiptDue {
  readonly position: number;
  /** Value of the counter this receipt will satisfy. */
  readonly due: number;
  readonly sender: string;
  readonly lane: Lane;
  readonly exchangeStatus: number;
  readonly messageId: string;
  readonly headerDigest: Uint8Array;
  readonly state: "delivered" | "rejected";
  readonly code: string | null;
  readonly field: string | null;
}

interface ReceiptDueRow extends SqlRow {
  position: number;
  receipt_due: number;
  sender: string;
  lane: Lane;
  exchange_status: number;
  message_id: string;
  header_digest: Uint8Array;
  state: "delivered" | "rejected";
  code: string | null;
  field: string | null;
}

/** Receipts owed, those that can share an envelope side by side. */
export async function postReceiptsDue(
  tx: Transaction,
  args: { limit: number },
): Promise<ReceiptDue[]> {
  const rows = await tx.all<ReceiptDueRow>(
    `SELECT position, receipt_due, sender, lane, exchange_status, message_id, header_digest,
       state, code, field FROM post_inbox WHERE receipt_due > receipts_sent
     ORDER BY lane, sender, state, exchange_status, position LIMIT ?`,
    args.limit,
  );
  return rows.map((row) => ({
    position: row.position,
    due: row.receipt_due,
    sender: row.sender,
    lane: row.lane,
    exchangeStatus: row.exchange_status,
    messageId: row.message_id,
    headerDigest: row.header_digest,
    state: row.state,
    code: row.code,
    field: row.field,
  }));
}

/** Notes that receipts went out; one that fell due again meanwhile stays owed. */
export async function postReceiptsSent(
  tx: Transaction,
  args: { items: readonly { position: number; due: number }[]; nowMs: number },
): Promise<void> {
  for (const { position, due } of args.items) {
    await tx.run(
      "UPDATE post_inbox SET receipts_sent = ?, receipt_sent_at = ? WHERE position = ?",
      due,
      args.nowMs,
      position,
    );
  }
}
