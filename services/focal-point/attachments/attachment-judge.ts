import { hash } from "node:crypto";
import { accepted, type Outcome, refused } from "#errors";
import type { OpenedInbound, PostApplication } from "#post";
import {
  AttachmentChunk,
  type AttachmentManifest,
  Kind,
  TraceFollowUp,
  TraceReply,
  TraceRequest,
} from "#proto";
import { ATTACHMENT_LIMITS, isMessageId } from "#runtime";
import { decodeExactly } from "#wire";
import { checkManifests } from "./manifest.ts";
import { PREVIEW_PIECE } from "./transfer-tables.ts";

/** What the judge makes of a message; crosses the thread to the store. */
export type AttachmentEffect =
  /** A piece of an attachment, or its preview as piece -1. */
  | {
      readonly type: "attachment-piece";
      readonly wireId: string;
      readonly piece: number;
      readonly data: Uint8Array;
      readonly sha256: Uint8Array;
    }
  | {
      readonly type: "attachment-call";
      readonly wireId: string;
      readonly missing: readonly number[];
    }
  /** Any other message, with what its own judge made of it. */
  | {
      readonly type: "carrier";
      readonly inner: unknown;
      readonly manifests: readonly AttachmentManifest[];
    };

/** Pieces of the largest item in the shortest pieces. */
const PIECES_MAX = Math.ceil(ATTACHMENT_LIMITS.itemBytesMax / ATTACHMENT_LIMITS.pieceBytesMin);

/**
 * Judges pieces of attachments, and the manifests of all other messages after their own judge has
 * taken them (TP-ATT-12, TP-ATT-15).
 */
export function withAttachmentJudge(inner: PostApplication): PostApplication {
  return {
    judge(message): Outcome<AttachmentEffect> {
      if (message.header.kind === Kind.ATTACHMENT_CHUNK) return judgeChunk(message);
      const judged = inner.judge(message);
      if (!judged.ok) return judged;
      const manifests = checkManifests(manifestsIn(message));
      if (!manifests.ok) return manifests;
      return accepted({ type: "carrier", inner: judged.value, manifests: manifests.value });
    },
  };
}

/** Manifests of a body that its own judge has taken as well formed. */
function manifestsIn({ header, parts }: OpenedInbound): readonly AttachmentManifest[] {
  const body = parts.get("body") ?? new Uint8Array();
  switch (header.kind) {
    case Kind.TRACE_REQUEST:
      return TraceRequest.decode(body).attachments;
    case Kind.TRACE_REPLY:
      return TraceReply.decode(body).attachments;
    case Kind.TRACE_FOLLOW_UP:
      return TraceFollowUp.decode(body).attachments;
    default:
      return [];
  }
}

function judgeChunk({ parts }: OpenedInbound): Outcome<AttachmentEffect> {
  const chunk = decodeExactly(AttachmentChunk, parts.get("body") ?? new Uint8Array());
  if (chunk?.content === undefined) return refused("BODY_INVALID", "body", "not an attachment");
  const { attachmentId: wireId, content } = chunk;
  if (!isMessageId(wireId)) return refused("BODY_INVALID", "body.attachment_id", "no UUIDv7");
  switch (content.$case) {
    case "preview":
      return judgePiece(wireId, PREVIEW_PIECE, content.value);
    case "piece":
      return judgePiece(wireId, content.value.index, content.value.data);
    case "call": {
      const { missing } = content.value;
      const isList = missing.length >= 1 && missing.length <= PIECES_MAX;
      if (isList && new Set(missing).size === missing.length) {
        return accepted({ type: "attachment-call", wireId, missing });
      }
      return refused("BODY_INVALID", "body.call.missing", "not a list of pieces");
    }
    default:
      return content satisfies never;
  }
}

function judgePiece(wireId: string, piece: number, data: Uint8Array): Outcome<AttachmentEffect> {
  const { previewBytesMax, pieceBytes } = ATTACHMENT_LIMITS;
  const most = piece === PREVIEW_PIECE ? previewBytesMax : pieceBytes;
  if (data.length > most) return refused("TOO_LARGE", "body", `over ${most} bytes`);
  // Bytes of their own: a view would bring the whole message with it to the store's thread.
  const copied = Uint8Array.from(data);
  const sha256 = hash("sha256", copied, "buffer");
  return accepted({ type: "attachment-piece", wireId, piece, data: copied, sha256 });
}
