import { digestOfPiece, isMediaType, isSafeFileName, MEDIA_TYPES, pieceCount } from "#attachments";
import { accepted, type Outcome, type Refusal, refuse, refused } from "#errors";
import { AttachmentManifest, type AttachmentView } from "#proto";
import { ATTACHMENT_LIMITS, isMessageId } from "#runtime";
import type { AttachmentRecord } from "./attachment-record.ts";

const DIGEST_BYTES = 32;

/** What an officer says of an attachment beside its bytes. */
export interface AttachmentNote {
  readonly view: AttachmentView;
  readonly description: string;
}

/** What a message says of an attachment that is ready (TP-ATT-12); undefined for any other. */
export function manifestOf(
  record: AttachmentRecord,
  { view, description }: AttachmentNote,
): AttachmentManifest | undefined {
  const { pieces, preview, sizeBytes } = record;
  if (record.state !== "ready" || pieces === null) return undefined;
  const count = pieceCount(sizeBytes);
  return AttachmentManifest.create({
    attachmentId: record.attachmentId,
    fileName: record.name,
    mediaType: record.mediaType,
    sizeBytes: BigInt(sizeBytes),
    sha256: record.sha256,
    pieceBytes: ATTACHMENT_LIMITS.pieceBytes,
    pieceSha256: Array.from({ length: count }, (_, index) => digestOfPiece(pieces, index)),
    view,
    description,
    ...(preview === null
      ? {}
      : { preview: { mediaType: "image/jpeg", ...preview, sha256: preview.sha256 } }),
  });
}

/**
 * Checks the manifests of a message (TP-ATT-12): few enough, none twice, each of a type and size
 * that is taken, under a name that misleads nobody, with as many digests as it has pieces.
 */
export function checkManifests(
  manifests: readonly AttachmentManifest[],
): Outcome<readonly AttachmentManifest[]> {
  if (manifests.length > ATTACHMENT_LIMITS.itemsPerMessageMax) {
    return refused("TOO_LARGE", "body.attachments", "too many");
  }
  const seen = new Set<string>();
  for (const [index, manifest] of manifests.entries()) {
    const field = `body.attachments[${index}]`;
    const refusal = checkManifest(manifest, field);
    if (refusal !== undefined) return { ok: false, refusal };
    if (seen.has(manifest.attachmentId)) {
      return refused("BODY_INVALID", `${field}.attachment_id`, "twice");
    }
    seen.add(manifest.attachmentId);
  }
  return accepted(manifests);
}

function checkManifest(manifest: AttachmentManifest, field: string): Refusal | undefined {
  const bad = (name: string, detail: string) => refuse("BODY_INVALID", `${field}.${name}`, detail);
  const { mediaType, fileName, pieceBytes, preview } = manifest;
  if (!isMessageId(manifest.attachmentId)) return bad("attachment_id", "no UUIDv7");
  if (!isMediaType(mediaType)) return bad("media_type", "not taken");
  if (!isSafeFileName(fileName, mediaType)) return bad("file_name", "may mislead");
  const sizeBytes = Number(manifest.sizeBytes);
  if (sizeBytes < 1) return bad("size_bytes", "missing");
  if (sizeBytes > ATTACHMENT_LIMITS.itemBytesMax) {
    return refuse("TOO_LARGE", `${field}.size_bytes`, "over the bound of an attachment");
  }
  const { pieceBytesMin, pieceBytes: pieceBytesMax, descriptionCharsMax } = ATTACHMENT_LIMITS;
  if (pieceBytes < pieceBytesMin || pieceBytes > pieceBytesMax)
    return bad("piece_bytes", "no size");
  if (manifest.sha256.length !== DIGEST_BYTES) return bad("sha256", "no digest");
  const isWhole =
    manifest.pieceSha256.length === pieceCount(sizeBytes, pieceBytes) &&
    manifest.pieceSha256.every((digest) => digest.length === DIGEST_BYTES);
  if (!isWhole) return bad("piece_sha256", "not one digest for each piece");
  if (manifest.description.length > descriptionCharsMax) return bad("description", "too long");
  if (preview === undefined) return undefined;
  if (!MEDIA_TYPES[mediaType].isImage) return bad("preview", "not for a document");
  const isPreview =
    preview.mediaType === "image/jpeg" &&
    preview.sizeBytes >= 1 &&
    preview.sizeBytes <= ATTACHMENT_LIMITS.previewBytesMax &&
    preview.sha256.length === DIGEST_BYTES;
  return isPreview ? undefined : bad("preview", "no preview of a size that is taken");
}
