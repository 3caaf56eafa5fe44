import { accepted, type Outcome, refused } from "#errors";
import { type AttachmentManifest, AttachmentView } from "#proto";
import type { Database } from "#runtime";
import type { FocalPointProcedures } from "../store.ts";
import { type AttachmentNote, manifestOf } from "./manifest.ts";

/** What an officer attaches to a message. */
export interface AttachmentToSend extends Partial<AttachmentNote> {
  readonly attachmentId: string;
}

/**
 * Manifests of attachments that a message shall name, in the order given (TP-ATT-12, TP-ATT-16).
 * Refused is what is not ready, what is named twice, and what another State sent: it is not ours to
 * pass on.
 */
export async function manifestsFor(
  store: Pick<Database<FocalPointProcedures>, "call">,
  attached: readonly AttachmentToSend[],
): Promise<Outcome<AttachmentManifest[]>> {
  const manifests: AttachmentManifest[] = [];
  for (const [index, { attachmentId, description = "", view }] of attached.entries()) {
    const field = `attachments.${index}.attachmentId`;
    const found = await store.call("loadAttachment", { attachmentId });
    if (found === null) return refused("BODY_INVALID", field, "there is no such attachment");
    if (found.record.announced !== null) {
      return refused("NOT_PERMITTED", field, "another State sent it; ask it for a release");
    }
    const note = { view: view ?? AttachmentView.UNSPECIFIED, description };
    const manifest = manifestOf(found.record, note);
    if (manifest === undefined) return refused("BODY_INVALID", field, "it is not ready");
    if (attached.findIndex((one) => one.attachmentId === attachmentId) !== index) {
      return refused("BODY_INVALID", field, "it is named twice");
    }
    manifests.push(manifest);
  }
  return accepted(manifests);
}
