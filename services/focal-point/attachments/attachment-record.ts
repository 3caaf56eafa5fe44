import { type FileProblem, type MediaType, pieceCount, type Removed } from "#attachments";
import type { AttachmentView } from "#proto";
import type { SqlRow, Transaction } from "#runtime";

/**
 * How far an attachment is: `uploading` here, `announced` by another State, `called` for, `ready`
 * to be read and sent, or `refused` and without bytes.
 */
export type AttachmentState = "uploading" | "announced" | "called" | "ready" | "refused";

/** What is known of a picture; kept as JSON. */
export interface StoredImage {
  readonly width: number;
  readonly height: number;
  readonly orientation: number;
  readonly removed: readonly Removed[];
}

/** What a manifest says beside what the attachment is; kept as JSON. */
export interface AnnouncedFacts {
  readonly view: AttachmentView;
  readonly description: string;
  /** Of the preview that its sender announced, in hexadecimal; absent for none. */
  readonly previewSha256?: string;
}

/** An attachment as kept. */
export interface AttachmentRecord {
  readonly attachmentId: string;
  readonly state: AttachmentState;
  readonly name: string;
  /** Empty until it is known, or as declared while it uploads. */
  readonly mediaType: MediaType | "";
  /** Of the item once it is ready; of the file as announced before. */
  readonly sizeBytes: number;
  readonly sha256: Uint8Array;
  /** Digests of the pieces, one after the other. */
  readonly pieces: Uint8Array | null;
  readonly image: StoredImage | null;
  readonly preview: { readonly sha256: Uint8Array; readonly sizeBytes: number } | null;
  readonly problem: FileProblem | null;
  readonly userId: string;
  readonly createdAtMs: number;
  /** Length of every piece but the last. */
  readonly pieceBytes: number;
  /** What another State says of it; null on uploads. */
  readonly announced: AnnouncedFacts | null;
}

/** A row of `attachment`. */
export interface AttachmentRow extends SqlRow {
  attachment_id: string;
  state: AttachmentState;
  name: string;
  media_type: MediaType | "";
  size_bytes: number;
  sha256: Uint8Array;
  pieces: Uint8Array | null;
  image: string | null;
  preview_sha256: Uint8Array | null;
  preview_bytes: number | null;
  problem: FileProblem | null;
  user_id: string;
  created_at: number;
  piece_bytes: number;
  announced: string | null;
}

/** A row as a record. */
export function attachmentOf(row: AttachmentRow): AttachmentRecord {
  const { preview_sha256: previewDigest, preview_bytes: previewBytes } = row;
  return {
    attachmentId: row.attachment_id,
    state: row.state,
    name: row.name,
    mediaType: row.media_type,
    sizeBytes: row.size_bytes,
    sha256: row.sha256,
    pieces: row.pieces,
    image: row.image === null ? null : (JSON.parse(row.image) as StoredImage),
    preview:
      previewDigest === null ? null : { sha256: previewDigest, sizeBytes: previewBytes ?? 0 },
    problem: row.problem,
    userId: row.user_id,
    createdAtMs: row.created_at,
    pieceBytes: row.piece_bytes,
    announced: row.announced === null ? null : (JSON.parse(row.announced) as AnnouncedFacts),
  };
}

/** Finds an attachment by its id. */
export async function findAttachment(
  tx: Transaction,
  attachmentId: string,
): Promise<AttachmentRecord | undefined> {
  const row = await tx.get<AttachmentRow>(
    "SELECT * FROM attachment WHERE attachment_id = ?",
    attachmentId,
  );
  return row === undefined ? undefined : attachmentOf(row);
}

/** Numbers of the pieces that are not here yet; none once it is complete. */
export async function missingPieces(
  tx: Transaction,
  { attachmentId, state, sizeBytes, pieceBytes }: AttachmentRecord,
): Promise<number[]> {
  if (state === "ready" || state === "refused") return [];
  const rows = await tx.all<{ piece: number }>(
    "SELECT piece FROM attachment_piece WHERE attachment_id = ? ORDER BY piece",
    attachmentId,
  );
  const here = new Set(rows.map(({ piece }) => piece));
  const all = Array.from({ length: pieceCount(sizeBytes, pieceBytes) }, (_, piece) => piece);
  return all.filter((piece) => !here.has(piece));
}
