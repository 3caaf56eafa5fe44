import { type AlertMessage, standingsAt } from "#casework";
import { AlertMove, type ExchangeStatus } from "#proto";
import type { Transaction } from "#runtime";
import { timestampMs } from "#wire";
import { type AlertHead, type AlertVersion, findAlert, versionsOf } from "./alert-record.ts";

/** What an alert is now, for people (TP-ALERT-32). */
export const ALERT_STATES = [
  "PENDING_APPROVAL",
  "DECLINED",
  "NOT_YET",
  "IN_FORCE",
  "EXPIRED",
  "CANCELLED",
] as const;

/** One of {@link ALERT_STATES}. */
export type AlertState = (typeof ALERT_STATES)[number];

/** State of an alert at an instant. */
export function alertStateAt(head: AlertHead, nowMs: number): AlertState {
  const { currentId, effectiveAtMs, expiresAtMs, side } = head;
  if (currentId === null) {
    if (head.declined) return "DECLINED";
    return side === "asked" || side === "submitted" ? "PENDING_APPROVAL" : "CANCELLED";
  }
  if (expiresAtMs !== null && expiresAtMs <= nowMs) return "EXPIRED";
  return effectiveAtMs !== null && effectiveAtMs > nowMs ? "NOT_YET" : "IN_FORCE";
}

/** A version as the rules of casework see it. */
export function messageOf(version: AlertVersion, status: ExchangeStatus): AlertMessage {
  const { alert, messageId, move, sender } = version;
  return {
    messageId,
    sender,
    move,
    kind: alert.kind,
    status,
    effectiveAtMs: timestampMs(alert.effectiveAt),
    expiresAtMs: timestampMs(alert.expiresAt),
    references: alert.references,
  };
}

const ENDED: ReadonlySet<string> = new Set(["CANCELLED", "SUPERSEDED", "CANCEL"]);

/** The version that stands among those that have left; undefined when the alert was cancelled. */
export function currentOf(
  versions: readonly AlertVersion[],
  status: ExchangeStatus,
): AlertVersion | undefined {
  const left = versions.filter(({ state }) => state === "sent" || state === "received");
  const standings = standingsAt(
    left.map((version) => messageOf(version, status)),
    0,
  );
  // A cancel names what it takes back; one that came before what it cancels takes back that, too.
  const isCancelled = left.some(({ move }) => move === AlertMove.CANCEL);
  if (isCancelled) return undefined;
  return left
    .filter(({ messageId }) => !ENDED.has(standings.get(messageId) ?? "CANCEL"))
    .toSorted((one, other) => one.sentAtMs - other.sentAtMs || one.position - other.position)
    .at(-1);
}

/** Writes down which version of an alert stands, after a version was kept. */
export async function settleAlert(
  tx: Transaction,
  alertId: string,
  nowMs: number,
): Promise<AlertHead | undefined> {
  const head = await findAlert(tx, alertId);
  if (head === undefined) return undefined;
  const current = currentOf(await versionsOf(tx, alertId), head.status);
  const { alert } = current ?? {};
  await tx.run(
    `UPDATE alert SET current_id = ?, updated_at = ?, headline = coalesce(?, headline),
       effective_at = CASE WHEN ? THEN ? ELSE effective_at END,
       expires_at = CASE WHEN ? THEN ? ELSE expires_at END
     WHERE alert_id = ?`,
    current?.messageId ?? null,
    nowMs,
    alert?.infos[0]?.headline ?? null,
    alert === undefined ? 0 : 1,
    timestampMs(alert?.effectiveAt) ?? null,
    alert === undefined ? 0 : 1,
    timestampMs(alert?.expiresAt) ?? null,
    alertId,
  );
  return await findAlert(tx, alertId);
}
