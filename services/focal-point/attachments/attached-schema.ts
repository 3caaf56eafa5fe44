import { type Static, Type } from "typebox";
import { AttachmentView } from "#proto";
import { ATTACHMENT_LIMITS } from "#runtime";
import { codeOf, nameSchema } from "../api/names.ts";
import type { AttachmentToSend } from "./attach.ts";

/** What a request or an answer may say of attachments that go with it. */
const Attached = Type.Array(
  Type.Object(
    {
      attachmentId: Type.String({ maxLength: 64 }),
      view: Type.Optional(nameSchema(AttachmentView)),
      description: Type.Optional(Type.String({ maxLength: ATTACHMENT_LIMITS.descriptionCharsMax })),
    },
    { additionalProperties: false },
  ),
  {
    maxItems: ATTACHMENT_LIMITS.itemsPerMessageMax,
    description: "Attachments that are ready; previews follow, originals are called for",
  },
);

/** The same where it may be left out. */
export const AttachedFacts = Type.Optional(Attached);

/** The same as what is attached; nothing where nothing is said. */
export function attachedOf(facts: Static<typeof Attached> | undefined): AttachmentToSend[] {
  return (facts ?? []).map(({ attachmentId, description, view }) => ({
    attachmentId,
    ...(description === undefined ? {} : { description }),
    ...(view === undefined ? {} : { view: codeOf(AttachmentView, view) }),
  }));
}
