import { type NotedAlert, noteAlert } from "#alerts";
import { type AlertJson, alertFromJson } from "#casework";
import { Alert, ExchangeStatus } from "#proto";
import type { Transaction } from "#runtime";

/** Noon of the day on which alerts of tests are sent. */
export const SENT_AT = Date.UTC(2026, 2, 1, 12);
/** One day. */
export const DAY = 86_400_000;

/** An alert about a pistol that was stolen; `changes` are of its JSON. */
export function wantedAlert(changes: AlertJson = {}): Alert {
  const expiresAt = new Date(SENT_AT + 90 * DAY).toISOString();
  return alertFromJson({
    move: "ALERT",
    scope: "PRIVATE",
    kind: "WANTED_FIREARM",
    infos: [{ languageTag: "en", headline: "Stolen from a made-up dealer" }],
    dutyContact: { unit: "Desk of a test", telephone: "+22720733000" },
    expiresAt,
    items: [wantedItem("AB 1234 C")],
    ...changes,
  });
}

/** One firearm that is looked for. */
export function wantedItem(serialRaw: string, make = "BERETTA", model = "92FS") {
  return { subjectKind: "FIREARM", firearm: { serialRaw, make, model } };
}

/** Notes an alert of NE as taken in; the message id is the alert's unless said otherwise. */
export async function note(
  tx: Transaction,
  alert: Alert,
  more: Partial<NotedAlert> & { readonly messageId: string },
): Promise<void> {
  await noteAlert(tx, {
    conversationId: "alert-1",
    sender: "NE",
    status: ExchangeStatus.ACTUAL,
    sentAtMs: SENT_AT,
    body: Alert.encode(alert).finish(),
    nowMs: SENT_AT,
    ...more,
  });
}
