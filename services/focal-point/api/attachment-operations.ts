import { Type } from "typebox";
import { FILE_PROBLEMS } from "#attachments";
import { EXAMPLE_IDS, problemOf, RepeatHeaders } from "#http";
import { ATTACHMENT_LIMITS } from "#runtime";
import {
  AttachmentCalled,
  AttachmentDeleted,
  AttachmentView,
  CaseAttachmentList,
  NewAttachment,
} from "./attachment-schema.ts";

/** Contracts of the routes about attachments. */

const tags = ["attachments"];
const AttachmentParams = Type.Object({ attachmentId: Type.String({ maxLength: 64 }) });
const PieceParams = Type.Object({
  attachmentId: Type.String({ maxLength: 64 }),
  index: Type.Integer({ minimum: 0, description: "Number of the piece, counted from 0" }),
});

const bytes = (type: string, description: string) => ({
  description,
  content: { [type]: { schema: Type.String({ contentMediaType: type }) } },
});

/** A whole PDF, as far as its beginning and end say; so short that it is one piece. */
const DOCUMENT = "%PDF-1.7\n%%EOF\n";
const DOCUMENT_SHA256 = "1e7313ace78f0fb481a486939b4885902663102818090805515553d84e0bbfd3";
const UPLOADING = {
  attachmentId: EXAMPLE_IDS.upload,
  state: "uploading",
  name: "invoice.pdf",
  sizeBytes: DOCUMENT.length,
  sha256: DOCUMENT_SHA256,
  pieceBytes: ATTACHMENT_LIMITS.pieceBytes,
  missing: [0],
  createdAt: "2026-02-02T09:14:00.000Z",
} as const;
const READY = {
  ...UPLOADING,
  state: "ready",
  mediaType: "application/pdf",
  missing: [],
} as const;

const PHOTOGRAPH = {
  attachmentId: EXAMPLE_IDS.photograph,
  state: "ready",
  name: "marking.jpg",
  mediaType: "image/jpeg",
  sizeBytes: 3_145_728,
  sha256: DOCUMENT_SHA256,
  pieceBytes: ATTACHMENT_LIMITS.pieceBytes,
  missing: [],
  image: { width: 2048, height: 1536, orientation: 1, removed: ["EXIF", "GPS"] },
  previewBytes: 148_220,
  createdAt: UPLOADING.createdAt,
} as const;

const RECEIVED = {
  attachmentId: EXAMPLE_IDS.receivedPhotograph,
  state: "announced",
  name: "serial number.jpg",
  mediaType: "image/jpeg",
  sizeBytes: 3_145_728,
  sha256: DOCUMENT_SHA256,
  pieceBytes: ATTACHMENT_LIMITS.pieceBytes,
  missing: [0, 1, 2, 3, 4, 5],
  previewBytes: 98_304,
  view: "SERIAL",
  createdAt: "2026-02-02T09:14:00.000Z",
  direction: "received",
  messageId: "019b0f71-0c40-7b2a-9d11-4e5f60718293",
} as const;

/** `POST /v1/attachments`. */
export const ANNOUNCE_ATTACHMENT = {
  schema: {
    operationId: "announceAttachment",
    summary: "Announces a file to be uploaded",
    description:
      "The file then comes in pieces, is completed, and may be named by a trace request or an " +
      "answer. What no case holds is removed after a week.",
    tags,
    headers: RepeatHeaders,
    body: NewAttachment,
    response: {
      200: { ...AttachmentView, description: "What this idempotency key stands for" },
      201: { ...AttachmentView, description: "Its pieces are awaited" },
    },
  },
  config: {
    permission: "traces:send",
    problems: ["TOO_MANY_UPLOADS", "IDEMPOTENCY_MISMATCH"],
    examples: {
      invoice: {
        summary: "An invoice as PDF",
        body: { name: "invoice.pdf", sizeBytes: DOCUMENT.length, sha256: DOCUMENT_SHA256 },
        status: 201,
        answer: UPLOADING,
      },
    },
  },
} as const;

/** `GET /v1/attachments/{attachmentId}`. */
export const SHOW_ATTACHMENT = {
  schema: {
    operationId: "showAttachment",
    summary: "What an attachment is, and which of its pieces are missing",
    tags,
    params: AttachmentParams,
    response: { 200: AttachmentView },
  },
  config: {
    permission: "traces:read",
    problems: ["NOT_FOUND"],
    examples: {
      begun: {
        summary: "An upload that nothing has come of yet",
        parameters: { attachmentId: EXAMPLE_IDS.upload },
        status: 200,
        answer: UPLOADING,
      },
      photograph: {
        summary: "A photograph that is ready",
        parameters: { attachmentId: EXAMPLE_IDS.photograph },
        status: 200,
        answer: PHOTOGRAPH,
      },
      unknown: {
        summary: "An attachment that is not there",
        parameters: { attachmentId: "none" },
        status: 404,
        answer: problemOf("NOT_FOUND"),
      },
    },
  },
} as const;

/** `PUT /v1/attachments/{attachmentId}/pieces/{index}`. */
export const PUT_PIECE = {
  schema: {
    operationId: "putPiece",
    summary: "Brings a piece of a file; in any order, and again when in doubt",
    tags,
    params: PieceParams,
    response: { 200: AttachmentView },
  },
  config: {
    permission: "traces:send",
    bytes: true,
    problems: ["NOT_FOUND"],
    examples: {
      tooShort: {
        summary: "A piece that was cut off",
        parameters: { attachmentId: EXAMPLE_IDS.upload, index: 0 },
        body: DOCUMENT.slice(0, 9),
        status: 422,
        answer: problemOf("INPUT_INVALID", {
          problems: [{ field: "body", rule: "this piece has 15 bytes, not 9" }],
        }),
      },
      only: {
        summary: "The one piece of a short document",
        parameters: { attachmentId: EXAMPLE_IDS.upload, index: 0 },
        body: DOCUMENT,
        status: 200,
        answer: { ...UPLOADING, missing: [] },
      },
    },
  },
} as const;

/** `POST /v1/attachments/{attachmentId}/complete`. */
export const COMPLETE_ATTACHMENT = {
  schema: {
    operationId: "completeAttachment",
    summary: "Cleans a file whose pieces are all here, and tells what it is",
    description:
      "Images lose everything but the picture, and `image.removed` says what that was. Documents " +
      "keep the metadata inside them. Asked again, it tells the same.",
    tags,
    params: AttachmentParams,
    response: { 200: AttachmentView },
  },
  config: {
    permission: "traces:send",
    problems: ["NOT_FOUND", "ATTACHMENT_INCOMPLETE", "ATTACHMENT_REFUSED"],
    examples: {
      document: {
        summary: "A document",
        parameters: { attachmentId: EXAMPLE_IDS.upload },
        status: 200,
        answer: READY,
      },
      incomplete: {
        summary: "Nothing of it has come",
        parameters: { attachmentId: EXAMPLE_IDS.otherUpload },
        status: 409,
        answer: problemOf("ATTACHMENT_INCOMPLETE", { detail: "1 piece(s) are missing" }),
      },
    },
  },
} as const;

/** `GET /v1/attachments/{attachmentId}/preview`. */
export const SHOW_PREVIEW = {
  schema: {
    operationId: "showPreview",
    summary: "The preview of an image: upright, encoded anew, at most 150 KB",
    tags,
    params: AttachmentParams,
    response: { 200: bytes("image/jpeg", "A JPEG") },
  },
  config: {
    permission: "traces:read",
    problems: ["NOT_FOUND"],
    examples: {
      photograph: {
        summary: "The preview of a photograph",
        parameters: { attachmentId: EXAMPLE_IDS.photograph },
        status: 200,
        answer: "(bytes of a JPEG)",
      },
    },
  },
} as const;

/** `GET /v1/attachments/{attachmentId}/original`. */
export const GET_ORIGINAL = {
  schema: {
    operationId: "getOriginal",
    summary: "The original, to be saved; no browser shows it",
    tags,
    params: AttachmentParams,
    response: { 200: bytes("application/octet-stream", "The file; its type is `mediaType`") },
  },
  config: {
    permission: "traces:read",
    problems: ["NOT_FOUND"],
    examples: {
      photograph: {
        summary: "A photograph",
        parameters: { attachmentId: EXAMPLE_IDS.photograph },
        status: 200,
        answer: "(bytes of the file)",
      },
    },
  },
} as const;

/** `POST /v1/attachments/{attachmentId}/call`. */
export const CALL_ATTACHMENT = {
  schema: {
    operationId: "callAttachment",
    summary: "Asks the State that sent its preview for the original, or for what is still missing",
    description:
      "The pieces come one after the other; `missing` shows how far they are, and the change " +
      "`attachment.ready` that all of it is here. Asked again, only what is missing is asked for.",
    tags,
    params: AttachmentParams,
    response: { 200: AttachmentCalled },
  },
  config: {
    permission: "traces:send",
    problems: ["NOT_FOUND", "ATTACHMENT_NOT_CALLABLE"],
    examples: {
      photograph: {
        summary: "A photograph that came with a request",
        parameters: { attachmentId: EXAMPLE_IDS.receivedPhotograph },
        status: 200,
        answer: {
          attachmentId: EXAMPLE_IDS.receivedPhotograph,
          state: "called",
          messageId: "019b0f83-4d5e-7f60-b172-8d9e0f1a2b3c",
        },
      },
      own: {
        summary: "An attachment of this State",
        parameters: { attachmentId: EXAMPLE_IDS.photograph },
        status: 409,
        answer: problemOf("ATTACHMENT_NOT_CALLABLE"),
      },
    },
  },
} as const;

/** `GET /v1/traces/{caseId}/attachments`. */
export const LIST_ATTACHMENTS = {
  schema: {
    operationId: "listAttachments",
    summary: "Photographs and documents of a case, sent and received",
    tags,
    params: Type.Object({ caseId: Type.String({ maxLength: 64 }) }),
    response: { 200: CaseAttachmentList },
  },
  config: {
    permission: "traces:read",
    examples: {
      received: {
        summary: "A photograph that came with a request",
        parameters: { caseId: EXAMPLE_IDS.receivedCase },
        status: 200,
        answer: { attachments: [RECEIVED] },
      },
    },
  },
} as const;

/** `DELETE /v1/attachments/{attachmentId}`. */
export const DELETE_ATTACHMENT = {
  schema: {
    operationId: "deleteAttachment",
    summary: "Removes an attachment that no case holds",
    tags,
    params: AttachmentParams,
    response: { 200: AttachmentDeleted },
  },
  config: {
    permission: "traces:send",
    problems: ["NOT_FOUND", "ATTACHMENT_IN_USE"],
    examples: {
      unneeded: {
        summary: "One that is not needed",
        parameters: { attachmentId: EXAMPLE_IDS.otherUpload },
        status: 200,
        answer: { attachmentId: EXAMPLE_IDS.otherUpload, deleted: true },
      },
    },
  },
} as const;

/** The problem of a file that is refused. */
export function refusedFile(problem: keyof typeof FILE_PROBLEMS, detail: string) {
  const { rule, remedy } = FILE_PROBLEMS[problem];
  return problemOf("ATTACHMENT_REFUSED", {
    detail: detail === "" ? problem : `${problem}: ${detail}`,
    problems: [{ field: "file", rule, remedy }],
  });
}
