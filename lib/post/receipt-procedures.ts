import { REFUSALS, type RefusalCodeName } from "#errors";
import { Envelope, Header, ReceiptType } from "#proto";
import { type SqlRow, type Transaction, WIRE_LIMITS } from "#runtime";
import { equalBytes, timestampMs } from "#wire";
import type { PostHooks } from "./hooks.ts";
import { type Incident, recordIncident } from "./incidents.ts";
import { plannedAgain, recordedAgain } from "./log-succession.ts";
import { type ClosedState, closeRecipient, settleMessage } from "./outbox-fate.ts";
import { backoffMs } from "./outbox-procedures.ts";
import { noteSignedBy, type SignedMessage } from "./signed-by.ts";

/** One statement of a receipt, checked as far as that is possible without the store. */
export interface ReceiptClaim {
  readonly messageId: string;
  readonly headerDigest: Uint8Array;
  readonly code: string | null;
  readonly field: string;
  /** Recipient an expiry or a return is about; empty otherwise. */
  readonly recipient: string;
  readonly logIndex: number | null;
  /** Recipients the log entry of an acceptance refuses, with their codes. */
  readonly refusedFor: readonly { readonly recipient: string; readonly code: string }[];
}

/** A receipt whose signature holds. */
export interface ReceiptToApply {
  readonly type: ReceiptType;
  /** GATEWAY or the recipient that signed it. */
  readonly sender: string;
  readonly receiptId: string;
  readonly headerDigest: Uint8Array;
  readonly subject: string;
  /** Kept as proof, with the gateway's evidence in it. */
  readonly envelope: Uint8Array;
  /** Encoded LogEvidence of the receipt itself; null for the gateway's own. */
  readonly evidence: Uint8Array | null;
  /** Which key of a participant signed it, and when it was recorded; null likewise. */
  readonly signed: Pick<SignedMessage, "keyId" | "recordedAtMs"> | null;
  readonly claims: readonly ReceiptClaim[];
  readonly nowMs: number;
  /** First wait before a refused message is tried again. */
  readonly firstMs: number;
}

interface OutboxRow extends SqlRow {
  message_id: string;
  conversation_id: string;
  kind: number;
  state: string;
  header_digest: Uint8Array | null;
  attempts: number;
}

/** What a receipt changed, so that the pumps it concerns are woken. */
export interface ReceiptEffect {
  readonly applied: number;
  readonly voidsDue: boolean;
}

/** Builds the procedure that applies a receipt: state, proof and effect together (TP-POST-7). */
export function createApplyReceipt(hooks: PostHooks) {
  return async (tx: Transaction, receipt: ReceiptToApply): Promise<ReceiptEffect> => {
    let applied = 0;
    let voidsDue = false;
    for (const claim of receipt.claims) {
      const incident = await applyClaim(tx, hooks, receipt, claim);
      if (incident === undefined) {
        applied += 1;
        voidsDue ||= receipt.type !== ReceiptType.DELIVERED;
      } else {
        await recordIncident(tx, incident, receipt.nowMs);
      }
    }
    if (applied > 0) {
      await tx.run(
        `INSERT INTO post_receipt_envelope (sender, receipt_id, envelope, evidence)
         VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`,
        receipt.sender,
        receipt.receiptId,
        receipt.envelope,
        receipt.evidence,
      );
      await noteSigned(tx, hooks, receipt);
    }
    return { applied, voidsDue };
  };
}

async function noteSigned(
  tx: Transaction,
  hooks: PostHooks,
  { nowMs, receiptId: messageId, sender, signed }: ReceiptToApply,
): Promise<void> {
  if (signed === null) return;
  await noteSignedBy(tx, hooks, { sender, messageId, conversationId: "", ...signed }, nowMs);
}

/** Applies one statement; gives the incident that speaks against it. */
async function applyClaim(
  tx: Transaction,
  hooks: PostHooks,
  receipt: ReceiptToApply,
  claim: ReceiptClaim,
): Promise<Incident | undefined> {
  const row = await tx.get<OutboxRow>(
    `SELECT message_id, conversation_id, kind, state, header_digest, attempts
     FROM post_outbox WHERE message_id = ?`,
    claim.messageId,
  );
  const digest = row?.header_digest ?? undefined;
  if (row === undefined || digest === undefined || !equalBytes(digest, claim.headerDigest)) {
    return incidentOf(receipt, claim, "RECEIPT_UNMATCHED", "no such message of ours");
  }
  switch (receipt.type) {
    case ReceiptType.ACCEPTED:
      return await applyAccepted(tx, hooks, receipt, claim, row);
    case ReceiptType.REFUSED:
      return await applyRefused(tx, hooks, receipt, claim, row);
    case ReceiptType.EXPIRED:
      if ((await expiresAtMs(tx, row)) > receipt.nowMs + WIRE_LIMITS.sentAheadMsMax) {
        return incidentOf(receipt, claim, "EXPIRED_EARLY", "header.expires_at");
      }
      return await applyEnd(tx, hooks, receipt, claim, claim.recipient, "expired");
    case ReceiptType.RETURNED:
      // As if it had been refused for this recipient: it is carried no further (TP-POST-7).
      return await applyEnd(tx, hooks, receipt, claim, claim.recipient, "refused");
    case ReceiptType.DELIVERED:
      return await applyEnd(tx, hooks, receipt, claim, receipt.sender, "delivered");
    case ReceiptType.REJECTED:
      return await applyEnd(tx, hooks, receipt, claim, receipt.sender, "rejected");
    default:
      return incidentOf(receipt, claim, "RECEIPT_UNMATCHED", "unknown type of receipt");
  }
}

/** When a message of ours expires: the gateway's word alone does not end one before. */
async function expiresAtMs(tx: Transaction, { message_id: id }: OutboxRow): Promise<number> {
  const row = await tx.get<{ envelope: Uint8Array | null }>(
    "SELECT envelope FROM post_outbox WHERE message_id = ?",
    id,
  );
  const { header } = Envelope.decode(row?.envelope ?? new Uint8Array());
  return timestampMs(Header.decode(header).expiresAt) ?? 0;
}

async function applyAccepted(
  tx: Transaction,
  hooks: PostHooks,
  receipt: ReceiptToApply,
  claim: ReceiptClaim,
  row: OutboxRow,
): Promise<Incident | undefined> {
  const again = await plannedAgain(tx, claim.messageId, "");
  if (row.state === "refused") {
    return incidentOf(receipt, claim, "RECEIPT_CONTRADICTS", "accepted after refused");
  }
  const fresh = await keepReceipt(tx, receipt, claim, "");
  if (!fresh) return undefined;
  await tx.run(
    `UPDATE post_outbox SET log_index = ?,
       state = CASE WHEN state = 'sealed' THEN 'accepted' ELSE state END
     WHERE message_id = ?`,
    claim.logIndex,
    claim.messageId,
  );
  if (again.message) return await acceptAgain(tx, hooks, receipt, claim);
  await hooks.onFate(tx, {
    messageId: claim.messageId,
    conversationId: row.conversation_id,
    kind: row.kind as never,
    recipient: "",
    fate: "accepted",
    nowMs: receipt.nowMs,
    ...(claim.logIndex === null ? {} : { logIndex: claim.logIndex }),
  });
  for (const { recipient, code } of claim.refusedFor) {
    const { messageId } = claim;
    const { nowMs } = receipt;
    await closeRecipient(tx, hooks, { messageId, recipient, state: "refused", code, nowMs });
  }
  if (claim.refusedFor.length > 0) await settleMessage(tx, claim.messageId, receipt.nowMs);
  return undefined;
}

/** Its acceptance was told before; only for whom it is refused now may be new (TP-SUCC-7). */
async function acceptAgain(
  tx: Transaction,
  hooks: PostHooks,
  { nowMs }: ReceiptToApply,
  { messageId, refusedFor }: ReceiptClaim,
): Promise<undefined> {
  let closed = false;
  for (const { code, recipient } of refusedFor) {
    const change = { messageId, recipient, state: "refused", code, nowMs } as const;
    closed = (await closeRecipient(tx, hooks, change)) || closed;
    await recordedAgain(tx, messageId, recipient);
  }
  await recordedAgain(tx, messageId, "");
  if (closed) await settleMessage(tx, messageId, nowMs);
  return undefined;
}

async function applyRefused(
  tx: Transaction,
  hooks: PostHooks,
  receipt: ReceiptToApply,
  claim: ReceiptClaim,
  row: OutboxRow,
): Promise<Incident | undefined> {
  const code = claim.code ?? "MALFORMED";
  if (isRetryable(code)) {
    // Such a refusal binds no id: the same header is signed anew and tried again (TP-POST-6).
    await tx.run(
      `UPDATE post_outbox SET next_attempt_at = ?, resign = 1, code = ?, field = ?
       WHERE message_id = ? AND (state = 'sealed' OR EXISTS (
         SELECT 1 FROM post_recorded_again a
         WHERE a.message_id = post_outbox.message_id AND a.recipient = ''))`,
      receipt.nowMs + backoffMs(Math.max(1, row.attempts), receipt.firstMs),
      code,
      claim.field,
      claim.messageId,
    );
    return undefined;
  }
  const again = await plannedAgain(tx, claim.messageId, "");
  if (row.state !== "sealed" && row.state !== "refused" && !again.message) {
    return incidentOf(receipt, claim, "RECEIPT_CONTRADICTS", `refused after ${row.state}`);
  }
  if (!(await keepReceipt(tx, receipt, claim, ""))) return undefined;
  const recipients = await tx.all<{ recipient: string }>(
    "SELECT recipient FROM post_outbox_recipient WHERE message_id = ? AND state = 'open'",
    claim.messageId,
  );
  for (const { recipient } of recipients) {
    const { messageId, field } = claim;
    const { nowMs } = receipt;
    await closeRecipient(tx, hooks, { messageId, recipient, state: "refused", code, field, nowMs });
  }
  // What had ended before keeps its end: the new log has the refusal, the old one the rest.
  const isNew = !again.message || recipients.length > 0;
  await recordedAgain(tx, claim.messageId);
  if (isNew) {
    await settleMessage(tx, claim.messageId, receipt.nowMs, { code, field: claim.field });
  }
  return undefined;
}

/** The end for one recipient, said by itself or by the gateway. */
async function applyEnd(
  tx: Transaction,
  hooks: PostHooks,
  receipt: ReceiptToApply,
  claim: ReceiptClaim,
  recipient: string,
  state: ClosedState,
): Promise<Incident | undefined> {
  const { messageId, field } = claim;
  const found = await tx.get<{ state: string }>(
    "SELECT state FROM post_outbox_recipient WHERE message_id = ? AND recipient = ?",
    messageId,
    recipient,
  );
  if (found === undefined) {
    return incidentOf(receipt, claim, "RECEIPT_UNMATCHED", "not a recipient of this message");
  }
  const again = await plannedAgain(tx, messageId, recipient);
  if (again.end) {
    await keepReceipt(tx, receipt, claim, recipient);
    await recordedAgain(tx, messageId, recipient);
    return undefined;
  }
  // A message handed over at the last moment expires here and is delivered there: the recipient
  // has it, and its word is the stronger one.
  const late = found.state === "expired" && state === "delivered";
  if (found.state !== "open" && found.state !== state && !late) {
    return incidentOf(receipt, claim, "RECEIPT_CONTRADICTS", `${state} after ${found.state}`);
  }
  await keepReceipt(tx, receipt, claim, recipient);
  const why = claim.code === null ? {} : { code: claim.code, field };
  const change = { messageId, recipient, state, nowMs: receipt.nowMs, ...why };
  if (await closeRecipient(tx, hooks, change)) {
    await settleMessage(tx, messageId, receipt.nowMs, why);
  }
  return undefined;
}

/** Keeps the proof; false when the same thing was said before. */
async function keepReceipt(
  tx: Transaction,
  receipt: ReceiptToApply,
  claim: ReceiptClaim,
  recipient: string,
): Promise<boolean> {
  const changed = await tx.run(
    `INSERT INTO post_receipt (message_id, recipient, type, code, field, log_index,
       receipt_sender, receipt_id, received_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT DO NOTHING`,
    claim.messageId,
    recipient,
    receipt.type,
    claim.code,
    claim.field,
    claim.logIndex,
    receipt.sender,
    receipt.receiptId,
    receipt.nowMs,
  );
  return changed > 0;
}

function isRetryable(code: string): boolean {
  return code in REFUSALS && REFUSALS[code as RefusalCodeName].retryable;
}

function incidentOf(
  receipt: ReceiptToApply,
  claim: ReceiptClaim,
  kind: Incident["kind"],
  detail: string,
): Incident {
  return {
    kind,
    digest: receipt.headerDigest,
    subject: receipt.subject,
    sender: receipt.sender,
    messageId: claim.messageId,
    sizeBytes: receipt.envelope.length,
    detail,
  };
}
