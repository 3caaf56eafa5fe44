import { Alert, type DutyContact } from "#proto";
import type { Transaction } from "#runtime";

/** What a check tells of an alert it finds: a line, and whom to call. */
export interface AlertSummary {
  readonly headline: string;
  readonly dutyContact: DutyContact | undefined;
}

/** The summary of an alert. */
export function summaryOf({ dutyContact, infos }: Alert): AlertSummary {
  return { headline: infos[0]?.headline ?? "", dutyContact };
}

/** Reads the summary of an alert of the local copy, without the alert itself. */
export async function loadSummary(tx: Transaction, messageId: string): Promise<AlertSummary> {
  const row = await tx.get<{ headline: string; duty_contact: string | null }>(
    "SELECT headline, duty_contact FROM alert_summary WHERE message_id = ?",
    messageId,
  );
  if (row !== undefined) {
    const contact = row.duty_contact;
    const dutyContact = contact === null ? undefined : (JSON.parse(contact) as DutyContact);
    return { headline: row.headline, dutyContact };
  }
  // It came in before summaries were kept.
  const message = await tx.get<{ body: Uint8Array }>(
    "SELECT body FROM alert_message WHERE message_id = ?",
    messageId,
  );
  return summaryOf(Alert.decode(message?.body ?? new Uint8Array()));
}
