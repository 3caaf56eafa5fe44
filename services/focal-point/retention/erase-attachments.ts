import type { ErasedPart, RowEraser } from "#participant-store";
import type { SqlRow, Transaction } from "#runtime";
import { type AttachmentRow, attachmentOf } from "../attachments/attachment-record.ts";

/** A file that nothing names any more, to be removed. */
export interface DisposedFile {
  readonly attachmentId: string;
  readonly sha256: Uint8Array;
  readonly previewSha256: Uint8Array | null;
}

/**
 * Erases what is known of the documents of a case, but of one that another case holds too. Their
 * bytes lie in files: those are named until they are removed, so that a stop in between loses none.
 */
export async function eraseAttachments(
  tx: Transaction,
  caseId: string,
  eraser: RowEraser,
): Promise<ErasedPart[]> {
  const rows = await tx.all<AttachmentRow>(
    `SELECT a.* FROM attachment_use u JOIN attachment a ON a.attachment_id = u.attachment_id
     WHERE u.case_id = ? AND NOT EXISTS (SELECT 1 FROM attachment_use o
       WHERE o.attachment_id = u.attachment_id AND o.case_id <> u.case_id)
     ORDER BY a.position`,
    caseId,
  );
  for (const table of ["attachment_wanted", "attachment_under_way", "attachment_use"]) {
    await eraser.rows({ table, column: "case_id", value: caseId });
  }
  const parts: ErasedPart[] = [];
  for (const row of rows) {
    const { attachmentId, preview, sha256, sizeBytes, state } = attachmentOf(row);
    for (const table of ["attachment_piece", "attachment_arrival", "attachment"]) {
      await eraser.rows({ table, column: "attachment_id", value: attachmentId });
    }
    await tx.run(
      "INSERT INTO disposed_file VALUES (?, ?, ?)",
      attachmentId,
      sha256,
      preview?.sha256 ?? null,
    );
    if (state === "ready") parts.push({ name: "attachment", sha256, bytes: sizeBytes });
  }
  return parts;
}

/** Files that are to be removed. */
async function disposedFiles(
  tx: Transaction,
  { limit }: { readonly limit: number },
): Promise<DisposedFile[]> {
  const rows = await tx.all<
    SqlRow & { attachment_id: string; sha256: Uint8Array; preview_sha256: Uint8Array | null }
  >("SELECT * FROM disposed_file ORDER BY attachment_id LIMIT ?", limit);
  return rows.map(({ attachment_id: attachmentId, preview_sha256: previewSha256, sha256 }) => {
    return { attachmentId, sha256, previewSha256 };
  });
}

/** They are removed. */
async function forgetFiles(
  tx: Transaction,
  { ids }: { readonly ids: readonly string[] },
): Promise<void> {
  for (const id of ids) await tx.run("DELETE FROM disposed_file WHERE attachment_id = ?", id);
}

/** Procedures of the store about files of documents that were disposed of. */
export const DISPOSED_FILE_PROCEDURES = { disposedFiles, forgetFiles };
