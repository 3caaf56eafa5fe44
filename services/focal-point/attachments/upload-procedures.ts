import type { CleanedFile, FileProblem } from "#attachments";
import { doOnce, type RepeatKey, type RepeatMismatch } from "#repeats";
import { ATTACHMENT_LIMITS, type Transaction } from "#runtime";
import {
  type AttachmentRecord,
  type AttachmentRow,
  attachmentOf,
  findAttachment,
  missingPieces,
} from "./attachment-record.ts";

/** An attachment and the numbers of the pieces it still lacks. */
export interface AttachmentStanding {
  readonly record: AttachmentRecord;
  readonly missing: readonly number[];
}

/** A file that will be uploaded. */
export interface NewUpload {
  readonly attachmentId: string;
  readonly name: string;
  /** Empty for nothing declared. */
  readonly mediaType: string;
  readonly sizeBytes: number;
  readonly sha256: Uint8Array;
  readonly userId: string;
  readonly nowMs: number;
}

/** What announcing came to. */
export type Announced =
  | { readonly type: "announced"; readonly attachmentId: string }
  /** The user has too many unfinished uploads, or all users together too many loose bytes. */
  | { readonly type: "too-many" };

/** Notes a file that will be uploaded, unless too much lies here already (TP-ATT-10). */
export async function announceUpload(
  tx: Transaction,
  args: NewUpload & { readonly repeat: RepeatKey | undefined },
): Promise<(Announced & { readonly repeated: boolean }) | RepeatMismatch> {
  const { repeat, nowMs } = args;
  return await doOnce<Announced>(tx, { repeat, made: "announced", nowMs }, async () => {
    const loose = await tx.get<{ bytes: number | null; open: number }>(
      `SELECT sum(size_bytes) AS bytes,
         count(CASE WHEN state = 'uploading' AND user_id = ? THEN 1 END) AS open
       FROM attachment WHERE is_loose = 1`,
      args.userId,
    );
    const { looseBytesMax, uploadsOpenMax } = ATTACHMENT_LIMITS;
    const bytes = (loose?.bytes ?? 0) + args.sizeBytes;
    if (bytes > looseBytesMax || (loose?.open ?? 0) >= uploadsOpenMax) return { type: "too-many" };
    await tx.run(
      `INSERT INTO attachment (attachment_id, state, name, media_type, size_bytes, sha256,
         is_loose, user_id, created_at, updated_at)
       VALUES (?, 'uploading', ?, ?, ?, ?, 1, ?, ?, ?)`,
      args.attachmentId,
      args.name,
      args.mediaType,
      args.sizeBytes,
      args.sha256,
      args.userId,
      nowMs,
      nowMs,
    );
    return { type: "announced", attachmentId: args.attachmentId };
  });
}

/** One attachment, or null. */
export async function loadAttachment(
  tx: Transaction,
  args: { attachmentId: string },
): Promise<AttachmentStanding | null> {
  const record = await findAttachment(tx, args.attachmentId);
  return record === undefined ? null : { record, missing: await missingPieces(tx, record) };
}

/** Counts a piece that lies on disk; the same piece again changes nothing. */
export async function notePiece(
  tx: Transaction,
  args: { attachmentId: string; piece: number; nowMs: number },
): Promise<void> {
  const { attachmentId, piece, nowMs } = args;
  await tx.run(
    "INSERT INTO attachment_piece (attachment_id, piece) VALUES (?, ?) ON CONFLICT DO NOTHING",
    attachmentId,
    piece,
  );
  await tx.run("UPDATE attachment SET updated_at = ? WHERE attachment_id = ?", nowMs, attachmentId);
}

/** A cleaned file becomes what the attachment is; its bytes are in place already. */
export async function finishUpload(
  tx: Transaction,
  args: { attachmentId: string; name: string; cleaned: CleanedFile; nowMs: number },
): Promise<void> {
  const { attachmentId, name, cleaned, nowMs } = args;
  await tx.run(
    `UPDATE attachment SET state = 'ready', name = ?, media_type = ?, size_bytes = ?, sha256 = ?,
       pieces = ?, image = ?, preview_sha256 = ?, preview_bytes = ?, updated_at = ?
     WHERE attachment_id = ? AND state = 'uploading'`,
    name,
    cleaned.mediaType,
    cleaned.sizeBytes,
    cleaned.sha256,
    cleaned.pieces,
    cleaned.image === undefined ? null : JSON.stringify(cleaned.image),
    cleaned.preview?.sha256 ?? null,
    cleaned.preview?.sizeBytes ?? null,
    nowMs,
    attachmentId,
  );
  await forgetPieces(tx, attachmentId);
}

/**
 * A file that is not taken. One that is another than announced may have been damaged on the way:
 * its pieces are asked for again; any other is refused for good.
 */
export async function refuseUpload(
  tx: Transaction,
  args: { attachmentId: string; problem: FileProblem; nowMs: number },
): Promise<void> {
  const { attachmentId, problem, nowMs } = args;
  const state = problem === "DIGEST_MISMATCH" ? "uploading" : "refused";
  await tx.run(
    "UPDATE attachment SET state = ?, problem = ?, updated_at = ? WHERE attachment_id = ?",
    state,
    problem,
    nowMs,
    attachmentId,
  );
  await forgetPieces(tx, attachmentId);
}

async function forgetPieces(tx: Transaction, attachmentId: string): Promise<void> {
  await tx.run("DELETE FROM attachment_piece WHERE attachment_id = ?", attachmentId);
}

/** What became of a wish to remove an attachment. */
export type Dropped =
  | { readonly type: "dropped"; readonly record: AttachmentRecord }
  | { readonly type: "unknown" }
  /** A case holds it. */
  | { readonly type: "in-use" };

/** Removes an attachment that no case holds. */
export async function dropAttachment(
  tx: Transaction,
  args: { attachmentId: string },
): Promise<Dropped> {
  const { attachmentId } = args;
  const record = await findAttachment(tx, attachmentId);
  if (record === undefined) return { type: "unknown" };
  const changed = await tx.run(
    "DELETE FROM attachment WHERE attachment_id = ? AND is_loose = 1",
    attachmentId,
  );
  if (changed === 0) return { type: "in-use" };
  await forgetPieces(tx, attachmentId);
  return { type: "dropped", record };
}

/** Loose attachments made before a time, the oldest first. */
export async function looseAttachments(
  tx: Transaction,
  args: { beforeMs: number; limit: number },
): Promise<AttachmentRecord[]> {
  const rows = await tx.all<AttachmentRow>(
    "SELECT * FROM attachment WHERE is_loose = 1 AND created_at < ? ORDER BY created_at LIMIT ?",
    args.beforeMs,
    args.limit,
  );
  return rows.map(attachmentOf);
}

/** Which of these items nothing refers to, as an original or as a preview. */
export async function unnamedItems(
  tx: Transaction,
  args: { digests: readonly Uint8Array[] },
): Promise<Uint8Array[]> {
  const unnamed: Uint8Array[] = [];
  for (const digest of args.digests) {
    const row = await tx.get(
      `SELECT 1 FROM attachment WHERE (sha256 = ? AND state = 'ready') OR preview_sha256 = ?
       LIMIT 1`,
      digest,
      digest,
    );
    if (row === undefined) unnamed.push(digest);
  }
  return unnamed;
}

/** Which of these ids are no attachment whose pieces are still coming. */
export async function unnamedParts(
  tx: Transaction,
  args: { ids: readonly string[] },
): Promise<string[]> {
  const unnamed: string[] = [];
  for (const id of args.ids) {
    const record = await findAttachment(tx, id);
    const isComing = record !== undefined && record.state !== "ready" && record.state !== "refused";
    if (!isComing) unnamed.push(id);
  }
  return unnamed;
}

/** Procedures of uploads, for the store of the service. */
export const UPLOAD_PROCEDURES = {
  announceUpload,
  loadAttachment,
  notePiece,
  finishUpload,
  refuseUpload,
  dropAttachment,
  looseAttachments,
  unnamedItems,
  unnamedParts,
};

/** Those of them that only read. */
export const UPLOAD_READ_ONLY = [
  "loadAttachment",
  "looseAttachments",
  "unnamedItems",
  "unnamedParts",
] as const;
