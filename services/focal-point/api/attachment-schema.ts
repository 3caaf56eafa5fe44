import { Type } from "typebox";
import { FILE_PROBLEMS, MEDIA_TYPES, REMOVED } from "#attachments";
import { nameOf } from "#casework";
import { AttachmentView as ViewOf } from "#proto";
import { ATTACHMENT_LIMITS } from "#runtime";
import type { AnnouncedFacts, StoredImage } from "../attachments/attachment-record.ts";
import type { CaseAttachment } from "../attachments/attachment-use.ts";
import type { AttachmentStanding } from "../attachments/upload-procedures.ts";
import { nameSchema } from "./names.ts";

const digest = (description: string) =>
  Type.String({ pattern: "^[0-9a-f]{64}$", description: `${description}, in hexadecimal` });
const mediaType = Type.Enum(Object.keys(MEDIA_TYPES));

/** Body of `POST /v1/attachments`. */
export const NewAttachment = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 255, description: "Name of the file" }),
    sizeBytes: Type.Integer({ minimum: 1, maximum: ATTACHMENT_LIMITS.itemBytesMax }),
    sha256: digest("SHA-256 of the file as it is uploaded"),
    mediaType: Type.Optional({ ...mediaType, description: "Refused when the content is another" }),
  },
  { additionalProperties: false },
);

const Image = Type.Object({
  width: Type.Integer(),
  height: Type.Integer(),
  orientation: Type.Integer({ description: "How the camera was held, 1 to 8 as EXIF numbers it" }),
  removed: Type.Array(Type.Enum(REMOVED), { description: "What cleaning took out of the file" }),
});

/** An attachment as it is told. */
export const AttachmentView = Type.Object({
  attachmentId: Type.String(),
  state: Type.Enum(["uploading", "announced", "called", "ready", "refused"], {
    description:
      "Uploading here; announced by another State; called for; ready to be read; or refused",
  }),
  name: Type.String({ description: "Name it is saved under; as announced while it uploads" }),
  mediaType: Type.Optional(mediaType),
  sizeBytes: Type.Integer({ description: "Once it is ready, of the cleaned file" }),
  sha256: digest("SHA-256; once it is ready, of the cleaned file"),
  pieceBytes: Type.Integer({ description: "Bytes of each piece but the last one" }),
  missing: Type.Array(Type.Integer(), { description: "Pieces that are not here, counted from 0" }),
  image: Type.Optional(Image),
  previewBytes: Type.Optional(Type.Integer({ description: "Size of its preview, if it has one" })),
  view: Type.Optional({
    ...nameSchema(ViewOf),
    description: "What it shows, as its sender says",
  }),
  description: Type.Optional(Type.String({ description: "What its sender says of it" })),
  problem: Type.Optional(
    Type.Enum(Object.keys(FILE_PROBLEMS), { description: "Why it was refused" }),
  ),
  createdAt: Type.String({ format: "date-time" }),
});

/** An attachment of a case. */
export const CaseAttachmentView = Type.Object({
  ...AttachmentView.properties,
  direction: Type.Enum(["sent", "received"]),
  messageId: Type.String({ description: "Message that names it" }),
});

/** The answer of `GET /v1/traces/{caseId}/attachments`. */
export const CaseAttachmentList = Type.Object({ attachments: Type.Array(CaseAttachmentView) });

/** The answer of `POST /v1/attachments/{attachmentId}/call`. */
export const AttachmentCalled = Type.Object({
  attachmentId: Type.String(),
  state: Type.Enum(["called", "ready"]),
  messageId: Type.Optional(Type.String({ description: "Message that asks for it" })),
});

/** The answer of `DELETE /v1/attachments/{attachmentId}`. */
export const AttachmentDeleted = Type.Object({
  attachmentId: Type.String(),
  deleted: Type.Literal(true),
});

/** An attachment as it is told. */
export function attachmentView({ record, missing }: AttachmentStanding) {
  const { announced, sha256, preview, image, problem } = record;
  return {
    attachmentId: record.attachmentId,
    state: record.state,
    name: record.name,
    ...(record.mediaType === "" ? {} : { mediaType: record.mediaType }),
    sizeBytes: record.sizeBytes,
    sha256: Buffer.from(sha256).toString("hex"),
    pieceBytes: record.pieceBytes,
    missing,
    ...(image === null ? {} : { image: imageView(image) }),
    ...(preview === null ? {} : { previewBytes: preview.sizeBytes }),
    ...(announced === null ? {} : announcedView(announced)),
    ...(problem === null ? {} : { problem }),
    createdAt: new Date(record.createdAtMs).toISOString(),
  };
}

/** An attachment of a case. */
export function caseAttachmentView({ direction, messageId, ...standing }: CaseAttachment) {
  return { ...attachmentView(standing), direction, messageId };
}

function announcedView(announced: AnnouncedFacts) {
  const view = nameOf(ViewOf, announced.view);
  return {
    ...(view === undefined ? {} : { view }),
    ...(announced.description === "" ? {} : { description: announced.description }),
  };
}

function imageView({ width, height, orientation, removed }: StoredImage) {
  return { width, height, orientation, removed };
}
