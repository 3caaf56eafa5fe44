import type { Transaction } from "#runtime";
import { caseAttachmentView } from "../api/attachment-schema.ts";
import { attachmentsOfCase } from "./attachment-use.ts";

/** The attachments of a case as the API tells them, for readers of the store (TP-ATT-18). */
export async function caseAttachments(
  tx: Transaction,
  args: { caseId: string; limit: number },
): Promise<ReturnType<typeof caseAttachmentView>[]> {
  return (await attachmentsOfCase(tx, args)).map(caseAttachmentView);
}
