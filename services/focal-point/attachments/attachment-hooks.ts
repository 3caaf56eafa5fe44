import { digestOfPiece, pieceRange } from "#attachments";
import { type Refusal, refuse } from "#errors";
import { tellChange } from "#feed";
import type { InboundRecord, MessageFate, PostHooks } from "#post";
import { type AttachmentManifest, Kind } from "#proto";
import { newMessageId, type Transaction } from "#runtime";
import { EXCHANGE_ACTOR } from "#users";
import type { AttachmentEffect } from "./attachment-judge.ts";
import { type AnnouncedFacts, type AttachmentRecord, findAttachment } from "./attachment-record.ts";
import { findUse, insertUse, usesOfMessage } from "./attachment-use.ts";
import { PREVIEW_PIECE } from "./transfer-tables.ts";

/**
 * What messages and receipts do to attachments, inside the transaction that stores them, around
 * what they do to cases. Messages have been judged by `withAttachmentJudge`.
 */
export function withAttachments(inner: PostHooks): PostHooks {
  return {
    async onMessage(tx, message, effect) {
      const judged = effect as AttachmentEffect;
      if (judged.type === "attachment-piece") return await takePiece(tx, message, judged);
      if (judged.type === "attachment-call") return await takeCall(tx, message, judged);
      const refusal = await inner.onMessage(tx, message, judged.inner);
      if (refusal === undefined) await noteManifests(tx, message, judged.manifests);
      return refusal;
    },
    async onFate(tx, fate) {
      await inner.onFate(tx, fate);
      await applyFate(tx, fate);
    },
    onFlag: (tx, flag) => inner.onFlag(tx, flag),
    onGap: (tx, gap) => inner.onGap(tx, gap),
  };
}

/** Keeps what a message announces and tells of it (TP-ATT-19); its bytes come later, or never. */
async function noteManifests(
  tx: Transaction,
  message: InboundRecord,
  manifests: readonly AttachmentManifest[],
): Promise<void> {
  const { conversationId: caseId, messageId, sender: peer, header, nowMs } = message;
  for (const manifest of manifests) {
    const { attachmentId: wireId } = manifest;
    const known = await findUse(tx, { caseId, direction: "received", peer, wireId });
    // Named again, by a later message of the conversation: it is what it was.
    if (known !== undefined) continue;
    const attachmentId = newMessageId(nowMs);
    await insertAnnounced(tx, attachmentId, manifest, nowMs);
    const use = { caseId, attachmentId, messageId, wireId, peer, header } as const;
    await insertUse(tx, { ...use, direction: "received" });
    const kind = "attachment.announced";
    const state = "announced";
    const actor = EXCHANGE_ACTOR;
    await tellChange(tx, { kind, caseId, messageId, participant: peer, state, actor, nowMs });
  }
}

async function insertAnnounced(
  tx: Transaction,
  attachmentId: string,
  manifest: AttachmentManifest,
  nowMs: number,
): Promise<void> {
  const { view, description, preview } = manifest;
  const announced: AnnouncedFacts = {
    view,
    description,
    ...(preview === undefined
      ? {}
      : { previewSha256: Buffer.from(preview.sha256).toString("hex") }),
  };
  await tx.run(
    `INSERT INTO attachment (attachment_id, state, name, media_type, size_bytes, sha256, pieces,
       piece_bytes, announced, is_loose, user_id, created_at, updated_at)
     VALUES (?, 'announced', ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?)`,
    attachmentId,
    manifest.fileName,
    manifest.mediaType,
    Number(manifest.sizeBytes),
    manifest.sha256,
    Buffer.concat(manifest.pieceSha256),
    manifest.pieceBytes,
    JSON.stringify(announced),
    EXCHANGE_ACTOR,
    nowMs,
    nowMs,
  );
}

const NOT_NAMED = "no manifest of this conversation names it";

/** Takes a piece that a manifest of the conversation names and that is what it says (TP-ATT-15). */
async function takePiece(
  tx: Transaction,
  message: InboundRecord,
  effect: AttachmentEffect & { readonly type: "attachment-piece" },
): Promise<Refusal | undefined> {
  const { wireId, piece, data, sha256 } = effect;
  const { conversationId: caseId, sender: peer } = message;
  const use = await findUse(tx, { caseId, direction: "received", peer, wireId });
  const record = use && (await findAttachment(tx, use.attachmentId));
  if (record === undefined) return refuse("ILLEGAL_MOVE", "body.attachment_id", NOT_NAMED);
  // What is decided already is not decided again; a late copy is no fault of anybody.
  if (record.state === "ready" || record.state === "refused") return undefined;
  if (piece !== PREVIEW_PIECE && record.state !== "called") {
    return refuse("ILLEGAL_MOVE", "body.piece", "nobody has called for it");
  }
  const wanted = digestWanted(record, piece, data.length);
  if (wanted === undefined) return refuse("BODY_INVALID", "body.piece", "no piece of this length");
  if (Buffer.compare(wanted, sha256) !== 0) {
    return refuse("BODY_INVALID", "body.piece.data", "not what the manifest says");
  }
  const held = await tx.get(
    "SELECT 1 FROM attachment_piece WHERE attachment_id = ? AND piece = ?",
    record.attachmentId,
    piece,
  );
  if (held !== undefined) return undefined;
  await tx.run(
    `INSERT INTO attachment_arrival (attachment_id, piece, data) VALUES (?, ?, ?)
     ON CONFLICT DO NOTHING`,
    record.attachmentId,
    piece,
    data,
  );
  return undefined;
}

/** Digest that a piece of this number and length must have; undefined for no such piece. */
function digestWanted(
  { announced, pieces, pieceBytes, sizeBytes }: AttachmentRecord,
  piece: number,
  length: number,
): Uint8Array | undefined {
  if (piece === PREVIEW_PIECE) {
    const digest = announced?.previewSha256;
    return digest === undefined ? undefined : Buffer.from(digest, "hex");
  }
  const range = pieceRange(sizeBytes, piece, pieceBytes);
  return range?.length === length && pieces !== null ? digestOfPiece(pieces, piece) : undefined;
}

/** Notes the pieces that another State asks for; those under way are not doubled (TP-ATT-14). */
async function takeCall(
  tx: Transaction,
  message: InboundRecord,
  { wireId, missing }: AttachmentEffect & { readonly type: "attachment-call" },
): Promise<Refusal | undefined> {
  const { conversationId: caseId, sender: peer } = message;
  const use = await findUse(tx, { caseId, direction: "sent", peer, wireId });
  const record = use && (await findAttachment(tx, use.attachmentId));
  if (record === undefined) return refuse("ILLEGAL_MOVE", "body.attachment_id", NOT_NAMED);
  const isThere = missing.every((piece) => pieceRange(record.sizeBytes, piece) !== undefined);
  if (!isThere) return refuse("BODY_INVALID", "body.call.missing", "it has no such piece");
  for (const piece of missing) await want(tx, { caseId, peer, piece, ...record });
  return undefined;
}

async function want(
  tx: Transaction,
  wanted: { caseId: string; attachmentId: string; peer: string; piece: number },
): Promise<void> {
  const { caseId, attachmentId, peer, piece } = wanted;
  await tx.run(
    `INSERT INTO attachment_wanted (case_id, attachment_id, peer, piece)
     SELECT ?, ?, ?, ? WHERE NOT EXISTS (SELECT 1 FROM attachment_under_way
       WHERE peer = ? AND case_id = ? AND attachment_id = ? AND piece = ?)
     ON CONFLICT DO NOTHING`,
    caseId,
    attachmentId,
    peer,
    piece,
    peer,
    caseId,
    attachmentId,
    piece,
  );
}

/**
 * A message with manifests that was delivered is followed by its previews (TP-ATT-13); a piece
 * whose fate is known makes room for the next.
 */
async function applyFate(tx: Transaction, fate: MessageFate): Promise<void> {
  if (fate.fate === "accepted") return;
  if (fate.kind === Kind.ATTACHMENT_CHUNK) {
    await tx.run("DELETE FROM attachment_under_way WHERE message_id = ?", fate.messageId);
    return;
  }
  if (fate.fate !== "delivered") return;
  for (const { caseId, attachmentId, peer } of await usesOfMessage(tx, fate.messageId)) {
    const record = await findAttachment(tx, attachmentId);
    if (record?.preview == null || fate.recipient !== peer) continue;
    await want(tx, { caseId, attachmentId, peer, piece: PREVIEW_PIECE });
  }
}
