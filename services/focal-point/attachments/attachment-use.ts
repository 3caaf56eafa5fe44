import type { SqlRow, Transaction } from "#runtime";
import {
  type AttachmentRecord,
  type AttachmentRow,
  attachmentOf,
  missingPieces,
} from "./attachment-record.ts";
import type { AttachmentStanding } from "./upload-procedures.ts";

/** Which way an attachment went with a message. */
export type AttachmentDirection = "sent" | "received";

/** An attachment of a case. */
export interface AttachmentUse {
  readonly caseId: string;
  readonly attachmentId: string;
  /** Message whose manifest names it. */
  readonly messageId: string;
  readonly direction: AttachmentDirection;
  /** Id in the manifest. */
  readonly wireId: string;
  readonly peer: string;
  /** Encoded header of that message, or what is settled of it: what pieces travel under. */
  readonly header: Uint8Array;
}

/** A row of `attachment_use`. */
interface UseRow extends SqlRow {
  case_id: string;
  attachment_id: string;
  message_id: string;
  direction: AttachmentDirection;
  wire_id: string;
  peer: string;
  header: Uint8Array | null;
}

function useOf(row: UseRow): AttachmentUse {
  return {
    caseId: row.case_id,
    attachmentId: row.attachment_id,
    messageId: row.message_id,
    direction: row.direction,
    wireId: row.wire_id,
    peer: row.peer,
    header: row.header ?? new Uint8Array(),
  };
}

/** Notes that a message of a case names an attachment; once. */
export async function insertUse(tx: Transaction, use: AttachmentUse): Promise<void> {
  await tx.run(
    `INSERT INTO attachment_use (case_id, attachment_id, message_id, direction, wire_id, peer,
       header) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    use.caseId,
    use.attachmentId,
    use.messageId,
    use.direction,
    use.wireId,
    use.peer,
    use.header,
  );
}

/** Finds what a State means by an id in a conversation with it. */
export async function findUse(
  tx: Transaction,
  key: Pick<AttachmentUse, "caseId" | "direction" | "peer" | "wireId">,
): Promise<AttachmentUse | undefined> {
  const row = await tx.get<UseRow>(
    `SELECT * FROM attachment_use
     WHERE case_id = ? AND direction = ? AND peer = ? AND wire_id = ?`,
    key.caseId,
    key.direction,
    key.peer,
    key.wireId,
  );
  return row === undefined ? undefined : useOf(row);
}

/** How an attachment was received; undefined for one of ours. */
export async function receivedUse(
  tx: Transaction,
  attachmentId: string,
): Promise<AttachmentUse | undefined> {
  const row = await tx.get<UseRow>(
    "SELECT * FROM attachment_use WHERE attachment_id = ? AND direction = 'received'",
    attachmentId,
  );
  return row === undefined ? undefined : useOf(row);
}

/** Attachments of ours that a message names. */
export async function usesOfMessage(tx: Transaction, messageId: string): Promise<AttachmentUse[]> {
  const rows = await tx.all<UseRow>(
    "SELECT * FROM attachment_use WHERE message_id = ? AND direction = 'sent'",
    messageId,
  );
  return rows.map(useOf);
}

/** One use by its attachment. */
export async function sentUse(
  tx: Transaction,
  caseId: string,
  attachmentId: string,
): Promise<AttachmentUse | undefined> {
  const row = await tx.get<UseRow>(
    "SELECT * FROM attachment_use WHERE case_id = ? AND attachment_id = ? AND direction = 'sent'",
    caseId,
    attachmentId,
  );
  return row === undefined ? undefined : useOf(row);
}

/** An attachment as a case shows it. */
export interface CaseAttachment extends AttachmentStanding {
  readonly direction: AttachmentDirection;
  readonly messageId: string;
}

/** Attachments of a case, in the order in which they came to it. */
export async function attachmentsOfCase(
  tx: Transaction,
  args: { caseId: string; limit: number },
): Promise<CaseAttachment[]> {
  const rows = await tx.all<AttachmentRow & Pick<UseRow, "direction" | "message_id">>(
    `SELECT a.*, u.direction, u.message_id FROM attachment_use u
     JOIN attachment a ON a.attachment_id = u.attachment_id
     WHERE u.case_id = ? ORDER BY a.position LIMIT ?`,
    args.caseId,
    args.limit,
  );
  const found: CaseAttachment[] = [];
  for (const row of rows) {
    const record: AttachmentRecord = attachmentOf(row);
    const missing = await missingPieces(tx, record);
    found.push({ record, missing, direction: row.direction, messageId: row.message_id });
  }
  return found;
}
