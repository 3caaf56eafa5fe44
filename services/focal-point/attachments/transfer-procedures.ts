import { type CleanedFile, type FileProblem, pieceRange } from "#attachments";
import { TracepostError } from "#errors";
import { tellChange } from "#feed";
import { draftMessage, type MessageDraft } from "#post";
import { AttachmentChunk, type AttachmentManifest, Header, Kind } from "#proto";
import { ATTACHMENT_LIMITS, type SqlRow, type Transaction } from "#runtime";
import { EXCHANGE_ACTOR } from "#users";
import type { Replier } from "../cases/reply-handling.ts";
import {
  type AttachmentRecord,
  type AttachmentRow,
  attachmentOf,
  findAttachment,
  missingPieces,
} from "./attachment-record.ts";
import {
  type AttachmentUse,
  attachmentsOfCase,
  insertUse,
  receivedUse,
  sentUse,
} from "./attachment-use.ts";
import { caseAttachments } from "./case-attachments.ts";
import { PREVIEW_PIECE } from "./transfer-tables.ts";

/**
 * Binds attachments of ours to the message that names them, in the transaction that drafts it
 * (TP-ATT-12). Throws TracepostError UNAVAILABLE when one has been removed meanwhile.
 */
export async function bindManifests(
  tx: Transaction,
  draft: MessageDraft & { readonly messageId: string },
  manifests: readonly AttachmentManifest[],
): Promise<void> {
  const { conversationId: caseId, messageId, recipients } = draft;
  const header = Header.encode(
    Header.create({
      status: draft.status ?? 0,
      instrumentBasis: [...(draft.instrumentBasis ?? [])],
      ...(draft.handling === undefined ? {} : { handling: draft.handling }),
    }),
  ).finish();
  for (const { attachmentId } of manifests) {
    const changed = await tx.run(
      "UPDATE attachment SET is_loose = 0 WHERE attachment_id = ? AND state = 'ready'",
      attachmentId,
    );
    if (changed === 0) {
      throw new TracepostError("UNAVAILABLE", `the attachment ${attachmentId} is gone`, {
        remedy: "Upload it again.",
      });
    }
    for (const peer of recipients) {
      const use = { caseId, attachmentId, messageId, wireId: attachmentId, peer, header } as const;
      await insertUse(tx, { ...use, direction: "sent" });
    }
  }
}

/** What became of a wish for an original. */
export type Called =
  | { readonly type: "called"; readonly messageId: string }
  /** It is here, or everything of it has come and is being looked at. */
  | { readonly type: "here" }
  | { readonly type: "unknown" }
  /** It is ours, or it was refused. */
  | { readonly type: "not-callable" };

/** Asks the State that has an original for the pieces that are missing here (TP-ATT-14). */
export async function callAttachment(
  tx: Transaction,
  args: { attachmentId: string; caller: Replier; nowMs: number },
): Promise<Called> {
  const { attachmentId, caller, nowMs } = args;
  const record = await findAttachment(tx, attachmentId);
  if (record === undefined) return { type: "unknown" };
  const use = await receivedUse(tx, attachmentId);
  if (use === undefined || record.state === "refused") return { type: "not-callable" };
  if (record.state === "ready") return { type: "here" };
  const arrived = await tx.all<{ piece: number }>(
    "SELECT piece FROM attachment_arrival WHERE attachment_id = ?",
    attachmentId,
  );
  const come = new Set(arrived.map(({ piece }) => piece));
  const missing = (await missingPieces(tx, record)).filter((piece) => !come.has(piece));
  if (missing.length === 0) return { type: "here" };
  const content = { $case: "call", value: { missing } } as const;
  const chunk = AttachmentChunk.create({ attachmentId: use.wireId, content });
  const { messageId } = await draftMessage(tx, chunkDraft(use, caller, chunk, nowMs));
  await tx.run(
    "UPDATE attachment SET state = 'called', updated_at = ? WHERE attachment_id = ?",
    nowMs,
    attachmentId,
  );
  return { type: "called", messageId };
}

/** A piece that may go now. */
export interface WantedPiece {
  readonly position: number;
  readonly attachmentId: string;
  /** Digest of the file to read from, and which bytes of it. */
  readonly sha256: Uint8Array;
  readonly offset: number;
  readonly length: number;
}

interface WantedRow extends SqlRow {
  position: number;
  case_id: string;
  attachment_id: string;
  peer: string;
  piece: number;
}

/** The piece asked for first of a State to which not too many are under way (TP-ATT-14). */
export async function nextWanted(tx: Transaction, _args: unknown): Promise<WantedPiece | null> {
  const row = await tx.get<WantedRow>(
    `SELECT w.* FROM attachment_wanted w WHERE ? >
       (SELECT count(*) FROM attachment_under_way u WHERE u.peer = w.peer)
     ORDER BY w.position LIMIT 1`,
    ATTACHMENT_LIMITS.piecesUnderWayMax,
  );
  if (row === undefined) return null;
  const record = await findAttachment(tx, row.attachment_id);
  const { position, attachment_id: attachmentId } = row;
  const gone = { position, attachmentId, sha256: new Uint8Array(), offset: 0, length: 0 };
  if (record === undefined) return gone;
  if (row.piece === PREVIEW_PIECE) {
    const { preview } = record;
    return preview === null ? gone : { ...gone, sha256: preview.sha256, length: preview.sizeBytes };
  }
  return { ...gone, sha256: record.sha256, ...pieceRange(record.sizeBytes, row.piece) };
}

/**
 * Drafts a piece: what was wanted is under way, as one step. Empty data stands for bytes that are
 * no longer here: what was wanted is forgotten.
 */
export async function draftPiece(
  tx: Transaction,
  args: { position: number; data: Uint8Array; owner: Replier; nowMs: number },
): Promise<void> {
  const { position, data, owner, nowMs } = args;
  const row = await tx.get<WantedRow>(
    "SELECT * FROM attachment_wanted WHERE position = ?",
    position,
  );
  if (row === undefined) return;
  await tx.run("DELETE FROM attachment_wanted WHERE position = ?", position);
  const { case_id: caseId, attachment_id: attachmentId, piece, peer } = row;
  const use = await sentUse(tx, caseId, attachmentId);
  if (use === undefined || data.length === 0) return;
  const content =
    piece === PREVIEW_PIECE
      ? ({ $case: "preview", value: data } as const)
      : ({ $case: "piece", value: { index: piece, data } } as const);
  const chunk = AttachmentChunk.create({ attachmentId: use.wireId, content });
  const { messageId } = await draftMessage(tx, chunkDraft(use, owner, chunk, nowMs));
  await tx.run(
    `INSERT INTO attachment_under_way (message_id, peer, case_id, attachment_id, piece)
     VALUES (?, ?, ?, ?, ?)`,
    messageId,
    peer,
    caseId,
    attachmentId,
    piece,
  );
}

/** A message of the conversation, handled as the one whose manifest names the attachment. */
function chunkDraft(
  use: AttachmentUse,
  self: Replier,
  chunk: AttachmentChunk,
  nowMs: number,
): MessageDraft {
  const { handling, instrumentBasis, status } = Header.decode(use.header);
  return {
    sender: self.participant,
    recipients: [use.peer],
    kind: Kind.ATTACHMENT_CHUNK,
    conversationId: use.caseId,
    status,
    nowMs,
    instrumentBasis,
    ...(handling === undefined ? {} : { handling: { ...handling, originatorState: self.state } }),
    parts: [
      {
        name: "body",
        plaintext: AttachmentChunk.encode(chunk).finish(),
        schema: "tracepost.v1.AttachmentChunk",
        retentionClass: "trace",
      },
    ],
  };
}

/** A piece that has come and is not in its file yet. */
export interface Arrival {
  readonly position: number;
  readonly record: AttachmentRecord;
  readonly piece: number;
  readonly data: Uint8Array;
}

/** The piece that came first, or null. */
export async function nextArrival(tx: Transaction, _args: unknown): Promise<Arrival | null> {
  const row = await tx.get<
    SqlRow & { position: number; attachment_id: string; piece: number; data: Uint8Array }
  >("SELECT * FROM attachment_arrival ORDER BY position LIMIT 1");
  if (row === undefined) return null;
  const record = await findAttachment(tx, row.attachment_id);
  if (record === undefined) throw new TracepostError("INTERNAL", "a piece of no attachment came");
  const { position, piece, data } = row;
  return { position, record, piece, data };
}

/** A piece lies in its file; it counts, and its row goes. */
export async function settleArrival(
  tx: Transaction,
  args: { position: number; attachmentId: string; piece: number },
): Promise<void> {
  const { position, attachmentId, piece } = args;
  await tx.run("DELETE FROM attachment_arrival WHERE position = ?", position);
  await tx.run(
    "INSERT INTO attachment_piece (attachment_id, piece) VALUES (?, ?) ON CONFLICT DO NOTHING",
    attachmentId,
    piece,
  );
}

/** A preview that came is cleaned and in place, or it is none that may be shown. */
export async function settlePreview(
  tx: Transaction,
  args: {
    position: number;
    attachmentId: string;
    preview: { readonly sha256: Uint8Array; readonly sizeBytes: number } | null;
    nowMs: number;
  },
): Promise<void> {
  const { position, attachmentId, preview, nowMs } = args;
  await tx.run("DELETE FROM attachment_arrival WHERE position = ?", position);
  const state = preview === null ? "preview refused" : "preview";
  if (preview !== null) {
    await tx.run(
      `UPDATE attachment SET preview_sha256 = ?, preview_bytes = ?, updated_at = ?
       WHERE attachment_id = ? AND preview_sha256 IS NULL`,
      preview.sha256,
      preview.sizeBytes,
      nowMs,
      attachmentId,
    );
  }
  await tell(tx, attachmentId, { kind: "attachment.preview", state, code: "", nowMs });
}

/** An attachment all of whose pieces have come, or null. */
export async function nextComplete(
  tx: Transaction,
  _args: unknown,
): Promise<AttachmentRecord | null> {
  const row = await tx.get<AttachmentRow>(
    `SELECT a.* FROM attachment a WHERE a.state = 'called' AND
       (SELECT count(*) FROM attachment_piece p WHERE p.attachment_id = a.attachment_id) =
       (a.size_bytes + a.piece_bytes - 1) / a.piece_bytes
     ORDER BY a.position LIMIT 1`,
  );
  return row === undefined ? null : attachmentOf(row);
}

/** What came is complete and clean, and in place; or it is refused and its bytes go (TP-ATT-17). */
export async function settleReceived(
  tx: Transaction,
  args: {
    attachmentId: string;
    result:
      | { readonly ok: true; readonly cleaned: CleanedFile }
      | { readonly ok: false; readonly problem: FileProblem };
    nowMs: number;
  },
): Promise<void> {
  const { attachmentId, result, nowMs } = args;
  await tx.run("DELETE FROM attachment_piece WHERE attachment_id = ?", attachmentId);
  if (!result.ok) {
    const { problem: code } = result;
    await tx.run(
      "UPDATE attachment SET state = 'refused', problem = ?, updated_at = ? WHERE attachment_id = ?",
      code,
      nowMs,
      attachmentId,
    );
    await tell(tx, attachmentId, { kind: "attachment.refused", state: "refused", code, nowMs });
    return;
  }
  const { image, preview } = result.cleaned;
  await tx.run(
    `UPDATE attachment SET state = 'ready', image = ?, preview_sha256 = ?, preview_bytes = ?,
       updated_at = ? WHERE attachment_id = ?`,
    image === undefined ? null : JSON.stringify(image),
    preview?.sha256 ?? null,
    preview?.sizeBytes ?? null,
    nowMs,
    attachmentId,
  );
  await tell(tx, attachmentId, { kind: "attachment.ready", state: "ready", code: "", nowMs });
}

async function tell(
  tx: Transaction,
  attachmentId: string,
  change: {
    readonly kind: "attachment.preview" | "attachment.ready" | "attachment.refused";
    readonly state: string;
    readonly code: string;
    readonly nowMs: number;
  },
): Promise<void> {
  const use = await receivedUse(tx, attachmentId);
  if (use === undefined) return;
  const { caseId, messageId, peer: participant } = use;
  await tellChange(tx, { ...change, caseId, messageId, participant, actor: EXCHANGE_ACTOR });
}

/** Procedures of attachments on their way, for the store of the service. */
export const TRANSFER_PROCEDURES = {
  attachmentsOfCase,
  caseAttachments,
  callAttachment,
  nextWanted,
  draftPiece,
  nextArrival,
  settleArrival,
  settlePreview,
  nextComplete,
  settleReceived,
};

/** Those of them that only read. */
export const TRANSFER_READ_ONLY = [
  "attachmentsOfCase",
  "caseAttachments",
  "nextWanted",
  "nextArrival",
  "nextComplete",
] as const;
