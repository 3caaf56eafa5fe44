import { AttachmentView, type TraceRequest } from "#proto";
import { REQUEST_LIMITS } from "#runtime";
import type { FindingList } from "../finding-list.ts";

/**
 * Checks the list of photographs and documents as far as a request needs it; the manifest of each
 * has rules of its own. None is ever demanded (paras 14-17 of the founding report; TP-REQ-4).
 */
export function checkAttachments({ attachments }: TraceRequest, found: FindingList): void {
  found.demand(attachments.length <= REQUEST_LIMITS.attachmentsMax, "attachments", "tooMany");
  const digests = attachments.map(({ sha256 }) => Buffer.from(sha256).toString("hex"));
  found.demand(new Set(digests).size === digests.length, "attachments", "repeated");
  for (const [index, { view }] of attachments.entries()) {
    found.optionalChoice(view, AttachmentView, `attachments.${index}.view`);
  }
}

/** Views that show the firearm or its marks. */
const PHOTOGRAPHS: readonly AttachmentView[] = [
  AttachmentView.LEFT,
  AttachmentView.RIGHT,
  AttachmentView.SERIAL,
  AttachmentView.MARK,
  AttachmentView.PACKAGING,
];

/** Whether a request announces a photograph of what it asks about. */
export function hasPhotograph({ attachments }: TraceRequest): boolean {
  return attachments.some(({ view }) => PHOTOGRAPHS.includes(view));
}
